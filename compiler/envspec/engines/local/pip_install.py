"""Installs what the lock lists of PyPI, wheels and projects, with uv, into an interpreter's environment.

What always holds: every file from an index has a locked sha256, nothing is resolved, each package comes
from its own index only, and a source distribution is built only where the lock holds nothing else.
Credentials travel in variables, never in arguments.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.interface import SecretReader
from envspec.engines.local.build_log import BuildLog
from envspec.ir.types import Environment, PackageSource
from envspec.lock.export import requirements_lines
from envspec.lock.local_paths import file_digest
from envspec.lock.model import LockedPath, LockedPip, LockedPlatform
from envspec.lock.uv_process import uv_program


def install(
    environment: Environment,
    locked: LockedPlatform,
    python: Path,
    root: Path,
    folder: Path,
    secrets: SecretReader,
    log: BuildLog,
    *,
    fresh: bool = False,
) -> None:
    """Put the pip part of `locked` into the environment of `python`. `folder` is for files of the build. With `fresh`
    uv fetches and builds everything again."""
    command = [
        uv_program(),
        "pip",
        "install",
        "--python",
        str(python),
        "--break-system-packages",  # the environment is ours, whatever its interpreter says of itself
        "--no-deps",
        *(["--no-cache"] if fresh else []),
    ]
    for index, packages in _by_index(locked.pip).items():
        requirements = folder / f"requirements-{index or 'default'}.txt"
        lines = requirements_lines(replace(locked, pip=tuple(packages), conda=(), paths=()))
        requirements.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        options, variables = _index(environment, index, secrets)
        log.step(
            [*command, "--require-hashes", *_builds(packages), *options, "-r", str(requirements)],
            folder,
            variables,
        )
    for path in locked.paths:
        log.step([*command, *_path_arguments(environment, path, root)], folder)


def _by_index(packages: Iterable[LockedPip]) -> dict[str, list[LockedPip]]:
    groups: dict[str, list[LockedPip]] = defaultdict(list)
    for package in packages:
        groups[package.index].append(package)
    return dict(sorted(groups.items()))


def _builds(packages: Iterable[LockedPip]) -> list[str]:
    """Nothing is built but packages of which the lock has source distributions only."""
    with_wheels = {p.name for p in packages if any(f.filename.endswith(".whl") for f in p.files)}
    if all(p.name in with_wheels for p in packages):
        return ["--no-build"]
    return [option for name in sorted(with_wheels) for option in ("--only-binary", name)]


def _index(environment: Environment, name: str, secrets: SecretReader) -> tuple[list[str], dict[str, str]]:
    """Options and variables that make `name` the only index; nothing for the default one."""
    source = next((i for i in environment.indexes if i.name == name), None)
    if source is None or not source.url:
        return [], {}
    key = "".join(c if c.isalnum() else "_" for c in name).upper()
    variables = {
        "UV_INDEX": "",
        "UV_EXTRA_INDEX_URL": "",
        "UV_FIND_LINKS": "",
        **_credentials(source, key, secrets),
    }
    return ["--default-index", f"{name}={source.url}"], variables


def _credentials(source: PackageSource, key: str, secrets: SecretReader) -> dict[str, str]:
    variables = {}
    if source.username or source.password is not None:
        variables[f"UV_INDEX_{key}_USERNAME"] = source.username or "__token__"
    if source.password is not None:
        variables[f"UV_INDEX_{key}_PASSWORD"] = secrets(source.password)
    return variables


def _path_arguments(environment: Environment, locked: LockedPath, root: Path) -> list[str]:
    path = Path(os.path.normpath(root / locked.path))
    if not path.exists():
        raise Failure(
            Diagnostic(
                "E0816",
                f"`{locked.path}` is locked and is not there any more",
                pointer=path_pointer(environment, locked),
                help="build it again, or take the entry away and run `envspec lock`",
            )
        )
    if locked.kind == "editable":
        return ["--editable", str(path)]
    if locked.kind == "wheel" and file_digest(path) != locked.sha256.removeprefix("sha256:"):
        raise Failure(
            Diagnostic(
                "E0806",
                f"`{locked.path}` has another sha256 than `envspec.lock` says",
                pointer=path_pointer(environment, locked),
                help="if the change is meant, run `envspec lock`; otherwise find out who changed the file",
            )
        )
    # uv takes a project it has seen for unchanged when only its metadata's time is old.
    return ["--reinstall-package", locked.name, "--refresh-package", locked.name, str(path)]


def path_pointer(environment: Environment, locked: LockedPath) -> str:
    """The entry of `pip` that names the path."""
    for at, entry in enumerate(environment.pip):
        if entry.kind != "requirement" and entry.text == locked.path:
            return f"/environments/{environment.id}/pip/{at}"
    return f"/environments/{environment.id}/pip"
