"""`graph`: what came of what, in each of its forms."""

from __future__ import annotations

import itertools
import json
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec.actions.lineage import Edge, Lineage, Node, lineage
from envspec.actions.lineage_svg import svg_of
from envspec.actions.lineage_text import mermaid, outline
from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec


def digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


def record(
    workspace: Workspace,
    name: str,
    number: int,
    inputs: Mapping[str, tuple[str, str]],
    outputs: Mapping[str, str],
    outcome: str = "success",
) -> str:
    run = workspace.start_run(
        name, key="k", definition="{}", environment="sklearn", environment_number=number, engine="local",
        inputs={key: {"path": path, "digest": digest(letter)} for key, (path, letter) in inputs.items()},
        log="runs/{id}/log.txt",
    )  # fmt: skip
    workspace.finish_run(
        run, outcome, 0, {key: {"path": key, "digest": digest(letter)} for key, letter in outputs.items()}
    )
    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    with Workspace.open(tmp_path) as workspace:
        record(workspace, "prepare", 1, {"raw": ("data/raw.csv", "a")}, {"clean": "b"})
        train = record(workspace, "train", 2, {"clean": (".envspec/outputs/b/clean", "b")}, {"model": "c"})
        record(workspace, "train", 2, {"clean": (".envspec/outputs/b/clean", "b")}, {}, "failed")
        workspace.register_model("wine", digest("c"), run=train, output="model")
        workspace.record_deployment(
            "scorer", engine="local", handle="h", url="http://127.0.0.1:1", definition="{}", key="k",
            image_hash="", environment="sklearn", environment_number=2, models={"wine": digest("c")}, log="x",
        )  # fmt: skip
    return tmp_path


EDGES = {
    ("data:data/raw.csv", "run:prepare-1", "raw"),
    ("environment:sklearn:1", "run:prepare-1", ""),
    ("environment:sklearn:2", "run:train-2", ""),
    ("run:prepare-1", "run:train-2", "clean"),
    ("environment:sklearn:2", "run:train-3", ""),
    ("run:prepare-1", "run:train-3", "clean"),
    ("run:train-2", "model:wine:1", "model"),
    ("environment:sklearn:2", "deployment:scorer", ""),
    ("model:wine:1", "deployment:scorer", ""),
}


def test_everything_is_there_and_belongs_together(project: Path) -> None:
    with Workspace.open(project) as workspace:
        found = lineage(workspace, 30)
        assert {(edge.source, edge.target, edge.label) for edge in found.edges} == EDGES
        # The newest alone, and what the model was made of.
        few = lineage(workspace, 1)
    assert {node.name for node in few.nodes if node.kind == "run"} == {"train-3", "train-2", "prepare-1"}
    assert few.left_out == 0


@pytest.mark.slow
def test_each_form(project: Path) -> None:
    text = envspec("graph", cwd=project).stdout
    assert "data data/raw.csv" in text
    assert re.search(r"├─ run train-3  failed \(clean\)\n└?├? ?─? ?", text)
    assert "      └─ deployment scorer  http://127.0.0.1:1" in text
    chart = envspec("graph", "--format", "mermaid", cwd=project).stdout.splitlines()
    assert chart[0] == "flowchart LR"
    assert sum("-->" in line for line in chart) == len(EDGES)
    value = json.loads(envspec("graph", "--format", "json", cwd=project).stdout)
    assert {(one["from"], one["to"], one["label"]) for one in value["edges"]} == EDGES
    assert envspec("graph", "-o", "lineage.svg", cwd=project).returncode == 0
    picture = ET.fromstring((project / "lineage.svg").read_text())
    assert len(picture.findall(".//{*}path")) == len(EDGES)
    assert len(picture.findall(".//{*}g")) == len(value["nodes"])


@pytest.mark.slow
def test_of_nothing(tmp_path: Path) -> None:
    done = envspec("graph", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing has been run" in done.stderr
    png = envspec("graph", "-o", "lineage.png", cwd=tmp_path)
    assert png.returncode == 2 and "name it `lineage.svg`" in png.stderr
    assert not (tmp_path / "lineage.png").exists()


TEXTS = st.text(max_size=12)
KINDS = st.sampled_from(["data", "environment", "run", "model", "deployment"])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(KINDS, TEXTS, TEXTS), min_size=1, max_size=6, unique_by=lambda one: one[:2]), st.data()
)
def test_no_name_becomes_a_part_of_the_picture(
    things: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    nodes = tuple(Node(f"{kind}:{name}", kind, name, note) for kind, name, note in things)
    keys = st.sampled_from([node.key for node in nodes])
    edges = data.draw(st.lists(st.builds(Edge, keys, keys, TEXTS), max_size=6, unique=True))
    found = Lineage(nodes, tuple(edges))
    chart = mermaid(found).splitlines()
    assert len(chart) == 1 + len(nodes) + len(edges)
    for line in chart[1:]:
        assert re.fullmatch(
            r'    n\d+(\S+"[A-Za-z0-9 ._/<>#;-]*"\S+| -->(\|"[A-Za-z0-9 ._/#;-]*"\|)? n\d+)', line
        ), line
    ET.fromstring(svg_of(found))
    assert outline(found) is not None


def test_a_chain_of_thousands_of_runs_is_told() -> None:
    """Each run continues what the one before it left."""
    runs = [Node(f"run:r-{at}", "run", f"r-{at}") for at in range(3000)]
    edges = [Edge("environment:e:1", runs[0].key)]
    edges += [Edge(one.key, other.key) for one, other in itertools.pairwise(runs)]
    text = outline(Lineage((Node("environment:e:1", "environment", "e:1"), *runs), tuple(edges)))
    assert [line.strip(" └─") for line in text.splitlines()] == [
        "environment e:1",
        *(f"run {one.name}" for one in runs),
    ]


def test_a_chain_of_a_thousand_runs_is_drawn_soon() -> None:
    runs = [Node(f"run:r-{at}", "run", f"r-{at}") for at in range(1000)]
    edges = [Edge(one.key, other.key) for one, other in itertools.pairwise(runs)]
    begun = time.process_time()
    picture = ET.fromstring(svg_of(Lineage(tuple(runs), tuple(edges))))
    assert time.process_time() - begun < 30
    assert len(picture.findall(".//{*}g")) == 1000
