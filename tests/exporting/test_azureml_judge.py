"""What `envspec export azureml` writes, as Azure's own library reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from tests.engines import EngineMissingError
from tests.engines.azure_ai_ml import Judged, judge
from tests.exporting.exported import exported, project, written
from tests.exporting.test_azureml import FILES as BESIDE
from tests.exporting.test_azureml import MACHINES, SPARK, SPEC
from tests.exporting.test_azureml_again import FILES, furnished, with_values
from tests.importing.imported import imported
from tests.importing.test_azureml_model import MODEL
from tests.importing.test_azureml_pipeline import PIPELINE
from tests.importing.test_azureml_pipeline import SPARK as SPARK_JOB

pytestmark = [pytest.mark.index, pytest.mark.slow]

LOADED = {
    "job-": "job",
    "pipeline": "job",
    "environment-": "environment",
    "deployment-": "online_deployment",
    "endpoint-": "online_endpoint",
    "model-": "model",
}
"""What reads a file, by the beginning of its name."""


def judged(files: list[tuple[str, Path]]) -> list[Judged]:
    try:
        return judge(files)
    except EngineMissingError as missing:
        pytest.skip(str(missing))


def readable(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("out/*.yml")):
        kind = next((kind for start, kind in LOADED.items() if path.name.startswith(start)), None)
        assert (kind is None) == path.name.startswith("conda-")
        if kind is not None:
            yield kind, path


def test_all_that_is_written_is_read(tmp_path: Path) -> None:
    """What the corpus becomes, jobs of Spark, pipelines, machines, and a spec with everything that there is a place
    for."""
    texts = {f"{file.parent.name}-{file.stem[-10:]}": file.read_text() for file in FILES}
    texts |= {"spark": SPARK_JOB, "pipeline": PIPELINE, "model": MODEL}
    for name, text in texts.items():
        folder = furnished(text, tmp_path / name)
        try:
            imported("azureml", folder / "file.yml")
        except Failure:
            continue
        (folder / "src").mkdir(exist_ok=True)
        (folder / "src" / "titanic.py").write_text("")
        written(with_values(folder, folder / "out"), folder / "out")
    for name, spec in {"all": SPEC, "spark-submit": SPARK, "machines": MACHINES}.items():
        (tmp_path / name).mkdir()
        made = exported(project(tmp_path / name, spec, **BESIDE), "azureml", output=tmp_path / name / "out")
        for place in (".", "src"):
            (tmp_path / name / place / "m.py").write_text("")
        written(made, tmp_path / name / "out")
    files = list(readable(tmp_path))
    results = judged(files)
    sources = {
        path.parent.parent / "file.yml": kind
        for kind, path in files
        if (path.parent.parent / "file.yml").is_file()
    }
    before = judged([(kind, path) for path, kind in sources.items()])
    refused = {
        path for path, one in zip(sources, before, strict=True) if one.wrong
    }  # says no endpoint, or no environment
    wrong = {
        str(path.relative_to(tmp_path)): one.wrong
        for (_, path), one in zip(files, results, strict=True)
        if path.parent.parent / "file.yml" not in refused
    }
    assert {name: why for name, why in wrong.items() if why} == {}
    assert len(refused) < len(sources) / 3
    assert {one.kind for one in results} - {""} == {
        "Command", "Environment", "KubernetesOnlineDeployment", "KubernetesOnlineEndpoint", "ManagedOnlineDeployment",
        "ManagedOnlineEndpoint", "Model", "PipelineJob", "Spark", "SweepJob",
    }  # fmt: skip


def test_the_judge_finds_what_is_wrong(tmp_path: Path) -> None:
    head = "$schema: https://azuremlschemas.azureedge.net/latest/"
    texts = {
        "job-a.yml": f"{head}commandJob.schema.json\ntype: command\nenvironment: azureml:e:1\n",
        "job-b.yml": f"{head}sparkJob.schema.json\ntype: spark\ncode: .\nenvironment: azureml:e:1\n",
        "deployment-a.yml": f"{head}managedOnlineDeployment.schema.json\nname: a\nendpoint_name: b\ninstance_count: [x]\n",
        "endpoint-a.yml": f"{head}managedOnlineEndpoint.schema.json\nname: abc\nauth_mode: none\n",
        "environment-a.yml": f"{head}environment.schema.json\nname: a\nimage: [x]\n",
    }
    (tmp_path / "out").mkdir()
    for name, text in texts.items():
        (tmp_path / "out" / name).write_text(text)
    results = judged(list(readable(tmp_path)))
    assert len(results) == len(texts) and all(one.wrong for one in results)
