"""The only ways a string of a spec gets into a Dockerfile: as one word of data, whatever it holds.

Each function takes any text without line breaks and NUL (`check` refuses those with E0310) and gives text
that Docker's parser, and where it is a shell's word the shell, read back as exactly that text.

A word in double quotes is read by Docker's own lexer (moby `frontend/dockerfile/shell/lex.go`): `\\` escapes
itself, `"` and `$`; nothing else is special there, a backtick neither. JSON arrays (exec form) know no
expansion at all. The parser itself cuts lines and strips trailing white space before any of this, which is
why every form ends in a visible character.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from envspec.lazy_pattern import lazy_pattern

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_LINE = lazy_pattern(r"[\0\n\r]")


def _on_one_line(text: str) -> str:
    if _LINE.search(text):
        raise AssertionError(f"a line break or NUL got past `check`: {text!r}")
    return text


def word(text: str) -> str:
    """One word of ARG, ENV or LABEL."""
    escaped = _on_one_line(text).replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def exec_form(arguments: Sequence[str]) -> str:
    """The JSON array of RUN, CMD, ENTRYPOINT and HEALTHCHECK; ASCII only."""
    for argument in arguments:
        if "\0" in argument:
            raise AssertionError("NUL got past `check`")
    return json.dumps(list(arguments))


def variable_name(text: str) -> str:
    """The name of an ARG, which takes no quotes."""
    if not _NAME.fullmatch(text):
        raise AssertionError(f"not the name of a variable: {text!r}")
    return text


def shell_word(text: str) -> str:
    """One word of a POSIX shell, for the shell form of RUN."""
    return shlex.quote(_on_one_line(text))


def yaml_string(text: str) -> str:
    """A YAML double-quoted scalar, ASCII only: JSON's, but that YAML has no surrogate pairs (`\\U` instead)."""
    return "".join(
        f"\\U{ord(character):08x}" if ord(character) > 0xFFFF else json.dumps(character)[1:-1]
        for character in text
    ).join('""')
