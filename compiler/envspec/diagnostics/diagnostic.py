"""The one type of finding, from the lexer to the failed Docker step.

A diagnostic is a value. Phases return them; only the command line turns them into text (`render/`) and into
an exit code (`exit_code`). `Failure` carries diagnostics out of code that cannot go on, such as an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from envspec.diagnostics.code import Category
from envspec.diagnostics.codes import codes
from envspec.diagnostics.span import Source, Span
from envspec.frozen import Frozen, field, frozen


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@frozen
class Label(Frozen):
    """A second place that says *why*: `first defined here`, `required by this line`."""

    span: Span
    text: str


@frozen
class Edit(Frozen):
    """Replace the characters of `span` by `text`."""

    span: Span
    text: str


@frozen
class Fix(Frozen):
    """Edits that mend the finding. `safe` means the meaning of a correct part never changes."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


@frozen
class Diagnostic(Frozen):
    """One finding.

    `code` is a key of `codes.codes()`; `message` is one clause, lower case, without a full stop, code in
    backticks; `span` is what is wrong (None when no file is to blame, as for an engine that is not there);
    `marker` is the text beside the carets; `context` is the wider place to show, such as the header of the
    block; `notes` and `help` come last. `log` is a tail of output to show verbatim, such as a script's.
    `pointer` is a JSON pointer into the project document (`/runs/train/command/0`) for those who know no
    spans, such as engines; the command line places it (`resolve.origins`).
    """

    code: str
    message: str
    span: Span | None = None
    marker: str = ""
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    fixes: tuple[Fix, ...] = ()
    context: Span | None = None
    log: str = field(default="", compare=False)
    pointer: str = ""

    @property
    def severity(self) -> Severity:
        return Severity(codes()[self.code].severity)

    @property
    def title(self) -> str:
        return codes()[self.code].title

    @property
    def category(self) -> Category:
        return codes()[self.code].category


class Failure(Exception):  # noqa: N818 - it carries findings, it is not one error
    """Work that cannot go on, with the findings that say why, and texts to show them in. Caught once, at the command
    line."""

    def __init__(
        self, diagnostics: Diagnostic | Iterable[Diagnostic], sources: Mapping[str, Source] | None = None
    ) -> None:
        self.diagnostics: tuple[Diagnostic, ...] = (
            (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        )
        self.sources: Mapping[str, Source] = sources or {}
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in self.diagnostics))


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Without repetitions, sorted by file, place and code: the order in which they are shown."""
    seen: dict[tuple[str, str, Span | None], Diagnostic] = {}
    for diagnostic in diagnostics:
        seen.setdefault((diagnostic.code, diagnostic.message, diagnostic.span), diagnostic)
    return sorted(seen.values(), key=lambda d: (*(d.span or ("", -1, -1)), d.code, d.message))


def exit_code(diagnostics: Sequence[Diagnostic]) -> int:
    """The documented status: 0 fine, 1 findings, 2 usage, 3 an engine, 4 does not parse, 70 our bug."""
    statuses = {d.category.exit_status for d in diagnostics if d.severity is not Severity.INFO}
    for status in (70, 4, 2, 3, 1):
        if status in statuses:
            return status
    return 0
