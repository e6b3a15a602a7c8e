"""E03 package strings and other values with a syntax of their own."""

from __future__ import annotations

from envspec.diagnostics.code import Code

ROWS: tuple[Code, ...] = ()
