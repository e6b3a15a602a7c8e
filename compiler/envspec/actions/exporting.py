"""What a project says in the form of another tool, or one of its environments as its lock has it.

The kind and the name of a block come in, text goes out. For a kind of the lock the environment is locked first when it
has to be, as for a build; what the kind needs besides the lock is asked of indexes and channels (`lock.addresses`).
Every other kind is made of the spec alone: nothing is solved, fetched or written besides what was asked for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock, host_platform
from envspec.actions.writing import write_file
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.secrets import secret_reader
from envspec.exporting.interface import Export, ExportRequest, SpecRequest
from envspec.exporting.table import KINDS, exporter
from envspec.frozen import replace
from envspec.ir.types import Environment, PathInput
from envspec.lock.model import LockedEnvironment, LockedPlatform


def export(loaded: Loaded, kind: str, name: str, *, platform: str = "", output: Path | None = None) -> Export:
    """`kind` is one of `KINDS`; `name` may be empty where the file has only one thing that could be meant. `output` is
    where the text will be, or the folder of a kind that fills one, for paths in it. Raises `Failure` E1204, E1205,
    E0511, E0631 to E0635, E0638, and those of locking."""
    row = KINDS[kind]
    if row.folder:
        folder = Path.cwd() if output is None else output.absolute()
    else:
        folder = Path.cwd() if output is None else output.absolute().parent
    root = Path(os.path.relpath(loaded.root, folder)).as_posix()
    if row.locked:
        return _of_lock(loaded, kind, _environment(loaded, kind, name), platform, root)
    if row.keeps:
        from envspec.actions.kept_elsewhere import with_kept

        loaded = with_kept(loaded)
    inside = Path(os.path.relpath(folder, loaded.root)).as_posix()
    request = SpecRequest(
        loaded.project,
        loaded.file,
        root,
        "" if inside.startswith("..") else inside,
        _below(loaded.root),
        _folders(loaded),
    )
    if row.takes == "environment":
        environment = _environment(loaded, kind, name, unmanaged=row.unmanaged)
        runs = tuple(run for run in loaded.project.runs.values() if run.environment == environment.id)
        request = replace(request, environments=(environment,), runs=runs)
        if row.constraints and environment.constraints:
            from envspec.actions.exported_params import constraint_files

            request = replace(request, constraints=constraint_files(loaded, (environment.id,)))
    else:
        from envspec.actions.exported_blocks import blocks, nothing_to_export

        found = blocks(loaded, name, runs=row.takes == "blocks")
        if row.takes == "deployment" and len(found.deployments) != 1:
            raise _not_one(loaded, kind, name, [one.id for one in found.deployments])
        request = replace(
            request, environments=found.environments, runs=found.runs, deployments=found.deployments
        )
        if row.params:
            from envspec.actions.exported_params import params_of

            request = replace(request, params=params_of(loaded, found.runs, keeps=row.keeps))
    made = exporter(kind)(request)
    if made.nothing:
        raise nothing_to_export(loaded, kind, name, made.losses)
    return made


def write_export(kind: str, made: Export, output: Path) -> None:
    """Writes a file, or the files of a kind that fills a folder. Raises `Failure` E0636."""
    files = {output / name: text for name, text in made.files.items()}
    for file, text in (files if KINDS[kind].folder else {output: made.text}).items():
        write_file(file, text, "E0636")


def _of_lock(loaded: Loaded, kind: str, environment: Environment, platform: str, root: str) -> Export:
    locked = ensure_lock(loaded, (environment.id,)).environments[environment.id]
    platforms = _platforms(locked, environment, platform, several=KINDS[kind].several)
    secrets = secret_reader(loaded.written.secrets, loaded.root)
    offline = loaded.options.offline
    addresses: dict[str, str] = {}
    md5: dict[str, str] = {}
    if KINDS[kind].addresses:
        from envspec.lock.addresses import pypi_addresses

        addresses = pypi_addresses(environment, platforms, loaded.root, secrets, offline=offline)
    if KINDS[kind].md5:
        from envspec.lock.addresses import conda_md5

        md5 = conda_md5(environment, platforms, secrets, offline=offline)
    request = ExportRequest(environment, locked, tuple(platforms), loaded.file, root, addresses, md5)
    return exporter(kind)(request)


def _folders(loaded: Loaded) -> frozenset[str]:
    """The inputs and models of the project that are folders."""
    project = loaded.project
    values = [value for run in project.runs.values() for value in run.inputs.values()]
    values += [model.origin for model in project.models.values()]
    paths = {value.path for value in values if isinstance(value, PathInput)}
    return frozenset(path for path in paths if (loaded.root / path).is_dir())


def _below(root: Path) -> str:
    """The project root inside the repository that holds it; empty where it is one, or in none."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            below = root.relative_to(folder).as_posix()
            return "" if below == "." else below
    return ""


def _environment(loaded: Loaded, kind: str, name: str, *, unmanaged: bool = False) -> Environment:
    from envspec.actions.building import chosen

    found = chosen(loaded, [name] if name else [])
    if len(found) != 1:
        raise _not_one(loaded, kind, name, [environment.id for environment in found])
    (environment,) = found
    if not environment.managed and not unmanaged:
        raise Failure(
            Diagnostic(
                "E0631",
                f"`{environment.id}` is not managed, so there is nothing locked to export",
                pointer=f"/environments/{environment.id}",
                help="take `managed = false` away, and say what it is made of",
            )
        )
    return environment


def _not_one(loaded: Loaded, kind: str, name: str, ids: Sequence[str]) -> Failure:
    if not ids:
        from envspec.actions.exported_blocks import nothing_to_export

        return nothing_to_export(loaded, kind, name)
    what = f"{KINDS[kind].takes}s"
    names = ", ".join(f"`{one}`" for one in ids)
    return Failure(
        Diagnostic(
            "E0635",
            f"`{name or loaded.file}` means {len(ids)} {what}, and one is exported at a time",
            help=f"name one of them: {names}",
        )
    )


def _platforms(
    locked: LockedEnvironment, environment: Environment, wanted: str, *, several: bool
) -> Sequence[LockedPlatform]:
    """All that are locked, or the one that is wanted; without a wish the spec's first, if it can be one only."""
    if several and not wanted:
        return locked.platforms
    names = [wanted] if wanted else [*environment.platforms, host_platform()]
    for name in names:
        found = locked.platform(name)
        if found is not None:
            return [found]
    raise Failure(
        Diagnostic(
            "E0631",
            f"`{environment.id}` is not locked for `{names[0]}`",
            pointer=f"/environments/{environment.id}",
            help=f"it is for {', '.join(f'`{p.platform}`' for p in locked.platforms)}; "
            "`docker.platforms` says which there are",
        )
    )
