"""What a rule is: the codes it may report, and a function from a subject to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from envspec.diagnostics import Diagnostic
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Project
from envspec.resolve.files import ProjectFiles
from envspec.resolve.modules import ModuleScope
from envspec.resolve.project import Resolution


@frozen
class Subject(Frozen):
    """What rules look at. The project is valid and typed, but attributes with findings of their own are not in
    it: `wrong` are the pointers of those that the schema found, `unsure` knows all. `certain` says that no error
    was found before. Files are read, never written or
    executed."""

    project: Project
    resolution: Resolution
    files: ProjectFiles
    wrong: frozenset[str] = frozenset()
    certain: bool = True

    @property
    def module(self) -> ModuleScope:
        """The root file."""
        return self.resolution.modules[self.resolution.file]

    @property
    def whole(self) -> bool:
        """Whether everything that the file says is in the project: it is `certain`, and no run, deployment or
        environment is left out because a param has no value yet. What such a one uses is not known."""
        return self.certain and not self.project.missing

    def unsure(self, pointer: str, attribute: str) -> bool:
        """Whether the attribute of an item may have been written, but not understood."""
        origins, place = self.resolution.origins, f"{pointer}/{attribute}"
        lost = place in origins.keys and place not in origins.values
        return lost or pointer in origins.damaged or place in self.wrong


@frozen
class Rule(Frozen):
    """`check` yields findings whose codes are among `codes`. `fix` says what fixes they bring: `safe`, `unsafe`, or
    none."""

    name: str
    codes: tuple[str, ...]
    check: Callable[[Subject], Iterator[Diagnostic]]
    fix: str = ""
