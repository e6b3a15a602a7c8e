"""An environment as a kernel of Jupyter.

What is written is a kernel specification (`kernel.json`, as jupyter-client describes it) that starts the kernel by
`envspec exec`: the environment is made again when its spec has changed, and its variables and secrets are read when a
kernel starts, so none of them is in the file.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from envspec.actions.building import build, chosen
from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock
from envspec.actions.writing import write_file
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment

_NEEDED = "ipykernel"


@frozen
class Kernel(Frozen):
    """`folder` has the `kernel.json`; `name` is what `jupyter --kernel` takes, `title` what people choose by."""

    name: str
    title: str
    folder: Path


def install_kernel(
    loaded: Loaded, name: str, *, kernel: str = "", title: str = "", prefix: Path | None = None
) -> Kernel:
    """Builds an environment on this machine and makes it a kernel of this user, or of `prefix`. Raises `Failure` E1221
    when the environment has no ipykernel, E1207 when the file cannot be written."""
    found = chosen(loaded, [name])
    if len(found) != 1:
        cells = ", ".join(f"`{one.id}`" for one in found[:8])
        raise Failure(
            Diagnostic("E1205", f"`{name}` has a matrix: name one of its cells", help=f"cells: {cells}")
        )
    (environment,) = found
    if environment.managed:
        _need_kernel(loaded, environment)
    build(loaded, [environment], "local")
    made = Kernel(
        kernel or environment.id,
        title or f"{environment.id} ({loaded.root.name})",
        _folder(prefix) / (kernel or environment.id),
    )
    specification = json.dumps(_specification(loaded, environment, made), indent=2)
    write_file(made.folder / "kernel.json", f"{specification}\n")
    return made


def _need_kernel(loaded: Loaded, environment: Environment) -> None:
    """What it is locked to says it, before minutes of building: another package may have brought it."""
    if _has_kernel(ensure_lock(loaded, (environment.id,)).environments.get(environment.id)):
        return
    raise Failure(
        Diagnostic(
            "E1221",
            f"`{environment.id}` has no `{_NEEDED}`, without which it is no kernel",
            pointer=f"/environments/{environment.id}",
            help=f'add it: `pip += ["{_NEEDED} >=6,<8"]`; an environment that extends this one can have it alone',
        )
    )


def _has_kernel(locked: LockedEnvironment | None) -> bool:
    platforms = locked.platforms if locked is not None else ()
    names = {package.name for one in platforms for package in one.pip}
    return _NEEDED in names or any(package.name == _NEEDED for one in platforms for package in one.conda)


def _specification(loaded: Loaded, environment: Environment, kernel: Kernel) -> dict[str, object]:
    spec = str(loaded.root / loaded.file)
    # `-P`: Jupyter starts it in the notebook's folder, whose `click.py` or `random.py` is not for us.
    start = [sys.executable, "-P", "-m", "envspec", "exec", environment.id, "--file", spec, "--quiet", "--"]
    return {
        "argv": [*start, "python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": kernel.title,
        "language": "python",
        # Between Jupyter and the kernel is one process more: interrupts go by message.
        "interrupt_mode": "message",
        "metadata": {"debugger": True, "envspec": {"file": spec, "environment": environment.id}},
    }


def _folder(prefix: Path | None, ambient: Mapping[str, str] | None = None) -> Path:
    """Where Jupyter looks for kernels: of a prefix, else of this user (`jupyter --paths`)."""
    ambient = os.environ if ambient is None else ambient
    if prefix is not None:
        return prefix.absolute() / "share" / "jupyter" / "kernels"
    if ambient.get("JUPYTER_DATA_DIR"):
        return Path(ambient["JUPYTER_DATA_DIR"]) / "kernels"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Jupyter" / "kernels"
    data = Path(ambient.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "jupyter" / "kernels"
