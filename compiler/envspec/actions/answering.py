"""The engines that answer, for those who can do without the others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.actions.building import engine_at
from envspec.diagnostics import Failure

if TYPE_CHECKING:
    from envspec.engines.interface import Engine


def answering(root: Path, names: Iterable[str]) -> tuple[dict[str, Engine], dict[str, str]]:
    """By name: the engines, and why the others cannot be asked."""
    engines: dict[str, Engine] = {}
    silent: dict[str, str] = {}
    for name in sorted(set(names)):
        try:
            engine = engine_at(root, name)
            trouble = engine.available()
        except Failure as failure:
            trouble = failure.diagnostics[0]
        if trouble is None:
            engines[name] = engine
        else:
            silent[name] = trouble.message
    return engines, silent
