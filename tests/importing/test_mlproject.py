"""Projects and models of MLflow: what their files say comes out, and compiles."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from envspec.actions.importing import import_spec
from envspec.diagnostics import Failure
from envspec.importing.spec import Items, Script, Text, Written
from envspec.importing.tools.mlproject_command import Command, Hole, Part, Unfillable, command_of, parts_of
from tests.importing.imported import compiled, imported, losses, project

WINE = """\
# Predicts how good a wine is.
name: Wine Quality

conda_env: conda.yaml

entry_points:
  # trains on the whole file
  main:
    parameters:
      data_file: path
      regularization: {type: float, default: 0.25}
      trees: {type: int, default: 100}
      label: {type: string, default: "a b"}
    command: "python train.py -r {regularization} --trees={trees}
              --label {label} {data_file}"
  validate:
    parameters:
      data_file: path
      trees: {type: int, default: 10}
    command: "python validate.py {data_file} --trees {trees}"
"""
CONDA = """\
name: wine-env
channels: [conda-forge]
dependencies:
  - python=3.11
  - scikit-learn=1.5
  - pip
  - pip:
      - mlflow>=2.9
"""


def document_of(folder: Path) -> dict[str, Any]:
    document, errors = compiled(folder)
    assert errors == []
    return document


def test_a_project(tmp_path: Path) -> None:
    project(tmp_path, {"MLproject": WINE, "conda.yaml": CONDA})
    made = imported("mlproject", tmp_path)
    document = document_of(tmp_path)
    assert set(document["runs"]) == {"main", "validate"}
    source = yaml.safe_load(WINE)["entry_points"]["main"]["command"]
    words = shlex.split(source.format(regularization="$", trees="$", label="$", data_file="$"))
    command = document["runs"]["main"]["command"]
    assert command == [
        "python", "train.py", "-r", "0.25", "--trees=100", "--label", "a b", {"join": [{"input": "data_file"}]}
    ]  # fmt: skip
    assert len(words) == len(command)
    (environment,) = document["environments"].values()
    assert environment["name"] == "wine-quality"
    assert [package["name"] for package in environment["conda"]] == ["python", "scikit-learn", "pip"]
    assert losses(made) == [
        ("changed", "name: wine-env", 1),
        ("changed", "name: Wine Quality", 2),
        ("changed", "entry_points.validate.parameters.trees", 19),
    ]
    assert "# Predicts how good a wine is.\nedition = 1\n" in made.text
    assert "# trains on the whole file\nrun main {" in made.text
    assert "param data_file : path\n" in made.text
    assert "param validate-trees : integer = 10\n" in made.text


def test_a_path_that_is_there_is_a_default_and_another_is_not(tmp_path: Path) -> None:
    text = """\
entry_points:
  main:
    parameters:
      there: {type: path, default: data/x.csv}
      gone: {type: path, default: data/y.csv}
      outside: {type: path, default: ../../etc/passwd}
      far: {type: path, default: "s3://bucket/x"}
    command: "python train.py {there} {gone} {outside} {far}"
"""
    project(tmp_path, {"MLproject": text, "data/x.csv": ""})
    made = imported("mlproject", tmp_path)
    assert 'param there : path = "./data/x.csv"' in made.text
    assert "param gone : path\n" in made.text and "param outside : path\n" in made.text
    assert 'param far = "s3://bucket/x"' in made.text
    document = document_of(tmp_path)
    assert document["runs"]["main"]["command"][2:] == [
        *({"join": [{"input": name}]} for name in ("there", "gone", "outside")), "s3://bucket/x"
    ]  # fmt: skip
    assert [(what, line) for outcome, what, line in losses(made) if outcome == "dropped"] == [
        ("entry_points.main.parameters.gone.default", 5),
        ("entry_points.main.parameters.outside.default", 6),
    ]


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("float", "x : number"),
        ("int", "x : integer"),
        ("string", "x : string"),
        ("uri", "x : string"),
        ("{type: float, default: 0.5}", "x : number = 0.5"),
        ("{type: float, default: 1e-3}", "x : number = 0.001"),
        ("{type: float, default: 'auto'}", 'x : string = "auto"'),
        ("{type: float, default: .nan}", 'x : string = "nan"'),
        ("{type: int, default: 012}", "x : integer = 10"),
        ("{default: 3}", 'x = "3"'),
        ("{default: true}", 'x = "True"'),
        ("{default: null}", "x : string"),
        ("{default: None}", 'x = "None"'),
        ("{type: string, default: ''}", 'x = ""'),
        ("{type: string, default: '${HOME}'}", 'x = "$${HOME}"'),
        ("{type: bool, default: false}", 'x = "False"'),
        ("{type: float, default: [1, 2]}", "x : number"),
        ("[1, 2]", "x : string"),
        ("", "x : string"),
    ],
)
def test_a_parameter_becomes_a_param(tmp_path: Path, written: str, line: str) -> None:
    text = f"entry_points:\n  main:\n    parameters:\n      x: {written}\n    command: echo {{x}}\n"
    project(tmp_path, {"MLproject": text})
    made = imported("mlproject", tmp_path)
    assert f"param {line}\n" in made.text
    assert compiled(tmp_path)[1] == []


def test_a_description_is_a_comment(tmp_path: Path) -> None:
    text = """\
name: steps
entry_points:
  main:
    parameters:
      steps:
        description: Which steps to run, with commas between
        type: str
        default: all
        help: more
    command: "python main.py steps=\\"{steps}\\""
"""
    project(tmp_path, {"MLproject": text})
    made = imported("mlproject", tmp_path)
    assert '# Which steps to run, with commas between\nparam steps = "all"\n' in made.text
    assert ("dropped", "entry_points.main.parameters.steps.help", 9) in losses(made)
    assert document_of(tmp_path)["runs"]["main"]["command"] == ["python", "main.py", "steps=all"]


def test_what_needs_a_shell(tmp_path: Path) -> None:
    text = """\
entry_points:
  pipe:
    parameters: {file: path, n: {type: int, default: 3}}
    command: "cat {file} | head -n {n} && echo 'n={n}' \\"{n}th\\" $HOME"
  several:
    command: |
      python a.py
      python b.py --flag \\
        --other
  bash:
    parameters: {n: {type: int, default: 3}}
    command: "set -o pipefail; for i in $(seq {n}); do echo $i; done"
"""
    project(tmp_path, {"MLproject": text})
    made = imported("mlproject", tmp_path)
    runs = document_of(tmp_path)["runs"]
    assert runs["pipe"]["shell"] == (
        'cat "$PARAM_FILE" | head -n "$PARAM_N" && echo \'n=\'"$PARAM_N"\'\' "${PARAM_N}th" $HOME'
    )
    assert runs["pipe"]["variables"] == {"PARAM_FILE": {"join": [{"input": "file"}]}, "PARAM_N": "3"}
    assert runs["several"]["shell"] == "python a.py\npython b.py --flag \\\n  --other\n"
    assert runs["bash"]["command"] == [
        "bash", "-c", 'set -o pipefail; for i in $(seq "$PARAM_N"); do echo $i; done'
    ]  # fmt: skip
    reasons = {line.what[:20]: line.reason for line in made.report.of("changed")}
    assert "`/bin/sh` reads it" in reasons["entry_points.pipe.co"]
    assert "needs bash" in reasons["entry_points.bash.co"]


@pytest.mark.parametrize(
    "command", ["python {", "python {0}", "python {}", "python {x!r}", "x {a[0]}", "", "  "]
)
def test_what_mlflow_cannot_fill_in_is_told(tmp_path: Path, command: str) -> None:
    text = "entry_points:\n  main:\n    command: " + json.dumps(command) + "\n  ok:\n    command: echo\n"
    project(tmp_path, {"MLproject": text})
    made = imported("mlproject", tmp_path)
    assert [outcome for outcome, what, _ in losses(made) if what.startswith("entry_points.main")] == [
        "dropped"
    ]
    assert set(document_of(tmp_path)["runs"]) == {"ok"}


def test_a_hole_without_a_parameter_and_a_parameter_without_a_hole(tmp_path: Path) -> None:
    text = "entry_points:\n  main:\n    parameters: {unused: float}\n    command: python x.py {missing}\n"
    project(tmp_path, {"MLproject": text})
    made = imported("mlproject", tmp_path)
    assert ("dropped", "entry_points.main.parameters.unused", 3) in losses(made)
    assert ("changed", "{missing}", 4) in losses(made)
    assert "param missing : string\n" in made.text


def test_docker(tmp_path: Path) -> None:
    text = """\
name: docker-example
docker_env:
  image: registry.example/mlflow:2
  volumes: ["/local:/container"]
  environment: [["EPOCHS", "3"], "AWS_REGION", ["HF_TOKEN", "hf_kept_out_of_it"], [1, 2, 3]]
entry_points:
  main:
    parameters: {alpha: float}
    command: python train.py {alpha}
"""
    project(tmp_path, {"mlproject": text})
    made = imported("mlproject", tmp_path)
    document = document_of(tmp_path)
    environment = document["environments"]["docker-example"]
    assert environment["managed"] is False and environment["docker"]["image"] == "registry.example/mlflow:2"
    assert environment["variables"] == {
        "EPOCHS": "3", "AWS_REGION": {"secret": "aws-region"}, "HF_TOKEN": {"secret": "hf-token"}
    }  # fmt: skip
    assert document["runs"]["main"]["target"] == {"target": "docker"}
    assert "hf_kept" not in made.text + str(made.report)
    assert [what for outcome, what, _ in losses(made) if outcome == "dropped"] == [
        "docker_env.environment", "docker_env.volumes: /local:/container"
    ]  # fmt: skip


def test_the_project_is_elsewhere(tmp_path: Path) -> None:
    project(tmp_path, {"ml/MLproject": WINE, "ml/conda.yaml": CONDA})
    from envspec.actions.importing import import_spec

    made = import_spec("mlproject", tmp_path / "ml", output=tmp_path / "made.envspec")
    (tmp_path / "made.envspec").write_text(made.text)
    assert document_of(tmp_path)["runs"]["main"]["source"] == "ml"


def test_conda_yaml_is_the_default_and_a_project_may_have_none(tmp_path: Path) -> None:
    text = "entry_points:\n  main:\n    command: python x.py\n"
    (tmp_path / "one").mkdir()
    project(tmp_path / "one", {"MLproject": text, "conda.yaml": CONDA})
    imported("mlproject", tmp_path / "one")
    assert "conda" in next(iter(document_of(tmp_path / "one")["environments"].values()))
    (tmp_path / "two").mkdir()
    project(tmp_path / "two", {"MLproject": text})
    made = imported("mlproject", tmp_path / "two")
    assert ("changed", "no environment", 0) in losses(made)
    assert document_of(tmp_path / "two")["runs"]


def test_python_env_alone(tmp_path: Path) -> None:
    text = """\
python: "3.11.4"
build_dependencies:
  - pip==24.0
dependencies:
  - scikit-learn==1.5.0  # the model
  - -r more.txt
"""
    project(tmp_path, {"python_env.yaml": text, "more.txt": "numpy<2\n"})
    made = imported("mlproject", tmp_path)
    (environment,) = document_of(tmp_path)["environments"].values()
    assert environment["python"] == "3.11.4"
    assert [package["name"] for package in environment["pip"]] == ["pip", "scikit-learn", "numpy"]
    assert '"scikit-learn==1.5.0",  # the model' in made.text


MODEL = """\
artifact_path: model
env_vars:
- OPENAI_API_KEY
flavors:
  python_function:
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.sklearn
    python_version: 3.11.4
  sklearn: {pickled_model: model.pkl, sklearn_version: 1.5.0}
  onnx: {data: model.onnx}
metadata: {team: wine, nested: {a: 1}}
mlflow_version: 2.12.1
run_id: 0123abc
signature: {inputs: '[{"type": "double"}]'}
something_new: 1
"""


def test_a_saved_model(tmp_path: Path) -> None:
    environment = "python: 3.11.4\ndependencies:\n- -r requirements.txt\n"
    project(
        tmp_path,
        {"best/MLmodel": MODEL, "best/python_env.yaml": environment, "best/conda.yaml": CONDA,
         "best/requirements.txt": "mlflow==2.12.1\nscikit-learn==1.5.0\n"},
    )  # fmt: skip
    from envspec.actions.importing import import_spec

    made = import_spec("mlproject", tmp_path / "best", output=tmp_path / "made.envspec")
    (tmp_path / "made.envspec").write_text(made.text)
    document = document_of(tmp_path)
    assert document["models"]["best"] == {
        "from": {"path": "best"},
        "framework": "sklearn",
        "tags": {"artifact_path": "model", "mlflow_version": "2.12.1", "run_id": "0123abc", "team": "wine"},
    }
    assert document["environments"]["best"]["python"] == "3.11.4"
    assert [one["name"] for one in document["environments"]["best"]["pip"]] == ["mlflow", "scikit-learn"]
    assert document["environments"]["best"]["variables"] == {"OPENAI_API_KEY": {"secret": "openai-api-key"}}
    dropped = [what for outcome, what, _ in losses(made) if outcome == "dropped"]
    assert dropped == [
        "env.conda: conda.yaml", "flavors.python_function.python_version: 3.11.4",
        "flavors.python_function: env, loader_module, python_version", "flavors.onnx: data", "metadata.nested",
        "signature", "something_new",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"python_env.yaml": "python: 3.11.4\n"}, "3.11.4"),
        ({"conda.yaml": "dependencies: [python=3.11]\n"}, "3.10.1"),
        ({"requirements.txt": "numpy\n"}, "3.10.1"),
        ({}, "3.10.1"),
    ],
)
def test_an_old_model_names_one_file_or_none(
    tmp_path: Path, files: dict[str, str | bytes], expected: str
) -> None:
    text = "flavors:\n  python_function:\n    python_version: 3.10.1\n  xgboost: {data: m.xgb}\n"
    project(tmp_path, {"MLmodel": text, **files})
    imported("mlproject", tmp_path)
    (environment,) = document_of(tmp_path)["environments"].values()
    assert environment["python"] == expected


@pytest.mark.parametrize("text", ["", "- a\n", "a: b\n", "\0", "name: x\n"])
def test_another_file(tmp_path: Path, text: str) -> None:
    project(tmp_path, {"x.yaml": text})
    with pytest.raises(Failure) as caught:
        imported("mlproject", tmp_path / "x.yaml")
    assert caught.value.diagnostics[0].code in ("E1301", "E1302")


def test_a_folder_without_any(tmp_path: Path) -> None:
    project(tmp_path, {})
    with pytest.raises(Failure) as caught:
        imported("mlproject", tmp_path)
    assert caught.value.diagnostics[0].code == "E1301"


WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=0, max_size=12)


@given(st.lists(WORD, min_size=1, max_size=6))
def test_quoted_words_come_out_as_they_went_in(words: list[str]) -> None:
    text = shlex.join(["python", *words]).replace("{", "{{").replace("}", "}}")
    made = command_of(parts_of(text), {})
    assert argument_texts(made) == ["python", *words]


def argument_texts(made: Command) -> list[str]:
    assert made.command is not None
    texts = []
    for item in made.command.items:
        assert isinstance(item.value, Text | Script)
        texts.append(item.value.value)
    return texts


@given(st.text(alphabet="ab '\"\\=-./{}x$|;\n\t~#*", max_size=24))
def test_any_command_is_words_as_shlex_has_them_or_a_script(text: str) -> None:
    try:
        parts: list[Part] = parts_of(text)
    except Unfillable:
        return
    if not text.strip() or any(isinstance(part, Hole) for part in parts):
        return
    made = command_of(parts, {})
    plain = text.replace("{{", "{").replace("}}", "}")
    if made.command is None or argument_texts(made)[0] == "bash":
        assert made.shell is not None or made.command is not None
    else:
        assert argument_texts(made) == shlex.split(plain.strip().replace("\\\n", ""))


def test_holes_in_the_midst_of_a_word() -> None:
    made = command_of(parts_of("run --a={a}/${{x}}".replace("$", "D")), {"a": "param.a"})
    assert made.shell is not None  # braces are the shell's
    made = command_of(parts_of('run "--a={a}:{a}" {a}'), {"a": "param.a"})
    assert isinstance(made.command, Items)
    assert [item.value for item in made.command.items[1:]] == [
        Written('"--a=${param.a}:${param.a}"'), Written("param.a")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dependencies", "conda", "pip"),
    [
        ("[python=3.11, pip, {pip: [mlflow]}]", [], ["setuptools", "mlflow"]),
        ("[python=3.11, numpy, {pip: [mlflow]}]", ["python 3.11.*", "numpy"], ["mlflow"]),
    ],
)
def test_a_model_whose_conda_file_asks_for_more(
    dependencies: str, conda: list[str], pip: list[str], tmp_path: Path
) -> None:
    project(tmp_path, {
        "m/MLmodel": "flavors:\n  python_function:\n    env:\n      conda: conda.yaml\n      virtualenv: python_env.yaml\n",
        "m/conda.yaml": f"channels: [conda-forge]\ndependencies: {dependencies}\n",
        "m/python_env.yaml": "python: '3.11'\nbuild_dependencies: [setuptools]\ndependencies: [-r requirements.txt]\n",
        "m/requirements.txt": "mlflow\n",
    })  # fmt: skip
    made = import_spec("mlproject", tmp_path / "m", output=tmp_path / "made.envspec")
    (tmp_path / "made.envspec").write_text(made.text)
    (environment,) = compiled(tmp_path)[0]["environments"].values()
    assert [one["spec"] for one in environment.get("conda", [])] == conda
    assert [one["text"] for one in environment["pip"]] == pip
