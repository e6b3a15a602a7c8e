"""A lineage as an SVG: columns from what was there to what serves, a card for each thing, curves for what needed it."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.actions.lineage import DATA, DEPLOYMENT, ENVIRONMENT, MODEL, REGISTRY, RUN, Edge, Lineage, Node
from envspec.actions.svg_text import svg_text

_CARD_WIDTH, _CARD_HEIGHT = 176, 46
_ACROSS, _DOWN, _MARGIN, _HEAD = 92, 18, 28, 34
_SWEEPS = 6
_LONGEST = 24
_TITLES = {
    DATA: "Data", REGISTRY: "Registries", ENVIRONMENT: "Environments", RUN: "Runs", MODEL: "Models",
    DEPLOYMENT: "Deployments",
}  # fmt: skip
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #22262e }
  .note { fill: #6b7280; font-size: 11px } .head { fill: #6b7280; font-weight: 600; letter-spacing: .04em }
  .page { fill: #fbfbfc } .card { fill: #fff; stroke: #d7dae0 }
  .edge { fill: none; stroke: #b6bcc6; stroke-width: 1.4 }
  .data { fill: #9498a0 } .registry { fill: #38a3a5 } .environment { fill: #4269d0 } .run { fill: #efb118 }
  .model { fill: #3ca951 } .deployment { fill: #a463f2 } .bad { fill: #e5484d }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e8ec } .note, .head { fill: #9aa1ad }
    .page { fill: #14161a } .card { fill: #1d2026; stroke: #343942 } .edge { stroke: #555c68 }
  }
"""
_BAD = ("failed", "timed-out", "cancelled", "lost")


def svg_of(found: Lineage) -> str:
    """The whole picture; the same text for the same lineage."""
    columns = _columns(found)
    _untangle(columns, found.edges)
    nodes = {node.key: node for node in found.nodes}
    tallest = max((len(column) for column in columns), default=0)
    height = _MARGIN * 2 + _HEAD + max(tallest, 1) * (_CARD_HEIGHT + _DOWN)
    width = _MARGIN * 2 + max(len(columns), 1) * (_CARD_WIDTH + _ACROSS) - _ACROSS
    places = _places(columns, tallest)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}"/>',
    ]
    for at, column in enumerate(columns):
        x = _MARGIN + at * (_CARD_WIDTH + _ACROSS)
        kinds = dict.fromkeys(_TITLES[nodes[key].kind] for key in column)
        parts.append(f'<text class="head" x="{x}" y="{_MARGIN + 8}">{_listed(sorted(kinds))}</text>')
    parts += [_curve(places[edge.source], places[edge.target], edge) for edge in found.edges]
    parts += [_card(node, *places[node.key]) for node in found.nodes]
    return "\n".join([*parts, "</svg>", ""])


def _listed(titles: Sequence[str]) -> str:
    return " and ".join([", ".join(titles[:-1]), titles[-1]] if len(titles) > 1 else titles)


def _columns(found: Lineage) -> list[list[str]]:
    """Data and environments, then runs after those whose outputs they take, then models, then deployments."""
    depth = {node.key: 0 for node in found.nodes if node.kind == RUN}
    between = [edge for edge in found.edges if edge.source in depth and edge.target in depth]
    for _ in depth:
        moved = [edge for edge in between if depth[edge.target] <= depth[edge.source]]
        for edge in moved:
            depth[edge.target] = depth[edge.source] + 1
        if not moved:
            break
    deepest = max(depth.values(), default=0)
    ranks = {DATA: 0, REGISTRY: 0, ENVIRONMENT: 0, MODEL: deepest + 2, DEPLOYMENT: deepest + 3}
    columns: dict[int, list[str]] = {}
    for node in found.nodes:
        columns.setdefault(ranks.get(node.kind, 1 + depth.get(node.key, 0)), []).append(node.key)
    return [columns[rank] for rank in sorted(columns)]


def _untangle(columns: list[list[str]], edges: Sequence[Edge]) -> None:
    """Puts each thing near what it belongs to in the columns beside it, back and forth (Sugiyama's barycentres)."""
    near: dict[str, list[str]] = {}
    for edge in edges:
        near.setdefault(edge.source, []).append(edge.target)
        near.setdefault(edge.target, []).append(edge.source)
    column_of = {key: at for at, column in enumerate(columns) for key in column}
    rows: dict[str, float] = {}

    def number(column: Sequence[str]) -> None:
        rows.update((key, row / max(1, len(column) - 1)) for row, key in enumerate(column))

    for column in columns:
        number(column)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            centres = {}
            for key in column:
                others = [
                    one for one in near.get(key, []) if column_of.get(one) not in (None, column_of[key])
                ]
                centres[key] = sum(rows[one] for one in others) / len(others) if others else rows[key]
            column.sort(key=centres.__getitem__)
            number(column)


def _places(columns: Sequence[Sequence[str]], tallest: int) -> dict[str, tuple[float, float]]:
    """The upper left corner of each card; a short column is in the middle."""
    found: dict[str, tuple[float, float]] = {}
    for at, column in enumerate(columns):
        above = (tallest - len(column)) * (_CARD_HEIGHT + _DOWN) / 2
        for row, key in enumerate(column):
            y = _MARGIN + _HEAD + above + row * (_CARD_HEIGHT + _DOWN)
            found[key] = (_MARGIN + at * (_CARD_WIDTH + _ACROSS), y)
    return found


def _card(node: Node, x: float, y: float) -> str:
    mark = "bad" if node.note in _BAD else node.kind
    name, note = _shown(node.name), _shown(node.note)
    text = y + (19 if note else 28)
    below = f'<text class="note" x="{x + 16}" y="{y + 36:.1f}">{note}</text>' if note else ""
    return (
        f"<g><title>{svg_text(f'{node.kind} {node.name} {node.note}'.strip())}</title>"
        f'<rect class="card" x="{x}" y="{y:.1f}" width="{_CARD_WIDTH}" height="{_CARD_HEIGHT}" rx="7"/>'
        f'<rect class="{mark}" x="{x}" y="{y + 8:.1f}" width="4" height="{_CARD_HEIGHT - 16}" rx="2"/>'
        f'<text x="{x + 16}" y="{text:.1f}">{name}</text>{below}</g>'
    )


def _curve(source: tuple[float, float], target: tuple[float, float], edge: Edge) -> str:
    y1, y2 = source[1] + _CARD_HEIGHT / 2, target[1] + _CARD_HEIGHT / 2
    x1, x2 = source[0] + _CARD_WIDTH, target[0]
    bend = _ACROSS / 2
    path = f"M{x1},{y1:.1f} C{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f} {x2},{y2:.1f}"
    title = f"<title>{svg_text(edge.label)}</title>" if edge.label else ""
    return f'<path class="edge" d="{path}">{title}</path>'


def _shown(text: str) -> str:
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 9]}…{text[-8:]}"
    return svg_text(short)
