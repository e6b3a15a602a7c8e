"""Commands of Azure ML: a line for a shell, with `${{…}}` in it that is filled in before.

A plain command becomes an argument vector, in which a value is one argument whatever it holds. What only a shell
understands (XCU 2 of POSIX: pipes, lists, redirections, expansions, several lines) becomes a script, which reads
values from variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.frozen import Frozen, field, frozen
from envspec.importing.azureml.values import PLACEHOLDER, string_with
from envspec.importing.spec import Item, Items, Script, Text, Value, Written
from envspec.lazy_pattern import lazy_pattern

_OPTIONAL = lazy_pattern(r"\$\[\[(.*?)\]\]", re.DOTALL)
_BUILT_IN = frozenset(
    {
        ".", ":", "[[", "alias", "bg", "break", "case", "cd", "command", "continue", "declare", "eval", "exec", "exit",
        "export", "fg", "for", "function", "getopts", "hash", "if", "jobs", "let", "local", "popd", "pushd", "read",
        "readonly", "return", "select", "set", "shift", "shopt", "source", "time", "times", "trap", "type", "typeset",
        "ulimit", "umask", "unalias", "unset", "until", "wait", "while", "{", "!",
    }
)  # fmt: skip
"""First words that no program is called by, but a shell understands."""
_BASH = lazy_pattern(
    r"\[\[ |(?:^|[;&|]\s*)(?:source|shopt|pushd|popd|declare|function) |pipefail|[<>]\(|&>|<<<|\w+=\(",
    re.MULTILINE,
)
_ASSIGNMENT = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*\+?=")


@frozen
class Bound(Frozen):
    """What `${{inputs.x}}` stands for: a `reference` of the language, and the `variable` that a script reads it from.
    `value` is set for a param, which a script has only when it is given one. `several`: its default is several words
    or none."""

    reference: str
    variable: str
    is_param: bool = False
    several: bool = False


@frozen
class Command(Frozen):
    """The value of `command`, or of `shell` with the `variables` that it needs; `remarks` are clauses for the report."""

    command: Items | None = None
    shell: Value | None = None
    variables: Mapping[str, Value] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def command_of(written: str, known: Mapping[str, Bound]) -> Command | None:
    """None for an empty command. `known` has what each placeholder stands for, by its text (`inputs.epochs`); an
    optional part (`$[[…]]`) stays when all of its placeholders are known, and any other unknown one stays as it is."""
    remarks: list[str] = []

    def optional(match: re.Match[str]) -> str:
        unknown = [name for name in PLACEHOLDER.findall(match[1]) if name not in known]
        if unknown:
            remarks.append(f"`{match[1].strip()}` is left out, because `{unknown[0]}` has no value")
            return ""
        return match[1]

    text = _OPTIONAL.sub(optional, written).replace("\r\n", "\n").strip()
    if not text:
        return None
    unknown = [name for name in dict.fromkeys(PLACEHOLDER.findall(text)) if name not in known]
    remarks += [f"nothing is known of `{name}`, which stays as it is written" for name in unknown]
    words = _words(text, known)
    if words is None:
        return _script(text, known, remarks)
    for parts, references in words:
        alone = len(references) == 1 and parts == ["", ""]
        if alone and known[references[0]].several:
            remarks.append(f"`{references[0]}` is one argument, whatever blanks are in it")
    items = tuple(Item(_argument(parts, references, known)) for parts, references in words)
    return Command(Items(items), remarks=tuple(remarks))


def _argument(parts: list[str], references: list[str], known: Mapping[str, Bound]) -> Value:
    if not references:
        return Text(parts[0])
    named = [known[name].reference for name in references]
    return Written(named[0] if parts == ["", ""] and len(named) == 1 else string_with(parts, named))


def _words(text: str, known: Mapping[str, Bound]) -> list[tuple[list[str], list[str]]] | None:
    """The words of a simple command: texts with names of placeholders between them. None when a shell is needed."""
    words: list[tuple[list[str], list[str]]] = []
    parts: list[str] = [""]
    references: list[str] = []
    begun, quote_, at = False, "", 0
    while at < len(text):
        character = text[at]
        placeholder = PLACEHOLDER.match(text, at) if character == "$" else None
        if placeholder is not None:
            if placeholder[1] in known:
                references.append(placeholder[1])
                parts.append("")
            else:
                parts[-1] += placeholder[0]
            begun, at = True, placeholder.end()
            continue
        if quote_ == "'":
            if character == "'":
                quote_ = ""
            else:
                parts[-1] += character
        elif character == "\\":
            following = text[at + 1 : at + 2]
            if not following:
                return None
            if following == "\n":  # the line goes on
                at += 2
                continue
            kept = quote_ == '"' and following not in ('"', "\\", "$", "`")
            parts[-1] += f"\\{following}" if kept else following
            begun, at = True, at + 1
        elif character in "$`":
            return None
        elif quote_:
            if character == '"':
                quote_ = ""
            else:
                parts[-1] += character
        elif character in "'\"":
            quote_, begun = character, True
        elif character in " \t":
            if begun:
                words.append((parts, references))
            parts, references, begun = [""], [], False
        elif character in "\r\n|&;<>()*?[{" or (character in "~#" and not begun) or character == "!":
            return None
        else:
            parts[-1] += character
            begun = True
        at += 1
    if quote_:
        return None
    if begun:
        words.append((parts, references))
    first = words[0][0][0] if words else ""
    return None if not words or first in _BUILT_IN or _ASSIGNMENT.match(first) else words


def _script(text: str, known: Mapping[str, Bound], remarks: list[str]) -> Command:
    """A script in which placeholders are variables, in quotes unless their text was meant to be several words."""
    out: list[str] = []
    variables: dict[str, Value] = {}
    quote_, at = "", 0
    while at < len(text):
        character = text[at]
        placeholder = PLACEHOLDER.match(text, at) if character == "$" else None
        if placeholder is not None and placeholder[1] in known:
            bound = known[placeholder[1]]
            if bound.is_param:
                variables[bound.variable] = Written(string_with(["", ""], [bound.reference]))
            at = placeholder.end()
            name = bound.variable
            braces = quote_ == '"' and re.match(r"[A-Za-z0-9_]", text[at : at + 1])
            written = f"${{{name}}}" if braces else f"${name}"
            if quote_ == "'" and out[-1] == "'" and text[at : at + 1] == "'":  # nothing else in the quotes
                out.pop()
                quote_, at = "", at + 1
                written = f'"{written}"'
            elif quote_ == "'":
                written = f"'\"{written}\"'"
            elif not quote_ and not bound.several:
                written = f'"{written}"'
            elif not quote_ and re.match(r"[A-Za-z0-9_]", text[at : at + 1]):
                written = f"${{{name}}}"
            out.append(written)
            continue
        if character == "\\" and quote_ != "'":
            out.append(text[at : at + 2])
            at += 2
            continue
        if character in "'\"" and quote_ in ("", character):
            quote_ = "" if quote_ else character
        out.append(character)
        at += 1
    if _BASH.search(text):
        remarks.append("`/bin/sh` runs it, and it is written for bash: put it into a file for `bash`")
    if own := sorted(set(re.findall(r"\bAZUREML_\w+", text))):
        remarks.append(f"only Azure ML sets `{own[0]}`")
    script = "".join(out)
    several = "\n" in script
    return Command(
        shell=Script(script + "\n") if several else Text(script), variables=variables, remarks=tuple(remarks)
    )
