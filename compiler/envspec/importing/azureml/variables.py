"""Environment variables as Azure ML's files have them: a mapping of names to texts."""

from __future__ import annotations

from collections.abc import Callable

from envspec.importing.asked import Asked
from envspec.importing.azureml.fields import is_nothing
from envspec.importing.spec import Spec, Text, Value
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern

_CONNECTION = lazy_pattern(r"\$\{\{\s*azureml://connections/[^}]*\}\}")


def variables_of(
    asked: Asked, node: Node, file: str, spec: Spec, above: str, written: Callable[[str], Value] = Text
) -> Variables:
    """The variables that a mapping in `file` sets. `above` is the path of keys to it, `written` makes a value of what
    the file has."""
    found = Variables(asked, spec)
    for name, value in node.entries.items():
        what = f"{above}{name}"
        if is_nothing(value):
            asked.report.dropped(what, file, value.line, "it has no value")
        elif value.kind != "scalar":
            asked.report.dropped(what, file, value.line, "the value of a variable is a text")
        elif _CONNECTION.search(value.text):
            found.read_from_caller(name, file, value.line, what=what)
        else:
            found.add(name, value.text, file, value.line, what=what, written=written(value.text))
    return found
