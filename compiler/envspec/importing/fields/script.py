"""What becomes of the keys of inline script metadata."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, dropped, table

THE_BLOCK_SCRIPT: Rows = table(
    carried("python", "requires-python"),
    carried("pip", "dependencies"),
    carried("index", "tool.uv.index[].url"),
    dropped("a script has no development dependencies", "tool.uv.dev-dependencies"),
    dropped("it is about how uv works", "tool.uv.any other key"),
    dropped("settings of another tool", "tool.*"),
    dropped("PEP 723 has no such key", "any other key"),
)

TABLES: Mapping[str, Rows] = {"the block `script`": THE_BLOCK_SCRIPT}
