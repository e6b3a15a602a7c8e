"""`github-actions`: what a runner does with the file, and that no text of a spec is an expression or a word of a shell."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.exporting.exported import HOSTILE, exported, project, quoted
from tests.exporting.shown import program, seen

SPEC = """
param data : path = "./data"
secret token { variable = "TOKEN" }
secret odd { file = "./t.txt" }
environment e {
    python    = ">=3.11"
    pip       = ["six", "./lib"]
    apt       = ["git", "libgomp1=1.2"]
    variables = { OMP = "1", TOKEN = secret.token }
}
environment c { conda = ["numpy"], pip = ["six"], docker { image = "debian:12" } }
environment own { managed = false, interpreter = "python3" }
run prepare {
    environment = c
    source      = "src"
    command     = ["show", inputs.data, outputs.points]
    inputs      = { data = param.data }
    outputs     = { points = "out/points.npz" }
    variables   = { ODD = secret.odd }
    timeout     = 90s
    retries     = 2
    resources   { gpu = 1 }
}
run fit {
    environment = e
    matrix      = { alpha = [0.1, 1e-7], kind = ["a b", "c'd"] }
    command     = ["show", "--alpha=${matrix.alpha}", matrix.kind, inputs.points, outputs.model]
    inputs      = { points = run.prepare.outputs.points }
    outputs     = { model = "model" }
    variables   = { KIND = "x-${matrix.kind}", POINTS = "${inputs.points}!" }
}
run report {
    environment = e
    shell       = "show \\"$ENVSPEC_INPUT_BEST\\""
    inputs      = { best = run.fit[alpha=0.1, kind="a b"].outputs.model }
}
run plain { environment = own, command = ["show"] }
deployment scorer { environment = e, source = "src", entry = "score.py" }
"""
FILES = {
    "lib/pyproject.toml": '[project]\nname = "lib"\nversion = "1"\n', "data/a.csv": "1", "t.txt": "s3cret",
    "src/score.py": "def init(): ...\ndef run(data): return data\n",
}  # fmt: skip


def valid(text: str) -> dict[str, Any]:
    """The file as JSON Schema has it (schemastore's, which `check-jsonschema` brings along)."""
    found = files("check_jsonschema.builtin_schemas.vendor").joinpath("github-workflows.json").read_text()
    document: dict[str, Any] = yaml.safe_load(text)
    jsonschema.validate(document, json.loads(found))
    return document


def evaluated(text: str, **values: str) -> str:
    """What GitHub makes of a text with expressions: string literals, and names that are given."""

    def one(match: re.Match[str]) -> str:
        literal = re.fullmatch(r"'((?:[^']|'')*)'", match[1])
        return literal[1].replace("''", "'") if literal else values[match[1]]

    return re.sub(r"\$\{\{ ('(?:[^']|'')*'|[a-z_.A-Z0-9-]+) \}\}", one, text)


def test_a_workflow_is_valid_and_does_the_runs(tmp_path: Path) -> None:
    made = exported(project(tmp_path, SPEC, **FILES), "github-actions")
    document = valid(made.text)
    jobs = document["jobs"]
    assert set(jobs) == {"prepare", "fit", "report"}
    assert (jobs["fit"]["needs"], jobs["report"]["needs"]) == (["prepare"], ["fit"])
    assert jobs["prepare"]["timeout-minutes"] == 2
    assert jobs["fit"]["strategy"]["matrix"]["include"] == [
        {"_id": "fit-alpha-0.1-kind-a-b", "alpha": "0.1", "kind": "a b"},
        {"_id": "fit-alpha-0.1-kind-c-d", "alpha": "0.1", "kind": "c'd"},
        {"_id": "fit-alpha-1e-7-kind-a-b", "alpha": "1e-7", "kind": "a b"},
        {"_id": "fit-alpha-1e-7-kind-c-d", "alpha": "1e-7", "kind": "c'd"},
    ]
    download = next(step for step in jobs["report"]["steps"] if "download" in step.get("uses", ""))
    assert download["with"] == {"name": "fit-alpha-0.1-kind-a-b-model", "path": ".envspec-inputs/best"}
    upload = next(step for step in jobs["fit"]["steps"] if "upload" in step.get("uses", ""))
    assert evaluated(upload["with"]["name"], **{"matrix._id": "X"}) == "X-model"
    uses = [step["uses"].partition("@")[0] for step in jobs["prepare"]["steps"] if "uses" in step]
    assert uses == ["actions/checkout", "mamba-org/setup-micromamba", "actions/upload-artifact"]
    told = "\n".join(made.losses)
    for part in ("`plain`: its environment is not managed", "the deployment `scorer`", "`retries` of `prepare` (`2`)",
                 "`resources.gpu` of `prepare` (`1`)", "`docker.image` of `c` (`debian:12`)",
                 "set `TOKEN` among the secrets",
                 "set `ODD` among the secrets", "`apt`: the packages are those of Ubuntu"):  # fmt: skip
        assert part in told
    assert "s3cret" not in made.text + told


def test_the_packages_of_a_job_are_those_of_the_spec(tmp_path: Path) -> None:
    jobs = valid(exported(project(tmp_path, SPEC, **FILES), "github-actions").text)["jobs"]
    write = next(step for step in jobs["fit"]["steps"] if step.get("name", "").startswith("Write"))
    assert write["env"]["TEXT"] == "six\n./lib\n"
    apt = next(step for step in jobs["fit"]["steps"] if step.get("name") == "System packages")
    assert apt["run"].endswith(" git libgomp1=1.2")
    write = next(step for step in jobs["prepare"]["steps"] if step.get("name", "").startswith("Write"))
    assert yaml.safe_load(write["env"]["TEXT"])["dependencies"] == ["numpy", "pip", {"pip": ["six"]}]


def test_a_cell_reaches_its_command_through_variables(tmp_path: Path) -> None:
    bin_ = program(tmp_path / "bin")
    folder = project(tmp_path, SPEC, **FILES)
    (job,) = [
        job for name, job in valid(exported(folder, "github-actions").text)["jobs"].items() if name == "fit"
    ]
    step = next(step for step in job["steps"] if step.get("name") == "fit")
    for row in job["strategy"]["matrix"]["include"]:
        values = {f"matrix.{key}": value for key, value in row.items()} | {"secrets.TOKEN": "s"}
        variables = {name: evaluated(value, **values) for name, value in step["env"].items()}
        variables["GITHUB_WORKSPACE"] = str(folder)
        arguments, found, _ = seen(["bash", "-e", "-c", evaluated(step["run"])], folder, bin_, variables)
        points = f"{folder}/.envspec-inputs/points/points.npz"
        assert arguments == [f"--alpha={row['alpha']}", row["kind"], points, "model"]
        assert (found["KIND"], found["POINTS"], found["TOKEN"]) == (f"x-{row['kind']}", f"{points}!", "s")


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_is_a_text(tmp_path: Path, value: str) -> None:
    bin_ = program(tmp_path / "bin")
    spec = f"""
environment e {{ pip = ["six"], variables = {{ A = {quoted(value)} }} }}
run one {{ environment = e, command = ["show", {quoted(value)}], variables = {{ B = {quoted(value)} }} }}
run two {{ environment = e, matrix = {{ k = [{quoted(value)}, "other"] }}, command = ["show", matrix.k] }}
"""
    folder = project(tmp_path, spec)
    jobs = valid(exported(folder, "github-actions").text)["jobs"]
    step = next(step for step in jobs["one"]["steps"] if step.get("name") == "one")
    variables = {name: evaluated(text) for name, text in step["env"].items()}
    arguments, found, _ = seen(["bash", "-e", "-c", evaluated(step["run"])], folder, bin_, variables)
    assert (arguments, found["A"], found["B"]) == ([value], value, value)
    row = jobs["two"]["strategy"]["matrix"]["include"]
    step = next(step for step in jobs["two"]["steps"] if step.get("name") == "two")
    for one in row:
        variables = {
            name: evaluated(text, **{"matrix.k": evaluated(one["k"])}) for name, text in step["env"].items()
        }
        assert seen(["bash", "-e", "-c", evaluated(step["run"])], folder, bin_, variables)[0] == [
            evaluated(one["k"])
        ]
    assert {evaluated(one["k"]) for one in row} == {value, "other"}


def test_a_project_below_its_repository_is_found_there(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "deep" / "er"
    inner.mkdir(parents=True)
    (inner / "pyproject.toml").write_text("[tool.envspec]\n")
    (inner / "lib").mkdir()
    (inner / "lib" / "pyproject.toml").write_text('[project]\nname = "lib"\nversion = "1"\n')
    (inner / "a.envspec").write_text(
        'environment e { pip = ["./lib"] }\nrun r { environment = e, source = "lib", command = ["x"] }\n'
    )
    steps = valid(exported(inner, "github-actions").text)["jobs"]["r"]["steps"]
    assert next(step for step in steps if "TEXT" in step.get("env", {}))["env"]["TEXT"] == "./deep/er/lib\n"
    assert steps[-1]["working-directory"] == "deep/er/lib"
