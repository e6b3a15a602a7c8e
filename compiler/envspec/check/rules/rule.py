"""What a rule is: the codes it may report, and a function from a subject to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from envspec.diagnostics import Diagnostic
from envspec.ir.types import Project
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import Resolution


@dataclass(frozen=True, slots=True)
class Subject:
    """What rules look at. The project is valid and typed; files are read, never written or executed."""

    project: Project
    resolution: Resolution
    files: ProjectFiles


@dataclass(frozen=True, slots=True)
class Rule:
    """`check` yields findings whose codes are among `codes`."""

    name: str
    codes: tuple[str, ...]
    check: Callable[[Subject], Iterator[Diagnostic]]
