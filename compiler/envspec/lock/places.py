"""Where a package of a lock is written: names and list positions become JSON pointers and spans.

A solver speaks of package names. `Places` knows which entry of the environment's `conda`, `pip`, … lists
has that name, so that what the solver says lands on the line that caused it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from envspec.diagnostics import Diagnostic, Label, Span
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment, SecretRef

Locate = Callable[[str], Span | None]
"""From a JSON pointer into the project document to the place in a file; None when it has none."""

SecretReader = Callable[[SecretRef], str]
"""Gives the value of a secret, read when it is needed; raises `Failure` when it cannot be had."""

Say = Callable[[str], None]
"""Takes one line of progress for people."""

Progress = Callable[[str, str], None]
"""Takes the id of an environment and what is being done for it now, empty when it is done."""


def no_progress(_environment: str, _doing: str) -> None:
    pass


def nowhere(_pointer: str) -> Span | None:
    """The `Locate` of those who have no file."""
    return None


@frozen
class Places(Frozen):
    """The places of one environment. Every pointer it gives begins with `/environments/ID`."""

    environment: Environment
    locate: Locate = nowhere

    def pointer(self, *parts: str | int) -> str:
        steps = ("environments", self.environment.id, *parts)
        return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)

    def packages(self, attribute: str) -> dict[str, list[str]]:
        """Pointers of the entries of `conda`, `pip` or `constraints`, by package name."""
        found: dict[str, list[str]] = {}
        for at, entry in enumerate(getattr(self.environment, attribute)):
            found.setdefault(entry.name or entry.text, []).append(self.pointer(attribute, at))
        return found

    def diagnostic(
        self,
        code: str,
        message: str,
        pointers: Iterable[str] = (),
        *,
        marker: str = "",
        notes: Iterable[str] = (),
        help: str = "",
        log: str = "",
    ) -> Diagnostic:
        """A diagnostic at the first pointer; the others become labels that say it is also about them."""
        places = list(dict.fromkeys(pointers)) or [self.pointer()]
        labels = []
        for other in places[1:]:
            span = self.locate(other)
            if span is not None:
                labels.append(Label(span, "and this entry takes part"))
        return Diagnostic(
            code,
            message,
            self.locate(places[0]),
            marker=marker,
            labels=tuple(labels),
            notes=tuple(notes),
            help=help,
            log=log,
            pointer=places[0],
        )
