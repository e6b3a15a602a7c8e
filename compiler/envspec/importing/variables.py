"""Environment variables of any file, as the language has them.

A variable whose name or value says that it is a secret becomes a `secret` block that reads it from the caller's
variable of that name: its value goes neither into the spec nor into the report.
"""

from __future__ import annotations

import re

from envspec.check.rules.variable_for_secret import says_secret
from envspec.diagnostics.credentials import credentials
from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import Asked
from envspec.importing.spec import Block, Spec, Table, Text, Value, Written
from envspec.packages.image import parse_variable_name
from envspec.packages.text import credentials_span

_NO_SECRET = re.compile(r"\s*|true|false|yes|no|on|off|none|null|[0-9.]+", re.IGNORECASE)
READ_LATER = "a secret is read when something runs: set this variable then"


@mutable
class Variables(Mutable):
    """The variables of one environment or run, put together one by one."""

    asked: Asked
    values: dict[str, Value] = field(default_factory=dict)
    secrets: dict[str, Block] = field(default_factory=dict)

    def add(self, name: str, value: str, file: str, line: int) -> None:
        """A variable with its value."""
        if is_secret(name, value):
            self.read_from_caller(name, name, file, line)
        elif self._named(name, file, line):
            if "\0" in value:
                self.asked.report.dropped(name, file, line, "a NUL character is in no variable")
                return
            self.values[name] = Text(value)
            self.asked.report.carried(name, file, line, "variables")

    def read_from_caller(self, name: str, variable: str, file: str, line: int) -> None:
        """A variable that takes its value from one of whoever runs something."""
        if not self._named(name, file, line) or not self._named(variable, file, line):
            return
        label = _label(variable)
        self.secrets[label] = Block("secret", label, {"variable": Text(variable)})
        self.values[name] = Written(f"secret.{label}")
        self.asked.report.changed(name, file, line, f"secret.{label}", READ_LATER)

    def fill(self, block: Block, spec: Spec) -> None:
        """Writes them into a block, after those that it has, and the secrets before everything."""
        known = set(spec.labels("secret"))
        spec.blocks[:0] = [secret for label, secret in self.secrets.items() if label not in known]
        before = block.attributes.get("variables")
        entries = dict(before.entries) if isinstance(before, Table) else {}
        if entries or self.values:
            block.attributes["variables"] = Table({**entries, **self.values})

    def _named(self, name: str, file: str, line: int) -> bool:
        if isinstance(parse_variable_name(name), str):
            return True
        self.asked.report.dropped(
            name, file, line, "the name of a variable is made of letters, digits and `_`"
        )
        return False


def is_secret(name: str, value: str) -> bool:
    """Whether a value must not be shown: by the variable's name, or because it has the form of a credential."""
    if next(credentials(value), None) is not None or credentials_span(value) is not None:
        return True
    return says_secret(name) and _NO_SECRET.fullmatch(value) is None


def _label(variable: str) -> str:
    from envspec.starting.names import name_of

    return name_of(variable, "") or name_of(f"secret-{variable}", "secret")
