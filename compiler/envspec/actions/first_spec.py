"""A first spec on its way: what it is made of, what it is, and the proof that `check` takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from envspec.actions.fixing import ChangedFiles
from envspec.actions.loading import compile_file
from envspec.actions.options import Options
from envspec.diagnostics import Diagnostic, Failure, Severity, Source
from envspec.formatting.format import format_text
from envspec.frozen import Frozen, field, frozen
from envspec.importing.detecting import Seen
from envspec.importing.report import Report
from envspec.kept.questions import SUFFIX
from envspec.resolve.files import find_root
from envspec.starting.folder import Folder
from envspec.starting.found import Found
from envspec.starting.names import name_of
from envspec.starting.questions import Ask


@frozen
class Next(Frozen):
    """A run to begin with, and the params that it has to be given; a deployment. Empty where there is none."""

    run: str = ""
    missing: tuple[str, ...] = ()
    deployment: str = ""


@frozen
class Started(Frozen):
    """`findings` are those of `check` that are left; they lie in files of the folder, with `sources` to show
    them in. `remarks` are for people. `taken` is what was imported and `report` what became of it, None when the folder
    was read by `starting` alone; `aside` are files of other tools that nothing was taken from. Nothing is written yet."""

    file: Path
    text: str
    remarks: tuple[str, ...]
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    next: Next
    taken: Seen | None = None
    report: Report | None = None
    aside: tuple[Seen, ...] = ()


@frozen
class Start(Frozen):
    """What a first spec is made of, before anything is decided. `file` is where it is to be, None when that is for us to
    say; `seen` is in the order in which it is tried, and only one when somebody named it."""

    folder: Folder
    file: Path | None
    seen: Sequence[Seen]
    ask: Ask
    named: bool = False
    found: Found = field(default_factory=Found)

    @property
    def name(self) -> str:
        return name_of(self.found.name, "") or name_of(self.folder.root.name, "project")

    def target(self, folder: Path) -> Path:
        """Where the spec will be, in `folder` when nobody said it. Raises `Failure` E1210."""
        if self.file is not None:
            return self.file
        _refuse_second(folder)
        return folder / f"{self.name}{SUFFIX}"


def checked(folder: Path, target: Path, raw: str) -> tuple[str, tuple[Diagnostic, ...], Mapping[str, Source]]:
    """The formatted text and what `check` finds when it is in its place."""
    text, errors = format_text(Source.of(target.name, raw))
    assert not errors, errors
    inside = target if target.is_relative_to(folder) else folder / target.name
    root = find_root(inside.parent)
    name = inside.relative_to(root).as_posix()
    result = compile_file(root, name, Options(), ChangedFiles(root, changed={name: text}))
    serious = tuple(d for d in result.diagnostics if d.severity is not Severity.INFO)
    return text, serious, result.resolution.sources


def _refuse_second(folder: Path) -> None:
    there = sorted(p for p in folder.iterdir() if p.name.endswith(SUFFIX) and p.name != SUFFIX)
    if there:
        raise Failure(there_already(there[0]))


def there_already(file: Path) -> Diagnostic:
    return Diagnostic(
        "E1210",
        f"there is a spec already: `{file.name}`",
        help="look at it with `envspec check`; see what `init` would write with `--print`, or give another file "
        "with `-o FILE`",
    )
