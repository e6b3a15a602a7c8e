"""Renders the files of `templates/`. Undefined names are errors; the filters that quote are `quoting`'s."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from envspec.package_data import package_data

if TYPE_CHECKING:
    from jinja2 import Environment


def static(name: str) -> str:
    """A file of `templates/` as it is."""
    return package_data("envspec.templates", name).decode("utf-8").replace("\r\n", "\n")


@lru_cache(maxsize=1)
def _jinja() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    from envspec.lower import quoting
    from envspec.lower.kept_templates import KeptTemplates

    environment = Environment(
        loader=FunctionLoader(static),
        bytecode_cache=KeptTemplates(),
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


def get_ready() -> None:
    """Does what the first `render` does before it renders: for who has to wait for something else meanwhile."""
    _jinja()


def render(name: str, **values: Any) -> str:
    """The template `name` with `values`; ends with exactly one line break."""
    return _jinja().get_template(name).render(**values).rstrip("\n") + "\n"
