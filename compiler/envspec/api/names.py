"""Names of objects, which are names of blocks, and those of registered versions, which may be more."""

from __future__ import annotations

from envspec.api.given import quoted, quoted_whole
from envspec.resolve.names import LONGEST, is_name
from envspec.starting.names import name_of


def checked_name(name: str) -> str:
    """The name. Raises `ValueError` for one that no block can have, with one that it can."""
    if is_name(name):
        return name
    instead = name_of(name, "") if quoted_whole(name) else ""
    hint = f"; `{instead}` would do" if instead else ""
    raise ValueError(
        f"{quoted(name)} is no name: write at most {LONGEST} lower-case letters, digits, `_` and `-`, a letter first{hint}"
    )


def registered_as(name: str) -> str:
    """The name. Raises `ValueError` for one that no version can be registered under."""
    from envspec.language.environment_reference import is_environment_name

    if is_environment_name(name):
        return name
    raise ValueError(
        f"{quoted(name)} is no name: write letters, digits, `.`, `_` and `-`, a letter or digit first, at most 255"
    )
