"""Environment variables of another tool. What is a secret by its name or form becomes a `secret` block; its value is
shown nowhere."""

from __future__ import annotations

import re

from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import Asked
from envspec.importing.spec import Block, Spec, Table, Text, Value, Written
from envspec.lazy_pattern import lazy_pattern

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*\Z")
KEPT_OUT = "a spec holds no secret values: the variable of that name is read when something runs"


@mutable
class Variables(Mutable):
    """`values` by name, and the secrets that they are read from; `labels` of these by variable, and all labels as
    `taken`."""

    asked: Asked
    values: dict[str, Value] = field(default_factory=dict)
    secrets: list[Block] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(self, name: str, value: str, file: str, line: int, where: str = "variables") -> None:
        """`where` is what the report calls the place in the spec."""
        if self._refused(name, value, file, line):
            return
        if is_secret(name, value):
            self.add_secret(name, file, line, KEPT_OUT)
            return
        self.values[name] = Text(value)
        self.asked.report.carried(name, file, line, where)

    def add_secret(self, name: str, file: str, line: int, reason: str, *, variable: str = "") -> None:
        """A variable that is read from a secret; `variable` is what it is called in the file when not so."""
        if self._refused(variable or name, "", file, line):
            return
        variable = variable or name
        label = self._label(variable, name)
        self.values[variable] = Written(f"secret.{label}")
        self.asked.report.changed(name, file, line, f"secret {label}", reason)

    def fill(self, block: Block, spec: Spec) -> None:
        """Writes the variables into a block, after those that it has, and the secrets before all blocks."""
        self._without_clashes({one.label for one in spec.blocks if one.kind == "secret"})
        spec.blocks[:0] = self.secrets
        before = block.attributes.get("variables")
        entries = dict(before.entries) if isinstance(before, Table) else {}
        entries |= self.values
        if entries:
            block.attributes["variables"] = Table(entries)

    def _without_clashes(self, taken: set[str]) -> None:
        from envspec.starting.names import unique

        for number, block in enumerate(self.secrets):
            label = unique(block.label, taken)
            if label != block.label:
                old, new = Written(f"secret.{block.label}"), Written(f"secret.{label}")
                self.values = {name: new if value == old else value for name, value in self.values.items()}
                self.secrets[number] = Block("secret", label, block.attributes)
            taken.add(label)

    def _label(self, variable: str, name: str) -> str:
        from envspec.starting.names import name_of, unique

        if variable in self.labels:
            return self.labels[variable]
        label = unique(name_of(name.replace("_", "-").replace(".", "-"), "secret"), self.taken)
        self.labels[variable] = label
        self.taken.add(label)
        self.secrets.append(Block("secret", label, {"variable": Text(variable)}))
        return label

    def _refused(self, name: str, value: str, file: str, line: int) -> bool:
        if not _NAME.match(name):
            reason = "the name of a variable is letters, digits and `_`"
        elif "\0" in value:
            reason = "a NUL character cannot be in a variable"
        else:
            return False
        self.asked.report.dropped(name or "a variable without a name", file, line, reason)
        return True


def is_secret(name: str, value: str) -> bool:
    """Whether a variable has to be a secret, as the rules W0312 and W0313 see it."""
    from envspec.check.rules.variable_for_secret import says_secret
    from envspec.diagnostics.credentials import credentials

    return next(credentials(value), None) is not None or (bool(value) and says_secret(name))


def variable_name(text: str) -> str:
    """The nearest name of a variable, in capitals."""
    return re.sub(r"[^A-Z0-9_]", "_", text.upper()).lstrip("0123456789") or "SECRET"
