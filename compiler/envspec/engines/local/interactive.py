"""Uses an environment directly: one command, or a shell, at the user's terminal.

Here the user's own variables stay, as after `source activate`: it is their terminal. The program has the
terminal itself, so Ctrl-C reaches it and not us.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from envspec.engines.local.program import environment_variables, find_program, not_executable

_PYTHON_OWN = (
    "PYTHONHOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "PYTHONUNBUFFERED",
)


def exec_command(location: str, argv: Sequence[str], variables: Mapping[str, str], pointer: str = "") -> int:
    """Run `argv` in the environment at `location` (a prefix or an interpreter) with `variables` on top, and
    give its status (128+N for signal N). Raises `Failure` E0813 or E0814 when it cannot start."""
    with tempfile.TemporaryDirectory(prefix="envspec-exec-") as folder:
        complete = _variables(location, variables, Path(folder))
        executable = find_program(argv, complete["PATH"], Path.cwd(), pointer)
        try:
            return _at_terminal(executable, argv, complete)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise not_executable(argv[0], pointer, reason) from error


def shell(location: str, variables: Mapping[str, str], name: str = "", pointer: str = "") -> int:
    """`$SHELL` in the environment; `name` is shown in the prompt where the shell lets us. Its status."""
    program = os.environ.get("SHELL") or "/bin/sh"
    with tempfile.TemporaryDirectory(prefix="envspec-shell-") as text:
        folder = Path(text)
        complete = _variables(location, variables, folder)
        complete["ENVSPEC_ENVIRONMENT"] = name
        executable = find_program((program,), complete["PATH"], Path.cwd(), pointer)
        argv = [program, *_prompt(Path(program).name, complete, name, folder)]
        try:
            return _at_terminal(executable, argv, complete)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise not_executable(program, pointer, reason) from error


def _variables(location: str, variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in _PYTHON_OWN}
    added = environment_variables(Path(location), folder)
    del added["PYTHONUNBUFFERED"]  # for logs; at a terminal Python does the right thing
    return {**own, **added, **variables}


def _prompt(shell_name: str, variables: dict[str, str], name: str, folder: Path) -> list[str]:
    """Options that make the shell read the user's own start file and then put the environment's `bin` first
    again (start files rewrite `PATH`) and show its name."""
    hint = f"({name}) " if name else ""
    variables["ENVSPEC_PATH"] = variables["PATH"]
    variables["ENVSPEC_PROMPT"] = hint
    if shell_name == "bash":
        start = folder / "bashrc"
        start.write_text(
            "[ -f ~/.bashrc ] && . ~/.bashrc\n"
            'PATH=$ENVSPEC_PATH\nPS1="$ENVSPEC_PROMPT$PS1"\nunset ENVSPEC_PATH ENVSPEC_PROMPT\n',
            encoding="utf-8",
        )
        return ["--rcfile", str(start), "-i"]
    if shell_name == "zsh":
        (folder / ".zshrc").write_text(
            'ZDOTDIR=${ENVSPEC_ZDOTDIR:-$HOME}\n[ -f "$ZDOTDIR/.zshrc" ] && . "$ZDOTDIR/.zshrc"\n'
            'PATH=$ENVSPEC_PATH\nPS1="$ENVSPEC_PROMPT$PS1"\n'
            "unset ENVSPEC_PATH ENVSPEC_PROMPT ENVSPEC_ZDOTDIR\n",
            encoding="utf-8",
        )
        variables["ENVSPEC_ZDOTDIR"] = variables.get("ZDOTDIR", "")
        variables["ZDOTDIR"] = str(folder)
        return ["-i"]
    variables["PS1"] = f"{hint}$ "
    return []


def _at_terminal(executable: str, argv: Sequence[str], variables: Mapping[str, str]) -> int:
    running = _Program()
    with _signals_are_the_programs(running):
        running.start(lambda: subprocess.Popen(argv, executable=executable, env=dict(variables)))
        code = running.process.wait()
    return code if code >= 0 else 128 - code


class _Program:
    """A program that gets signals, also those that came while it was being started."""

    process: subprocess.Popen[bytes]

    def __init__(self) -> None:
        self._early: list[int] = []
        self._started = False

    def start(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        """Not with signals blocked meanwhile: the program would begin with them blocked, and never hear of them."""
        self.process = start()
        self._started = True
        while self._early:
            self.process.send_signal(self._early.pop(0))

    def signal(self, number: int) -> None:
        if self._started:
            self.process.send_signal(number)
        else:
            self._early.append(number)


@contextmanager
def _signals_are_the_programs(running: _Program) -> Iterator[None]:
    """Ctrl-C and Ctrl-\\ reach the program by the terminal, what is sent to us alone (SIGTERM, SIGHUP) is passed on: we
    wait for what it makes of them. A handler, not SIG_IGN, which the program would inherit."""

    def pass_on(number: int, _frame: object) -> None:
        running.signal(number)

    handlers = {signal.SIGINT: lambda number, frame: None, signal.SIGQUIT: lambda number, frame: None}
    handlers |= {
        number: pass_on
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
