"""A virtual environment that is there (PEP 405): `pyvenv.cfg`, and the projects in its site-packages."""

from __future__ import annotations

from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.importing.asked import Asked, read_text, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.fields.venv import PYVENV_CFG
from envspec.importing.installed.installed import add_installed, distributions
from envspec.importing.spec import Block, Spec, Text
from envspec.packages.package import PackageProblem
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of

_CONFIGURATION = "pyvenv.cfg"
_USUAL = frozenset({"venv", "env", "virtualenv"})
"""What people call the folder of any environment: it says nothing."""
_VERSIONS = ("version_info", "version")
_REASONS = reasons(PYVENV_CFG)


def read(asked: Asked) -> Spec:
    """One environment. The path is `pyvenv.cfg`, found in the folder that was named."""
    file = asked.path / _CONFIGURATION if asked.path.is_dir() else asked.path
    if file.name != _CONFIGURATION:
        raise unreadable(asked, file, "a virtual environment has a file `pyvenv.cfg`")
    prefix = file.parent
    fields = _fields(read_text(file))
    environment = Block("environment", _name(asked, prefix, fields))
    packages, spec = Packages(asked), Spec()
    python = _add_configuration(asked, environment, fields)
    found = distributions(asked, prefix)
    if not fields and not found:
        raise unreadable(asked, file, "it has no `home`, and nothing is installed beside it")
    add_installed(asked, packages, prefix, found, python)
    if not packages.pip and "python" not in environment.attributes:
        raise Failure(Diagnostic("E1303", f"nothing is installed in `{asked.shown(prefix)}`"))
    spec.blocks.append(environment)
    packages.fill(environment, spec)
    return spec


def _fields(text: str) -> dict[str, tuple[str, int]]:
    """`key = value` lines, keys in lower case, with the number of the line."""
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        key, sign, value = line.partition("=")
        if sign and key.strip():
            found[key.strip().lower()] = value.strip(), number
    return found


def _name(asked: Asked, prefix: Path, fields: dict[str, tuple[str, int]]) -> str:
    """Named by the caller, else by its folder, its prompt, or the folder that it is in."""
    own = name_of(prefix.name, "")
    if asked.name not in (own, "imported") or own not in _USUAL:
        return asked.name
    prompt = name_of(fields.get("prompt", ("", 0))[0].strip("'\"()"), "")
    return prompt if prompt and prompt not in _USUAL else name_of(prefix.parent.name, asked.name)


def _add_configuration(asked: Asked, environment: Block, fields: dict[str, tuple[str, int]]) -> str:
    """Adds `python`; gives the whole version."""
    python = ""
    for key, (value, line) in fields.items():
        what = f"{key} = {value}"
        if key in _VERSIONS:
            python = _add_python(asked, environment, what, value, line) or python
        elif key == "include-system-site-packages" and value.lower() == "true":
            asked.report.dropped(
                what, _CONFIGURATION, line,
                reason_of(PYVENV_CFG, "include-system-site-packages", "it is true"),
            )  # fmt: skip
        elif key == "include-system-site-packages":
            asked.report.carried(what, _CONFIGURATION, line, "environment")
        elif key == "implementation" and value.lower() not in ("cpython", ""):
            asked.report.dropped(
                what, _CONFIGURATION, line, reason_of(PYVENV_CFG, "implementation", "it is not CPython")
            )
        elif key == "prompt" and name_of(value.strip("'\"()"), "") == environment.label:
            asked.report.carried(what, _CONFIGURATION, line, f"environment {environment.label}")
        else:
            asked.report.dropped(what, _CONFIGURATION, line, _REASONS[OTHER])
    return python or "3.11"


def _add_python(asked: Asked, environment: Block, what: str, value: str, line: int) -> str:
    """The minor version: which patch release is for the lock to say."""
    parts = value.split(".")
    minor = ".".join(parts[:2])
    if isinstance(problem := parse_python(minor), PackageProblem):
        asked.report.dropped(what, _CONFIGURATION, line, problem.message)
        return ""
    environment.add("python", Text(minor))
    asked.report.changed(what, _CONFIGURATION, line, f'python = "{minor}"', reason_of(PYVENV_CFG, "version"))
    return ".".join(part for part in parts[:3] if part.isdigit())
