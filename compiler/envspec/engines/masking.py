"""Hides secret values in a stream of bytes.

What comes in are pieces of a program's output, cut anywhere; what goes out is the same text with each
value replaced by `***`. What always holds: the pieces joined give the same as the whole text masked at
once, and no byte of a value is given out while the rest of it may still come. Overlaps go to the match that
starts first, and there to the longest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = b"***"


def spellings(value: str) -> set[str]:
    """The value as it is and as programs write it down on the way: each of its lines, encoded for an address, and
    in base64 (RFC 4648), as the end of a basic login too, wherever its bytes begin."""
    import base64
    from urllib.parse import quote

    found = {value, quote(value, safe=""), quote(value)}
    if "\n" in value:
        found |= {line for line in value.splitlines() if len(line) >= _SHORTEST_LINE}
    data = value.encode("utf-8", "surrogateescape")
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).decode("ascii")
        # digits that hold bits of what is before or after are not the value's own
        whole = encoded[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
        if len(whole) >= _SHORTEST_LINE:
            found.add(whole)
    return found


_SHORTEST_LINE = 8
"""A shorter piece of a value would hide what has nothing to do with it."""


class Masker:
    """Feed it pieces, then `finish`. Without values it passes everything through at once."""

    def __init__(self, values: Iterable[str]) -> None:
        encoded = {value.encode("utf-8", "surrogateescape") for value in values}
        encoded.discard(b"")
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

    def whole(self, text: str) -> str:
        """A complete text, masked."""
        if not self._values:
            return text
        masked = self._match.sub(MASK, text.encode("utf-8", "surrogateescape"))
        return masked.decode("utf-8", "surrogateescape")

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
