"""The order in which `envspec init` takes what it sees, as a table of a page:
`python -m envspec.importing.order_page docs/import.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from envspec.importing.detecting import SIGNS

BEGIN, END = "<!-- order: begin -->", "<!-- order: end -->"


def table() -> str:
    """A row for each sign."""
    rows = ["| files | and in them | taken as |", "|---|---|---|"]
    for sign in SIGNS:
        taken = (
            "read by `init` itself"
            if sign.own
            else f"`{sign.kind}`" + (" (the folder)" if sign.whole else "")
        )
        rows.append(f"| {sign.shown} | {sign.says} | {taken} |")
    return "\n".join(rows)


def with_table(text: str) -> str:
    """The page with the table between its marks."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_table(page.read_text(encoding="utf-8")), encoding="utf-8")
