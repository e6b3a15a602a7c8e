"""One file, resolved and checked as the editor sees it, with what features need to answer questions about it.

A file is analysed as a root file of its own, as `envspec check` does. `Project` holds the open texts below one
root and keeps analyses until a text changes.
"""

from __future__ import annotations

from pathlib import Path

from envspec.actions.loading import compile_file
from envspec.actions.options import Options
from envspec.check.project import Checked
from envspec.diagnostics import Diagnostic, Failure, Source
from envspec.editor.buffers import BufferedFiles
from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.kept.questions import spec_files
from envspec.resolve.files import ProjectFiles, is_marked
from envspec.resolve.modules import ModuleScope

_FOLDERS = 1_000
"""How many are looked into below a folder that nothing says is a project."""


@frozen
class Analysis(Frozen):
    """`checked.resolution` has the document, its origins, and the modules: this file and all it imports."""

    file: str
    files: ProjectFiles
    checked: Checked

    @property
    def module(self) -> ModuleScope:
        """This file: `module.source` its text, `module.module` its nodes, the healthy ones of a broken file."""
        return self.checked.resolution.modules[self.file]

    @property
    def source(self) -> Source:
        return self.module.source

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Findings of all files that were read for this one."""
        return self.checked.diagnostics


@mutable
class Project(Mutable):
    """The files below one project root. Paths are root-relative, with `/`."""

    root: Path
    buffers: dict[str, str] = field(default_factory=dict)
    _kept: dict[str, Analysis] = field(default_factory=dict)
    _texts: dict[str, bytes] = field(default_factory=dict)

    @property
    def files(self) -> BufferedFiles:
        return BufferedFiles(self.root, buffers=self.buffers)

    def change(self, file: str, text: str) -> None:
        """A file was opened, or its open text has changed. What was never read with it stays known."""
        if file not in self.buffers:  # what looked for it and did not find it has not read it either
            self.forget()
        self.buffers[file] = text
        for other, analysis in list(self._kept.items()):
            if other == file or file in analysis.checked.resolution.sources:
                del self._kept[other]
        self._texts.pop(file, None)

    def close(self, file: str) -> None:
        """From now on what is on disk counts."""
        self.buffers.pop(file, None)
        self.forget()

    def forget(self) -> None:
        """Something on disk or in a buffer has changed."""
        self._kept.clear()
        self._texts.clear()

    def knows(self, file: str) -> bool:
        """Whether nothing has changed since a file was analysed, of all that was read for it."""
        return file in self._kept

    def analyse(self, file: str) -> Analysis | None:
        """None when the file cannot be read."""
        kept = self._kept.get(file)
        if kept is None:
            files = self.files
            try:
                checked = compile_file(self.root, file, Options(), files)
            except Failure:
                return None
            kept = self._kept[file] = Analysis(file, files, checked)
        return kept

    def spec_files(self) -> list[str]:
        """Every `.envspec` file of the project, open or on disk, sorted. Where nothing marks the root it may be a home, or
        the root of a disk: then only so many folders are looked into."""
        left = None if is_marked(self.root) else [_FOLDERS]
        found = {Path(path).relative_to(self.root).as_posix() for path in spec_files(str(self.root), left)}
        return sorted(found | {file for file in self.buffers if file.endswith(".envspec")})

    def importers(self, file: str) -> list[str]:
        """The other files that may import one: those in which its name stands."""
        name = file.rpartition("/")[2].encode()
        return [other for other in self.spec_files() if other != file and name in self._text(other)]

    def _text(self, file: str) -> bytes:
        """What a file holds, kept: a project has many, and they are looked through at every change of one."""
        if file not in self._texts:
            try:
                self._texts[file] = self.files.read_bytes(file)
            except OSError:
                return b""
        return self._texts[file]
