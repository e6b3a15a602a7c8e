"""Names, tags, descriptions, paths and logs that are commands for a terminal, on a real terminal: it gets none of them.

What is written into the workspace here no command of ours would write; another program, a pulled artifact, or an older
version might.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from envspec.frozen import replace
from envspec.workspace.database import Workspace
from tests.cli.terminal import Terminal
from tests.cli.test_env import BASE, locked, register

pytestmark = pytest.mark.slow

EVIL = (
    "\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\"
    "\x9b31m\x90q\x9c\u202egnp\u2066\u200f\x08\x7fEND"
)
COMMANDS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\r(?!\r*\n)"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    with Workspace.open(tmp_path) as workspace:
        for name in ("e", EVIL):
            register(
                tmp_path, name, replace(BASE, description=EVIL, tags={"t" + EVIL: EVIL}), locked(numpy="1")
            )
            register(tmp_path, name, replace(BASE, variables={"V": EVIL}, apt=(EVIL,)), locked(numpy=EVIL))
        workspace.mark_environment("e", 1, labels=["l"])
        workspace.record_image("sha256:" + "a" * 64, EVIL, EVIL, EVIL, 5, 1.0, EVIL)
        workspace.use_environment("e", 1, "sha256:" + "a" * 64, EVIL)
        (tmp_path / "w").write_text("weights")
        stored = workspace.put(tmp_path / "w")
        for name in ("train", EVIL):
            run = workspace.start_run(
                name, key=EVIL, definition=json.dumps({"command": [EVIL]}), cell={EVIL: EVIL}, environment="e",
                environment_number=1, inputs={EVIL: {"path": EVIL, "digest": "sha256:" + "3" * 64}},
                git={"branch": EVIL, "commit": EVIL, "dirty": True}, engine=EVIL, log="runs/{id}/log.txt",
            )  # fmt: skip
            outputs = {
                EVIL: {"path": EVIL, "digest": stored.digest},
                f"files/{EVIL}": {"path": EVIL, "digest": "sha256:" + "4" * 64},
            }
            workspace.finish_run(run, "success", 0, outputs, {EVIL: 1.0})
            workspace.register_model("wine", f"sha256:{len(name):064}", run=run, output=EVIL, path=EVIL, framework=EVIL,
                                     description=EVIL, tags={EVIL: EVIL})  # fmt: skip
        workspace.register_model(EVIL, stored.digest, run="train-1", output=EVIL)
        workspace.record_deployment(
            EVIL, engine="local", handle=EVIL, url=EVIL, definition="{}", environment="e", environment_number=1,
            models={EVIL: stored.digest}, log="d.log",
        )  # fmt: skip
    folder = tmp_path / ".envspec" / "runs" / "train-1"
    folder.mkdir(parents=True)
    (folder / "log.txt").write_bytes(EVIL.encode() + b"\xff\xc2\x9b31m\n")
    (folder / "metrics.jsonl").write_text(
        "".join(
            json.dumps(line) + "\n"
            for line in (
                {"metric": EVIL, "value": 1},
                {"metric": EVIL, "value": 2},
                {"parameter": EVIL, "value": EVIL},
            )
        )
    )
    (tmp_path / ".envspec" / "d.log").write_text(EVIL + "\n")
    return tmp_path


LOOKING: tuple[tuple[str, ...], ...] = (
    ("runs", "list"), ("runs", "show", "1"), ("runs", "show", "2"), ("runs", "logs", "1"), ("runs", "logs", "-f", "1"),
    ("runs", "outputs", "1"), ("runs", "compare", "1", "2", "--all"), ("runs", "show", EVIL), ("runs", "list", EVIL),
    ("runs", "show", "1", "--format", "json"), ("runs", "rerun", "1"), ("runs", "cancel", "1"),
    ("env", "list"), ("env", "show", "e:1"), ("env", "show", "e@l"), ("env", "diff", "e:1", "e:2"), ("env", "history", "e"),
    ("env", "show", EVIL), ("env", "list", "--format", "json"),
    ("models", "list"), ("models", "show", "wine"), ("models", "show", EVIL), ("models", "list", "--format", "json"),
    ("graph",), ("graph", "--format", "mermaid"), ("graph", "--format", "json"),
    ("deployments", "list"), ("deployments", "logs", EVIL), ("deployments", "list", "--format", "json"),
    ("deployments", "stop", EVIL), ("runs", "delete", "2"), ("runs", "outputs", "1", "-o", "out"),
)  # fmt: skip


def test_the_terminal_gets_no_command(project: Path) -> None:
    wrong = {}
    seen = ""
    for arguments in LOOKING:
        terminal = Terminal(*arguments, cwd=project)
        status = terminal.status()
        seen += terminal.seen
        found = COMMANDS.findall(terminal.seen)
        if found or status not in (0, 2, 3) or "Traceback" in terminal.seen:
            wrong[arguments] = (status, found, terminal.seen[-400:])
    assert not wrong, "\n".join(f"{[*map(ascii, key)]}: {value!a}" for key, value in wrong.items())
    assert seen.count("END") > 30, "the rest of the texts is shown"


def test_the_picture_and_the_diagram_hold_none_either(project: Path) -> None:
    """Files are looked at with `cat`, too."""
    terminal = Terminal("graph", "-o", "lineage.svg", cwd=project)
    assert terminal.status() == 0, terminal.seen
    terminal = Terminal("runs", "compare", "1", "2", "--svg", "metrics.svg", cwd=project)
    assert terminal.status() == 0, terminal.seen
    for name in ("lineage.svg", "metrics.svg"):
        text = (project / name).read_text(encoding="utf-8")
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", text)
