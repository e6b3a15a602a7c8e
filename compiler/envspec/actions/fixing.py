"""`check --fix`: what can be mended is, in rounds, until nothing more can; then each file is written once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from envspec.actions.loading import compile_file
from envspec.actions.options import Options
from envspec.atomic_file import write_atomically
from envspec.check.project import Checked, used_after_all
from envspec.diagnostics import Diagnostic, Failure, Source, in_order
from envspec.diagnostics.fixes import applicable, apply
from envspec.diagnostics.selection import Selection
from envspec.frozen import Frozen, field, frozen
from envspec.resolve.files import ProjectFiles

_ROUNDS = 20
"""A fix may make room for another one; two that undo each other must come to an end."""


@frozen
class ChangedFiles(ProjectFiles):
    """The project's files with new texts for some, by root-relative path."""

    changed: dict[str, str] = field(default_factory=dict)

    def read_bytes(self, relative: str) -> bytes:
        if relative in self.changed:
            return self.changed[relative].encode()
        return ProjectFiles.read_bytes(self, relative)


@frozen
class Mended(Frozen):
    """`texts` are the new texts by root-relative path, `fixes` how many were applied; `before` is what the
    files held."""

    root: Path
    texts: dict[str, str]
    before: dict[str, Source]
    fixes: int


def mend(
    root: Path, files: Sequence[str], options: Options, *, unsafe: bool, selection: Selection | None = None
) -> Mended:
    """Applies fixes to these files, and to those that they import, in memory: those of selected findings."""
    selection = selection or Selection()
    overlay = ChangedFiles(root, options.allow_outside)
    before: dict[str, Source] = {}
    count = 0
    for _ in range(_ROUNDS):
        results: list[Checked] = []
        sources: dict[str, Source] = {}
        for file in files:
            checked = compile_file(root, file, options, overlay)
            results.append(checked)
            sources.update(checked.resolution.sources)
        found = used_after_all(in_order(d for checked in results for d in checked.diagnostics), results)
        found = [finding for finding in found if selection.wants(finding)]
        fixes = [
            fix
            for fix in applicable(found, unsafe=unsafe)
            if all(edit.span.file in sources for edit in fix.edits)
        ]
        changed = apply(fixes, sources)
        if all(sources[file].text == text for file, text in changed.items()):
            break
        for file, text in changed.items():
            before.setdefault(file, sources[file])
            overlay.changed[file] = text
        count += len(fixes)
    return Mended(root, dict(overlay.changed), before, count)


def write(mended: Mended) -> None:
    """Writes the files, each at once."""
    for file, text in mended.texts.items():
        path = (mended.root / file).resolve()
        try:
            write_atomically(path, text.encode(), path.stat().st_mode & 0o7777)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise Failure(Diagnostic("E1207", f"`{path}` cannot be written: {reason}")) from error
