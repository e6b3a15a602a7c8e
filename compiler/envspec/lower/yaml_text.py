"""YAML that every reader takes for the same: strings stay strings, whatever version of YAML somebody reads.

What always holds: a string that some reader would take for a number, a boolean or nothing is in quotes, what is no
plain printable text is escaped, and there are no anchors, tags and folded lines.
"""

from __future__ import annotations

import re
from typing import Any

from envspec.lazy_pattern import lazy_pattern

_NUMBER = lazy_pattern(
    r"[-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9]+)?|[-+]?0[box][0-9a-f_]+|[-+]?\.(?:inf|nan)",
    re.IGNORECASE,
)
"""What YAML 1.2 and its readers in Go take for a number, which is more than PyYAML does: `1e3`, `08`, `0o17`."""

_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "="})


class Lines(str):
    """A text of several lines that stands as it is (`|`), where YAML can do that."""

    __slots__ = ()


def yaml_text(document: Any) -> str:
    """One document of mappings, lists, strings, numbers and booleans; keys stay in their order."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), _style(text))

    Dumper.add_representer(str, string)
    Dumper.add_representer(Lines, string)
    text: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
    return text


def _style(text: str) -> str | None:
    """None leaves it to PyYAML. Other libraries fold U+0085 or U+2028, or stop at them."""
    if isinstance(text, Lines) and _stands(text):
        return "|"
    if not text.isprintable():
        return '"'
    return "'" if _NUMBER.fullmatch(text) or text.lower() in _WORDS else None


def _stands(text: str) -> bool:
    """Whether a block scalar gives back these lines: printable, without white space at their ends or a first line
    that begins with it."""
    lines = text.removesuffix("\n").split("\n")
    plain = all(line.isprintable() and line == line.rstrip() for line in lines)
    return len(lines) > 1 and plain and bool(lines[0].strip()) and not lines[0].startswith(" ")
