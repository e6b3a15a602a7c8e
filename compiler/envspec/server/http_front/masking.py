"""Hides secret values in a stream of bytes.

The same algorithm as the compiler's `engines.masking`, kept here because the front runs without the compiler;
a test holds both together. What always holds: the pieces joined give the same as the whole masked at once,
and no byte of a value is given out while the rest of it may still come.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = b"***"
SHORTEST_LINE = 8


def values_to_hide(secrets: Iterable[bytes]) -> set[bytes]:
    """The values, without their blank ends too, and the lines of a long one: keys are printed line by line."""
    values: set[bytes] = set()
    for secret in secrets:
        values.update((secret, secret.strip()))
        values.update(line.strip() for line in secret.splitlines() if len(line.strip()) >= SHORTEST_LINE)
    values.discard(b"")
    return values


class Masker:
    """Feed it pieces, then `finish`. Without values it passes everything through at once."""

    def __init__(self, values: Iterable[bytes]) -> None:
        encoded = {value for value in values if value}
        self._values = sorted(encoded, key=lambda value: (-len(value), value))
        self._longest = len(self._values[0]) if self._values else 0
        self._match = re.compile(b"|".join(re.escape(value) for value in self._values))
        self._first = re.compile(b"|".join(re.escape(first) for first in {v[:1] for v in encoded}))
        self._held = b""

    def feed(self, piece: bytes) -> bytes:
        """What can be given out now."""
        if not self._values:
            return piece
        text = self._held + piece
        out: list[bytes] = []
        at = 0
        while True:
            hold = self._unfinished(text, at)
            found = self._match.search(text, at)
            if found is None or found.start() >= hold:
                out.append(text[at:hold])
                self._held = text[hold:]
                return b"".join(out)
            out += (text[at : found.start()], MASK)
            at = found.end()

    def finish(self) -> bytes:
        """What was held back, when nothing more comes."""
        if not self._values:
            return b""
        rest, self._held = self._held, b""
        return self._match.sub(MASK, rest)

    def _unfinished(self, text: bytes, start: int) -> int:
        """The first place from `start` whose whole rest is the beginning of a longer value, else the end."""
        at = max(start, len(text) - self._longest + 1)
        while (candidate := self._first.search(text, at)) is not None:
            at = candidate.start()
            rest = text[at:]
            if any(len(value) > len(rest) and value.startswith(rest) for value in self._values):
                return at
            at += 1
        return len(text)
