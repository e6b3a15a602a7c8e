"""E02 blocks, attributes and the types of values."""

from __future__ import annotations

from envspec.diagnostics.code import Code

ROWS: tuple[Code, ...] = ()
