"""Names in a picture."""

from __future__ import annotations

from xml.sax.saxutils import escape


def svg_text(text: str) -> str:
    """A text as SVG has it; characters that nobody sees are shown as one that says so."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))
