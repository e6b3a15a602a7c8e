"""What a program prints, on its way to a terminal, piece by piece.

In come pieces of text, cut anywhere; bytes that are no UTF-8 are halves of characters, as `surrogateescape` makes them.
Out goes text for a terminal. What always holds: the pieces joined give the same as the whole at once, and all that a
terminal is told is to begin a line anew, to clear what is left of one, and colours (ECMA-48: CR, LF, HT, EL, SGR). That
is what progress bars are made of, and nothing of it reaches beyond the line that the program writes on. Other control
sequences are left out, and what remains of commands is made visible: titles, the clipboard, questions to the terminal,
characters that turn the direction of text. After `finish` the terminal has its own colour.
"""

from __future__ import annotations

import re

from envspec.lazy_pattern import lazy_pattern

_COMMAND = lazy_pattern(
    r"\x1b\[(?:(?P<colour>[0-9;:]{0,64}m)|(?P<clear>[0-2]?K)|[0-?]{0,64}[ -/]{0,4}[@-~])"
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]"
)
_BEGUN = lazy_pattern(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,4})?\Z")
"""What may become a control sequence with the next piece."""
_RESET = "\x1b[0m"
_PLAIN = lazy_pattern(r"(?:.*[;:])?0*m")


class TerminalStream:
    """Feed it pieces, then `finish`. Without `colour` those are left out too."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour
        self._held = ""
        self._coloured = False

    def feed(self, piece: str) -> str:
        """What can be shown now."""
        text = self._held + piece
        begun = _BEGUN.search(text, max(0, len(text) - 72))
        self._held = begun[0] if begun else ""
        return _COMMAND.sub(self._instead, text[: len(text) - len(self._held)])

    def finish(self) -> str:
        """What was held back, and the terminal's own colour again. More may be fed then."""
        held, self._held = self._held, ""
        rest = _COMMAND.sub(self._instead, held)
        if self._coloured:
            self._coloured = False
            rest += _RESET
        return rest

    def _instead(self, found: re.Match[str]) -> str:
        text = found[0]
        if len(text) == 1:
            return _visible(ord(text))
        if found["clear"] is not None:
            return text
        if found["colour"] is None or not self._colour:
            return ""
        self._coloured = _PLAIN.fullmatch(found["colour"]) is None
        return text


def _visible(number: int) -> str:
    if 0xDC80 <= number <= 0xDCFF:  # a byte
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
