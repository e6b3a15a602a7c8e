"""Renders the files of `templates/`. Undefined names are errors; the filters that quote are `quoting`'s."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def static(name: str) -> str:
    """A file of `templates/` as it is."""
    return files("envspec.templates").joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _jinja() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    from envspec.lower import quoting

    environment = Environment(
        loader=FunctionLoader(static),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML is made; strings of a spec go through the filters below
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["word"] = quoting.word
    environment.filters["exec_form"] = quoting.exec_form
    environment.filters["shell_word"] = quoting.shell_word
    environment.filters["variable_name"] = quoting.variable_name
    return environment


def render(name: str, **values: Any) -> str:
    """The template `name` with `values`; ends with exactly one line break."""
    return _jinja().get_template(name).render(**values).rstrip("\n") + "\n"
