"""A file of packages that another file names: of conda, or a `python_env.yaml` of MLflow."""

from __future__ import annotations

from pathlib import Path

from envspec.importing.asked import Asked, read_text
from envspec.importing.entries import Packages
from envspec.importing.spec import Block, Spec
from envspec.importing.tools.document import shortened
from envspec.importing.yaml_text import nodes_of


def read_environment(
    asked: Asked, packages: Packages, environment: Block, path: Path, spec: Spec | None = None
) -> None:
    """A conda file or a `python_env.yaml`, whichever it is. Without a `spec` the environment keeps its name."""
    from envspec.importing.conda import read_conda
    from envspec.importing.python_env import add_python_env

    text = read_text(path)
    root = nodes_of(asked, path, text)
    if "python" in root.entries or "build_dependencies" in root.entries:
        add_python_env(asked, packages, environment, path, text)
        return
    name = root.get("name")
    if spec is None and name.kind == "scalar":
        asked.report.changed(
            f"name: {shortened(name.text)}", asked.shown(path), name.line, f"environment {environment.label}",
            "it is called after what it is for",
        )  # fmt: skip
    read_conda(asked, packages, environment, path, spec)
