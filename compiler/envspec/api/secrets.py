"""A secret by where its value is; the value itself is never in an object."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.api.names import checked_name
from envspec.importing.spec import Block, Items, Text, texts


class Secret:
    """`Secret("token", variable="CORP_TOKEN")`. One of `variable` (an environment variable of whoever builds or runs),
    `file` (relative to the workspace), `keyring` (`service/user`) and `command` (a program and its arguments) says where
    the value is read when it is needed. Raises `ValueError` for none or several of them, or for a bad name."""

    def __init__(
        self,
        name: str,
        *,
        variable: str = "",
        file: str = "",
        keyring: str = "",
        command: Sequence[str] = (),
    ) -> None:
        self.name = checked_name(name)
        texts_ = {"variable": variable, "file": file, "keyring": keyring}
        self._source: dict[str, str | tuple[str, ...]] = {
            key: value for key, value in texts_.items() if value
        }
        if command:
            self._source["command"] = tuple(command)
        if len(self._source) != 1:
            raise ValueError(f"secret `{name}`: say one of `variable`, `file`, `keyring` and `command`")

    @classmethod
    def of(cls, block: Block) -> Secret:
        """The secret of a block."""
        ((key, value),) = block.attributes.items()
        if isinstance(value, Items):
            return cls(
                block.label, command=[one.value.value for one in value.items if isinstance(one.value, Text)]
            )
        assert isinstance(value, Text)
        return cls(block.label, **{key: value.value})

    def block(self) -> Block:
        """Its block in a spec."""
        made = Block("secret", self.name)
        for key, value in self._source.items():
            made.add(key, Text(value) if isinstance(value, str) else texts(value))
        return made

    def __repr__(self) -> str:
        ((key, value),) = self._source.items()
        return f"Secret({self.name!r}, {key}={value!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return (self.name, self._source) == (other.name, other._source)

    def __hash__(self) -> int:
        return hash((self.name, *self._source.items()))
