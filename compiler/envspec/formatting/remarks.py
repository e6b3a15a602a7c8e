"""The comments of a file, handed out in order: those on lines of their own before a node, and that at its end."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.diagnostics import Source
from envspec.syntax.nodes import Comment


class Remarks:
    """Each comment is taken once. Offsets are of the source."""

    def __init__(self, source: Source, comments: tuple[Comment, ...]) -> None:
        self._source = source
        self._comments = comments
        self._at = 0

    def before(self, offset: int) -> Iterator[Comment]:
        """Those not taken yet that begin before `offset`."""
        while self._at < len(self._comments) and self._comments[self._at].span.start < offset:
            self._at += 1
            yield self._comments[self._at - 1]

    def at_end(self, offset: int, limit: int) -> str:
        """The comment on the line of `offset`, when only blanks and commas are between and it begins before `limit`."""
        if self._at == len(self._comments):
            return ""
        comment = self._comments[self._at]
        start = comment.span.start
        if start >= limit or self._source.text[offset:start].strip(" \t,"):
            return ""
        self._at += 1
        return tidy(comment)

    def inside(self, start: int, end: int) -> bool:
        """Whether one begins between the two offsets."""
        return any(start <= c.span.start < end for c in self._comments[self._at :])

    def blank_before(self, offset: int) -> bool:
        """Whether the line of `offset` follows an empty one."""
        text = self._source.text[:offset]
        lead = text[len(text.rstrip(" \t\r\n,")) :]
        return lead.replace("\r", "").replace(" ", "").replace("\t", "").count("\n") > 1


def tidy(comment: Comment) -> str:
    """`#words` is `# words`; `#!` and a row of `#` stay."""
    text = comment.text.rstrip()
    body = text[1:]
    if body and body[0].isalnum():
        return f"# {body}"
    return text
