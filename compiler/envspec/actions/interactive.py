"""`exec` and `shell`: a program at the terminal in an environment of the local engine."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.actions.building import build, chosen
from envspec.actions.loading import Loaded
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.secrets import secret_reader
from envspec.ir.types import Environment


def execute(loaded: Loaded, name: str, arguments: Sequence[str]) -> int:
    """Runs `arguments`; gives the program's own status."""
    from envspec.engines.local.interactive import exec_command

    environment = _one(loaded, name)
    built = build(loaded, [environment])[environment.id].built
    return exec_command(built.location, arguments, _variables(loaded, environment))


def open_shell(loaded: Loaded, name: str) -> int:
    """Opens `$SHELL`; gives its status."""
    from envspec.engines.local.interactive import shell

    environment = _one(loaded, name)
    built = build(loaded, [environment])[environment.id].built
    return shell(built.location, _variables(loaded, environment), environment.id)


def _one(loaded: Loaded, name: str) -> Environment:
    if loaded.options.engine not in {"", "local"}:
        raise Failure(
            Diagnostic("E1205", f"`exec` and `shell` work on the local engine, not on `{loaded.options.engine}`",
                       help="leave `--target` away")
        )  # fmt: skip
    found = chosen(loaded, [name])
    if len(found) > 1:
        cells = ", ".join(f"`{environment.id}`" for environment in found[:8])
        raise Failure(
            Diagnostic("E1205", f"`{name}` has a matrix: name one of its cells", help=f"cells: {cells}")
        )
    return found[0]


def _variables(loaded: Loaded, environment: Environment) -> dict[str, str]:
    read = secret_reader(loaded.project.secrets, loaded.root)
    return {k: v if isinstance(v, str) else read(v) for k, v in environment.variables.items()}
