"""`docs/guide.md`, followed by two people on a real Docker engine and a real registry: every file written as it is shown,
every cell of the notebook executed, every command typed in its order.

In a `console` block a line that begins with `NAME$ ` is a command that NAME types, and what follows is what it prints.
A `python` block is a cell of Anna's notebook, and the block after it, if it says no kind, what that prints. A paragraph
that ends in a name says that the block after it is that file, of whoever was the last to type.

    python -m tests.docs.guide

follows it, with engines of its own, and writes into it what was printed. A digest in a command is one that was printed
before: what it is here is known from there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docs.tutorial import BLOCK, NAMED, Write, alike, free_port_of_four_digits
from tests.engines.docker_engine import DockerEngine
from tests.engines.registry import OciRegistry

FILE = Path(__file__).parents[2] / "docs" / "guide.md"
REGISTRY, IMAGE, PORT = "127.0.0.1:5000", "python:3.11-slim", "8931"
FIRST = "anna"
_BUILT = ("envspec/prices:", "envspec/prices.1:", "envspec/estimate:")
_COMMAND = re.compile(r"^(anna|bert)\$ (.*)\n", re.MULTILINE)
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_CELLS = """
import ast, contextlib, io, json, sys

names, answers = {}, sys.stdout
for line in sys.stdin:
    body = ast.parse(json.loads(line)).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        if value is not None:
            print(repr(value))
    answers.write(json.dumps(printed.getvalue()) + "\\n")
    answers.flush()
"""


@dataclass(frozen=True)
class Type:
    """A command of `who`, or with `who` empty a cell of the notebook; what it is said to print, and where that is."""

    who: str
    command: str
    printed: str
    start: int
    end: int


def steps(text: str) -> Iterator[Write | Type]:
    """In the order of the text."""
    cell = ""
    for block in BLOCK.finditer(text):
        named = NAMED.search(text, 0, block.start())
        if cell and block["kind"] == "" and not named:
            yield Type("", cell, block["body"], block.start("body"), block.end("body"))
            cell = ""
            continue
        if cell:
            yield Type("", cell, "", 0, 0)
            cell = ""
        if block["kind"] == "console":
            yield from _commands(block["body"], block.start("body"))
        elif named:
            yield Write(named[1], block["body"])
        elif block["kind"] == "python":
            cell = block["body"]


def _commands(body: str, start: int) -> Iterator[Type]:
    found = list(_COMMAND.finditer(body))
    assert found and not body[: found[0].start()], "a console block begins with a command"
    for match, following in zip(found, [*found[1:], None], strict=True):
        end = len(body) if following is None else following.start()
        yield Type(match[1], match[2], body[match.end() : end], start + match.end(), start + end)


class Readers:
    """Two people who do just what is written: each with a home and caches of their own, and nothing in common but the
    registry and the engine. Their port, registry and base image are others than those of the text."""

    def __init__(self, home: Path, engine: DockerEngine, registry: OciRegistry) -> None:
        self.home = home.resolve()
        base = f"envspec-test/guide:{uuid.uuid4().hex[:12]}"  # what others built of their own is not found
        engine.client.images.get(engine.base).tag(base)
        self._own = {PORT: free_port_of_four_digits(), REGISTRY: registry.address, IMAGE: base}
        self._digests: dict[str, str] = {}
        self._folders = {name: self.home / name for name in ("anna", "bert")}
        self._last = FIRST
        self._engine = engine
        self._notebook: subprocess.Popen[str] | None = None
        for folder in self._folders.values():
            folder.mkdir()

    def _variables(self, who: str) -> dict[str, str]:
        return {
            **os.environ,
            **self._engine.environment,
            "HOME": str(self.home / who),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "ENVSPEC_CACHE_DIR": str(self.home / who / ".cache"),
            "PYTHONUNBUFFERED": "1",
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }

    def write(self, step: Write) -> None:
        file = self._folders[self._last] / step.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self._mine(step.text))

    def type(self, step: Type) -> str:
        """What it printed, as the text would show it."""
        if not step.who:
            return self._shown(self._cell(self._mine(step.command)))
        self._last = step.who
        if step.command.startswith("cd "):
            self._folders[step.who] /= step.command.removeprefix("cd ")
            return ""
        done = subprocess.run(
            ["bash", "-c", self._mine(step.command)],
            cwd=self._folders[step.who], env=self._variables(step.who), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False,
        )  # fmt: skip
        return self._shown(done.stdout)

    def learn(self, said: str, printed: str) -> None:
        """Which digest of the text is which here, from an answer of the text and the one that was had."""
        self._digests |= dict(zip(_DIGEST.findall(said), _DIGEST.findall(printed), strict=False))

    def digests(self, text: str) -> str:
        return _DIGEST.sub(lambda match: self._digests.get(match[0], match[0]), text)

    def _mine(self, text: str) -> str:
        for shown, own in self._own.items():
            text = text.replace(shown, own)
        return self.digests(text)

    def _shown(self, printed: str) -> str:
        # Whether the registry of the base image can be reached is this machine's affair.
        printed = re.sub(r"(?m)^`\S+` is locked by its tag, .*\n", "", printed)
        for shown, own in self._own.items():
            printed = printed.replace(own, shown)
        return printed.replace(str(self.home), "/home")

    def _cell(self, code: str) -> str:
        if self._notebook is None:
            self._notebook = subprocess.Popen(
                [sys.executable, "-c", _CELLS],
                cwd=self._folders["anna"], env=self._variables("anna"), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        assert self._notebook.stdin is not None and self._notebook.stdout is not None
        self._notebook.stdin.write(json.dumps(code) + "\n")
        self._notebook.stdin.flush()
        return str(json.loads(self._notebook.stdout.readline()))

    def leave(self) -> None:
        """Stops what still serves and takes away what was built, also after a step that went wrong."""
        if self._notebook is not None and self._notebook.stdin is not None:
            self._notebook.stdin.close()
            self._notebook.wait(60)
        subprocess.run(
            [sys.executable, "-m", "envspec", "deployments", "stop", "estimate"],
            cwd=self._folders["bert"], env=self._variables("bert"), capture_output=True, check=False,
        )  # fmt: skip
        for image in self._engine.client.images.list():
            for tag in image.tags:
                if tag == self._own[IMAGE] or tag.startswith((f"{self._own[REGISTRY]}/", *_BUILT)):
                    self._engine.client.images.remove(tag, force=True)


def even(printed: str) -> str:
    """What two machines have in common; columns are as wide as what they hold."""
    printed = re.sub(
        r"(?m)^(?:usage|run +seconds) .*\n", "", alike(printed)
    )  # which memory and time a run took
    printed = re.sub(r"\b\d+ more are the same", "N more are the same", printed)
    return re.sub(r"(?m) +$", "", re.sub(r" {2,}", "  ", re.sub(r"[─-]{2,}", "--", printed)))


def _main() -> None:
    from tests.engines import docker_engine
    from tests.engines.registry import serve_registry

    text = FILE.read_text(encoding="utf-8")
    new, at = [], 0
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as data:
        engine = docker_engine.acquire(os.getpid())
        with serve_registry(Path(data)) as registry:
            readers = Readers(Path(home), engine, registry)
            try:
                for step in steps(text):
                    if isinstance(step, Write):
                        readers.write(step)
                        continue
                    printed = readers.type(step)
                    readers.learn(step.printed, printed)
                    if step.end:
                        same = even(printed) == even(step.printed)
                        new += [text[at : step.start], step.printed if same else printed]
                        at = step.end
                        if not same:
                            print(f"{step.who}$ {step.command}\n{printed}", flush=True)
            finally:
                readers.leave()
                docker_engine.release(os.getpid())
    FILE.write_text("".join(new) + text[at:], encoding="utf-8")


if __name__ == "__main__":
    _main()
