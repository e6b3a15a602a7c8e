"""The one table of engines, and how one is had by name.

Adding an engine is adding a row. Other packages bring theirs by the entry point group `envspec.engines`,
which is read only for a name that is not in the table: finding entry points reads every installed package.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.interface import Engine

GROUP = "envspec.engines"

ENGINES: Mapping[str, str] = {
    "docker": "envspec.engines.docker.engine:DockerEngine",
    "local": "envspec.engines.local.engine:LocalEngine",
}
"""Name → `module:class`. A class takes no arguments and connects to nothing until it is used."""

NOT_YET = ("kubernetes", "slurm", "spark")
"""Targets of the language without an engine so far. A package may bring one under the same name."""

DEFAULT = "local"


def engine(name: str, pointer: str = "") -> Engine:
    """The engine `name`. Raises `Failure` E0802 or E0811; `pointer` is the place that asked for it."""
    row = ENGINES.get(name)
    if row is not None:
        module, _, attribute = row.partition(":")
        return cast(Engine, getattr(import_module(module), attribute)())
    return _from_elsewhere(name, pointer)


def names() -> tuple[str, ...]:
    """Every engine there is here, with those that other packages bring."""
    from importlib.metadata import entry_points

    return tuple(sorted({*ENGINES, *(point.name for point in entry_points(group=GROUP))}))


def _from_elsewhere(name: str, pointer: str) -> Engine:
    from importlib.metadata import entry_points

    for point in entry_points(group=GROUP, name=name):
        try:
            made: Any = point.load()()
        except Exception as error:
            raise Failure(
                Diagnostic(
                    "E0811",
                    f"the engine `{name}` cannot be loaded",
                    pointer=pointer,
                    notes=(f"`{point.value}`: {type(error).__name__}: {error}",),
                    help="mend or remove the package that brings it",
                )
            ) from error
        return cast(Engine, made)
    if name in NOT_YET:
        raise Failure(
            Diagnostic(
                "E0802",
                f"the engine `{name}` is not available yet",
                pointer=pointer,
                help="use `--target local` or `--target docker`",
            )
        )
    raise Failure(
        Diagnostic(
            "E0811",
            f"there is no engine `{name}`",
            pointer=pointer,
            help="the engines here are " + ", ".join(f"`{known}`" for known in names()),
        )
    )
