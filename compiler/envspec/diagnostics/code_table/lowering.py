"""E07 lowering."""

from __future__ import annotations

from envspec.diagnostics.code import Code

ROWS: tuple[Code, ...] = ()
