"""Files and folders of the project, as a path in quotes names them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from envspec.diagnostics import Source
from envspec.editor.analysis import Analysis
from envspec.editor.completion.proposal import Proposal
from envspec.editor.cursor import Cursor
from envspec.language.types import Type
from envspec.resolve.files import OutsideRoot
from envspec.syntax.nodes import StringValue

_MOST = 500
_SUFFIXES = {
    "requirements": (".txt", ".in"),
    "constraints": (".txt",),
    "conda_file": (".yml", ".yaml"),
    "pyproject": (".toml",),
    "entry": (".py",),
    "sample": (".json", ".txt", ".csv", ".bin"),
}
"""What an attribute names, by the end of its name: these come first."""


def paths(
    cursor: Cursor, analysis: Analysis, kind: Type, *, specs: bool = False, below_source: bool = False
) -> Iterator[Proposal]:
    """The entries of the folder that is written so far; hidden ones only after a dot."""
    if cursor.text.startswith("/"):
        return  # differs from machine to machine: E0407
    written, _, name = cursor.text.rpartition("/")
    folder = analysis.module.folder
    if below_source:
        folder = posixpath.join(folder, _source(cursor, analysis))
    try:
        inside = analysis.files.locate(posixpath.join(written or "."), folder)
        entries = sorted(analysis.files.path(inside).iterdir(), key=lambda entry: entry.name)
    except (OutsideRoot, OSError, ValueError):
        return
    start = cursor.start + len(cursor.text) - len(name)
    wanted = _SUFFIXES.get(cursor.attribute, ())
    for entry in entries[:_MOST]:
        if entry.name.startswith(".") and not name.startswith("."):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError:
            continue
        if specs and not is_folder and not entry.name.endswith(".envspec"):
            continue
        own = posixpath.join(inside, entry.name) if inside != "." else entry.name
        if specs and own == analysis.file:
            continue  # no file imports itself
        fits = (not is_folder and entry.name.endswith(wanted)) if wanted else is_folder
        label = f"{entry.name}/" if is_folder else entry.name
        yield Proposal(
            label,
            "folder" if is_folder else "file",
            start,
            _end(analysis.source, cursor),
            rank=1 if fits else 2,
        )


def _end(source: Source, cursor: Cursor) -> int:
    """The end of the part between slashes that the cursor is in."""
    at = source.text.find("/", cursor.start + len(cursor.text), cursor.end)
    return cursor.end if at == -1 else at + 1


def _source(cursor: Cursor, analysis: Analysis) -> str:
    kind, label = cursor.block
    block = analysis.module.blocks.get(kind, {}).get(label)
    for attribute in block.body.attributes() if block is not None else ():
        if attribute.name.text == "source" and isinstance(attribute.value, StringValue):
            return attribute.value.plain or ""
    return ""
