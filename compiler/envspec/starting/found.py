"""What was seen in a folder, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Clue(NamedTuple):
    """A value, and the file that says it."""

    value: str
    path: str


class PackageFile(NamedTuple):
    """A file that lists packages. `attribute` is that of `environment` which can name it, empty where the
    language has none: then what it says is written out. `python` is what the file itself says of Python, `includes`
    are the files that it includes."""

    path: str
    attribute: str
    pip: tuple[str, ...] = ()
    conda: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    python: str = ""
    options: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    includes: tuple[str, ...] = ()


class Argument(NamedTuple):
    """An argument that a program takes. `flag` is empty for one by position; `kind` is `input`, `output`, or
    empty for any other, and then it is one that must be given. `value` is its default, or a likely value."""

    flag: str
    name: str
    kind: str
    value: str


class Script(NamedTuple):
    """A program. `outputs` are what it writes to a place of its own, `metadata` says whether it has inline
    metadata (PEP 723), `commands` whether it has subcommands."""

    path: str
    arguments: tuple[Argument, ...] = ()
    outputs: tuple[str, ...] = ()
    metadata: bool = False
    commands: bool = False


class Entry(NamedTuple):
    """A scoring script. `models` are the names of those that it reads from `ENVSPEC_MODEL_…`."""

    path: str
    models: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    """`python` has the strongest clue first. `imports` are projects that the programs
    import. `remarks` are things seen that the spec will not have, for people."""

    name: str = ""
    python: list[Clue] = field(default_factory=list)
    packages: list[PackageFile] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    wheels: list[str] = field(default_factory=list)
    image: Clue | None = None
    scripts: list[Script] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
