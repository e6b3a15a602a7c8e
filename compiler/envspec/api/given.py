"""What programs give as texts and lists of them: another type is refused where it is given, not where it is written."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(value: object) -> str:
    """What was given as messages have it, without its credentials."""
    from envspec.diagnostics.credentials import masked

    return masked(repr(value))


def quoted_whole(value: object) -> bool:
    """Whether that hides nothing: only then may what else is said repeat it in other words."""
    return quoted(value) == repr(value)


def given_text(value: object, what: str) -> str:
    """The text. Raises `TypeError` for anything else; `what` is the thing's name for people."""
    if not isinstance(value, str):
        # 3.10 as a number is 3.1: of a float nobody knows how it was written.
        instead = f"; write {str(value)!r}" if type(value) is int else "; write it in quotes"
        raise TypeError(f"{what}: {quoted(value)} is no text{instead}")
    return value


def given_texts(values: Iterable[object], what: str) -> list[str]:
    """The texts. A text alone would be a list of its letters, which nobody means: `TypeError`."""
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{what}: {quoted(values)} is one text; write a list, [{quoted(values)}]")
    return [given_text(value, what) for value in values]
