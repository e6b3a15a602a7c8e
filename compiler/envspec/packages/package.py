"""What the parsers of this phase give back: a package, or what is wrong with its text.

`CondaPackage` and `PipPackage` are part of the IR (`ir.types` has them too); they live here because this
phase comes before it.
"""

from __future__ import annotations

from envspec.frozen import Frozen, frozen


@frozen
class CondaPackage(Frozen):
    """A MatchSpec. `spec` is our canonical text (`numpy >=1.26,<3`, `conda-forge::numpy 1.26.*`)."""

    name: str
    spec: str


@frozen
class PipPackage(Frozen):
    """One entry of `pip`. `kind` is `requirement` (PEP 508, canonical text in `text`), `path` (a wheel or a
    project folder, root-relative in `text`) or `editable` (a project folder in `text`). `name` is the
    PEP 503 normalised name, or empty where only the project's own metadata knows it."""

    kind: str
    name: str
    text: str


@frozen
class PackageProblem(Frozen):
    """What is wrong with a text: the characters `start` (inclusive) to `end` (exclusive) of it.

    `code` is a key of the table of codes; `message` and `help` are worded as in `Diagnostic`. `replacement`
    is the text that would mend those characters, None where there is no single nearest one; it is a guess
    at what was meant, so a fix made of it is never a safe one.
    """

    code: str
    start: int
    end: int
    message: str
    help: str = ""
    replacement: str | None = None
