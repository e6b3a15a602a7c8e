"""The conda environment of a name, found as conda finds it but without it.

Where environments lie is what `CONDA_ENVS_DIRS`, `CONDA_ENVS_PATH` and `envs_dirs` of the configuration files say, the
`envs` folders of every prefix in `~/.conda/environments.txt`, and those of the usual places of installation. Nothing is
run; a file that cannot be read says nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from envspec.diagnostics import Failure
from envspec.importing.asked import read_text
from envspec.importing.installed.conda_prefix import is_prefix

_INSTALLATIONS = (
    "miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba", ".local/share/mamba", "miniconda",
    "anaconda", "opt/miniconda3", "opt/anaconda3",
)  # fmt: skip
_SYSTEM = ("/opt/conda", "/opt/miniconda3", "/opt/anaconda3", "/opt/miniforge3")


def environments(home: Path, variables: Mapping[str, str]) -> dict[str, Path]:
    """The environments that have a name, the first of each name. `base` is an installation itself."""
    found: dict[str, Path] = {}
    listed = list(_listed(home))
    roots = [
        path
        for path in (*listed, *_roots(home, variables))
        if _below(path / "envs") is not None and is_prefix(path)
    ]
    for folder in _folders(home, variables, listed):
        for path in _below(folder) or ():
            if is_prefix(path):
                found.setdefault(path.name, path)
    for path in listed:
        if is_prefix(path):
            found.setdefault("base" if path in roots else path.name, path)
    for path in roots:
        found.setdefault("base", path)
    return found


def _listed(home: Path) -> Iterator[Path]:
    for line in _text(home / ".conda" / "environments.txt").splitlines():
        if line.strip().startswith("/"):
            yield Path(line.strip())


def _roots(home: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    for name in ("MAMBA_ROOT_PREFIX", "CONDA_ROOT", "CONDA_PREFIX"):
        if variables.get(name, "").startswith("/"):
            yield Path(variables[name])
    yield from (home / name for name in _INSTALLATIONS)
    yield from map(Path, _SYSTEM)


def _folders(home: Path, variables: Mapping[str, str], listed: list[Path]) -> Iterator[Path]:
    """Folders of environments, in the order in which a name is looked for."""
    for name in ("CONDA_ENVS_DIRS", "CONDA_ENVS_PATH"):
        yield from (Path(one) for one in variables.get(name, "").split(os.pathsep) if one.startswith("/"))
    for file in _configurations(home, variables):
        yield from _envs_dirs(file, home, variables)
    yield home / ".conda" / "envs"
    for prefix in listed:
        yield prefix / "envs"
        if prefix.parent.name == "envs":
            yield prefix.parent
    yield from (root / "envs" for root in _roots(home, variables))


def _configurations(home: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    """Files of the form of `.condarc`, the most particular first."""
    if variables.get("CONDARC", "").startswith("/"):
        yield Path(variables["CONDARC"])
    config = variables.get("XDG_CONFIG_HOME") or str(home / ".config")
    for name in (".condarc", ".mambarc", ".conda/.condarc", ".conda/condarc", ".mamba/mambarc"):
        yield home / name
    yield from (Path(config) / "conda" / name for name in (".condarc", "condarc"))
    for root in _roots(home, variables):
        yield from (root / name for name in (".condarc", "condarc"))
    yield from (Path("/etc/conda") / name for name in (".condarc", "condarc"))


def _envs_dirs(file: Path, home: Path, variables: Mapping[str, str]) -> Iterator[Path]:
    text = _text(file)
    if "envs_dirs" not in text and "envs_path" not in text:
        return
    import yaml

    try:
        document: Any = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    if not isinstance(document, dict):
        return
    for key in ("envs_dirs", "envs_path"):
        folders = document.get(key)
        for one in folders if isinstance(folders, list) else [folders]:
            if not isinstance(one, str):
                continue
            whole = str(home) + one[1:] if one[:1] == "~" and one[1:2] in ("", "/") else one
            for name in ("HOME", "USER"):
                whole = whole.replace(f"${{{name}}}", variables.get(name, "")).replace(
                    f"${name}", variables.get(name, "")
                )
            if whole.startswith("/"):
                yield Path(whole)


def _below(folder: Path) -> list[Path] | None:
    """What is in a folder; None when there is no such folder, or it may not be looked into."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return None


def _text(path: Path) -> str:
    try:
        return read_text(path) if path.is_file() else ""
    except (Failure, OSError):
        return ""
