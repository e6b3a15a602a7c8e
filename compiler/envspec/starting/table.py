"""What is looked for in a folder, in order. Adding a kind of thing is a function and a row."""

from __future__ import annotations

from collections.abc import Callable

from envspec.starting.folder import Folder
from envspec.starting.found import Found
from envspec.starting.hints import (
    look_at_dockerfile,
    look_at_python_version,
    look_at_samples,
    look_at_wheels,
)
from envspec.starting.package_files import (
    look_at_conda_files,
    look_at_pyproject,
    look_at_requirements,
    look_at_setup_cfg,
)
from envspec.starting.programs import look_at_programs

LOOKS: tuple[Callable[[Folder, Found], None], ...] = (
    look_at_pyproject,
    look_at_requirements,
    look_at_conda_files,
    look_at_setup_cfg,
    look_at_python_version,
    look_at_dockerfile,
    look_at_wheels,
    look_at_programs,
    look_at_samples,
)


def look(folder: Folder) -> Found:
    """Everything that was seen."""
    found = Found()
    for one in LOOKS:
        one(folder, found)
    return found
