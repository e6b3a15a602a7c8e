"""Command lines as words with holes: what an engine fills in, and what differs between the cells of a matrix.

A word is a tuple of pieces. What always holds: `shell_line` gives a text that a POSIX shell reads back as exactly the
words, whatever a string holds; a hole is text of the exporter's own.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from envspec.frozen import Frozen, frozen, replace
from envspec.ir.canonical import number_text
from envspec.ir.types import InputRef, OutputRef, Run, Scalar, SecretRef, Template, Text


@frozen
class CellRef(Frozen):
    """The value of a key of the matrix."""

    key: str


@frozen
class ParamRef(Frozen):
    """The value of a param of the spec, by name."""

    name: str


Hole: TypeAlias = InputRef | OutputRef | CellRef | ParamRef
Word: TypeAlias = tuple[str | Hole, ...]

_STEPS = 20_000
"""How long a common form of some texts is looked for, in characters and holes that are tried."""


def word_of(value: Text) -> Word:
    return value.parts if isinstance(value, Template) else (value,)


def shell_line(
    words: Sequence[Word], hole: Callable[[Hole], str], quote: Callable[[str], str] = shlex.quote
) -> str:
    """`hole` gives text of the shell's language, `quote` a word of it."""
    return " ".join(shell_word(word, hole, quote) for word in words)


def shell_word(word: Word, hole: Callable[[Hole], str], quote: Callable[[str], str] = shlex.quote) -> str:
    parts = [quote(part) if isinstance(part, str) else hole(part) for part in word if part != ""]
    return "".join(parts) or "''"


def plain(word: Word, fill: Callable[[Hole], str]) -> str:
    """Without a shell: the text with its holes filled."""
    return "".join(part if isinstance(part, str) else fill(part) for part in word)


def without_expressions(text: str) -> str:
    """A word of a shell in which no `${{` and no `$[[` is left for Azure, which fills them in before a shell sees it."""
    return re.sub(r"\$(?=\{\{|\[\[)", "$''", shlex.quote(text))


def variable_part(name: str) -> str:
    """`train-data` as it is written in `$ENVSPEC_INPUT_TRAIN_DATA`."""
    return name.upper().replace("-", "_")


def scalar_text(value: Scalar) -> str:
    """A value of a matrix as it becomes text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number_text(value)


@frozen
class Matrix(Frozen):
    """All cells of a run as one: `values` has those of each key in order of appearance. `run` is the run of the first
    cell, of which `command` and `variables` hold as they are written here."""

    run: Run
    cells: tuple[Run, ...]
    values: Mapping[str, tuple[str, ...]]
    command: tuple[Word, ...]
    variables: Mapping[str, Word | SecretRef]


def groups(runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """The cells of each block together, in order."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.name, []).append(run)
    return [tuple(cells) for cells in found.values()]


@frozen
class Worded(Frozen):
    """What a cell is given, in words."""

    command: tuple[Word, ...]
    variables: Mapping[str, Word | SecretRef]


def worded(run: Run) -> Worded:
    return Worded(
        tuple(map(word_of, run.command)),
        {
            name: value if isinstance(value, SecretRef) else word_of(value)
            for name, value in run.variables.items()
        },
    )


def matrix_of(cells: Sequence[Run], given: Sequence[Worded] | None = None) -> Matrix | None:
    """None where the cells differ in more than the values of a full matrix in `command` and `variables`, which are `given`
    where they have more holes than a run has. Then a run that is no cell is a matrix without keys."""
    first = cells[0]
    if not first.cell and given is None:
        return None
    words = given or [worded(run) for run in cells]
    if not first.cell:
        return Matrix(first, (first,), {}, words[0].command, words[0].variables)
    values = {key: tuple(dict.fromkeys(scalar_text(run.cell[key]) for run in cells)) for key in first.cell}
    count = 1
    for one in values.values():
        count *= len(one)
    if count != len(cells) or any(_frame(run) != _frame(first) for run in cells):
        return None
    texts = [{key: scalar_text(run.cell[key]) for key in values} for run in cells]
    command = []
    for row in zip(*(one.command for one in words), strict=True):
        word = _common(row, texts)
        if word is None:
            return None
        command.append(word)
    variables: dict[str, Word | SecretRef] = {}
    for name, value in words[0].variables.items():
        several = [found for one in words if not isinstance(found := one.variables[name], SecretRef)]
        if isinstance(value, SecretRef):
            variables[name] = value
            continue
        word = _common(several, texts)
        if word is None:
            return None
        variables[name] = word
    return Matrix(first, tuple(cells), values, tuple(command), variables)


def _frame(run: Run) -> tuple[object, ...]:
    """What has to be the same in all cells."""
    kinds = tuple(
        (name, value if isinstance(value, SecretRef) else None) for name, value in run.variables.items()
    )
    return replace(run, id="", cell={}, command=(), variables={}), len(run.command), kinds


def _common(words: Sequence[Word], cells: Sequence[Mapping[str, str]]) -> Word | None:
    """One word of which each of `words` comes by filling in the values of its cell."""
    shapes = [[part if not isinstance(part, str) else "" for part in word] for word in words]
    if any(shape != shapes[0] for shape in shapes):
        return None
    found: list[str | Hole] = []
    for parts in zip(*words, strict=True):
        if not isinstance(parts[0], str):
            found.append(parts[0])
            continue
        inside = _common_text([part for part in parts if isinstance(part, str)], cells)
        if inside is None:
            return None
        found += inside
    return tuple(found)


def _common_text(texts: Sequence[str], cells: Sequence[Mapping[str, str]]) -> Word | None:
    """The same for texts: a search that takes a hole before a character, and only keys whose values differ."""
    if len(set(texts)) == 1:
        return (texts[0],)
    keys = [key for key in cells[0] if len({cell[key] for cell in cells}) > 1]
    dead: set[tuple[int, ...]] = set()
    path: list[str | Hole] = []
    left = _STEPS

    def search(at: tuple[int, ...]) -> bool:
        nonlocal left
        if all(position == len(text) for position, text in zip(at, texts, strict=True)):
            return True
        left -= 1
        if at in dead or left < 0:
            return False
        for key in keys:
            if all(
                text.startswith(cell[key], position)
                for position, text, cell in zip(at, texts, cells, strict=True)
            ):
                path.append(CellRef(key))
                if search(tuple(p + len(cell[key]) for p, cell in zip(at, cells, strict=True))):
                    return True
                path.pop()
        run = _same(texts, at)
        for length in range(run, 0, -1):
            path.append(texts[0][at[0] : at[0] + length])
            if search(tuple(position + length for position in at)):
                return True
            path.pop()
        dead.add(at)
        return False

    return tuple(path) if search((0,) * len(texts)) else None


def _same(texts: Sequence[str], at: tuple[int, ...]) -> int:
    """How many characters from there on are the same in all of the texts."""
    length = 0
    while True:
        characters = {
            text[position + length : position + length + 1] for text, position in zip(texts, at, strict=True)
        }
        if len(characters) != 1 or characters == {""}:
            return length
        length += 1
