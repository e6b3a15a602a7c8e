"""Inline script metadata (PEP 723): the `# /// script` block of a Python file.

In: the text of the script, which is never run. Out: the entries of the block with their places in the
script. More than one block is an error, as the specification has it.
"""

from __future__ import annotations

import re

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.file_entries import Entry, FileEntries, unreadable
from envspec.packages.package import PackageProblem
from envspec.packages.pyproject import parse_toml

# The pattern of the specification, which a `\r` before the line end must not break.
_BLOCK = lazy_pattern(
    r"^# /// (?P<type>[a-zA-Z0-9-]+)[ \t]*\r?$\s(?P<content>(?:^#(?:| .*)\r?$\s)+?)^# ///[ \t]*\r?$",
    re.MULTILINE,
)


def has_metadata(text: str) -> bool:
    """Whether the script has a `script` block."""
    return any(match["type"] == "script" for match in _BLOCK.finditer(text))


def parse_inline_script(text: str) -> tuple[FileEntries, list[PackageProblem]]:
    """The entries of the `script` block; none when there is no block."""
    blocks = [match for match in _BLOCK.finditer(text) if match["type"] == "script"]
    if not blocks:
        return FileEntries(), []
    if len(blocks) > 1:
        at = blocks[1].start()
        return FileEntries(), [
            unreadable(at, at + len("# /// script"), "a second `script` block", "keep one of the two")
        ]
    lines: list[str] = []
    starts: list[tuple[int, int]] = []  # where a line begins in the metadata, and in the script
    length = 0
    at = blocks[0].start("content")
    for line in blocks[0]["content"].splitlines(keepends=True):
        prefix = 2 if line.startswith("# ") else 1
        starts.append((length, at + prefix))
        lines.append(line[prefix:])
        length += len(line) - prefix
        at += len(line)

    def place(offset: int) -> int:
        start, there = next((s for s in reversed(starts) if s[0] <= offset), (0, blocks[0].start()))
        return there + offset - start

    def moved(entry: Entry) -> Entry:
        return entry._replace(start=place(entry.start), end=place(entry.end))

    entries, problems = parse_toml("".join(lines), script=True)
    entries.pip = [moved(entry) for entry in entries.pip]
    entries.python = moved(entries.python) if entries.python else None
    entries.groups = {}
    return entries, [
        PackageProblem(p.code, place(p.start), place(p.end), p.message, p.help, p.replacement)
        for p in problems
    ]
