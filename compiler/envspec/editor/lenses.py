"""What can be done with a block, to be shown above it."""

from __future__ import annotations

from envspec.diagnostics import Span
from envspec.editor.analysis import Analysis
from envspec.frozen import Frozen, frozen

_COMMANDS = {"environment": "build", "run": "run", "deployment": "deploy"}


@frozen
class Lens(Frozen):
    """`command` is one of the command line's: `envspec COMMAND NAME`."""

    span: Span
    command: str
    name: str


def lenses(analysis: Analysis) -> list[Lens]:
    """One a block, in order."""
    found = [
        Lens(block.header, command, name)
        for kind, command in _COMMANDS.items()
        for name, block in analysis.module.blocks.get(kind, {}).items()
    ]
    return sorted(found, key=lambda lens: lens.span)
