"""Projects of open buffers, and places in them."""

from __future__ import annotations

from pathlib import Path

from envspec.editor.analysis import Analysis, Project

CURSOR = "▮"


def project_of(root: Path, **files: str) -> Project:
    """A project with open buffers `NAME.envspec`."""
    project = Project(root)
    for name, text in files.items():
        project.change(f"{name}.envspec", text.replace(CURSOR, ""))
    return project


def at_cursor(root: Path, text: str, **files: str) -> tuple[Analysis, int]:
    """A text with a `▮` in it as the buffer `a.envspec`, analysed, and the offset of the mark."""
    project = project_of(root, a=text, **files)
    analysis = project.analyse("a.envspec")
    assert analysis is not None
    return analysis, text.index(CURSOR)
