"""JSON as nodes with their places: values as `json` has them, lines as the file has them."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

from envspec.importing.asked import Asked, unreadable
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern

_DEEPEST = 64
_TOKEN = lazy_pattern(r'"(?:\\.|[^"\\])*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


def json_nodes(asked: Asked, path: Path, text: str) -> Node:
    """The document. Raises `Failure` E1302."""
    import json

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise unreadable(asked, path, f"not JSON: {error.msg.lower()}", error.lineno) from None
    except (RecursionError, ValueError) as error:
        raise unreadable(asked, path, f"not JSON: {type(error).__name__}") from None
    newlines = [at for at, character in enumerate(text) if character == "\n"]
    tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
    at = 0

    def made(depth: int) -> Node:
        """The node of the value that begins with the token at `at`, which is left after its last one."""
        nonlocal at
        start, end = tokens[at]
        line = bisect_right(newlines, start - 1) + 1
        if depth > _DEEPEST:
            raise unreadable(asked, path, "it is nested too deeply", line)
        at += 1
        if text[start] == "{":
            entries: dict[str, Node] = {}
            while text[tokens[at][0]] != "}":
                key = json.loads(text[slice(*tokens[at])])
                at += 2  # the key and its colon
                entries[key] = made(depth + 1)
                at += text[tokens[at][0]] == ","
            at += 1
            return Node("mapping", "", (), entries, start, tokens[at - 1][1], line)
        if text[start] == "[":
            items = []
            while text[tokens[at][0]] != "]":
                items.append(made(depth + 1))
                at += text[tokens[at][0]] == ","
            at += 1
            return Node("sequence", "", tuple(items), {}, start, tokens[at - 1][1], line)
        value = json.loads(text[start:end])
        if value is None:
            return Node("", start=start, end=end, line=line)
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return Node("scalar", shown, (), {}, start, end, line, not isinstance(value, str))

    return made(0)
