"""Jobs of Azure ML: real files and those that people write, against what PyYAML reads of them."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from envspec.diagnostics import Failure
from envspec.importing.report import CARRIED, CHANGED, DROPPED
from tests.importing.imported import CORPUS, compiled, imported, losses, project

JOBS = sorted((CORPUS / "azureml" / "job").iterdir())
PLACEHOLDER = re.compile(r"\$\{\{\s*(?P<kind>\w+)\.(?P<name>\w+)\s*\}\}")


def words(document: dict[str, Any]) -> list[str]:
    """The words of a command with its literals in it, as PyYAML and shlex see them; data as `<name>`."""
    body = document.get("trial", document)
    inputs = document.get("inputs", {})

    def filled(match: re.Match[str]) -> str:
        name = match["name"]
        if match["kind"] == "inputs" and not isinstance(inputs[name], dict):
            return str(inputs[name])
        return f"<{name}>"

    return [PLACEHOLDER.sub(filled, word) for word in shlex.split(body["command"])]


def shown(argument: Any) -> str:
    """A word of the compiled document, data as `<name>`."""
    if isinstance(argument, str):
        return argument
    return "".join(
        part if isinstance(part, str) else f"<{next(iter(part.values()))}>" for part in argument["join"]
    )


def the_run(document: dict[str, Any]) -> dict[str, Any]:
    (run,) = document["runs"].values()
    return run  # type: ignore[no-any-return]


@pytest.mark.parametrize("file", JOBS, ids=lambda file: file.name)
def test_a_real_job(file: Path, tmp_path: Path) -> None:
    project(tmp_path, {"src/main.py": "", "docker-context/Dockerfile": "FROM python:3.12-slim\n"})
    shutil.copy(file, tmp_path / "job.yml")
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    source = yaml.safe_load(file.read_text())
    runs = list(document["runs"].values())
    space = {name: one for name, one in source.get("search_space", {}).items() if one["type"] == "choice"}
    assert len(runs) == max([1, *(len(one["values"]) for one in space.values())])
    for run in runs:
        expected = words(source)
        found = [shown(one) for one in run["command"]]
        for name in space:
            expected = [str(run["cell"][name.lower()]) if word == f"<{name}>" else word for word in expected]
        if "C" in source.get("search_space", {}):
            expected = ["0.55" if word == "<C>" else word for word in expected]
        assert found == expected
        assert run["source"] == ("src" if "code" in source.get("trial", source) else "."), run["source"]
        assert run.get("description", "") == source.get("description", "")
        data = {name for name, one in source.get("inputs", {}).items() if isinstance(one, dict)}
        assert set(run.get("inputs", {})) == data
        assert set(run.get("outputs", {})) == set(source.get("outputs", {}))
        wanted = source.get("resources", {}).get("instance_count")
        assert run.get("resources", {}).get("nodes") == wanted
        wanted = source.get("distribution", {}).get("process_count_per_instance")
        assert run.get("resources", {}).get("processes_per_node") == wanted
        assert run.get("framework") == source.get("distribution", {}).get("type")
    told = {line.line for line in made.report.lines}
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if re.match(r"[a-z_$]+:", line) and not re.match(
            r"(inputs|outputs|limits|trial|distribution|resources|search_space):", line
        ):
            assert told & {number, number + 1, number + 2}, f"nothing is said of line {number}: {line}"


def test_a_job_with_everything(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "src/train.py": "",
            "data/a.csv": "",
            "job.yml": """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
type: command
name: Train_1
display_name: The big one
experiment_name: exp
description: Trains.
tags: {team: nlp, stage: "2"}
code: ./src
command: >
  python train.py --lr ${{inputs.lr}} --tag=${{inputs.tag}}/x
  --data ${{ inputs.train-data }}/a.csv -o '${{outputs.model}}'
inputs:
  lr: 1e-3
  tag: v1.0
  flag: true
  train-data: {type: uri_folder, path: azureml:./data, mode: ro_mount}
outputs:
  model: {type: mlflow_model, mode: rw_mount, path: azureml://datastores/x/paths/m, name: Iris, version: 2}
environment: azureml:Base:7
compute: azureml:gpu
distribution: {type: PyTorch, process_count_per_instance: 4}
resources: {instance_count: 2, instance_type: Standard_NC6, shm_size: 2g, docker_args: --ipc=host}
limits: {timeout: 5400}
environment_variables:
  WANDB_PROJECT: iris
  WANDB_API_KEY: 0123456789abcdef
  2BAD: x
  LR: "is ${{inputs.lr}}"
services:
  my_ssh: {type: ssh}
identity: {type: managed}
queue_settings: {job_tier: spot}
frobnicate: 1
""",
        },
    )
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    run = document["runs"]["train_1"]
    assert [shown(one) for one in run["command"]] == [
        "python", "train.py", "--lr", "1e-3", "--tag=v1.0/x", "--data", "<train-data>/a.csv", "-o", "<model>",
    ]  # fmt: skip
    assert run["environment"] == "Base:7"
    assert run["source"] == "src"
    assert {
        "team": "nlp", "stage": "2", "azureml.name": "Train_1", "azureml.display_name": "The big one",
        "azureml.experiment_name": "exp", "azureml.compute": "azureml:gpu", "azureml.identity": '{"type": "managed"}',
        "azureml.distribution": '{"type": "PyTorch", "process_count_per_instance": 4}',
    }.items() <= run["tags"].items()  # fmt: skip
    assert run["resources"] == {
        "nodes": 2, "processes_per_node": 4, "shm_size": {"bytes": 2 * 2**30}, "machine": "Standard_NC6",
    }  # fmt: skip
    assert run["timeout"] == {"seconds": 5400}
    assert run["framework"] == "pytorch"
    assert run["variables"] == {
        "WANDB_PROJECT": "iris", "WANDB_API_KEY": {"secret": "wandb-api-key"}, "LR": "is 1e-3",
    }  # fmt: skip
    assert document["models"]["iris"] == {
        "from": {"run": "train_1", "output": "model"}, "framework": "mlflow",
    }  # fmt: skip
    assert "0123456789abcdef" not in made.text + str(made.report)
    dropped = {what: line for outcome, what, line in losses(made) if outcome == DROPPED}
    assert {"frobnicate: 1": 33, "environment_variables.2BAD": 27}.items() <= dropped.items()
    changed = {what: line for outcome, what, line in losses(made) if outcome == CHANGED}
    assert {
        "compute: azureml:gpu": 20, "services": 30, "identity": 31, "queue_settings": 32,
        "resources.docker_args: --ipc=host": 22,
    }.items() <= changed.items()  # fmt: skip


@pytest.mark.parametrize(
    ("said", "machine", "told"),
    [
        ("resources: {instance_type: Standard_DS3_v2}", "Standard_DS3_v2", "carried"),
        ("compute: azureml:gpu-cluster", "azureml:gpu-cluster", "changed"),
        ("compute: azureml:gpu\nresources: {instance_type: Standard_NC6}", "Standard_NC6", "changed"),
        ("compute: local", None, "changed"),
        ("compute: gpu", None, "changed"),
        ("compute: azureml:/subscriptions/a/b", None, "changed"),
        ("compute: azureml:${{parent.inputs.where}}", None, "dropped"),
        ("resources: {instance_type: '${{parent.inputs.size}}'}", None, "dropped"),
        ("resources: {instance_type: ''}", None, "changed"),
    ],
)
@pytest.mark.parametrize("kind", ["command", "sweep", "spark"])
def test_the_machine_of_a_job(tmp_path: Path, kind: str, said: str, machine: str | None, told: str) -> None:
    schema = f"$schema: https://azuremlschemas.azureedge.net/latest/{kind}Job.schema.json\n"
    body = {
        "command": "command: python train.py\nenvironment: azureml:e:1\n",
        "sweep": "trial: {command: 'python train.py ${{search_space.x}}', environment: azureml:e:1}\n"
        "search_space: {x: {type: choice, values: [1, 2]}}\n",
        "spark": "entry: {file: train.py}\ncode: src\nenvironment: azureml:e:1\n",
    }[kind]
    project(tmp_path, {"job.yml": f"{schema}{body}{said}\n", "src/train.py": ""})
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (run,) = list(document["runs"].values())[:1]
    assert run.get("resources", {}).get("machine") == machine
    lines = {line.what.partition(":")[0]: line for line in made.report.lines}
    line = lines["compute" if said.startswith("compute") else "resources.instance_type"]
    assert line.outcome == told


def one_job(folder: Path, command: str, inputs: str = "") -> tuple[dict[str, Any], Any]:
    """The compiled run of a job with this command, which is YAML, and the import."""
    text = f"command: {command}\nenvironment: azureml:e:1\n"
    if inputs:
        text += f"inputs:\n{inputs}"
    project(folder, {"job.yml": text, "data/x": ""})
    made = imported("azureml", folder / "job.yml")
    document, errors = compiled(folder)
    assert errors == []
    return the_run(document), made


@pytest.mark.parametrize(
    "command",
    [
        "python a.py --x 'a b' --y \"c d\"",
        r"python a.py a\ b \"q\"",
        "echo ''",
        "python -c 'print(1)'",
        "python -c \"print('x')\"",
        'julia -e "include(\\"run.jl\\")"',
        "a.exe --re '^[a-z]*$' \"back\\slash\"",
        "./run.sh ~x=1 a#b",
        "python a.py --k=v --json '{\"a\": 1}'",
    ],
)
def test_plain_commands_are_words(command: str, tmp_path: Path) -> None:
    run, made = one_job(tmp_path, yaml.safe_dump(command, width=10_000).strip().removesuffix("\n..."))
    if "~" not in command:
        assert run["command"] == shlex.split(command)
        assert not made.report.of("changed")[1:]


@pytest.mark.parametrize(
    "command",
    [
        "a | b", "a && b", "a; b", "a > out.txt", "a < in", "python *.py", "echo $HOME", "echo `date`", "a & b",
        "(a)", "X=1 python a.py", "cd src", "source env.sh", "echo \"$X\"", "ls ~/x", "a\nb", "for i in 1 2; do a; done",
        "echo {a,b}", "a 'unclosed", "# nothing", "! a", "export X=1", "ls a?b", "ls [ab]",
    ],
)  # fmt: skip
def test_what_only_a_shell_understands_is_a_script(command: str, tmp_path: Path) -> None:
    run, _ = one_job(tmp_path, yaml.safe_dump(command, default_style='"', width=10_000).strip())
    assert run["shell"].strip() == command


def test_a_script_reads_variables(tmp_path: Path) -> None:
    run, made = one_job(
        tmp_path,
        """|
  set -e
  echo start > log.txt
  for i in 1 2; do
    python a.py --lr ${{inputs.lr}} --data "${{inputs.data}}/x" '${{inputs.name}}s' \\
      "${{inputs.name}}s" ${{inputs.more}}
  done
  cat <<EOF
  $${HOME} ${X}
  EOF""",
        "  lr: 0.1\n  name: n\n  more: --a 1 --b 2\n  data: {type: uri_folder, path: data}\n",
    )
    assert run["shell"] == (
        "set -e\necho start > log.txt\nfor i in 1 2; do\n"
        '  python a.py --lr "$INPUT_LR" --data "$ENVSPEC_INPUT_DATA/x" \'\'"$INPUT_NAME"\'s\' \\\n'
        '    "${INPUT_NAME}s" $INPUT_MORE\ndone\ncat <<EOF\n$${HOME} ${X}\nEOF\n'
    )
    assert run["variables"] == {"INPUT_LR": "0.1", "INPUT_NAME": "n", "INPUT_MORE": "--a 1 --b 2"}
    assert run["inputs"] == {"data": {"path": "data"}}
    assert any("a script reads values from variables" in line.reason for line in made.report.lines)


@pytest.mark.parametrize(
    ("written", "script"),
    [
        ("a '${{inputs.x}}' | b", 'a "$INPUT_X" | b'),
        ("a 'b ${{inputs.x}}' | b", "a 'b '\"$INPUT_X\"'' | b"),
        ('a "${{inputs.x}}" | b', 'a "$INPUT_X" | b'),
        ("a ${{inputs.x}}/y | b", 'a "$INPUT_X"/y | b'),
        ('a \\"${{inputs.x}} | b', 'a \\""$INPUT_X" | b'),
        ("a $[[--y ${{inputs.y}}]] | b", "a  | b"),
        ("a ${{inputs.y}} | b", "a ${{inputs.y}} | b"),
    ],
)
def test_quotes_around_values_in_a_script(written: str, script: str, tmp_path: Path) -> None:
    run, _ = one_job(tmp_path, yaml.safe_dump(written, default_style='"').strip(), "  x: 1\n")
    assert run["shell"] == script


def test_variables_of_azure_are_told(tmp_path: Path) -> None:
    _, made = one_job(tmp_path, "torchrun --nnodes $AZUREML_NODE_COUNT a.py")
    assert any("only Azure ML sets `AZUREML_NODE_COUNT`" in line.reason for line in made.report.lines)


def test_a_script_for_bash_is_told(tmp_path: Path) -> None:
    _, made = one_job(tmp_path, "set -o pipefail && a | b")
    assert any("it is written for bash" in line.reason for line in made.report.lines)


def test_what_nothing_is_known_of_stays(tmp_path: Path) -> None:
    run, made = one_job(tmp_path, "python a.py --x ${{inputs.nope}} --y a$${{inputs.x}}", "  x: 1\n")
    assert run["command"][:4] == ["python", "a.py", "--x", "${{inputs.nope}}"] if "command" in run else True
    assert any("nothing is known of `inputs.nope`" in line.reason for line in made.report.lines)


@pytest.mark.parametrize(
    ("written", "text", "type_"),
    [
        ("1", "1", "integer"),
        ("0.2", "0.2", "number"),
        ("1.0", "1.0", "string"),
        ("5e-5", "5e-5", "string"),
        ("007", "007", "string"),
        ('"1"', "1", "string"),
        ("hello", "hello", "string"),
        ("'a \"b\" ${c}'", 'a "b" ${c}', "string"),
        ("1_000", "1_000", "string"),
        ("99999999999999999999", "99999999999999999999", "string"),
        ("-3", "-3", "integer"),
        ("[x]", None, ""),
        ("2024-01-01", "2024-01-01", "string"),
    ],
)
def test_literals_are_params_that_pass_the_same_text(
    written: str, text: str | None, type_: str, tmp_path: Path
) -> None:
    run, made = one_job(tmp_path, "a ${{inputs.x}}", f"  x: {written}\n")
    if text is None:
        assert made.spec.params == []
        return
    assert run["command"] == ["a", text]
    (param,) = made.spec.params
    kinds = {"integer": r"x = -?\d+", "number": r"x = [\d.]+", "string": r'x = ".*"'}
    assert re.fullmatch(kinds[type_], param)


def test_a_boolean_is_told(tmp_path: Path) -> None:
    run, made = one_job(tmp_path, "a ${{inputs.x}}", "  x: True\n")
    assert run["command"] == ["a", "true"]
    assert [line.reason for line in made.report.lines if line.what == "inputs.x: True"] == [
        "it is passed as `true`"
    ]


@pytest.mark.parametrize(
    ("written", "param", "passed"),
    [
        ("{type: number, default: 1.0}", "x : number = 1.0", "1"),
        ("{type: integer, default: 3}", "x = 3", "3"),
        ("{type: integer, default: 2.5}", "x : number = 2.5", "2.5"),
        ("{type: integer, default: many}", 'x = "many"', "many"),
        ("{type: string, default: 3}", 'x = "3"', "3"),
        ("{type: string, default: true}", 'x = "true"', "true"),
        ("{type: boolean, default: true}", "x = true", "true"),
        ("{type: boolean, default: 3}", "x = 3", "3"),
        (
            "{type: number, value: 0.5, description: How fast., min: 0, max: 1}",
            "x : number = 0.5  # How fast.",
            "0.5",
        ),
        ("{type: number}", "x : number", None),
        ("{type: string, optional: true}", None, None),
    ],
)
def test_declared_literals(written: str, param: str | None, passed: str | None, tmp_path: Path) -> None:
    run, made = one_job(tmp_path, "a $[[${{inputs.x}}]]", f"  x: {written}\n")
    assert made.spec.params == ([param] if param else [])
    if passed is not None:
        assert run["command"] == ["a", passed]
    elif param is None:
        assert run["command"] == ["a"]


@pytest.mark.parametrize(
    ("written", "became"),
    [
        ("{type: uri_folder, path: data}", {"path": "data"}),
        ("{path: ./data/x}", {"path": "data/x"}),
        ("{type: uri_file, path: file:./data/x}", {"path": "data/x"}),
        ("{type: uri_file, path: gone.csv}", {"path": "gone.csv"}),
        ("{type: uri_folder, path: azureml:d@latest}", None),
        ("{type: mltable, path: azureml://datastores/x/paths/y}", None),
        ("{type: uri_file, path: 'https://x.example/a.csv?sv=1&sig=abcdefgh'}", None),
        ("{type: uri_file, path: wasbs://c@a.blob.example/x}", None),
        ("{type: mlflow_model, path: runs:/1/m}", None),
        ("{type: uri_file, path: ../outside}", None),
        ("{type: uri_file, path: /abs}", None),
        ("{type: uri_file}", None),
        ("{type: strange, path: data}", {"path": "data"}),
    ],
)
def test_data(written: str, became: dict[str, str] | None, tmp_path: Path) -> None:
    run, made = one_job(tmp_path, "a --d=${{inputs.d}}", f"  d: {written}\n")
    assert shown(run["command"][1]) == "--d=<d>"
    assert run["inputs"]["d"] == (became or {"$param": "d", "type": "path"})
    assert "sig=" not in made.text + str(made.report)
    assert made.spec.params == [] if became else made.spec.params[0].startswith("d : path")


def test_names_that_are_none(tmp_path: Path) -> None:
    inputs = "  Train-Data: {path: data}\n  train_data: {path: data/x}\n  Épochs: 3\n  TRUE: 4\n"
    run, _ = one_job(tmp_path, "a ${{inputs.Train-Data}} ${{inputs.train_data}} ${{inputs.TRUE}}", inputs)
    assert run["inputs"] == {"train-data": {"path": "data"}, "train_data-2": {"path": "data/x"}}
    assert [shown(one) for one in run["command"]] == ["a", "<train-data>", "<train_data-2>", "4"]


def test_credentials_are_neither_in_the_spec_nor_in_the_report(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2c3D4e5" * 4
    project(
        tmp_path,
        {
            "job.yml": f"""\
command: python a.py --token ${{{{inputs.api_token}}}} ${{{{inputs.other}}}}
inputs: {{api_token: s3cr3t, other: {token}}}
environment: azureml:e:1
environment_variables: {{X: {token}}}
frob: {token}
compute: {token}
"""
        },
    )
    made = imported("azureml", tmp_path / "job.yml")
    assert compiled(tmp_path)[1] == []
    assert token not in made.text + str(made.report)
    assert "s3cr3t" not in made.text + str(made.report)
    project(tmp_path, {"job.yml": f"command: a {token}\nenvironment: azureml:e:1\n"})
    with pytest.raises(Failure) as caught:
        imported("azureml", tmp_path / "job.yml")
    (found,) = caught.value.diagnostics
    assert found.message.endswith(
        "its `command` is not taken: a credential is in it: pass it as a variable that is a secret"
    )
    assert token not in str(caught.value)


def test_code_that_is_not_there(tmp_path: Path) -> None:
    for code in ("nothing", "../up", "https://x.example/y", "azureml:c:1", "git@x.example:y"):
        text = f"command: a\ncode: {code}\nenvironment: azureml:e:1\n"
        project(tmp_path, {"job.yml": text})
        made = imported("azureml", tmp_path / "job.yml")
        assert ("changed", f"code: {code}", 2) in losses(made)
        assert the_run(compiled(tmp_path)[0])["tags"]["azureml.code"].endswith(code)
        assert the_run(compiled(tmp_path)[0])["source"] == "."


def test_everything_carried_is_no_loss(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "src/a.py": "",
            "job.yml": "$schema: x/commandJob.schema.json\ncode: src\ncommand: python a.py\n"
            "environment: {image: python:3.12}\n",
        },
    )
    made = imported("azureml", tmp_path / "job.yml")
    assert {line.outcome for line in made.report.lines} == {CARRIED}
    assert compiled(tmp_path)[1] == []


def test_comments_stay_where_their_lines_went(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "src/a.py": "",
            "job.yml": """\
# The job of the team.
$schema: x/commandJob.schema.json

# Where the code is.
code: src
command: |  # what runs
  # a comment of the script
  python a.py ${{inputs.n}}
# How often.
inputs:
  n: 3  # three is enough
environment:
  image: python:3.12  # an image
  conda_file:
    dependencies:
      - python=3.12  # the Python
# A cluster.
compute: azureml:c
# The end.
""",
        },
    )
    made = imported("azureml", tmp_path / "job.yml")
    assert compiled(tmp_path)[1] == []
    assert made.text.startswith("# The job of the team.\n")
    for comment in (
        "Where the code is.",
        "How often.",
        "three is enough",
        "A cluster.",
        "The end.",
        "an image",
        "the Python",
    ):
        assert made.text.count(f"# {comment}") == 1, comment
    assert "    # Where the code is.\n    source " in made.text
    assert '"python=3.12",  # the Python' in made.text
    assert "a comment of the script" in str(the_run(compiled(tmp_path)[0])["shell"])
