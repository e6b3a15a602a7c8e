"""Files of Azure ML that are imported and exported: what an import says it carried is there again, and doing both once more
changes nothing."""

from __future__ import annotations

import contextlib
import posixpath
import re
import shlex
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from envspec.actions.exporting import export
from envspec.actions.loading import load
from envspec.actions.options import Options
from envspec.diagnostics import Failure
from envspec.exporting.interface import Export
from envspec.importing.report import Report
from envspec.resolve.params import Given
from tests.exporting.exported import exported, project, written
from tests.exporting.test_azureml import FILES as BESIDE
from tests.exporting.test_azureml import SPEC
from tests.importing.imported import CORPUS, imported
from tests.importing.test_azureml_pipeline import SPARK

FILES = sorted(CORPUS.glob("azureml/*/*"))
SCORE = "def init(): ...\ndef run(data): return data\n"
CONDA = "name: c\nchannels: [conda-forge]\ndependencies: [python=3.10, numpy, pip, {pip: [six]}]\n"
PLACES = ("path", "code", "conda_file")
BASE = "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04:latest"


def furnish(node: Any, folder: Path) -> None:
    """Makes the files and folders that a file of Azure ML names."""
    for key, value in node.items() if isinstance(node, dict) else ():
        local = isinstance(value, str) and not re.match(r"azureml:|/|.*(://|\{\{|\n)", value)
        if local and key in ("code", "path"):
            (folder / value).mkdir(parents=True, exist_ok=True)
        elif local and key == "conda_file":
            (folder / value).parent.mkdir(parents=True, exist_ok=True)
            (folder / value).write_text(CONDA)
        elif key == "build":
            (folder / value["path"]).mkdir(parents=True, exist_ok=True)
            (folder / value["path"] / "Dockerfile").write_text("FROM debian:12\n")
        elif key == "code_configuration":
            (folder / value["code"]).mkdir(parents=True, exist_ok=True)
            (folder / value["code"] / value["scoring_script"]).write_text(SCORE)
        furnish(value, folder)


def furnished(text: str, root: Path) -> Path:
    """The file, deep in a project that has what it names."""
    (root / ".git").mkdir(parents=True)
    folder = root / "a" / "b" / "c"
    folder.mkdir(parents=True)
    (folder / "file.yml").write_text(text)
    with contextlib.suppress(yaml.YAMLError, TypeError):  # a template
        furnish(yaml.safe_load(text), folder)
    (folder / "given").mkdir()
    for place in (folder, folder / "given"):
        (place / "score.py").write_text(SCORE)
    return folder


def with_values(folder: Path, output: Path) -> Export:
    """Exported with a value for every param that has none."""
    path = folder / "made.envspec"
    known = {"path": "given", "integer": "1", "number": "1", "boolean": "true"}
    own = {"entry": "score.py", "environment": "given:1"}
    given: dict[str, Given] = {}
    for name, kind in re.findall(
        r"^param ([a-z0-9_-]+) *: *([a-z]+)\b(?! *=)", path.read_text(), re.MULTILINE
    ):
        given[name] = Given(own.get(name) or known.get(kind, "x"), "test", folder=str(folder))
    return export(load(Options(path=path, given=given), keep=False), "azureml", "", output=output)


def carried(report: Report) -> Iterator[tuple[str, str, str]]:
    """Path of keys, value and what became of it, of what came over as it was in the file itself."""
    for line in report.lines:
        key, colon, value = line.what.partition(": ")
        if line.outcome == "carried" and line.file == "file.yml" and colon and re.fullmatch(r"[\w$.-]+", key):
            yield key, value, line.became


def at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def same(key: str, written: str, value: Any, before: Path, after: Path) -> bool:
    """Whether a value means the same; places are those of two folders."""
    if key.rpartition(".")[2] in PLACES and "://" not in written:
        return posixpath.normpath(before / written) == posixpath.normpath(after / str(value))
    if key.rpartition(".")[2] == "command":
        return alike(written, str(value))
    if isinstance(value, bool):
        return written.lower() == str(value).lower()
    text = " ".join(str(value).split())
    return text.startswith(written[:-1]) if written.endswith("…") else text == written


def alike(before: str, after: str) -> bool:
    """Whether two commands have the same words; anything may stand where one had a placeholder, because a param is filled
    in."""
    kept = before.rpartition(" ")[0] if before.endswith("…") else before
    words = shlex.split(re.sub(r"\$\{\{.*?\}\}", "HOLE", kept))
    others = shlex.split(re.sub(r"\$\{\{.*?\}\}", "FILLED", after))
    pairs = zip(words, others, strict=not before.endswith("…"))
    return all(re.fullmatch(re.escape(one).replace("HOLE", ".*"), other) for one, other in pairs)


def expected(key: str, became: str) -> bool:
    """Whether a key that was carried is looked for under its own name: a literal has become a param, which is filled in,
    and names and kinds are looked at elsewhere."""
    return not (
        became.startswith("param ")
        or key in ("$schema", "type", "name", "display_name", "os_type")
        or key.startswith(("search_space.", "sampling_algorithm", "traffic."))
        or key.endswith((".type", ".optional", ".success_threshold"))
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem[-10:]}")
def test_what_was_carried_is_there_again(file: Path, tmp_path: Path) -> None:
    folder = furnished(file.read_text(), tmp_path / "first")
    try:
        made = imported("azureml", folder / "file.yml")
    except Failure:
        pytest.skip("it cannot be imported")
    out = with_values(folder, folder / "out")
    documents = {name: yaml.safe_load(text) for name, text in out.files.items()}
    kind = file.parent.name
    if kind == "endpoint":
        return  # an endpoint is a secret in a spec, and comes back with a deployment
    kept = [
        name
        for name in documents
        if name.startswith(
            {"job": ("job-", "pipeline"), "deployment": "deployment-"}.get(kind, "environment-")
        )
    ]
    left_out = [
        line
        for line in made.report.lines
        if line.outcome == "dropped" and line.what.startswith("deployment ")
    ]
    if left_out:
        assert not kept
        return
    (name,) = kept[:1] if kind == "environment" else kept
    document = documents[name]
    inner = {**document, **document.get("trial", {})}
    for key, value, became in carried(made.report):
        if key.startswith("environment."):
            name = document["environment"].removeprefix("file:")
            found = at(documents[name], key.removeprefix("environment."))
            assert same(key, value, found, folder, folder / "out"), (key, value, found)
        elif expected(key, became):
            found = at(document, key.removeprefix("trial.")) or at(inner, key.removeprefix("trial."))
            assert same(key, value, found, folder, folder / "out"), (key, value, found)
    source = yaml.safe_load(file.read_text())
    for variable, value in (source.get("environment_variables") or {}).items():
        told = [line for line in made.report.lines if variable in line.what and line.outcome != "carried"]
        assert told or document["environment_variables"][variable] == str(value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem[-10:]}")
def test_once_more_is_the_same(file: Path, tmp_path: Path) -> None:
    folder = furnished(file.read_text(), tmp_path / "first")
    try:
        imported("azureml", folder / "file.yml")
    except Failure:
        pytest.skip("it cannot be imported")
    once = with_values(folder, folder / "out")
    if not once.files:
        pytest.skip("nothing of it is a block")
    written(once, folder / "out")
    for text in once.files.values():
        furnish_again(yaml.safe_load(text), folder / "out")
    assert_again(once, folder / "out")


def furnish_again(document: Any, folder: Path) -> None:
    """What a file of ours names is there already, but for models and inputs that were given a value."""
    for key in ("code", "code_configuration"):
        value = document.get(key)
        assert value is None or (folder / (value if isinstance(value, str) else value["code"])).is_dir()


def assert_again(once: Export, folder: Path, without: Collection[str] = ()) -> None:
    """Each job by itself, the others together: imported and exported, they give the same files."""
    for name in once.files:
        if name.startswith(("job-", "pipeline")) and name not in without:
            (folder / "made.envspec").unlink(missing_ok=True)
            imported("azureml", folder / name)
            again = with_values_of(folder)
            assert again.files[name] == once.files[name], name
    if any(name.startswith("deployment-") for name in once.files):
        imported("azureml", folder)
        again = with_values_of(folder)
        for name in once.files:
            if name.startswith(("deployment-", "endpoint-", "conda-")):
                assert again.files.get(name) == once.files[name], name
    for name in once.files:
        if name.startswith("environment-"):
            imported("azureml", folder / name)
            again = with_values_of(folder)
            assert again.files[name] == once.files[name], name


def with_values_of(folder: Path) -> Export:
    (folder / "given").mkdir(exist_ok=True)
    (folder / "given" / "score.py").write_text(SCORE)
    return with_values(folder, folder)


SPARK_ENVIRONMENTS = (
    "",
    "environment: {image: 'a:1', conda_file: {channels: [conda-forge], dependencies: [pyspark]}}\n",
    "environment: azureml:spark:3\n",
)


@pytest.mark.parametrize("environment", SPARK_ENVIRONMENTS, ids=["none", "own", "registered"])
def test_a_spark_job_is_one_again(environment: str, tmp_path: Path) -> None:
    """With the environment of Azure, one of its own, and one of the workspace: all that was carried, and the machine."""
    more = "conf:\n  spark.driver.memory: 1g\n  spark.executor.cores: 2\n"
    more += "".join(f"  spark.dynamicAllocation.{key}Executors: 2\n" for key in ("min", "max"))
    text = SPARK.replace("conf:\n", more) + environment
    folder = furnished(text, tmp_path / "first")
    made = imported("azureml", folder / "file.yml")
    out = with_values(folder, folder / "out")
    (name,) = (name for name in out.files if name.startswith("job-"))
    source, document = yaml.safe_load(text), yaml.safe_load(out.files[name])
    for key in ("$schema", "type", "entry", "py_files", "jars", "outputs"):
        assert document[key] == source[key], key
    kept = {key: value for key, value in source["conf"].items() if not key.startswith("fs.azure")}
    assert document["conf"] == {**kept, "spark.executor.memory": "2g"}
    assert shlex.split(document["args"]) == shlex.split(source["args"])
    assert document["inputs"]["titanic"]["mode"] == "direct"
    version = "3.4.2" if environment else "3.4"  # what the environment brings has two numbers
    assert document["resources"] == {"instance_type": "standard_e4s_v3", "runtime_version": version}
    assert "tags" not in document and out.losses == ()
    named = document.get("environment")
    assert named == (None if not environment else "azureml:spark:3" if "spark:3" in environment else named)
    assert any(name.startswith("environment-") for name in out.files) == ("image" in environment)
    assert {line.what: line.outcome for line in made.report.lines}["entry.file: titanic.py"] == "carried"
    written(out, folder / "out")
    assert_again(out, folder / "out")


def test_a_deployment_on_kubernetes_is_one_again(tmp_path: Path) -> None:
    """With its endpoint, from one folder: what it may use, and the name of its instance type."""
    folder = furnished("x: 1\n", tmp_path / "first")
    schemas = "https://azuremlschemas.azureedge.net/latest/kubernetesOnline"
    deployment = {
        "$schema": f"{schemas}Deployment.schema.json", "name": "blue", "type": "kubernetes", "endpoint_name": "shop",
        "code_configuration": {"code": "src", "scoring_script": "score.py"}, "environment": {"image": "debian:12"},
        "instance_type": "defaultinstancetype", "instance_count": 2, "tags": {"team": "x"},
        "resources": {
            "requests": {"cpu": "0.5", "memory": "1.5Gi", "nvidia.com/gpu": 1},
            "limits": {"cpu": "500m", "memory": "1536Mi", "nvidia.com/gpu": "1"},
        },
    }  # fmt: skip
    endpoint = {
        "$schema": f"{schemas}Endpoint.schema.json",
        "name": "shop",
        "auth_mode": "key",
        "compute": "azureml:k",
    }
    (folder / "file.yml").write_text(yaml.safe_dump(deployment))
    furnish(deployment, folder)
    (folder / "endpoint.yml").write_text(yaml.safe_dump(endpoint))
    made = imported("azureml", folder)
    outcomes = {line.outcome for line in made.report.lines if line.what.startswith("resources.")}
    assert outcomes == {"carried"}
    out = with_values(folder, folder / "out")
    documents = {name: yaml.safe_load(text) for name, text in out.files.items()}
    again = documents["deployment-blue.yml"]
    for key in ("$schema", "name", "type", "endpoint_name", "instance_type", "instance_count", "tags"):
        assert again[key] == deployment[key], key
    quantities = {"cpu": "0.5", "memory": "1536Mi", "nvidia.com/gpu": "1"}
    assert again["resources"] == {"requests": quantities, "limits": quantities}
    assert {**documents["endpoint-shop.yml"], "compute": "azureml:k"} == endpoint
    assert any(loss.startswith("`compute` of `shop`") for loss in out.losses)
    assert not any("resources" in loss or "instance_type" in loss for loss in out.losses)
    written(out, folder / "out")
    assert_again(out, folder / "out")


def test_what_we_write_is_read_again(tmp_path: Path) -> None:
    """The spec of the other test, with everything that Azure has a place for: only what a script reads from variables
    takes a second round until it stands still."""
    folder = project(tmp_path, SPEC, **BESIDE)
    once = exported(folder, "azureml", output=folder / "out")
    written(once, folder / "out")
    jobs = {name for name in once.files if name.startswith("job-")}
    assert_again(once, folder / "out", without=jobs)
    for name in jobs:
        imported("azureml", folder / "out" / name)
        twice = with_values_of(folder / "out")
        (again,) = [one for one in twice.files if one.startswith("job-")] if "odd" not in name else [name]
        written(twice, folder / "out")
        imported("azureml", folder / "out" / again)
        assert with_values_of(folder / "out").files[again] == twice.files[again]
