"""What a step is: the edition it begins with, and the edits that a file of it needs for the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from envspec.diagnostics import Edit, Source
from envspec.frozen import Frozen, frozen
from envspec.syntax.nodes import Module

Change: TypeAlias = Callable[[Source, Module], list[Edit]]
"""From a file's text and nodes to edits. Edits of one step must not touch each other."""


@frozen
class Step(Frozen):
    """From `edition` to the next one. `changes` say together all that the next edition changed."""

    edition: int
    changes: tuple[Change, ...]
