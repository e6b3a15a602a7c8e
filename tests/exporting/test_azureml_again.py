"""Files of Azure ML that are imported and exported: what an import says it carried is there again, and doing both once more
changes nothing."""

from __future__ import annotations

import contextlib
import posixpath
import re
import shlex
from collections.abc import Callable, Collection, Iterator, Sequence
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


def with_values(folder: Path, output: Path, files: Collection[str] = ()) -> Export:
    """Exported with a value for every param that has none: a folder for data, but for those in `files`."""
    path = folder / "made.envspec"
    known = {"path": "given", "integer": "1", "number": "1", "boolean": "true"}
    own = {"entry": "score.py", "environment": "given:1"}
    given: dict[str, Given] = {}
    for name, kind in re.findall(
        r"^param ([a-z0-9_-]+) *: *([a-z]+)\b(?! *=)", path.read_text(), re.MULTILINE
    ):
        value = "given/score.py" if name in files else own.get(name) or known.get(kind, "x")
        given[name] = Given(value, "test", folder=str(folder))
    return export(load(Options(path=path, given=given), keep=False), "azureml", "", output=output)


def at(document: Any, path: Sequence[str]) -> Any:
    """What is at a path of keys, some of which have dots in them."""
    if not path:
        return document
    for length in range(len(path), 0, -1):
        key = ".".join(path[:length])
        if isinstance(document, dict) and key in document:
            return at(document[key], path[length:])
    return None


def text_of(value: Any) -> str:
    """A scalar as Azure takes it."""
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())


def same_place(source: Any, found: Any, both: tuple[Path, Path]) -> bool:
    """The same file or folder, seen from another folder; what only a cloud finds stays as it is written."""
    if re.match(r"azureml:|[a-z]+://", str(source)):
        return str(found) == source
    return posixpath.normpath(both[0] / str(source)) == posixpath.normpath(both[1] / str(found))


def same_packages(source: Any, found: Any, both: tuple[Path, Path]) -> bool:
    """What a conda file asks for; `pip` is written where packages of PyPI are."""

    def asked(value: Any, folder: Path) -> set[str]:
        document = value if isinstance(value, dict) else yaml.safe_load((folder / value).read_text())
        listed = document.get("dependencies") or []
        pip = [text for one in listed if isinstance(one, dict) for text in one["pip"]]
        return {
            re.sub(r"\s", "", text) for text in [*filter(lambda one: isinstance(one, str), listed), *pip]
        } - {"pip"}

    return asked(source, both[0]) == asked(found, both[1])


def same_schema(source: Any, found: Any, both: tuple[Path, Path]) -> bool:
    """The kind of file, at whatever address; a component that is run is a job."""
    kinds = [str(one).rpartition("/")[2].lower().replace("component", "job") for one in (source, found)]
    return kinds[0] == kinds[1]


DIFFERENT: tuple[tuple[str, Callable[[Any, Any, tuple[Path, Path]], bool]], ...] = (
    (r"\$schema|environment\.\$schema", same_schema),
    (r"(.*\.)?conda_file", same_packages),
    (r"(.*\.)?(path|code|build\.path)", same_place),
    (r"search_space\..*\.values", lambda source, found, _: {*map(text_of, source)} == {*map(text_of, found)}),
    (r"(trial\.)?command", lambda source, found, _: alike(source, str(found))),
    (
        r"(trial\.)?environment",
        lambda source, found, both: found == source or (both[1] / found.removeprefix("file:")).is_file(),
    ),
    (
        r"(.*\.)?os_type",
        lambda source, found, _: (source.lower(), found) == ("linux", None),
    ),  # which every image is for
    (
        r".*_probe\.success_threshold",
        lambda source, found, _: (source, found) == (1, None),
    ),  # which is Azure's own
    (
        r"type",
        lambda source, found, _: found == source or (source, found) == ("managed", None),
    ),  # as the schema says
)
"""Keys whose value may be written in another way and mean the same; every other one is the same text."""


def lines_of(report: Report) -> Iterator[tuple[str, str]]:
    """Path of keys and what became of it, of everything in the file itself that is said to have come over as it was."""
    for line in report.lines:
        if line.outcome == "carried" and line.file == "file.yml":
            yield line.what.partition(": ")[0], line.became


def literal(value: Any) -> bool:
    """Whether a value is one that a shell reads as one word: then the input is there again."""
    return (
        not isinstance(value, (dict, list))
        and re.fullmatch(r"[A-Za-z0-9_.,:+/@%=-]+", text_of(value)) is not None
    )


def alike(before: str, after: str) -> bool:
    """Whether two commands have the same words; anything may stand where one had a placeholder, because a param is filled
    in."""
    kept = before.rpartition(" ")[0] if before.endswith("…") else before
    words = shlex.split(re.sub(r"\$\{\{.*?\}\}", "HOLE", kept))
    others = shlex.split(re.sub(r"\$\{\{.*?\}\}", "FILLED", after))
    pairs = zip(words, others, strict=not before.endswith("…"))
    return all(re.fullmatch(re.escape(one).replace("HOLE", ".*"), other) for one, other in pairs)


def where(key: str, source: Any, documents: dict[str, Any]) -> list[tuple[Any, Sequence[str]]]:
    """Files that could hold a key of the source, with the path of keys there."""
    path = key.split(".")
    if path[0] == "search_space":  # names of a matrix are lower-case
        path[1] = path[1].lower()
    main = [one for name, one in documents.items() if name.startswith(("job-", "pipeline", "deployment-"))]
    environments = [one for name, one in documents.items() if name.startswith("environment-")]
    if not main and path[0] == "model":  # of a deployment that is left out
        return [(one, path[1:]) for name, one in documents.items() if name.startswith("model-")]
    inside = path[0] == "environment" and isinstance(source.get("environment"), dict)
    in_trial = path[:2] == ["trial", "environment"] and isinstance(source["trial"].get("environment"), dict)
    if (inside and len(path) > 1) or in_trial:
        return [(one, path[1 + in_trial :]) for one in environments]
    return [(one, path) for one in main or environments]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem[-10:]}")
def test_what_was_carried_is_there_again(file: Path, tmp_path: Path) -> None:
    """The value of every key that the report calls carried, as PyYAML reads it before and after. A literal input that has
    become a param is a literal input again, or is filled in where a shell would read its value as several words."""
    folder = furnished(file.read_text(), tmp_path / "first")
    try:
        made = imported("azureml", folder / "file.yml")
    except Failure:
        pytest.skip("it cannot be imported")
    source = yaml.safe_load(re.sub(r"(: )(\{\{.*)", r"\1'\2'", file.read_text()))  # templates too
    inputs = source.get("inputs", {}).items()
    files = [key for key, one in inputs if isinstance(one, dict) and one.get("type") == "uri_file"]
    once = with_values(folder, folder / "out", files)
    written(once, folder / "out")
    documents = {name: yaml.safe_load(text) for name, text in once.files.items()}
    kept = list(lines_of(made.report))
    if file.parent.name == "endpoint":  # a secret in a spec, which comes back with a deployment
        assert (documents, kept) == ({}, [("$schema", "secret")])
        return
    left_out = any(
        line.outcome == "dropped" and line.what.startswith("deployment ") for line in made.report.lines
    )
    assert left_out == (
        file.parent.name == "deployment" and not any(name.startswith("deployment-") for name in documents)
    )
    for key, became in kept:
        if left_out and key in ("$schema", "environment"):
            continue
        if key == "environment" and "trial" in source:  # told without the trial that it is in
            key = "trial.environment"
        value = at(source, key.split("."))
        assert value is not None, key
        if became.startswith("param "):
            name = key.removeprefix("inputs.").partition(".")[0]
            uses = f"inputs.{name}}}}}" in str(source.get("command") or source["trial"]["command"])
            assert not uses or text_of(value) in str(documents), key
            if uses and literal(value) and "trial" not in source and "spark" not in str(source.get("type")):
                jobs = [one for one in documents.values() if f"inputs.{name}}}}}" in str(one.get("command"))]
                assert [text_of(one["inputs"][name]) for one in jobs] == [text_of(value)], key
        elif isinstance(value, dict) and "conda_file" not in key:  # its keys have lines of their own
            assert became.startswith(("environment ", "variables", "inputs", "outputs")), (key, became)
        else:
            alike_ = next((check for keys, check in DIFFERENT if re.fullmatch(keys, key)), None)
            found = [at(document, path) for document, path in where(key, source, documents)]
            both = (folder, folder / "out")
            assert any(
                alike_(value, one, both)
                if alike_ is not None
                else one == value or text_of(one) == text_of(value)
                for one in found
            ), (key, value, found)
    for variable, value in (source.get("environment_variables") or {}).items():
        told = [line for line in made.report.lines if variable in line.what and line.outcome != "carried"]
        values = [at(one, ["environment_variables", variable]) for one in documents.values()]
        assert told or left_out or str(value) in values


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


@pytest.mark.parametrize("schema", ["command", "sweep", "spark"])
@pytest.mark.parametrize("cluster", [False, True])
def test_the_machine_of_a_job_is_there_again(schema: str, cluster: bool, tmp_path: Path) -> None:
    """The kind of machine, or else the name of a cluster; one is not taken for the other."""
    text = f"$schema: https://azuremlschemas.azureedge.net/latest/{schema}Job.schema.json\n"
    trial = {"command": "python train.py ${{search_space.x}}", "environment": "azureml:e:1"}
    document: dict[str, Any] = {
        "command": {"command": "python train.py", "environment": "azureml:e:1"},
        "sweep": {"trial": trial, "search_space": {"x": {"type": "choice", "values": [1, 2]}}},
        "spark": {"entry": {"file": "train.py"}, "code": "src", "environment": "azureml:e:1"},
    }[schema]
    machine = {"compute": "azureml:ours"} if cluster else {"resources": {"instance_type": "Standard_NC6"}}
    (document["trial"] if schema == "sweep" and not cluster else document).update(machine)
    folder = furnished(text + yaml.safe_dump(document), tmp_path / "first")
    imported("azureml", folder / "file.yml")
    out = with_values(folder, folder / "out")
    (job,) = (yaml.safe_load(one) for name, one in out.files.items() if name.startswith("job-"))
    inner = job["trial"] if schema == "sweep" else job
    assert job["$schema"].endswith(f"/{schema}Job.schema.json")
    assert job.get("compute") == ("azureml:ours" if cluster else None)
    assert inner.get("resources", {}).get("instance_type") == (None if cluster else "Standard_NC6")
    assert not any("machine" in loss for loss in out.losses)
