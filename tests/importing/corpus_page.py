"""`docs/corpus-fields.md`: the tables of `corpus_fields`, and what many files use that edition 1 cannot say.

The counts are made from the corpus; only the sentences of `GROWTH` are written by hand, one for each thing that at least
`MANY` files lose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tests.importing.corpus_fields import KINDS, Count, corpus, counted

MANY = 3
_TITLES = {"conda": "conda", "pip": "pip", "azureml": "Azure ML"}
_HEAD = """\
<!-- made by `python -m tests.importing.corpus_fields docs/corpus-fields.md` from `tests/importing/corpus`: do not edit -->

# Fields of real files

Which fields occur in the {files} files of `tests/importing/corpus` ({kinds}), in how many of them, and whether edition 1
expresses them. The fields are found by PyYAML and line by line; what became of each is what the report of
`envspec import` says of its line.

- **yes**: carried, it means the same; **in another form**: changed, and the last column says what is different;
- **no**: dropped, or only a comment or a tag; **elsewhere**: it names a file that its repository has and the corpus has not.

A number behind a word is how often that is so, where not all are alike. `*` is a name that the author chose, `[]` an
element of a list. [The table of all fields](import-fields.md) has what does not occur here.
"""
_WORDS = {
    "carried": "yes",
    "changed": "in another form",
    "noted": "no",
    "dropped": "no",
    "elsewhere": "elsewhere",
    "untold": "not told",
}

GROWTH: Mapping[str, tuple[str, str]] = {
    r"experiment_name": (
        "nothing",
        "a tag keeps it for an export, and runs can be chosen by their tags",
    ),
    r"environment\.inference_config.*": (
        "attributes `routes = { score, live, ready }` of `deployment`, which then needs no `entry`",
        "a deployment of an image that has its own server; a tag keeps it for an export",
    ),
}
"""Fields (a pattern), with the smallest growth of the language and why."""


def page() -> str:
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    files = list(corpus())
    of_kind = {kind: sum(one == kind for one, _ in files) for kind in KINDS}
    kinds = ", ".join(f"{of_kind[kind]} of {_TITLES[kind]}" for kind in KINDS)
    yield _HEAD.format(files=len(files), kinds=kinds)
    tables = {kind: counted(kind) for kind in KINDS}
    for kind in KINDS:
        yield from (f"## {_TITLES[kind]}", "")
        yield from (
            "| field | files | edition 1 | becomes | what is different, or why not |",
            "|---|---|---|---|---|",
        )
        for name, count in sorted(tables[kind].items()):
            yield _row(name, count)
        yield ""
    yield from ("## What many files use, and edition 1 cannot say", "")
    yield f"Fields that at least {MANY} of the {len(files)} files lose,"
    yield "and the smallest growth of the language that would say them."
    yield from ("", "| field | files that lose it | smallest growth | because |", "|---|---|---|---|")
    lost = {name: count.lost for table in tables.values() for name, count in table.items()}
    for pattern, (growth, why) in GROWTH.items():
        names = [name for name in lost if re.fullmatch(pattern, name) and len(lost[name]) >= MANY]
        together = set().union(*(lost[name] for name in names))
        highest = [name for name in sorted(names) if not any(name.startswith(f"{one}.") for one in names)]
        shown = ", ".join(f"`{name}`" for name in highest)
        yield f"| {shown} | {len(together)} | {growth} | {why} |"


def much_lost() -> list[str]:
    """The fields that many files lose."""
    return [name for kind in KINDS for name, count in counted(kind).items() if len(count.lost) >= MANY]


def _row(name: str, count: Count) -> str:
    words: dict[str, int] = {}
    for outcome, number in count.outcomes.items():
        words[_WORDS[outcome]] = words.get(_WORDS[outcome], 0) + number
    several = len(words) > 1
    said = ", ".join(f"{word} {number}" if several else word for word, number in words.items())
    became = ", ".join(f"`{word}`" if word != "a comment" else word for word in count.became)
    reasons = "; ".join(sorted(count.reasons, key=lambda reason: -count.reasons[reason])[:2])
    shown = f"`{name}`" if "(" not in name else re.sub(r"^(\S+) \((.*)\)\Z", r"`\1`: \2", name)
    shown = re.sub(r"^a line \((.*)\)\Z", r"\1", name) if name.startswith("a line") else shown
    return f"| {shown} | {len(count.files)} | {said} | {became} | {reasons} |".replace("{{", "{").replace(
        "}}", "}"
    )
