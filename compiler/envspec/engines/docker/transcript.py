"""What happened in a build, read from either builder's progress.

In come the lines of `docker build --progress=plain`, or the messages of the classic builder's JSON stream;
out come the build's steps with their output, the one that failed, and a line for people as each step begins.
Both builders end in the same values, so that `build_failure` need not know which one it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from envspec.frozen import Mutable, field, mutable
from envspec.lazy_pattern import lazy_pattern

_VERTEX = lazy_pattern(r"#(\d+) (.*)", re.DOTALL)
_TIMED = lazy_pattern(r"\d+\.\d+ ?(.*)", re.DOTALL)
_NOTHING_NEW = lazy_pattern(
    r"(sha256:[0-9a-f]{64}( .*)?|DONE( .*)?|CACHED|CANCELED|\.\.\.|resolve .*|extracting .*)"
)
_STEP_NUMBER = lazy_pattern(r"\[(?:[^\]]*? )?\d+/\d+\] ")
_CLASSIC_STEP = lazy_pattern(r"(?:Step \d+/\d+ |(?:\[\d+/\d+\] )?STEP \d+/\d+): (.*)", re.DOTALL)
"""As Docker's classic builder writes it, and podman."""
_CLASSIC_NOISE = lazy_pattern(
    r"\s*(--->?.*|Removing intermediate container .*|Successfully (built|tagged) .*)"
)
_WORTH_SAYING = lazy_pattern(r"\[(?!internal)|exporting to|[A-Z]+ (?!dev\.envspec\.)")
_COLOUR = lazy_pattern(r"\x1b\[[0-9;]*m")


@mutable
class Step(Mutable):
    """One instruction (`RUN pip install …`) or a thing the builder does itself (`[internal] load …`)."""

    name: str
    output: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def instruction(self) -> str:
        """The instruction without the builder's `[stage 2/5] `."""
        return _STEP_NUMBER.sub("", self.name, count=1)


class Transcript:
    """Feed it lines (`buildkit_line`) or messages (`classic_message`); then look at `failed` and `error`."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.steps: list[Step] = []
        self.loose: list[str] = []
        self.error = ""
        self.image_id = ""
        self._say = say
        self._by_number: dict[str, Step] = {}
        self._unfinished = ""

    @property
    def failed(self) -> Step | None:
        """The step that went wrong, None when the build did, before or after its steps."""
        return next((step for step in self.steps if step.error), None)

    def buildkit_line(self, line: str) -> None:
        """One line of plain progress: `#7 [base 2/4] RUN …`, `#7 0.25 output`, `#7 ERROR: …`, or loose."""
        found = _VERTEX.fullmatch(line)
        if found is None:
            if line.strip():
                self.loose.append(line)
            return
        number, rest = found.groups()
        step = self._by_number.get(number)
        if step is None:
            step = self._by_number[number] = self._begin(rest)
        elif rest.startswith("ERROR: "):
            step.error = rest.removeprefix("ERROR: ")
        elif timed := _TIMED.fullmatch(rest):
            step.output.append(timed[1])
        elif rest != step.name and not _NOTHING_NEW.fullmatch(rest):
            step.output.append(rest)

    def buildkit_end(self, status: int) -> None:
        """The command ended with `status`; what it said last outside any step is the error."""
        if status != 0:
            said = [line for line in self.loose if not line.startswith(("------", " > ", "----"))]
            self.error = (said[-1] if said else f"docker build ended with status {status}").removeprefix(
                "ERROR: "
            )

    def classic_message(self, message: Mapping[str, Any]) -> str:
        """One message of the JSON stream. Gives the text that belongs in the log."""
        if "error" in message or "errorDetail" in message:
            self._classic_line(self._unfinished)
            self.error = str((message.get("errorDetail") or {}).get("message") or message.get("error"))
            if self.steps:
                self.steps[-1].error = self.error
            return self.error + "\n"
        identifier = (message.get("aux") or {}).get("ID")
        if identifier:
            self.image_id = str(identifier)
        text = _COLOUR.sub("", str(message.get("stream") or ""))
        *lines, self._unfinished = (self._unfinished + text).split("\n")
        for line in lines:
            self._classic_line(line)
        if message.get("status") and not message.get("progressDetail"):
            text = f"{message['status']}\n"
        return text

    def _classic_line(self, line: str) -> None:
        begun = _CLASSIC_STEP.fullmatch(line)
        if begun is not None:
            self._begin(begun[1])
        elif line.strip() and self.steps and not _CLASSIC_NOISE.fullmatch(line):
            self.steps[-1].output.append(line)

    def _begin(self, name: str) -> Step:
        step = Step(name)
        self.steps.append(step)
        if _WORTH_SAYING.match(name):
            self._say(_short(step.instruction))
        return step


def _short(text: str, longest: int = 100) -> str:
    line = " ".join(word for word in text.split() if not word.startswith("--mount="))
    return line if len(line) <= longest else line[: longest - 1] + "…"
