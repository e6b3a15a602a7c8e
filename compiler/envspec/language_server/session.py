"""What a client has open: documents of the protocol, as files of projects.

A document is `file:///…` or, before it was saved the first time, `untitled:…`; the latter is a file of its own in
an empty folder. A client's own spelling of an address is kept, for it compares addresses as texts.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from lsprotocol.types import (
    Location,
    Position,
    PositionEncodingKind,
    Range,
    TextDocumentContentChangeEvent,
)
from pygls.uris import from_fs_path, to_fs_path

from envspec.diagnostics import Source, Span
from envspec.editor.analysis import Project
from envspec.language_server.document import Document
from envspec.language_server.early import Early
from envspec.language_server.positions import changed, to_offset, to_position, to_range
from envspec.language_server.settings import Settings
from envspec.resolve.files import find_root


@dataclass(slots=True)
class Session:
    """`encoding` is what client and server agreed on."""

    encoding: str = PositionEncodingKind.Utf16.value
    early: Early = field(default_factory=Early)
    settings: Settings = field(default_factory=Settings)
    projects: dict[Path, Project] = field(default_factory=dict)
    open: dict[str, Document] = field(default_factory=dict)

    def document(self, uri: str) -> Document:
        """A document, open or not."""
        known = self.open.get(uri)
        if known is not None:
            return known
        try:
            written = to_fs_path(uri)
        except ValueError:  # no address at all
            written = None
        if written is None or "\0" in written:  # never saved, or not a file at all
            project = self.projects.setdefault(Path(), Project(Path(os.devnull)))
            return Document(uri, project, quote(uri, safe="") + ".envspec")
        path = Path(os.path.abspath(written))  # noqa: PTH100 - a symlinked project keeps its own name
        root = find_root(path)
        project = self.projects.setdefault(root, Project(root))
        return Document(uri, project, path.relative_to(root).as_posix())

    def change(self, uri: str, text: str) -> Document:
        """A document was opened or changed."""
        document = self.open[uri] = self.document(uri)
        document.project.change(document.file, text)
        return document

    def edit(self, uri: str, changes: Sequence[TextDocumentContentChangeEvent]) -> None:
        """What a client changed in a document that it has open. pygls keeps a text too, but with Python's lines."""
        document = self.open.get(uri)
        if document is not None:
            self.change(uri, changed(document.project.buffers[document.file], changes, self.encoding))

    def close(self, uri: str) -> None:
        document = self.open.pop(uri, None)
        if document is not None:
            document.project.close(document.file)
            self.early.forget(uri)

    def forget(self) -> None:
        """Something on disk has changed."""
        self.settings.forget()
        self.early.kept.clear()
        for project in self.projects.values():
            project.forget()

    def uri(self, project: Project, file: str) -> str:
        """The address of a root-relative file, as the client spells it if it has it open."""
        for uri, document in self.open.items():
            if document.project is project and document.file == file:
                return uri
        return from_fs_path(posixpath.join(project.root.as_posix(), file)) or ""

    def position(self, source: Source, offset: int) -> Position:
        return to_position(source, offset, self.encoding)

    def range(self, source: Source, span: Span) -> Range:
        return to_range(source, span, self.encoding)

    def offset(self, source: Source, position: Position) -> int:
        return to_offset(source, position, self.encoding)

    def location(self, document: Document, span: Span) -> Location | None:
        """The location of a span in any file that the document's analysis has read."""
        analysis = document.analysis
        source = None if analysis is None else analysis.checked.resolution.sources.get(span.file)
        if source is None:
            return None
        return Location(self.uri(document.project, span.file), self.range(source, span))
