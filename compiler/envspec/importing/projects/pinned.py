"""Packages of a lock: which of them an environment needs and where, written as exact requirements.

A lock is a graph: what is asked for directly, and what that needs, each step under a marker. An environment has what
can be reached on a platform and Python that it may be for; a package gets a marker where it is not needed everywhere.
What is asked for directly stands first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from envspec.frozen import Frozen, frozen
from envspec.importing.asked import Asked
from envspec.importing.comments import Remarks
from envspec.importing.entries import Entry, Packages
from envspec.importing.projects.extending import forget
from envspec.importing.projects.marker_sets import Universe

DIRECT = "asked for directly"
PULLED_IN = "what these need"


@frozen
class Pin(Frozen):
    """A package of a lock on `line`; `text` is what it is in a requirements file, without a marker (`numpy==2.1.0`,
    `-e ./lib`), empty for what is not installed. `why` says how it differs from the lock."""

    name: str
    text: str
    line: int
    what: str
    why: str = ""


Node = tuple[int, str]
"""A package of the lock by its number, and an extra of it, empty for the package itself."""
Steps = Callable[[Node], Iterable[tuple[Node, int]]]


def reached(start: Mapping[Node, int], steps: Steps) -> dict[Node, int]:
    """The cells of a universe on which each node is needed, none for what is needed elsewhere, from those it starts with."""
    found = dict(start)
    waiting = deque(found)
    while waiting:
        node = waiting.popleft()
        cells = found[node]
        for other, allowed in steps(node):
            more = found.get(other, 0) | (cells & allowed)
            if more != found.get(other):
                found[other] = more
                waiting.append(other)
    return found


def cells_by_pin(nodes: Mapping[Node, int]) -> dict[int, int]:
    """The cells of a package, with any of its extras or none."""
    found: dict[int, int] = {}
    for (number, _), cells in nodes.items():
        found[number] = found.get(number, 0) | cells
    return found


class Pins:
    """Writes packages of one lock into environments, each told once."""

    def __init__(self, asked: Asked, path: Path, universe: Universe, pins: list[Pin]) -> None:
        self._asked, self._path, self._universe, self._pins = asked, path, universe, pins
        self._shown = asked.shown(path)
        self._told: set[int] = set()

    def add(
        self,
        packages: Packages,
        needed: Mapping[int, int],
        direct: Iterable[int],
        before: Mapping[int, int] | None = None,
    ) -> None:
        """Adds what is needed (cells by number of the package). `before` is what the environment has that this one
        extends: packages with the same cells are left to it."""
        first = set(direct)
        before = before or {}
        chosen = [n for n in needed if self._pins[n].text and needed[n] & self._universe.linux]
        chosen = [
            n for n in chosen if before.get(n, 0) & self._universe.linux != needed[n] & self._universe.linux
        ]
        for number in chosen:
            if number in before:
                forget(packages, self._pins[number].name)
        order = [n for n in sorted(chosen) if n in first], [n for n in sorted(chosen) if n not in first]
        apart = bool(order[0]) and bool(order[1])
        for numbers, remark in zip(order, (DIRECT, PULLED_IN), strict=True):
            for number in numbers:
                known = len(packages.pip)
                self._add(packages, number, needed[number], remark if apart else "")
                if len(packages.pip) > known:  # it stands above the first that is really there
                    remark = ""

    def _add(self, packages: Packages, number: int, cells: int, remark: str) -> None:
        pin = self._pins[number]
        marker = self._universe.marker(cells)
        path = pin.text.startswith(("-e ", ".", "/"))
        text = pin.text if path or not marker else f"{pin.text} ; {marker}"
        why = pin.why
        if path and marker:
            why = "; ".join(filter(None, (why, f"a path takes no marker: `{marker}` is not looked at")))
        remarks = Remarks((remark,)) if remark else Remarks()
        if number in self._told:
            self._quietly(
                packages, Entry(text, self._shown, pin.line, self._path.parent, remarks, pin.what, why)
            )
            return
        self._told.add(number)
        packages.add_pip(Entry(text, self._shown, pin.line, self._path.parent, remarks, pin.what, why))

    def _quietly(self, packages: Packages, entry: Entry) -> None:
        """What is told already is not told again for a second environment."""
        report = self._asked.report
        said = report.said()
        packages.add_pip(entry)
        report.forget(said)

    def tell_rest(self, needed: Mapping[int, int], unasked: str, projects: Iterable[int] = ()) -> None:
        """Drops what is in no environment. `needed` is what all of them need together, on whatever machine; `unasked` is why
        a package is in none that nothing needs."""
        known = set(projects)
        for number, pin in enumerate(self._pins):
            if number in self._told or not pin.what or number in known:
                continue
            if not pin.text:
                reason = pin.why
            elif number not in needed:
                reason = unasked
            else:
                reason = "it is needed on other platforms or Pythons only; an image is for Linux"
            self._asked.report.dropped(pin.what, self._shown, pin.line, reason)
