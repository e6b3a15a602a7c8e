"""Finding every place of a name, in all files of a project, and giving it another name."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.diagnostics import Edit, Span
from envspec.editor.analysis import Analysis, Project
from envspec.editor.names import KEYED, Name, Target, block_of, name_at, names_in
from envspec.language.attributes import BUILT_IN_TARGETS, ROOTS
from envspec.resolve.modules import ModuleScope
from envspec.resolve.names import is_name


class CannotRename(Exception):  # noqa: N818 - an answer, with the reason as its text
    """The new name would not do; the text says why, as one clause."""


def places(project: Project, target: Target) -> Iterator[tuple[Name, ModuleScope]]:
    """Every name that means `target`, with the file that it stands in: files by name, places in order. A file that
    cannot be read has none; of a broken one its healthy part is looked at."""
    for file in project.spec_files():
        analysis = project.analyse(file)
        if analysis is None:
            continue
        module = analysis.module
        found = [name for name in names_in(module) if name.target == target]
        for name in sorted(found, key=lambda name: name.span.start):
            yield name, module


def definitions(analysis: Analysis, target: Target) -> list[Span]:
    """Where a target is defined, as far as this file can see: a key may be written by several blocks of a chain."""
    modules = analysis.checked.resolution.modules
    return [
        name.span
        for module in modules.values()
        for name in names_in(module)
        if name.defines and name.target == target
    ]


def imported_file(analysis: Analysis, target: Target) -> str | None:
    """The root-relative path of the file that an import's name stands for."""
    module = analysis.checked.resolution.modules.get(target.file)
    scope = module.imports.get(target.name) if module is not None and target.kind == "import" else None
    return None if scope is None else scope.file


def rename(project: Project, file: str, offset: int, new: str) -> list[Edit]:
    """The edits that give the name at an offset another name everywhere. Raises `CannotRename`."""
    analysis = project.analyse(file)
    name = None if analysis is None else name_at(analysis.module, offset)
    if analysis is None or name is None:
        raise CannotRename("there is no name here that can be changed")
    _check(analysis, name.target, new)
    edits = []
    for place, module in places(project, name.target):
        written = module.source.text[place.span.start : place.span.end]
        edits.append(Edit(place.span, f'"{new}"' if written.startswith('"') else new))
    return edits


def _check(analysis: Analysis, target: Target, new: str) -> None:
    if not is_name(new):
        raise CannotRename(
            f"`{new}` is not a name: lower-case letters, digits, `_` and `-`, beginning with a letter"
        )
    module = analysis.checked.resolution.modules.get(target.file)
    if module is None or new == target.name:
        return
    taken = False
    if target.kind == "import":
        if new in ROOTS or new == "deployment":
            raise CannotRename(f"`{new}` cannot be the name of an import: reserved for references")
        taken = new in module.import_statements
    elif target.kind == "param":
        taken = new in module.params
    elif target.kind in KEYED:
        taken = _has_key(analysis, target, new)
    else:
        if target.kind == "target" and new in BUILT_IN_TARGETS:
            raise CannotRename(f"`{new}` is a target that is always there")
        taken = new in module.blocks.get(target.kind, {})
    if taken:
        what = {"inputs": "input", "outputs": "output", "matrix": "matrix key"}.get(target.kind, target.kind)
        raise CannotRename(f"another {what} is called `{new}`")


def _has_key(analysis: Analysis, target: Target, new: str) -> bool:
    """Whether a block of the chain has the key already."""
    owner = block_of(target, analysis.checked.resolution.modules)
    if owner is None:
        return False
    wanted = Target(target.file, target.kind, new, target.owner)
    return any(
        name.defines and name.target == wanted
        for module in analysis.checked.resolution.modules.values()
        for name in names_in(module)
    )
