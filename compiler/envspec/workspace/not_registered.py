"""Why a reference means no version of what is registered."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.frozen import Frozen, frozen

_NAMED = 4


@frozen
class NotRegistered(Frozen):
    """`reason` is a clause; `help` says what to do, or is empty."""

    reason: str
    help: str


def ambiguous(references: Sequence[str]) -> NotRegistered:
    """Of versions whose digests begin with what was given."""
    names = ", ".join(f"`{one}`" for one in references[:_NAMED])
    more = f" and {len(references) - _NAMED} more" if len(references) > _NAMED else ""
    return NotRegistered(
        f"the digests of {names}{more} begin so", "write more of the digest, or the number of the version"
    )
