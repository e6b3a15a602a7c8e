"""Did you mean: the nearest of the names that would have been right."""

from __future__ import annotations

from collections.abc import Iterable

_MOST = 20
"""Names in a list of all: no block of the language has more attributes."""
_SHORTEST = 3
"""Letters of an abbreviation, and of a name that can hold a slip: shorter ones are like everything."""
_VERY_MUCH_ALIKE = 0.8
"""As `difflib` measures it: two slips in a long word."""


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate most like `name`, or the only one that it abbreviates (`env`); empty when none is near."""
    from difflib import get_close_matches

    word, names = name.lower(), sorted(set(candidates))
    found = get_close_matches(word, names, n=1, cutoff=0.6)
    if not found and len(word) >= _SHORTEST:
        found = [candidate for candidate in names if candidate.startswith(word)]
    return found[0] if len(found) == 1 else ""


def is_slip(name: str, meant: str, *, word_of_the_language: bool = False) -> bool:
    """Whether nothing but `meant` can have been meant, so that writing it is a safe fix: a letter too many or too
    few, two letters exchanged, another case or dash. A digit is no slip (`v1`, `v2`), and another letter is none
    either (`cpu`, `gpu`); there are few words of the language, so of those it is enough to be very much alike."""
    one, other = (text.lower().replace("-", "_") for text in (name, meant))
    if one == other:
        return True
    if [c for c in one if c.isdigit()] != [c for c in other if c.isdigit()] or len(one) < _SHORTEST:
        return False
    if word_of_the_language:
        from difflib import SequenceMatcher

        return SequenceMatcher(None, other, one).ratio() >= _VERY_MUCH_ALIKE
    short, long = sorted((one, other), key=len)
    if len(long) == len(short):
        at = next(at for at, letter in enumerate(one) if letter != other[at])
        return one[:at] + one[at : at + 2][::-1] + one[at + 2 :] == other
    return len(long) == len(short) + 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """The help text of a finding, or empty."""
    best = nearest(name, candidates)
    return f"did you mean `{best}`?" if best else ""


def known(candidates: Iterable[str], nothing: str) -> str:
    """`known: a, b, c`, or `nothing` when there is none."""
    names = sorted(set(candidates))
    if not names:
        return nothing
    shown = ", ".join(f"`{name}`" for name in names[:_MOST])
    return f"known: {shown}" + (" …" if len(names) > _MOST else "")
