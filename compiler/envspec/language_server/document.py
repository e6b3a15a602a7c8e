"""One file that a client has open, or asks about."""

from __future__ import annotations

from dataclasses import dataclass

from envspec.editor.analysis import Analysis, Project


@dataclass(frozen=True, slots=True)
class Document:
    """`file` is root-relative in `project`."""

    uri: str
    project: Project
    file: str

    @property
    def analysis(self) -> Analysis | None:
        """None when the file cannot be read."""
        return self.project.analyse(self.file)
