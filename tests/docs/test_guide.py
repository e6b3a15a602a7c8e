"""The guide works when two people follow it to the letter, on a real engine and a real registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.guide import FILE, Readers, Type, even, steps
from tests.docs.tutorial import Write, blocks
from tests.engines.docker_engine import DockerEngine
from tests.engines.registry import OciRegistry

TEXT = FILE.read_text(encoding="utf-8")


@pytest.mark.index
@pytest.mark.slow
def test_two_people_follow_it(tmp_path: Path, docker_engine: DockerEngine, oci_registry: OciRegistry) -> None:
    readers = Readers(tmp_path, docker_engine, oci_registry)
    try:
        for step in steps(TEXT):
            if isinstance(step, Write):
                readers.write(step)
                continue
            printed = readers.type(step)
            assert even(printed) == even(step.printed), f"{step.who}$ {step.command}\n{printed}"
            readers.learn(step.printed, printed)
    finally:
        readers.leave()


def test_it_is_the_whole_road() -> None:
    typed = [step for step in steps(TEXT) if isinstance(step, Type)]
    lines = [step.command for step in typed if step.who]
    for command in (
        "check", "plan", "run", "runs compare", "models list", "models show", "build --quiet --target docker --push",
        "env push", "models push", "env pull", "models pull", "models download", "deploy --quiet --target docker",
        "deployments invoke", "graph", "deployments stop",
    ):  # fmt: skip
        assert any(line.startswith(f"envspec {command}") for line in lines), command
    assert all("@sha256:" in line for line in lines if " pull " in line), "Bert pulls by digest"
    cells = "".join(step.command for step in typed if not step.who)
    for call in ("Environment(", ".register()", "Experiment(", "ScriptRunConfig(", ".save("):
        assert call in cells
    assert {step.who for step in typed} == {"", "anna", "bert"}


def test_every_block_is_followed() -> None:
    """Only what has to be there before the first step is not done here."""
    kinds = [kind for kind, _ in blocks(TEXT)]
    done = list(steps(TEXT))
    cells = [step for step in done if isinstance(step, Type) and not step.who]
    answers = sum(step.end > 0 for step in cells)
    files = sum(isinstance(step, Write) for step in done)
    assert kinds.count("sh") == 1
    assert len(kinds) == 1 + kinds.count("console") + files + len(cells) + answers
    assert "?" not in {step.printed.strip() for step in done if isinstance(step, Type)}


def test_what_is_compared_differs_only_where_machines_do() -> None:
    assert even("usage  memory_bytes  4.4e+07  2.9e+07\n8 more are the same") == even("7 more are the same")
    assert even("A     B\n─────\n") == even("A  B\n───────\n")
    assert even("line:1  pushed") != even("line:2  pushed")
