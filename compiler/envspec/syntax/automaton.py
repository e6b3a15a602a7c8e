"""An LALR(1) automaton: tokens go in one by one, nodes come out of its `Builder`.

The stacks are open to the recovery, which looks ahead (`takes`) and cuts them back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from envspec.syntax.builder import Builder
from envspec.syntax.lexer import Token
from envspec.syntax.tables import END, Tables


class Automaton:
    """`states` has one element more than `values`."""

    def __init__(self, tables: Tables, builder: Builder) -> None:
        self.actions = tables.actions
        self.final = tables.final
        self.rules: list[tuple[str, int, Callable[[list[Any]], Any]]] = [
            (rule.origin, rule.size, getattr(builder, rule.action)) for rule in tables.rules
        ]
        self.states = [tables.start]
        self.values: list[Any] = []

    def feed(self, token: Token) -> bool:
        """Take a token; False when it does not fit (reductions it had called for stay done)."""
        states, values, actions = self.states, self.values, self.actions
        kind = token[0]
        while True:
            action = actions[states[-1]].get(kind, 0)
            if action > 0:
                states.append(action - 1)
                values.append(token)
                return True
            if action == 0:
                return kind == END and states[-1] == self.final
            origin, size, build = self.rules[-action - 1]
            if size:
                value = build(values[-size:])
                del values[-size:], states[-size:]
            else:
                value = build([])
            values.append(value)
            states.append(actions[states[-1]][origin] - 1)

    def takes(self, *kinds: str, length: int | None = None) -> bool:
        """Whether tokens of these kinds would fit, with `length` values kept (all by default)."""
        states = self.states.copy() if length is None else self.states[: length + 1]
        for kind in kinds:
            while True:
                action = self.actions[states[-1]].get(kind, 0)
                if action > 0:
                    states.append(action - 1)
                    break
                if action == 0:
                    return kind == END and states[-1] == self.final
                origin, size, _ = self.rules[-action - 1]
                if size:
                    del states[-size:]
                states.append(self.actions[states[-1]][origin] - 1)
        return True

    def cut(self, length: int) -> None:
        """Forget the values from `length` on."""
        del self.values[length:]
        del self.states[length + 1 :]
