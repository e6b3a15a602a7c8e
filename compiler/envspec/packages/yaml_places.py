"""Where PyYAML's errors are in a text: the place of what is wrong, which is not always where the parser gave up."""

from __future__ import annotations

from typing import Any

from envspec.lazy_pattern import lazy_pattern

_LINE_END = lazy_pattern("\r\n|[\r\n\x85\u2028\u2029]")
"""What YAML counts as one."""
_LATER = ("could not find expected ':'", "found unexpected end of stream")
"""Problems that are only seen behind what they are about, which is then the context."""


def error_place(text: str, error: Any) -> tuple[str, int, int]:
    """What a `MarkedYAMLError` says, and the line (from 1) and character of what it is about."""
    mark = error.problem_mark or error.context_mark
    reason = error.problem or error.context
    if error.context_mark is not None and (error.problem in _LATER or _offset(text, mark) >= len(text)):
        mark, reason = error.context_mark, f"{reason} {error.context}".replace("'", "`")
    if mark is None:
        return reason, 1, 0
    at, last = _offset(text, mark), len(text.rstrip())
    if at >= last > 0:  # something is missing behind what is there
        return reason, 1 + len(_LINE_END.findall(text, 0, last)), last - 1
    return reason, mark.line + 1, at


def _offset(text: str, mark: Any) -> int:
    """A mark's own index is one of bytes where libyaml read."""
    at = 0
    for _ in range(mark.line):
        found = _LINE_END.search(text, at)
        at = found.end() if found else len(text)
    return int(min(at + mark.column, len(text)))
