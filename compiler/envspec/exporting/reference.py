"""Makes `docs/export-fields.md` of the table of forms: `python -m envspec.exporting.reference docs/export-fields.md`.

A test holds the page to the table, and another one the table to what is written and told.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from envspec.exporting.fields import BLOCKS, FORMS, PATHS, SECRETS, UPSTREAM, Attributes
from envspec.exporting.table import KINDS

_HEAD = """\
<!-- made by `python -m envspec.exporting.reference docs/export-fields.md` from the table of forms: do not edit -->

# What an export holds of each attribute

For every kind of [`envspec export`](export.md) that writes what the spec says: the attributes that are carried, those that
come out in another form, and those that have no place in it, of which each is told when it is exported. The exporters take
their answers from the same table. The kinds of the lock (LOCKED) hold its
packages and nothing else.
"""
_WORDS = {
    PATHS: "local packages of `pip`",
    SECRETS: "secrets in `variables`",
    UPSTREAM: "inputs that are outputs of another run",
}


def page() -> str:
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    locked = ", ".join(f"`{kind}`" for kind, row in KINDS.items() if row.locked)
    yield _HEAD.replace("LOCKED", locked)
    for kind, form in FORMS.items():
        yield from (
            f"## {kind}",
            "",
            f"Writes {KINDS[kind].summary}.",
            "",
            "| block | carried | changed | dropped |",
        )
        yield "|---|---|---|---|"
        for block, attributes in (
            ("environment", form.environment),
            ("run", form.run),
            ("deployment", form.deployment),
        ):
            if attributes:
                yield _row(block, attributes)
        yield ""


def _row(block: str, attributes: Attributes) -> str:
    names = BLOCKS[block]
    same = [name for name in names if name in attributes and not _said(attributes, name)]
    other: dict[str, list[str]] = {}
    for name in names:
        if name in attributes and (said := _said(attributes, name)):
            other.setdefault(said, []).append(name)
    changed = "; ".join(f"{_shown(some, names)} ({said})" for said, some in other.items())
    lost = [name for name in names if name not in attributes]
    return f"| `{block}` | {_shown(same, names)} | {changed} | {_shown(lost, names)} |".replace("  |", " |")


def _shown(names: list[str], known: Sequence[str]) -> str:
    """Attributes in backticks, of the `known` ones of a block; of an inner block of which most are there only its name, and
    what is not."""
    found: list[str] = []
    for name in names:
        block = name.partition(".")[0]
        every = [one for one in known if one.startswith(f"{block}.")]
        missing = [one for one in every if one not in names]
        if "." not in name or len(missing) > len(every) / 3:
            found.append(_WORDS.get(name, f"`{name}`"))
        elif name == next(one for one in every if one in names):
            but = f" but {', '.join(f'`{one}`' for one in missing)}" if missing else ""
            found.append(f"`{block}`{but}")
    return ", ".join(found)


def _said(attributes: Attributes, name: str) -> str:
    """How an attribute is held, and when."""
    one = attributes[name]
    return ", ".join(filter(None, (one.how, f"only when {one.when}" if one.when else "")))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8", newline="\n")
