"""The keys of maps: names, variables and labels have a form of their own; any other key is any text."""

from __future__ import annotations

from collections.abc import Callable, Collection

from envspec.packages.image import parse_label_key, parse_line, parse_variable_name
from envspec.packages.package import PackageProblem
from envspec.resolve.context import Scope
from envspec.resolve.names import bad_name, is_name
from envspec.syntax.nodes import Identifier, StringValue

_READERS: dict[str, Callable[[str], str | PackageProblem]] = {
    "variable": parse_variable_name,
    "label": parse_label_key,
    "": lambda text: parse_line(text, "a key"),
}


def same_variable(names: Collection[str]) -> dict[str, str]:
    """The names that a variable (`$ENVSPEC_INPUT_X`) cannot tell from an earlier one, with that one."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.replace("-", "_"), name)
    return {name: first[name.replace("-", "_")] for name in names if first[name.replace("-", "_")] != name}


def check_key(text: str, key: Identifier | StringValue, keys: str, scope: Scope) -> bool:
    """Whether a map whose keys are `keys` can have this one; a finding at the key says why not."""
    if keys == "name":
        if is_name(text):
            return True
        scope.context.diagnostics.append(bad_name(Identifier(key.span, text)))
        return False
    problem = _READERS[keys](text)
    if isinstance(problem, str):
        return True
    scope.context.report(problem.code, problem.message, key.span, help=problem.help)
    return False
