"""Files of Azure ML that are imported and exported: what an import says it carried is there again, and doing both once more
changes nothing."""

from __future__ import annotations

import contextlib
import posixpath
import re
import shlex
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rattler import MatchSpec

from envspec.actions.exporting import export
from envspec.actions.loading import load
from envspec.actions.options import Options
from envspec.exporting.interface import Export
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


def text_of(value: Any) -> str:
    """A scalar as Azure takes it, without white space that means nothing."""
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())


def same_place(source: Any, found: Any, both: tuple[Path, Path]) -> bool:
    """The same file or folder, seen from another folder; what only a cloud finds stays as it is written."""
    if re.match(r"[A-Za-z0-9+.-]+:|/", str(source)):
        return str(found) == source
    return bool(posixpath.normpath(both[0] / str(source)) == posixpath.normpath(both[1] / str(found)))


def same_packages(source: Any, found: Any, both: tuple[Path, Path]) -> bool:
    """What a conda file asks for; `pip` is written where packages of PyPI are. A file that is not there is the same one."""

    def asked(value: Any, folder: Path) -> set[str]:
        document = value if isinstance(value, dict) else yaml.safe_load((folder / value).read_text())
        listed = document.get("dependencies") or []
        pip = [re.sub(r"\s", "", text) for one in listed if isinstance(one, dict) for text in one["pip"]]
        conda = [str(MatchSpec(one)) for one in listed if isinstance(one, str)]
        return {*conda, *pip, *map(str, document.get("channels", ()))} - {"pip"}

    if isinstance(source, str) and not (both[0] / source).is_file():
        return same_place(source, found, both)
    return asked(source, both[0]) == asked(found, both[1])


def same_words(before: str, after: str) -> bool:
    """The words of a command, with the same placeholders in the same places."""
    return shlex.split(before) == shlex.split(after)


Both = tuple[Path, Path]
DIFFERENT: tuple[tuple[str, Callable[[Any, Any, Both], bool]], ...] = (
    (r"(.*\.)?conda_file", same_packages),
    (r"(inputs\..*|model|build|environment\.build|(trial|code_configuration)|)\.?(path|code)", same_place),
    (r"search_space\..*\.values", lambda one, other, _: {*map(text_of, one)} == {*map(text_of, other)}),
    (r"(trial\.)?command", lambda one, other, _: same_words(one, other)),
)
"""Keys whose value may be written in another way and mean the same; every other one has the same text."""


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no mapping, by its path of keys; a conda file is one value."""
    if isinstance(value, dict) and value and not path.endswith("conda_file"):
        for key, one in value.items():
            yield from flat(one, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def differences(source: Any, found: Any, both: Both) -> Iterator[tuple[str, Any, Any]]:
    """Where two documents differ in more than order and formatting."""
    before, after = dict(flat(source)), dict(flat(found))
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        alike = next((check for keys, check in DIFFERENT if re.fullmatch(keys, key)), None)
        if one is None or other is None:
            same = one == other
        elif alike is not None:
            same = alike(one, other, both)
        else:
            same = one == other or text_of(one) == text_of(other)
        if not same:
            yield key, one, other


def plain(text: str) -> Any:
    """As PyYAML reads it, templates too."""
    return yaml.safe_load(re.sub(r"(: )(\{\{.*)", r"\1'\2'", text))


def own_file(out: Export) -> Any:
    """The one document that is no conda file."""
    (document,) = (yaml.safe_load(text) for name, text in out.files.items() if not name.startswith("conda-"))
    return document


@pytest.mark.parametrize("there", [True, False], ids=["with its files", "alone"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem[-10:]}")
def test_import_then_export_is_the_identity(file: Path, there: bool, tmp_path: Path) -> None:
    """Up to order and formatting, whether or not the files are there that it names; nobody gives a value for anything."""
    if there:
        folder = furnished(file.read_text(), tmp_path / "first")
    else:
        folder = tmp_path / "first" / "a"
        folder.mkdir(parents=True)
        (tmp_path / "first" / ".git").mkdir()
        (folder / "file.yml").write_text(file.read_text())
    imported("azureml", folder / "file.yml")
    out = export(
        load(Options(path=folder / "made.envspec"), keep=False), "azureml", "", output=folder / "out"
    )
    written(out, folder / "out")
    assert list(differences(plain(file.read_text()), own_file(out), (folder, folder / "out"))) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem[-10:]}")
def test_once_more_is_the_same(file: Path, tmp_path: Path) -> None:
    folder = furnished(file.read_text(), tmp_path / "first")
    imported("azureml", folder / "file.yml")
    for _ in range(2):
        out = export(load(Options(path=folder / "made.envspec"), keep=False), "azureml", "", output=folder)
        spec = (folder / "made.envspec").read_text()
        written(out, folder)
        (name,) = (name for name in out.files if not name.startswith("conda-"))
        (folder / "file.yml").unlink(missing_ok=True)
        imported("azureml", folder / name)
    again = (folder / "made.envspec").read_text()
    assert without_remarks(again) == without_remarks(spec)


def without_remarks(spec: str) -> list[str]:
    return [line for line in spec.splitlines() if not line.lstrip().startswith("#")]


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
    assert document["resources"] == {"instance_type": "standard_e4s_v3", "runtime_version": "3.4.2"}
    assert "tags" not in document and out.losses == ()
    named = document.get("environment")
    inner = {"image": "a:1", "conda_file": "./conda-file-environment.yml"} if "image" in environment else None
    assert named == ("azureml:spark:3" if "spark:3" in environment else inner)
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
    assert again["resources"] == deployment["resources"]
    assert documents["endpoint-shop.yml"] == endpoint
    assert not any(loss.startswith("`compute` of `shop`") for loss in out.losses)
    assert not any("resources" in loss or "instance_type" in loss for loss in out.losses)
    written(out, folder / "out")
    assert_again(out, folder / "out")


def test_numbers_beyond_what_the_language_has_are_there_again(tmp_path: Path) -> None:
    """They are tags, and what is imported compiles."""
    folder = furnished("x: 1\n", tmp_path / "first")
    deployment = {
        "$schema": "https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json",
        "name": "blue", "endpoint_name": "shop", "instance_count": 2000, "instance_type": "Standard_DS3_v2",
        "code_configuration": {"code": "src", "scoring_script": "score.py"}, "environment": {"image": "debian:12"},
        "request_settings": {
            "request_timeout_ms": 10**12, "max_concurrent_requests_per_instance": 5000,
        },
        "liveness_probe": {"initial_delay": 10**8, "period": 10**8, "timeout": 5, "failure_threshold": 10**8},
        "resources": {"limits": {"cpu": "5m", "memory": "3Mi"}},
    }  # fmt: skip
    (folder / "file.yml").write_text(yaml.safe_dump(deployment))
    furnish(deployment, folder)
    made = imported("azureml", folder)
    assert "`replicas` is at most 1024" in str(made.report)
    assert "`timeout` is at most 24d" in str(made.report)
    assert "`memory` is at least 6MiB" in str(made.report)
    out = with_values(folder, folder / "out")
    again = yaml.safe_load(out.files["deployment-blue.yml"])
    for key in ("instance_count", "request_settings", "liveness_probe", "resources"):
        assert again[key] == deployment[key], key
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


def test_what_the_spec_says_by_now_wins_over_what_was_kept(tmp_path: Path) -> None:
    """Another environment and a folder with code, written into a spec that an import made."""
    text = (
        "command: python a.py\ncode: nothing\nenvironment: azureml://registries/r/environments/e/versions/3\n"
    )
    folder = furnished("x: 1\n", tmp_path)
    (folder / "file.yml").write_text(text)
    made = imported("azureml", folder / "file.yml").text

    def of(old: str, new: str) -> Any:
        assert old in made
        (folder / "made.envspec").write_text(made.replace(old, new))
        return yaml.safe_load(with_values(folder, folder / "out").files["job-file.yml"])

    document = of("python", "python")
    assert document["environment"] == "azureml://registries/r/environments/e/versions/3"
    assert document["code"] == "../nothing"
    assert of('"e:3"', '"e:4"')["environment"] == "azureml:e:4"
    assert of("    command", '    source = "given"\n    command')["code"] == "../given"


def test_what_is_given_a_value_wins_over_what_was_kept(tmp_path: Path) -> None:
    """A script, an environment, data and a model that somebody names, in the place of what only a cloud has."""
    folder = furnished("x: 1\n", tmp_path)
    schema = "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\n"
    (folder / "file.yml").write_text(f"{schema}name: blue\nendpoint_name: shop\nmodel: azureml:wine:3\n")
    imported("azureml", folder / "file.yml")
    deployment = yaml.safe_load(with_values(folder, folder / "out").files["deployment-blue.yml"])
    assert deployment["code_configuration"]["scoring_script"] == "score.py"
    assert deployment["environment"] == "azureml:given:1"
    assert deployment["model"] == {"name": "wine", "path": "../given"}
    data = "inputs: {data: {type: uri_folder, path: 'azureml:wine:1', mode: download}}\n"
    (folder / "file.yml").write_text(f"command: python a.py ${{{{inputs.data}}}}\n{data}")
    imported("azureml", folder / "file.yml")
    job = yaml.safe_load(with_values(folder, folder / "out").files["job-file.yml"])
    assert job["inputs"] == {"data": {"type": "uri_folder", "path": "../given"}}
