"""Where a number is between two others, and the round numbers between them: for any finite floats."""

from __future__ import annotations

import math

_SMALLEST, _LARGEST = 1e-300, 1e300
"""Spans outside of these have no round numbers that floats can hold."""


def share(value: float, low: float, high: float) -> float:
    """0.0 at `low`, 1.0 at `high`; 0.0 when they are the same. Of halves, because the span of two floats may be none."""
    span = high / 2 - low / 2
    return (value / 2 - low / 2) / span if span > 0 else 0.0


def ticks(low: float, high: float) -> list[float]:
    """Three to seven round numbers that enclose nearly all between the two; the two where there are none."""
    span = high - low or abs(high) or 1.0
    if not _SMALLEST < span < _LARGEST:
        return sorted({low, high})
    size = 10.0 ** math.floor(math.log10(span / 4))
    step = next(size * factor for factor in (1, 2, 5, 10) if span / (size * factor) <= 6)
    begin = math.floor(low / step)
    return [number * step for number in range(begin, math.ceil(high / step) + 1)]
