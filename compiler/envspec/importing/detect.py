"""Finding out which kind a file or folder is: by its name, and where a name says too little by how it begins.

Adding one is a row of `_NAMES`, or a line of `_BEGINNINGS`.
"""

from __future__ import annotations

import re
from pathlib import Path

from envspec.diagnostics import Failure
from envspec.importing.asked import read_text

_NAMES: tuple[tuple[str, str], ...] = (
    (r"MLproject", "mlproject"),
    (r"MLmodel", "mlproject"),
    (r"python_env\.ya?ml", "mlproject"),
    (r"bentofile\.ya?ml", "bentofile"),
    (r"cog\.ya?ml", "cog"),
    (r"pixi\.(toml|lock)", "pixi"),
    (r"Pipfile(\.lock)?", "pipfile"),
    (r"poetry\.lock", "poetry"),
    (r"uv\.lock", "uv"),
    (r"pylock(\.[\w-]+)?\.toml", "pylock"),
    (r"([\w.-]+\.)?conda-lock\.ya?ml", "conda-lock"),
    (r"devcontainer\.json", "devcontainer"),
    (r"(.*\.)?(Dockerfile|Containerfile)(\..*)?", "dockerfile"),
    (r"azureml_environment\.json", "azureml-v1"),
    (r".*\.runconfig", "azureml-v1"),
    (r"pyproject\.toml|setup\.cfg", "pyproject"),
    (r"environment[\w.-]*\.ya?ml", "conda"),
    (r"[\w.-]*requirements[\w.-]*\.(txt|in)", "pip"),
)
"""Names of files, and what they are."""

_BEGINNINGS: tuple[tuple[str, str, str], ...] = (
    (r".*\.ya?ml", r"^\$schema:.*azureml", "azureml"),
    (r".*\.ya?ml", r"^(command|code_configuration|endpoint_name|trial):", "azureml"),
    (r"config\.ya?ml", r"^(model_name|model_class_name|python_version: *['\"]?py3)", "truss"),
    (r".*\.ya?ml", r"^dependencies:", "conda"),
    (r".*\.py", r"^# /// script\s*$", "script"),
    (r".*\.txt", r"^[A-Za-z0-9][\w.-]*(\[.*\])?\s*([=<>!~]=?.*)?$", "pip"),
)
"""Names of files, what a line of such a file begins with, and what it is then."""

OWN_FILES = (
    "MLproject",
    "bentofile.yaml",
    "cog.yaml",
    "config.yaml",
    "pixi.toml",
    "Pipfile",
)
"""Files of tools that say more than packages: a folder with one is what that tool made of it."""


def kind_of(path: Path) -> str:
    """The kind, empty when it is none that is known."""
    if path.is_dir():
        return _kind_of_folder(path)
    for name, kind in _NAMES:
        if re.fullmatch(name, path.name):
            return kind
    for name, line, kind in _BEGINNINGS:
        if re.fullmatch(name, path.name) and re.search(line, _text(path), re.MULTILINE):
            return kind
    return ""


def _kind_of_folder(folder: Path) -> str:
    if (folder / "conda-meta").is_dir():
        return "conda-env"
    if (folder / "pyvenv.cfg").is_file():
        return "venv"
    for name in OWN_FILES:
        if (folder / name).is_file() and (kind := kind_of(folder / name)):
            return kind
    if _is_poetry(folder / "pyproject.toml"):
        return "pyproject"
    if any((folder / name).is_dir() for name in ("binder", ".binder")):
        return "binder"
    found = {kind_of(file) for file in sorted(folder.glob("*.y*ml"))}
    return "azureml" if "azureml" in found else ""


def _is_poetry(pyproject: Path) -> bool:
    """Poetry's own table of dependencies, which `pyproject = …` of the language does not read."""
    return (
        pyproject.is_file()
        and re.search(r"^\[tool\.poetry\.dependencies\]", _text(pyproject), re.MULTILINE) is not None
    )


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except Failure:
        return ""
