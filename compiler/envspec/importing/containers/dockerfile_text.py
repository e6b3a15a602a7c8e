"""The instructions of a Dockerfile with their lines, by the rules of BuildKit's parser (Dockerfile reference).

Parser directives stand at the beginning; comment lines and empty lines count for nothing, also between continued
lines; the escape character at the end of a line continues it; `RUN`, `COPY` and `ADD` may have here-documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

_DIRECTIVE = lazy_pattern(r"#\s*(?P<name>[A-Za-z][A-Za-z0-9]*)\s*=\s*(?P<value>\S.*)\Z")
_FLAG = lazy_pattern(r"--(?P<name>[a-zA-Z][a-zA-Z-]*)(?:=(?P<value>\S*))?(?:\s+|\Z)")
_HEREDOC = lazy_pattern(
    r"(?<![<\w\"'\\])[0-9]*<<(?P<tabs>-?)(?P<quote>[\"']?)(?P<name>[A-Za-z_][\w.-]*)(?P=quote)"
)
_WITH_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})
DIRECTIVES = frozenset({"syntax", "escape", "check"})


@frozen
class Heredoc(Frozen):
    """`start` and `end` are where its mark stands in the arguments."""

    name: str
    text: str
    start: int
    end: int


@frozen
class Instruction(Frozen):
    """`word` is in upper case; `arguments` are joined, without flags and comments; `flags` as they are written.
    `places` has the offset in `arguments` at which each line of the file begins."""

    word: str
    arguments: str
    line: int
    flags: tuple[tuple[str, str], ...] = ()
    comments: tuple[str, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    places: tuple[tuple[int, int], ...] = ()

    def line_at(self, offset: int) -> int:
        """The line of the file for a character of the arguments."""
        return max((line for start, line in self.places if start <= offset), default=self.line)

    def flag(self, name: str) -> str | None:
        return next((value for key, value in self.flags if key == name), None)


@frozen
class Directive(Frozen):
    name: str
    value: str
    line: int


@frozen
class DockerfileText(Frozen):
    """`rest` are comments after the last instruction."""

    directives: tuple[Directive, ...]
    instructions: tuple[Instruction, ...]
    rest: tuple[str, ...]


def read_dockerfile_text(text: str) -> DockerfileText:
    """What a Dockerfile says, instruction by instruction."""
    lines = re.split(r"\r\n|\n", text)
    directives: list[Directive] = []
    for number, line in enumerate(lines, start=1):
        found = _DIRECTIVE.match(line.strip())
        if found is None or found["name"].lower() not in DIRECTIVES:
            break
        directives.append(Directive(found["name"].lower(), found["value"], number))
    escape = next(
        (one.value for one in directives if one.name == "escape" and one.value in ("\\", "`")), "\\"
    )
    comments: list[str] = []
    instructions = list(_instructions(lines, len(directives), escape, comments))
    return DockerfileText(tuple(directives), tuple(instructions), tuple(comments))


def _instructions(lines: list[str], at: int, escape: str, comments: list[str]) -> Iterator[Instruction]:
    mark = re.escape(escape)
    continued = re.compile(rf"(?:(?<=[^{mark}])|^){mark}[ \t]*\Z")
    while at < len(lines):
        line = lines[at].strip()
        if not line or line.startswith("#"):
            comments += [line.lstrip("#").strip()] if line else []
            at += 1
            continue
        joined = ""
        places: list[tuple[int, int]] = []
        first = at + 1
        while at < len(lines):
            whole = lines[at].lstrip() if not places else lines[at]
            at += 1
            if places and (not whole.strip() or whole.lstrip().startswith("#")):
                comments += [whole.strip().lstrip("#").strip()] if whole.strip() else []
                continue
            places.append((len(joined), at))
            end = continued.search(whole)
            if end is None:
                joined += whole
                break
            joined += whole[: end.start()]
        word, arguments, flags, shift = _split(joined)
        heredocs: list[Heredoc] = []
        if word in _WITH_HEREDOCS:
            for found in _HEREDOC.finditer(arguments):
                content, at = _content(lines, at, found["name"], bool(found["tabs"]))
                heredocs.append(Heredoc(found["name"], content, found.start(), found.end()))
        yield Instruction(
            word, arguments, first, flags, tuple(comments), tuple(heredocs),
            tuple((max(0, offset - shift), number) for offset, number in places),
        )  # fmt: skip
        comments.clear()


def _split(joined: str) -> tuple[str, str, tuple[tuple[str, str], ...], int]:
    """The word, the arguments, the flags before them, and where the arguments begin."""
    word = joined.split(None, 1)[0] if joined.strip() else ""
    at = len(word)
    at += len(joined[at:]) - len(joined[at:].lstrip())
    flags: list[tuple[str, str]] = []
    while found := _FLAG.match(joined, at):
        flags.append((found["name"], found["value"] or ""))
        at = found.end()
    return word.upper(), joined[at:].rstrip(), tuple(flags), at


def _content(lines: list[str], at: int, name: str, tabs: bool) -> tuple[str, int]:
    """The text of a here-document, and the line after it."""
    content: list[str] = []
    while at < len(lines):
        line = lines[at].lstrip("\t") if tabs else lines[at]
        at += 1
        if line == name:
            break
        content.append(line)
    return "".join(f"{line}\n" for line in content), at
