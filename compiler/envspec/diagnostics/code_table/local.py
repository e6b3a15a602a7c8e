"""E08 the local engine and runs."""

from __future__ import annotations

from envspec.diagnostics.code import Code

ROWS: tuple[Code, ...] = ()
