"""`python_env.yaml` of MLflow: a Python version, build dependencies and lines of a requirements file."""

from __future__ import annotations

from pathlib import Path

from envspec.importing.asked import Asked, line_of
from envspec.importing.comments import Remarks, comments_of
from envspec.importing.entries import Entry, Packages
from envspec.importing.fields.mlproject import PYTHON_ENV_YAML
from envspec.importing.fields.row import OTHER, reasons
from envspec.importing.findings import BROKEN, Mark
from envspec.importing.pip import include
from envspec.importing.spec import Block
from envspec.importing.yaml_text import Node, mapping, nodes_of
from envspec.packages.requirements_file import parse_requirements

_REASONS = reasons(PYTHON_ENV_YAML)


def add_python_env(asked: Asked, packages: Packages, environment: Block, path: Path, text: str) -> None:
    """Adds `python`, `build_dependencies` and `dependencies` to an environment."""
    from envspec.importing.conda import python_of

    shown = asked.shown(path)
    root = mapping(nodes_of(asked, path, text))
    lists = [
        (key, one) for key in ("build_dependencies", "dependencies") for one in root.get(key, Node()).items
    ]
    remarks, _ = comments_of(text, [(one.start, one.end) for _, one in lists])
    for key, node in root.items():
        if key == "python":
            python_of(asked, node.text, shown, line_of(text, node.start), environment)
        elif key == "name":
            asked.report.dropped(key, shown, line_of(text, node.start), _REASONS["name"])
        elif key not in ("build_dependencies", "dependencies"):
            asked.report.dropped(key, shown, line_of(text, node.start), _REASONS[OTHER])
    for _, one in lists:
        found, problems = parse_requirements(one.text)
        line = line_of(text, one.start)
        asked.report.hashes(len(found.hashes), shown, line)
        for problem in problems:
            asked.report.dropped(
                one.text, shown, line, problem.message, Mark(BROKEN, one.text, one.start, one.end)
            )
        for entry in (*found.pip, *found.includes, *found.options):
            given = Entry(
                entry.text, shown, line, path.parent, remarks.get(one.start, Remarks()),
                start=one.start, end=one.end,
            )  # fmt: skip
            if entry in found.includes:
                include(asked, packages, given, entry.kind)
            elif entry in found.options:
                packages.add_option(given)
            else:
                packages.add_pip(given)
