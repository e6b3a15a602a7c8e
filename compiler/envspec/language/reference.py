"""The table of attributes as Markdown, for `docs/spec.md`.

`python -m envspec.language.reference docs/spec.md` puts it between the two marker lines of that file; a test
holds that the file is up to date.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.language.attributes import BLOCKS, RECORDS, BlockKind
from envspec.language.types import describe

BEGIN = "<!-- the table of attributes: begin -->"
END = "<!-- the table of attributes: end -->"


def attribute_tables() -> str:
    """One table a block."""
    return "\n".join(line for kind in (*BLOCKS.values(), *RECORDS.values()) for line in _table(kind))


def _table(kind: BlockKind) -> Iterator[str]:
    yield f"### `{kind.name}`"
    yield ""
    yield kind.doc
    if kind.required:
        yield f"Required: {', '.join(f'`{name}`' for name in kind.required)}."
    if kind.exactly_one:
        yield f"Exactly one of {', '.join(f'`{name}`' for name in kind.exactly_one)}."
    if kind.open:
        yield "Other attributes are the engine's own."
    yield ""
    yield "| attribute | type | default | merge | in which hash | meaning |"
    yield "|---|---|---|---|---|---|"
    for row in kind.attributes:
        cells = (f"`{row.name}`", describe(row.type), row.default, row.merge, row.hash, row.doc)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def with_tables(text: str) -> str:
    """The reference with the tables as they are now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{attribute_tables()}\n{END}{after}"


if __name__ == "__main__":
    import sys
    from pathlib import Path

    path = Path(sys.argv[1])
    path.write_text(with_tables(path.read_text(encoding="utf-8")), encoding="utf-8")
