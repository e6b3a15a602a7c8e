"""`fix --edition`: files, and all that they import, in the edition asked for; nothing when one of them is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from envspec.diagnostics import Diagnostic, Severity, Source
from envspec.editions.migrate import migrate
from envspec.editions.step import Step
from envspec.frozen import Frozen, frozen
from envspec.resolve.files import ProjectFiles
from envspec.resolve.modules import Loader


@frozen
class Moved(Frozen):
    """`texts` are the new texts by root-relative path, of those files alone that change; empty with findings
    that are errors. `sources` are all files that were looked at."""

    root: Path
    texts: dict[str, str]
    sources: dict[str, Source]
    findings: list[Diagnostic]


def move(
    root: Path, files: Sequence[str], to: int, steps: Sequence[Step], *, allow_outside: bool = False
) -> Moved:
    """Reads the files and what they import. Raises `OSError` when one of `files` cannot be read."""
    found: list[Diagnostic] = []
    loader = Loader(ProjectFiles(root, allow_outside), found)
    for file in files:
        if file not in loader.modules:
            loader.load_root(file)
    texts = {}
    for file, source in loader.sources.items():
        text, wrong = migrate(source, to, steps)
        found += wrong
        if text != source.text:
            texts[file] = text
    if any(d.severity is Severity.ERROR for d in found):
        texts = {}
    return Moved(root, texts, loader.sources, found)
