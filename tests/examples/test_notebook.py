"""The notebook of the examples, executed as Jupyter does it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.engines.free_port import free_port

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = [pytest.mark.slow, pytest.mark.index]


def test_the_road_from_an_environment_to_an_answer(tmp_path: Path) -> None:
    project = tmp_path / "wine"
    shutil.copytree(EXAMPLES / "wine", project, ignore=shutil.ignore_patterns(".envspec"))
    text = (project / "road.ipynb").read_text()
    assert "8932" in text
    notebook = nbformat.reads(text.replace("8932", str(free_port())), as_version=4)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(project)}}
    ).execute()
    shown = "".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )
    for expected in (
        "environment notebook {",
        "'notebook:1'",
        "accuracy",
        "<envspec.Model wine:1>",
        "'Healthy'",
        "cultivars",
    ):
        assert expected in shown, shown


def test_it_is_kept_without_what_it_printed() -> None:
    notebook = nbformat.read(EXAMPLES / "wine" / "road.ipynb", as_version=4)
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
