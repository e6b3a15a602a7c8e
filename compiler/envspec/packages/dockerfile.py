"""A Dockerfile of one's own, read as far as is needed to build on it: its last stage, and what it takes from its context.

In comes its text; out comes a `Dockerfile`, or a `Problem` with its line. Instructions are left as they are, but for
two: the last `FROM` gets a name when it has none, and sources of `COPY` and `ADD` that come from the context get a
folder in front, so that no file of theirs has a name of ours. What cannot be known without running it (a variable in a
source, a here-document) is a problem. The grammar is that of Docker's reference: comments and empty lines count for
nothing, also between continued lines, and parser directives come first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from posixpath import normpath

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

OWN_STAGE = "envspec-base"
"""The name of a last stage that has none."""

_DIRECTIVE = lazy_pattern(r"#\s*([A-Za-z]+)\s*=\s*(\S.*)")
_HEREDOC = lazy_pattern(r"<<-?\s*[\"']?[A-Za-z_]")
_FLAG = lazy_pattern(r"--[a-z-]+(=\S*)?(\s+|$)")
_FROM = lazy_pattern(r"(?i)(\S+)(?:\s+AS\s+(\S+))?\s*")
_REMOTE = lazy_pattern(r"(?i)(https?://|git@|git://|ssh://)")


@frozen
class Problem(Frozen):
    """One clause about `line`, 1-based; 0 is the whole file."""

    line: int
    reason: str


@frozen
class Dockerfile(Frozen):
    """`directives` have to stay in front of everything. `stage` is the last stage's name; `sources` are paths and
    patterns of the context, relative, `.` for all of it."""

    directives: str
    text: str
    stage: str
    sources: tuple[str, ...]


@frozen
class _Instruction(Frozen):
    """`lines` are as they are written; `arguments` are joined, without comments."""

    line: int
    lines: tuple[str, ...]
    word: str
    arguments: str


def read_dockerfile(text: str, folder: str) -> Dockerfile | Problem:
    """Sources of the context are looked for in `folder` of the new one."""
    lines = text.replace("\r\n", "\n").split("\n")
    directives: list[str] = []
    while lines and (found := _DIRECTIVE.fullmatch(lines[0].strip())):
        if found[1].lower() == "escape" and found[2].strip() != "\\":
            return Problem(len(directives) + 1, "another escape character than `\\` is not supported")
        directives.append(lines.pop(0))
    written: list[str] = []
    stages: list[tuple[int, str]] = []
    sources: list[str] = []
    for instruction in _instructions(lines, len(directives) + 1):
        made = _rewritten(instruction, folder, stages, sources)
        if isinstance(made, Problem):
            return made
        if instruction.word == "FROM":
            stages.append((len(written), _stage_name(instruction.arguments)))
        written += made
    if not stages:
        return Problem(0, "it has no `FROM`")
    at, stage = stages[-1]
    if not stage:
        stage = OWN_STAGE
        written[at] = f"{written[at].rstrip()} AS {stage}"
    head = "".join(f"{line}\n" for line in directives)
    return Dockerfile(head, "\n".join(written).strip("\n"), stage, tuple(dict.fromkeys(sources)))


def _stage_name(arguments: str) -> str:
    found = _FROM.fullmatch(_split_flags(arguments)[1])
    return (found[2] or "") if found else ""


def _instructions(lines: list[str], first: int) -> Iterator[_Instruction]:
    at = 0
    while at < len(lines):
        start = at
        parts: list[str] = []
        while at < len(lines):
            line = lines[at].strip()
            at += 1
            if not line or line.startswith("#"):
                if not parts:
                    break
                continue
            if not line.endswith("\\"):
                parts.append(line)
                break
            parts.append(line[:-1].rstrip())
        word, _, arguments = " ".join(parts).strip().partition(" ")
        yield _Instruction(first + start, tuple(lines[start:at]), word.upper(), arguments.strip())


def _rewritten(
    instruction: _Instruction, folder: str, stages: list[tuple[int, str]], sources: list[str]
) -> list[str] | Problem:
    """The lines of an instruction in the new Dockerfile; adds to `sources`."""
    word, arguments = instruction.word, instruction.arguments
    if word in ("RUN", "COPY", "ADD") and _HEREDOC.search(arguments):
        return Problem(instruction.line, "a here-document is not supported")
    if word == "ONBUILD" and arguments.upper().startswith(("COPY", "ADD")):
        return Problem(instruction.line, "`ONBUILD` with files of the context is not supported")
    if word == "RUN" and re.search(r"--mount=(?!\S*\bfrom=)\S*\btype=bind\b", arguments):
        return Problem(instruction.line, "a mount of the context is not supported: use `COPY`")
    if word == "FROM":
        if _FROM.fullmatch(_split_flags(arguments)[1]) is None:
            return Problem(instruction.line, "this `FROM` names no image")
        return [f"FROM {arguments}"]
    if word not in ("COPY", "ADD"):
        return list(instruction.lines)
    if not stages:
        return Problem(instruction.line, f"`{word}` comes before `FROM`")
    return _rewritten_copy(instruction, folder, sources)


def _rewritten_copy(instruction: _Instruction, folder: str, sources: list[str]) -> list[str] | Problem:
    flags, rest = _split_flags(instruction.arguments)
    if "--from=" in flags:
        return list(instruction.lines)
    words: list[str]
    try:
        words = json.loads(rest) if rest.startswith("[") else rest.split()
    except ValueError:
        words = rest.split()
    if len(words) < 2 or not all(isinstance(word, str) for word in words):
        return Problem(instruction.line, f"this `{instruction.word}` has no source and target")
    moved = []
    for source in words[:-1]:
        if _REMOTE.match(source):
            moved.append(source)
            continue
        path = normpath(source.lstrip("/") or ".")
        if "$" in source:
            return Problem(instruction.line, f"the source `{source}` holds a variable")
        if path == ".." or path.startswith("../"):
            return Problem(instruction.line, f"the source `{source}` is outside the folder of the Dockerfile")
        sources.append(path)
        moved.append(folder if path == "." else f"{folder}/{path}")
    text = json.dumps([*moved, words[-1]]) if rest.startswith("[") else " ".join([*moved, words[-1]])
    return [f"{instruction.word} {flags}{text}"]


def _split_flags(arguments: str) -> tuple[str, str]:
    at = 0
    while found := _FLAG.match(arguments, at):
        at = found.end()
    return arguments[:at], arguments[at:]
