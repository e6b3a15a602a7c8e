"""E00 the text does not parse."""

from __future__ import annotations

from envspec.diagnostics.code import Code

ROWS: tuple[Code, ...] = ()
