"""The command of an entry point of an `MLproject`.

MLflow fills `{param}` as `str.format` does, each value quoted for a shell, and gives the whole to `bash -c`
(`mlflow/projects/_project_spec.py`). A command without anything that a shell does for it becomes an argument vector;
any other a script for `/bin/sh`, which gets its params as variables; one that only bash understands stays bash's.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from envspec.frozen import Frozen, field, frozen
from envspec.importing.spec import Item, Items, Text, Value, Written
from envspec.importing.tools.image_parts import script_value
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax.strings import quote

_BASH = lazy_pattern(
    r"\[\[|<\(|>\(|<<<|&>|\$'|\bpipefail\b|(?:^|[;&|\n]\s*)(?:source|function|declare)\s|\(\("
)
_BY_SHELL = frozenset(
    {"if", "for", "while", "until", "case", "select", "function", "time", "export", "source", ".", "cd", "set",
     "unset", "eval", "exec", "alias", "ulimit", "umask", "trap", "local", "declare", "readonly", "wait", "shift",
     "return", "exit", "break", "continue", "!", "[[", ":", "let", "shopt", "command", "builtin", "type"}
)  # fmt: skip
_SPECIAL = frozenset("|&;()<>`*?[\n")


@frozen
class Hole(Frozen):
    """`{name}` in the command."""

    name: str


Part: TypeAlias = str | Hole


class Unfillable(Exception):  # noqa: N818 - says why, and never leaves the importer
    """MLflow could not fill it in either."""


@frozen
class Command(Frozen):
    """One of the two attributes of a run, the variables that it reads, and why it is not as it was."""

    command: Items | None = None
    shell: Value | None = None
    variables: Mapping[str, Value] = field(default_factory=dict)
    reason: str = ""


def parts_of(text: str) -> list[Part]:
    """The characters and holes of a command. Raises `Unfillable`."""
    found: list[Part] = []
    try:
        for literal, name, form, conversion in string.Formatter().parse(text):
            found += literal
            if name is None:
                continue
            if form or conversion or not re.fullmatch(r"[^\W\d][\w -]*(?:\.[\w -]+)*", name):
                raise Unfillable(f"`{{{name}}}` is not the name of a parameter")
            found.append(Hole(name))
    except ValueError as error:
        raise Unfillable(f"its braces do not match: {str(error).lower()}") from None
    return found


def command_of(parts: Sequence[Part], references: Mapping[str, str]) -> Command:
    """`references` say what stands for each hole: `param.alpha`, `inputs.data`."""
    stripped = _stripped(parts)
    words = _words(stripped)
    script_of = [*map(tuple, words)] if words is not None else []
    if len(script_of) == 3 and script_of[:2] == [tuple("/bin/sh"), tuple("-c")]:
        text = [part for part in script_of[2] if isinstance(part, str)]
        if len(text) == len(script_of[2]):  # as an export has it
            return Command(shell=script_value("".join(text)))
    if words is not None:
        return Command(command=Items(tuple(Item(_argument(word, references)) for word in words)))
    script = _script(stripped)
    names = dict.fromkeys(part.name for part in stripped if isinstance(part, Hole))
    variables: dict[str, Value] = {variable_of(name): Written(f'"${{{references[name]}}}"') for name in names}
    if _BASH.search(script):
        command = Items((Item(Text("bash")), Item(Text("-c")), Item(script_value(script))))
        return Command(command, None, variables, "it needs bash, and reads its params as variables")
    return Command(
        None, script_value(script), variables,
        "it needs a shell: `/bin/sh` reads it where MLflow has bash, with its params as variables",
    )  # fmt: skip


def variable_of(name: str) -> str:
    return "PARAM_" + re.sub(r"[^A-Z0-9_]", "_", name.upper())


def _stripped(parts: Sequence[Part]) -> list[Part]:
    found = list(parts)
    while found and isinstance(found[0], str) and found[0].isspace():
        found.pop(0)
    while found and isinstance(found[-1], str) and found[-1].isspace():
        found.pop()
    return found


def _words(parts: Sequence[Part]) -> list[list[Part]] | None:
    """The words as a POSIX shell splits them (XCU 2.2 and 2.3), None when it would do more than that."""
    words: list[list[Part]] = []
    word: list[Part] | None = None
    quoted, at, plain = "", 0, True
    while at < len(parts):
        part, following = parts[at], parts[at + 1] if at + 1 < len(parts) else ""
        at += 1
        if isinstance(part, Hole):
            word = [*(word or []), part]
        elif quoted:
            if part == quoted:
                quoted = ""
            elif quoted == '"' and part in "$`":
                return None
            elif quoted == '"' and part == "\\" and isinstance(following, str) and following in '"\\$`\n':
                word = [*(word or []), *("" if following == "\n" else following)]
                at += 1
            else:
                word = [*(word or []), part]
        elif part in "'\"":
            quoted, word = part, word or []
            plain = False
        elif part == "\\":
            if not isinstance(following, str) or not following:
                return None
            if following == "\r" and at + 1 < len(parts) and parts[at + 1] == "\n":
                at += 1
            if following not in "\r\n":
                word = [*(word or []), following]
            at += 1
        elif part in " \t":
            if word is not None:
                words.append(word)
            word = None
        elif part in _SPECIAL or part == "$" or (word is None and part in "~#") or part in "{}":
            return None
        elif part == "=" and not words and plain and word and all(isinstance(one, str) for one in word):
            return None  # a variable of the command
        else:
            word = [*(word or []), part]
    if quoted:
        return None
    if word is not None:
        words.append(word)
    first = "".join(part if isinstance(part, str) else "\0" for part in words[0]) if words else ""
    return None if not first or first in _BY_SHELL else words


def _argument(word: Sequence[Part], references: Mapping[str, str]) -> Value:
    if len(word) == 1 and isinstance(word[0], Hole):
        return Written(references[word[0].name])
    if not any(isinstance(part, Hole) for part in word):
        return Text("".join(part for part in word if isinstance(part, str)))
    written, literal = "", ""
    for part in word:
        if isinstance(part, str):
            literal += part
            continue
        written += quote(literal)[1:-1] + f"${{{references[part.name]}}}"
        literal = ""
    return Written(f'"{written}{quote(literal)[1:-1]}"')


def _script(parts: Sequence[Part]) -> str:
    """The script with a variable for each hole, quoted as its place wants it."""
    text, quoted, here = "", "", False
    at = 0
    while at < len(parts):
        part = parts[at]
        at += 1
        if isinstance(part, Hole):
            name = variable_of(part.name)
            following = parts[at] if at < len(parts) else ""
            joined = isinstance(following, str) and (following.isalnum() or following == "_")
            bare = f"${{{name}}}" if joined else f"${name}"
            text += f"'\"{bare}\"'" if quoted == "'" else bare if quoted or here else f'"{bare}"'
            continue
        text += part
        if part == "\\" and quoted != "'" and at < len(parts) and isinstance(following := parts[at], str):
            text += following
            at += 1
        elif part in "'\"" and not quoted:
            quoted = part
        elif part == quoted:
            quoted = ""
        here = here or (not quoted and text.endswith("<<"))
    return text
