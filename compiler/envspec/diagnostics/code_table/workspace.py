"""E11 the workspace."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code(
        "E1101",
        "error",
        Category.USAGE,
        "the workspace cannot be written",
        "The folder `.envspec/` under the project root holds versions, runs, models and deployments. "
        "It must be a folder that the user running `envspec` may write to.",
    ),
)
