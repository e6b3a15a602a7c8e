"""The arguments of `ARG`, `ENV` and `LABEL`: names and values, as the Dockerfile reference has them."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.dockerfile_text import Instruction
from envspec.importing.shell_text import Word, expanded, words_of


def shown(one: Instruction) -> str:
    """An instruction as the report has it."""
    flags = "".join(f" --{name}={value}" if value else f" --{name}" for name, value in one.flags)
    return f"{one.word}{flags} {one.arguments}".strip()


def pairs_of(arguments: str, values: Mapping[str, str | None]) -> list[tuple[str, str | None]]:
    """The names of `ARG`, with their defaults; None for one without."""
    found: list[tuple[str, str | None]] = []
    known = dict(values)
    for word in words_of(arguments):
        filled = expanded(word, known)
        name, sign, value = (
            " ".join(filled) if filled is not None else arguments[word.start : word.end]
        ).partition("=")
        default = value if sign and filled is not None else None
        found.append((name, default))
        known[name] = default
    return found


def settings_of(arguments: str, values: Mapping[str, str | None]) -> list[tuple[str, str | None, str]]:
    """The names of `ENV` and `LABEL` with their values, as they are (None where that is not known) and as written. The
    values of one instruction do not see each other."""
    words = words_of(arguments)
    if words and "=" not in arguments[words[0].start : words[0].end]:  # `ENV NAME the rest`
        raw = arguments[words[0].end :].strip()
        return [(arguments[words[0].start : words[0].end], _joined(words[1:], raw, arguments, values), raw)]
    found = []
    for word in words:
        filled = expanded(word, values)
        raw_name, _, raw = arguments[word.start : word.end].partition("=")
        name, _, value = (
            " ".join(filled).partition("=") if filled is not None else (raw_name.strip("\"'"), "", "")
        )
        found.append((name, value if filled is not None else None, raw))
    return found


def _joined(words: list[Word], raw: str, arguments: str, values: Mapping[str, str | None]) -> str | None:
    """One value with its blanks."""
    filled = [expanded(word, values) for word in words]
    if any(one is None for one in filled):
        return None
    if "$" not in raw and not any(character in raw for character in "\"'\\"):
        return raw
    return " ".join(" ".join(one) for one in filled if one is not None)
