"""A `[dependency-groups]` table (PEP 735) for a `pyproject.toml`: a group of the environment's name.

A group holds requirements of PEP 508 and nothing else: no path, no index and no Python, which `requires-python` of the
project says.
"""

from __future__ import annotations

import re

from envspec.exporting.fields import FORMS, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import environment_losses
from envspec.lock.toml import string

FORM = "a dependency group"
HELD = held(FORMS["pyproject"].environment)


def export(request: SpecRequest) -> Export:
    environment = request.environment
    entries = [string(package.text) for package in environment.pip if package.kind == "requirement"]
    rows = [f"{_group(environment.id)} = [", *(f"    {entry}," for entry in dict.fromkeys(entries)), "]"]
    if not entries:
        rows = [f"{_group(environment.id)} = []"]
    lines = [f"# Made by `envspec export pyproject {environment.id}`.", "[dependency-groups]", *rows]
    losses = environment_losses(environment, FORM, HELD)
    if environment.python:
        wanted = string(specifiers(environment.python))
        losses.insert(
            0, f"`python` (`{environment.python}`): write `requires-python = {wanted}` into `[project]`"
        )
    return Export("".join(f"{line}\n" for line in lines), tuple(losses))


def _group(name: str) -> str:
    """The id as PEP 735 takes it, in quotes where TOML wants them."""
    legal = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-") or "environment"
    return legal if re.fullmatch(r"[A-Za-z0-9_-]+", legal) else string(legal)


def specifiers(python: str) -> str:
    """A version prefix (`3.11`) as a specifier set."""
    return f"=={python}.*" if re.fullmatch(r"[0-9.]+", python) else python
