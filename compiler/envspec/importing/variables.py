"""Environment variables of any file, as the language has them.

A variable whose name or value says that it is a secret becomes a `secret` block that reads it from the caller's
variable of that name: its value goes neither into the spec nor into the report. A variable of the caller has one
`secret`, however many blocks read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import Asked
from envspec.importing.secret_values import is_secret
from envspec.importing.spec import Block, Spec, Table, Text, Value, Written
from envspec.packages.image import parse_variable_name

READ_LATER = "a spec holds no secret values: set this variable when something runs"


@mutable
class Variables(Mutable):
    """The variables of one environment, run or deployment, put together one by one. `spec` is where their secrets will
    be, when it is known from the start: a label is then final in the report too. `labels` are those of secrets by the
    variable that they read, all of them in `taken`."""

    asked: Asked
    spec: Spec = field(default_factory=Spec)
    values: dict[str, Value] = field(default_factory=dict)
    secrets: list[Block] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(
        self, name: str, value: str, file: str, line: int, *, what: str = "", written: Value | None = None
    ) -> None:
        """A variable with its value. `what` is how the report calls it, `written` the value in the words of the
        language when it is more than a text."""
        what = what or name
        if is_secret(name, value):
            self.read_from_caller(name, file, line, what=what)
        elif self._named(name, what, file, line):
            if "\0" in value:
                self.asked.report.dropped(what, file, line, "a NUL character is in no variable")
                return
            self.values[name] = Text(value) if written is None else written
            self.asked.report.carried(what, file, line, "variables")

    def read_from_caller(
        self, name: str, file: str, line: int, *, variable: str = "", what: str = "", reason: str = READ_LATER
    ) -> None:
        """A variable that takes its value from one of whoever runs something: of the same name, or `variable`."""
        what, variable = what or name, variable or name
        if self._named(name, what, file, line) and self._named(variable, what, file, line):
            label = self._secret(variable)
            self.values[name] = Written(f"secret.{label}")
            self.asked.report.changed(what, file, line, f"secret {label}", reason)

    def fill(self, block: Block, spec: Spec) -> None:
        """Writes them into a block, after those that it has, and the secrets before everything."""
        self.settle(spec)
        before = block.attributes.get("variables")
        entries = dict(before.entries) if isinstance(before, Table) else {}
        if entries or self.values:
            block.attributes["variables"] = Table({**entries, **self.values})

    def _secret(self, variable: str) -> str:
        if variable not in self.labels:
            known = next((one.label for one in self.spec.blocks if _reads(one, variable)), None)
            if known is None:
                taken = (
                    {*self.spec.labels("secret"), *self.labels.values()} if self.spec.blocks else self.taken
                )
                block = secret_block(variable, taken)
                self.secrets.append(block)
                known = block.label
            self.labels[variable] = known
            self.taken.add(known)
        return self.labels[variable]

    def settle(self, spec: Spec) -> dict[str, Value]:
        """The values, with their secrets put into the spec: under other labels where it has theirs."""
        from envspec.starting.names import unique

        renamed: dict[Value, Value] = {}
        added: list[Block] = []
        read = (
            (one.attributes.get("variable"), one.label)
            for one in reversed(spec.blocks)
            if one.kind == "secret"
        )
        there = {one.value: label for one, label in read if isinstance(one, Text)}
        taken = set(spec.labels("secret"))
        for block in self.secrets:
            variable = block.attributes["variable"]
            assert isinstance(variable, Text)
            known = there.get(variable.value)
            label = known or unique(block.label, taken)
            taken.add(label)
            renamed[Written(f"secret.{block.label}")] = Written(f"secret.{label}")
            if known is None:
                block.label = label
                added.append(block)
        spec.blocks[:0] = added
        self.secrets.clear()
        self.labels.clear()
        self.taken.clear()
        self.values.update({name: renamed.get(one, one) for name, one in self.values.items()})
        return self.values

    def _named(self, name: str, what: str, file: str, line: int) -> bool:
        if isinstance(parse_variable_name(name), str):
            return True
        self.asked.report.dropped(
            what or "a variable without a name", file, line,
            "the name of a variable is made of letters, digits and `_`",
        )  # fmt: skip
        return False


def secret_of(spec: Spec, variable: str, name: str = "") -> Block:
    """The secret that is read from a variable of the caller, made when the spec has none; `name` is what a new one is
    called when not after the variable."""
    for block in spec.blocks:
        if _reads(block, variable):
            return block
    block = secret_block(variable, spec.labels("secret"), name)
    spec.blocks.insert(sum(one.kind == "secret" for one in spec.blocks), block)
    return block


def secret_block(variable: str, taken: Iterable[str], name: str = "") -> Block:
    """A new secret that is read from a variable, beside others of these labels."""
    from envspec.starting.names import name_of, unique

    label = name_of(name or variable.replace("_", "-"), "") or name_of(f"secret-{variable}", "secret")
    return Block("secret", unique(label, taken), {"variable": Text(variable)})


def variable_name(text: str) -> str:
    """A name for an environment variable out of another one: `my-endpoint-key` gives `MY_ENDPOINT_KEY`."""
    name = re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_") or "SECRET"
    return f"_{name}" if name[0].isdigit() else name


def _reads(block: Block, variable: str) -> bool:
    return block.kind == "secret" and block.attributes.get("variable") == Text(variable)
