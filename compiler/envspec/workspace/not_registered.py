"""Why a reference means no version of what is registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from envspec.frozen import Frozen, frozen

_NAMED = 4
_SHORT = len("sha256:") + 12


@frozen
class NotRegistered(Frozen):
    """`reason` is a clause; `help` says what to do, or is empty."""

    reason: str
    help: str


def digests(versions: Iterable[tuple[str, str]]) -> str:
    """Which there are, the newest first: of the reference and the digest of each; for the help."""
    some = [f"`{reference}` is {digest[:_SHORT]}…" for reference, digest in versions]
    more = f", and {len(some) - _NAMED} more" if len(some) > _NAMED else ""
    return ", ".join(some[:_NAMED]) + more


def ambiguous(references: Sequence[str]) -> NotRegistered:
    """Of versions whose digests begin with what was given."""
    names = ", ".join(f"`{one}`" for one in references[:_NAMED])
    more = f" and {len(references) - _NAMED} more" if len(references) > _NAMED else ""
    return NotRegistered(
        f"the digests of {names}{more} begin so", "write more of the digest, or the number of the version"
    )
