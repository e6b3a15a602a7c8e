"""`requirements.txt`: what the spec says, without hashes, for pip and uv.

The file says which Python it is for in a comment, which nobody reads but people. Indexes are options, without their
credentials. A line is written only when a reader of the format gives back exactly its text.
"""

from __future__ import annotations

import re
import shlex

from envspec.exporting.fields import FORMS, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import environment_losses
from envspec.ir.types import Environment, PipPackage
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.requirements_file import parse_requirements

FORM = "requirements.txt"
HELD = held(FORMS["pip"].environment)
_VARIABLE = lazy_pattern(r"\$\{[A-Z0-9_]+\}")
"""pip puts the value of a variable of whoever installs in its place."""


def export(request: SpecRequest) -> Export:
    environment = request.environment
    lines, losses = requirement_lines(request, environment, FORM)
    files = constraint_lines(request, environment)
    lines = [*files, *lines]
    held_here = HELD if files else HELD - {"constraints"}
    head = [f"# Made by `envspec export pip {environment.id}`."]
    if environment.python:
        head.append(f"# For Python {environment.python}.")
    text = "".join(f"{line}\n" for line in (*head, *lines))
    return Export(text, (*losses, *environment_losses(environment, FORM, held_here)))


def constraint_lines(request: SpecRequest, environment: Environment) -> list[str]:
    """`-c FILE` for each file of constraints, where the kind was told of these."""
    return [f"-c {shlex.quote(request.place(file))}" for file in request.constraints.get(environment.id, ())]


def requirement_lines(
    request: SpecRequest, environment: Environment, form: str, *, root: str | None = None
) -> tuple[list[str], list[str]]:
    """Options and packages, a line each, in the order of the spec, and sentences about those that cannot be written.
    `root` is the project root as the reader of paths sees it, if not as the folder of the file does."""
    lines = [f"--extra-index-url {index.url}" for index in environment.indexes if index.url]
    losses = []
    for package in environment.pip:
        line = requirement_line(request, package, root)
        if _reads_back(line, package):
            lines.append(line)
        else:
            losses.append(f"`{' '.join(package.text.split())}`: a line of {form} cannot hold its characters")
    return list(dict.fromkeys(lines)), losses


def requirement_line(request: SpecRequest, package: PipPackage, root: str | None = None) -> str:
    if package.kind == "requirement":
        return package.text
    place = request.place(package.text) if root is None else _below(root, package.text)
    quote = f'"{place}"' if "'" in place and not re.search(r'["\\$`]', place) else shlex.quote(place)
    return f"-e {quote}" if package.kind == "editable" else place


def _below(root: str, path: str) -> str:
    return path if path.startswith("/") else f"{root}/{path}" if path != "." else root


def _reads_back(line: str, package: PipPackage) -> bool:
    if _VARIABLE.search(line) or re.search(r"[\r\n]", line):
        return False
    if package.kind == "path" and ";" in line:
        return False  # pip takes what follows for a marker
    found, problems = parse_requirements(line)
    plain = [entry.text for entry in found.pip]
    meant = f"-e {shlex.split(line)[1]}" if package.kind == "editable" else line
    return plain == [meant] and not (problems or found.options or found.hashes)
