"""Environment variables of any file, as a spec has them.

What is a credential by its name or by its form becomes a secret that is read where it is needed: a spec holds none.
"""

from __future__ import annotations

import re

from envspec.importing.asked import Asked
from envspec.importing.spec import Block, Spec, Table, Text, Value, Written
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern

_CONNECTION = lazy_pattern(r"\$\{\{\s*azureml://connections/[^}]*\}\}")
_STANDS_FOR = lazy_pattern(r"\s*|<.*>|\$\{?\w+\}?|\{\{.*\}\}")
_NO_CREDENTIALS = "a spec holds no credentials: the secret is read from a variable of whoever runs it"


def variables_of(asked: Asked, node: Node, file: str, spec: Spec, above: str = "") -> dict[str, Value]:
    """The variables that a mapping in `file` sets; secrets are added to the spec. `above` is the path of keys to it."""
    from envspec.packages.image import parse_variable_name

    found: dict[str, Value] = {}
    for name, value in node.entries.items():
        what = f"{above}{name}"
        if value.kind != "scalar" or (value.plain and value.value is None):
            reason = (
                "it has no value" if value.kind in ("", "scalar") else "the value of a variable is a text"
            )
            asked.report.dropped(what, file, value.line, reason)
        elif not isinstance(problem := parse_variable_name(name), str):
            asked.report.dropped(what, file, value.line, f"{problem.message}; {problem.help}")
        elif "\0" in value.text:
            asked.report.dropped(what, file, value.line, "no variable can hold a NUL character")
        elif _is_secret(name, value.text):
            label = secret_of(spec, name)
            found[name] = Written(f"secret.{label}")
            asked.report.changed(what, file, value.line, f"secret {label}", _NO_CREDENTIALS)
        else:
            found[name] = Text(value.text)
            asked.report.carried(what, file, value.line, "variables")
    return found


def add_variables(block: Block, found: dict[str, Value]) -> None:
    """Puts variables beside those that a block has."""
    known = block.attributes.get("variables")
    entries = dict(known.entries) if isinstance(known, Table) else {}
    if entries or found:
        block.add("variables", Table({**entries, **found}))


def secret_of(spec: Spec, variable: str, name: str = "") -> str:
    """The label of a secret that is read from a variable, made when the spec has none."""
    from envspec.starting.names import name_of, unique

    source = Text(variable)
    for block in spec.blocks:
        if block.kind == "secret" and block.attributes.get("variable") == source:
            return block.label
    label = unique(name_of(name or variable.replace("_", "-"), "secret"), spec.labels("secret"))
    at = sum(block.kind == "secret" for block in spec.blocks)
    spec.blocks.insert(at, Block("secret", label, {"variable": source}))
    return label


def _is_secret(name: str, value: str) -> bool:
    from envspec.check.rules.variable_for_secret import says_secret
    from envspec.diagnostics.credentials import credentials, is_example

    if _CONNECTION.search(value) or next(credentials(value), None) is not None:
        return True
    return says_secret(name) and not _STANDS_FOR.fullmatch(value) and not is_example(value)


def variable_name(text: str) -> str:
    """A name for an environment variable out of another one: `my-endpoint-key` gives `MY_ENDPOINT_KEY`."""
    name = re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_") or "SECRET"
    return f"_{name}" if name[0].isdigit() else name
