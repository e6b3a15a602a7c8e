"""The log of one build, and the installers that write into it.

What comes in are argument vectors; what goes out is their output, in the log file with secret values
masked, and as text for whoever has to say what went wrong.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from envspec.engines.masking import Masker
from envspec.engines.stopping import Stop
from envspec.lock.uv_settings import uv_environment

_PIECE = 64 * 1024


class StepFailed(Exception):  # noqa: N818 - an outcome; `failures.diagnose` makes the finding of it
    """`installer` (`uv` or `rattler`) ended with an error; `output` is what it printed, masked."""

    def __init__(self, output: str, status: int = 1, installer: str = "uv") -> None:
        self.output = output
        self.status = status
        self.installer = installer
        super().__init__(output)


class BuildLog:
    """Opens `path` anew for a build; use it in a `with`. `stop` ends the step that runs. `held` are descriptors that
    every step inherits: the build's lock, which a step then keeps when we are killed under it."""

    def __init__(
        self,
        path: Path,
        secret_values: Callable[[], Iterable[str]] = tuple,
        stop: Stop | None = None,
        held: Collection[int] = (),
    ) -> None:
        self.path = path
        self.stop = stop or Stop()
        self._held = held
        self._secret_values = secret_values
        self._file: BinaryIO

    def __enter__(self) -> BuildLog:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("wb", buffering=0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, line: str) -> None:
        """A line of our own."""
        self._file.write(Masker(self._secret_values()).whole(line).encode("utf-8", "replace") + b"\n")

    def step(self, argv: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> str:
        """Run an installer in `folder` and give its output. Raises `StepFailed`, or `Stopped`."""
        self.stop.check()
        self.write("$ " + " ".join(argv))
        masker = Masker(self._secret_values())
        output: list[bytes] = []
        with subprocess.Popen(
            argv,
            cwd=folder,
            env={**uv_environment(), "UV_NO_CONFIG": "1", **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            pass_fds=tuple(self._held),
            process_group=0,  # with what it starts itself: build backends
        ) as process:
            assert process.stdout is not None
            try:
                with self.stop.ending(lambda: os.killpg(process.pid, signal.SIGKILL)):
                    while piece := process.stdout.read(_PIECE):
                        output.append(masker.feed(piece))
                        self._file.write(output[-1])
            except BaseException:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
            output.append(masker.finish())
            self._file.write(output[-1])
        text = b"".join(output).decode("utf-8", "replace")
        if process.returncode != 0:
            raise StepFailed(text, process.returncode)
        return text
