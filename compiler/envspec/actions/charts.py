"""The metrics of several runs as an SVG: a chart for each metric, a line for each run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from envspec.actions.comparing import Comparison
from envspec.actions.scale import share, ticks
from envspec.actions.svg_text import svg_text
from envspec.workspace.metrics import Point

_WIDTH, _HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 34, 30
_COLOURS = (
    "#4269d0",
    "#efb118",
    "#ff725c",
    "#6cc5b0",
    "#3ca951",
    "#ff8ab7",
    "#a463f2",
    "#97bbf5",
    "#9c6b4e",
    "#9498a0",
)
"""Ten that people with any sight tell apart, in the order of Observable Plot."""

_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .title { font-weight: 600; font-size: 13px }
  .grid { stroke: #e3e3e3 } .axis { stroke: #999 }
  .run { fill: none; stroke-width: 1.8; stroke-linejoin: round }
  .page { fill: #fff }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .page { fill: #16181d } .grid { stroke: #2c3038 } .axis { stroke: #666 }
  }
"""


def svg_of(comparison: Comparison) -> str:
    """The whole picture; the same text for the same runs."""
    runs = comparison.ids
    colours = {run: _COLOURS[at % len(_COLOURS)] for at, run in enumerate(runs)}
    legend = 26 + 18 * len(runs)
    height = len(comparison.series) * _HEIGHT + legend
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
    ]
    for at, (name, by_run) in enumerate(comparison.series.items()):
        parts.append(f'<g transform="translate(0 {at * _HEIGHT})">')
        parts += _chart(name, by_run, colours)
        parts.append("</g>")
    for at, run in enumerate(runs):
        y = len(comparison.series) * _HEIGHT + 22 + 18 * at
        parts.append(f'<rect x="{_LEFT}" y="{y - 9}" width="14" height="4" fill="{colours[run]}"/>')
        parts.append(f'<text x="{_LEFT + 22}" y="{y - 3}">{svg_text(run)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _chart(name: str, by_run: Mapping[str, Sequence[Point]], colours: Mapping[str, str]) -> Iterator[str]:
    points = [point for one in by_run.values() for point in one]
    low, high = min(p.value for p in points), max(p.value for p in points)
    first, last = min(p.step for p in points), max(p.step for p in points)
    marks = ticks(low, high)
    low, high = min(low, marks[0]), max(high, marks[-1])

    def x(step: float) -> float:
        return _LEFT + share(step, first, last) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - share(value, low, high) * (_HEIGHT - _TOP - _BOTTOM)

    yield f'<text class="title" x="{_LEFT}" y="20">{svg_text(name)}</text>'
    for tick in marks:
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.6g}</text>'
    base = _HEIGHT - _BOTTOM
    yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{base}" y2="{base}"/>'
    yield f'<text x="{_LEFT}" y="{base + 18}">{first}</text>'
    if last != first:
        yield f'<text x="{_WIDTH - _RIGHT}" y="{base + 18}" text-anchor="end">{last}</text>'
    for run, series in by_run.items():
        path = " ".join(f"{x(p.step):.1f},{y(p.value):.1f}" for p in series)
        yield f'<polyline class="run" stroke="{colours[run]}" points="{path}"/>'
        if len(series) == 1:
            yield f'<circle cx="{x(series[0].step):.1f}" cy="{y(series[0].value):.1f}" r="3" fill="{colours[run]}"/>'
