"""A KIND on the command line, with the nearest one for a word that is none."""

from __future__ import annotations

from typing import Any

import click


class Kinds(click.Choice[str]):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            from envspec.cli.show import printable
            from envspec.resolve.suggest import did_you_mean

            hint = did_you_mean(str(value), self.choices) or f"it is one of {', '.join(self.choices)}"
            self.fail(f"there is no kind `{printable(str(value))}`; {hint}", param, ctx)
        return super().convert(value, param, ctx)
