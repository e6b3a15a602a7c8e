"""`mlproject`: a project as MLflow reads it: its parameters are put into the command by `str.format`, then bash runs it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.exporting.exported import HOSTILE, exported, project, quoted
from tests.exporting.shown import program, seen

SPEC = """
secret token { variable = "TOKEN" }
environment e {
    python    = ">=3.11"
    pip       = ["six", "./lib"]
    apt       = ["git"]
    variables = { OMP = "1" }
}
environment c { conda = ["numpy"], pip = ["six"] }
run train {
    environment = e
    source      = "src"
    command     = ["show", inputs.data, outputs.out, matrix.alpha, "{x}"]
    inputs      = { data = "./data/a.csv" }
    outputs     = { out = "out.bin" }
    variables   = { B = "b-${matrix.alpha}", TOKEN = secret.token }
    matrix      = { alpha = [0.1, 1] }
    timeout     = 5m
}
run after {
    environment = e
    shell       = "show $ENVSPEC_INPUT_THE_BEST '{y}'"
    inputs      = { the-best = run.train[alpha=1].outputs.out }
}
run other { environment = c, command = ["show"] }
"""
FILES = {"lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n', "data/a.csv": "1", "src/x.py": ""}


def command_of(point: dict[str, Any], **given: str) -> str:
    """As MLflow makes it (`mlflow.projects._project_spec.EntryPoint`)."""
    values = {name: row.get("default") for name, row in point.get("parameters", {}).items()} | given
    text: str = point["command"]
    return text.format(**{name: shlex.quote(str(value)) for name, value in values.items()})


def test_an_mlproject_has_the_runs_of_an_environment(tmp_path: Path) -> None:
    bin_ = program(tmp_path / "bin")
    folder = project(tmp_path, SPEC, **FILES)
    made = exported(folder, "mlproject", "e", output=folder)
    document = yaml.safe_load(made.files["MLproject"])
    assert (document["name"], document["python_env"]) == ("e", "python_env.yaml")
    assert yaml.safe_load(made.files["python_env.yaml"]) == {
        "python": "3.11",
        "dependencies": ["six", "./lib"],
    }
    points = document["entry_points"]
    assert set(points) == {"train", "after"}
    assert points["train"]["parameters"] == {
        "input_data": {"type": "path", "default": "./data/a.csv"},
        "matrix_alpha": {"type": "string", "default": "0.1"},
    }
    arguments, variables, where = seen(["bash", "-c", command_of(points["train"])], folder, bin_)
    assert arguments == ["./data/a.csv", "out.bin", "0.1", "{x}"]
    assert (variables["OMP"], variables["B"], where) == ("1", "b-0.1", str(folder / "src"))
    text = command_of(points["train"], matrix_alpha="it's", input_data="/a b")
    assert seen(["bash", "-c", text], folder, bin_)[0] == ["/a b", "out.bin", "it's", "{x}"]
    text = command_of(points["after"], input_the_best="/some where")
    assert seen(["bash", "-c", text], folder, bin_)[0] == ["/some", "where", "{y}"]
    told = "\n".join(made.losses)
    for part in ("`python` (`>=3.11`)", "start it 2 times", "`timeout` of `train-alpha-0.1` (`300s`)", "`apt` (`git`)",
                 "the value of the secret `token`", "as `-P input_the_best=PATH`"):  # fmt: skip
        assert part in told


def test_conda_packages_are_in_a_conda_yaml(tmp_path: Path) -> None:
    folder = project(tmp_path, SPEC, **FILES)
    made = exported(folder, "mlproject", "c", output=folder)
    assert yaml.safe_load(made.files["MLproject"])["conda_env"] == "conda.yaml"
    assert yaml.safe_load(made.files["conda.yaml"])["dependencies"] == ["numpy", "pip", {"pip": ["six"]}]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_is_a_text(tmp_path: Path, value: str) -> None:
    bin_ = program(tmp_path / "bin")
    spec = f"""
environment e {{ pip = ["six"], variables = {{ A = {quoted(value)} }} }}
run one {{ environment = e, command = ["show", {quoted(value)}] }}
run two {{ environment = e, shell = {quoted(f"show {shlex.quote(value)}")} }}
"""
    made = exported(project(tmp_path, spec), "mlproject", output=tmp_path)
    points = yaml.safe_load(made.files["MLproject"])["entry_points"]
    for name in ("one", "two"):
        arguments, variables, _ = seen(["bash", "-c", command_of(points[name])], tmp_path, bin_)
        assert (arguments, variables["A"]) == ([value], value)
