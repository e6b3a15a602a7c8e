"""What is killed by `tests.workspace.killing`: a process that uses the workspace of a project in every way, and says each
time what it begins and what it was told is done.

`python -m tests.workspace.killed_worker ROOT SEED`. A line is `begin {…}` or `done {…}`; the words are those that
`tests.workspace.whole` looks for.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from envspec.cli.outcome import run as command_line
from envspec.workspace.database import Workspace

SPEC = """edition = 1
param shade = "a"
param number = 0
environment e {
    managed     = false
    interpreter = "python3"
    variables   = { SHADE = param.shade }
}
run train {
    environment = e
    source      = "src"
    command     = ["python", "-S", "train.py", param.number, outputs.model]
    outputs     = { model = "out/model.txt" }
}
model wine { from = run.train.outputs.model }
"""
TRAIN = """
import os, sys
with open(os.environ["ENVSPEC_METRICS"], "a") as file:
    for step in range(3):
        file.write('{"metric": "loss", "value": %d, "step": %d}\\n' % (step, step))
        file.flush()
with open(sys.argv[2], "w") as file:
    file.write("model " + sys.argv[1])
print("done", flush=True)
"""


class Failed(Exception):  # noqa: N818 - it says what
    pass


def write_project(root: Path) -> None:
    (root / "src").mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.envspec]\n")
    (root / "a.envspec").write_text(SPEC)
    (root / "src" / "train.py").write_text(TRAIN)


def say(kind: str, **words: Any) -> None:
    """One write, so that a line is there whole or not at all."""
    os.write(sys.__stdout__.fileno(), f"{kind} {json.dumps(words)}\n".encode())  # type: ignore[union-attr]


def command(*arguments: str) -> str:
    """What a command that has to work said; in this process, so that most of the time is not spent with imports."""
    kept = io.BytesIO()
    said = io.TextIOWrapper(kept, encoding="utf-8", write_through=True)
    with redirect_stderr(said), redirect_stdout(said):
        status = command_line(arguments)
    text = kept.getvalue().decode()
    if status != 0:
        raise Failed(f"{arguments} ended with {status}: {text}")
    return text


def digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class Worker:
    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.chance = random.Random(seed)

    def step(self) -> None:
        self.chance.choice((*[self.register, self.mark, self.archive, self.record] * 3, *[self.run] * 3, self.build,
                            self.rerun, self.delete, self.show))()  # fmt: skip

    def register(self) -> None:
        hash_ = digest(f"version {self.chance.randrange(60)}")
        with Workspace.open(self.root) as workspace:
            say("begin", what="version", hash=hash_)
            number = workspace.register_environment("direct", hash_, "{}", "{}")
            say("done", what="version", name="direct", number=number, hash=hash_)

    def build(self) -> None:
        shade = f"s{self.chance.randrange(10**9)}"
        say("begin", what="build")
        command("build", "--set", f"shade={shade}")
        say("done", what="build", shade=shade)

    def mark(self) -> None:
        label = f"label-{self.chance.randrange(5)}"
        with Workspace.open(self.root) as workspace:
            versions = workspace.list_environments("direct", archived=True)
            if not versions:
                return
            number = self.chance.choice(versions).number
            say("begin", what="label", label=label, number=number)
            workspace.mark_environment("direct", number, labels=[label], tags={label: str(number)})
            say("done", what="label", label=label, number=number)

    def archive(self) -> None:
        with Workspace.open(self.root) as workspace:
            versions = workspace.list_environments("direct", archived=True)
            if not versions:
                return
            number, hide = self.chance.choice(versions).number, self.chance.random() < 0.5
            say("begin", what="archived", number=number, value=hide)
            (workspace.archive_environment if hide else workspace.restore_environment)("direct", number)
            say("done", what="archived", number=number, value=hide)

    def record(self) -> None:
        """A run without its program: what the end of one writes, so that this is killed more often than the wait for it."""
        content = f"weights {self.chance.randrange(10**9)}"
        file = self.root / f"w-{os.getpid()}.bin"
        file.write_text(content)
        with Workspace.open(self.root) as workspace:
            say("begin", what="run")
            run = workspace.start_run("direct", key="k", definition="{}")
            stored = workspace.put(file)
            with workspace.transaction():
                workspace.finish_run(run, "success", 0, {"model": {"path": "w", "digest": stored.digest}})
                model = workspace.register_model(
                    "direct", stored.digest, run=run, output="model", size=stored.size
                )
            say("done", what="run", id=run, digest=digest(content), model=model, name="direct")
        file.unlink()

    def run(self) -> None:
        number = self.chance.randrange(10**9)
        say("begin", what="run")
        said = command("run", "train", "--set", f"number={number}")
        self._ran(said, digest(f"model {number}"))

    def rerun(self) -> None:
        with Workspace.open(self.root) as workspace:
            known = [run for run in workspace.runs("train") if run.outcome == "success"]
        if known:
            run = self.chance.choice(known)
            output = run.outputs["model"]
            assert isinstance(output, dict)
            say("begin", what="run")
            said = command("runs", "rerun", run.id)
            if f"its outputs are those of {run.id}" not in said:
                raise Failed(said)
            self._ran(said, output["digest"])

    def _ran(self, said: str, digest: str) -> None:
        (run,) = re.findall(r"^(train-\d+): environment", said, re.MULTILINE)
        model = re.findall(r"^model wine:(\d+)$", said, re.MULTILINE)
        say("done", what="run", id=run, digest=digest, model=int(model[0]) if model else None, name="wine")

    def delete(self) -> None:
        with Workspace.open(self.root) as workspace:
            known = [run.id for run in workspace.runs(limit=10**6) if run.outcome != "running"]
        if known:
            run = self.chance.choice(known)
            say("begin", what="deleted", id=run)
            command("runs", "delete", run)
            say("done", what="deleted", id=run)

    def show(self) -> None:
        command("runs", "list")
        command("env", "list")
        command("models", "list")


def main() -> None:
    root, seed = Path(sys.argv[1]), int(sys.argv[2])
    os.chdir(root)
    worker = Worker(root, seed)
    command("runs", "list")
    say("done", what="ready")
    while True:
        worker.step()


if __name__ == "__main__":
    main()
