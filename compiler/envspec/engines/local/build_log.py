"""The log of one build, and the installers that write into it.

What comes in are argument vectors; what goes out is their output, in the log file with secret values
masked, and as text for whoever has to say what went wrong.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from envspec.engines.masking import Masker
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
    """Opens `path` anew for a build; use it in a `with`."""

    def __init__(self, path: Path, secret_values: Callable[[], Iterable[str]] = tuple) -> None:
        self.path = path
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
        """Run an installer in `folder` and give its output. Raises `StepFailed`."""
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
        ) as process:
            assert process.stdout is not None
            try:
                while piece := process.stdout.read(_PIECE):
                    output.append(masker.feed(piece))
                    self._file.write(output[-1])
            except BaseException:
                process.kill()
                raise
            output.append(masker.finish())
            self._file.write(output[-1])
        text = b"".join(output).decode("utf-8", "replace")
        if process.returncode != 0:
            raise StepFailed(text, process.returncode)
        return text
