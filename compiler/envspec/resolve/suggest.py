"""Did you mean: the nearest of the names that would have been right."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate most like `name`, or empty when none is near."""
    from difflib import get_close_matches

    found = get_close_matches(name.lower(), sorted(set(candidates)), n=1, cutoff=0.6)
    return found[0] if found else ""


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """The help text of a finding, or empty."""
    best = nearest(name, candidates)
    return f"did you mean `{best}`?" if best else ""


def known(candidates: Iterable[str], nothing: str) -> str:
    """`known: a, b, c`, or `nothing` when there is none."""
    names = sorted(set(candidates))
    if not names:
        return nothing
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return f"known: {shown}" + (" …" if len(names) > 12 else "")
