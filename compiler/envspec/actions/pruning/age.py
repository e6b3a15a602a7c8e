"""How old something is, as people write it."""

from __future__ import annotations

import math

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def seconds_of(text: str) -> float:
    """Of `30d`, `2w`, `12h`, `90m` or `10s`. Raises `ValueError` with a clause."""
    text = text.strip()
    number, unit = text[:-1], text[-1:]
    try:
        seconds = float(number) * SECONDS[unit] if number[:1].isdigit() else math.inf
    except (ValueError, KeyError):
        seconds = math.inf
    if not math.isfinite(seconds):
        raise ValueError("write `30d`, `2w`, `12h`, `90m` or `10s`")
    return seconds
