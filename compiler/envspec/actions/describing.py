"""The documents about what was built: written beside it, shown, and attached when it is pushed.

What always holds: a document is made from the spec and the lock alone, so it is the same whenever and wherever it
is made; what is there already is not made again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envspec.actions.loading import Loaded
from envspec.actions.writing import write_file
from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment

if TYPE_CHECKING:
    from envspec.supply_chain.materials import Material
    from envspec.supply_chain.sbom import Subject

_DIGITS = 20


def folder_of(state: Path, layer: str) -> Path:
    """Where the documents about a layer are kept: `.envspec/supply-chain/HASH20/`."""
    return state / "supply-chain" / layer.removeprefix("sha256:")[:_DIGITS]


def sbom_file(state: Path, layer: str) -> Path:
    return folder_of(state, layer) / "sbom.cdx.json"


def keep_sbom(
    loaded: Loaded,
    environment: Environment,
    locked: LockedEnvironment | None,
    platform: str,
    layer: str,
    *,
    image: bool,
) -> None:
    """Writes the bill of materials of what was just built, unless it is there."""
    path = sbom_file(loaded.state, layer)
    if locked is None or path.exists():
        return
    write_file(path, sbom_text(loaded, environment, locked, platform, layer, image=image))


def sbom_text(
    loaded: Loaded,
    environment: Environment,
    locked: LockedEnvironment,
    platform: str,
    layer: str,
    *,
    image: bool,
) -> str:
    """The bill of materials of an environment on one platform, as text."""
    from envspec.supply_chain.sbom import document_text, sbom

    subject, made_of = described(loaded, environment, locked, platform, layer, image=image)
    return document_text(sbom(subject, made_of))


def described(
    loaded: Loaded,
    environment: Environment,
    locked: LockedEnvironment,
    platform: str,
    layer: str,
    *,
    image: bool,
) -> tuple[Subject, list[Material]]:
    """What documents are about, and what it is made of."""
    from envspec.ir.identity import definition_hash
    from envspec.supply_chain.materials import materials
    from envspec.supply_chain.sbom import Subject

    subject = Subject(environment.id, loaded.file, platform, layer, definition_hash(environment), image)
    return subject, materials(environment, locked, platform, image=image)


def image_platform(environment: Environment) -> str:
    """The platform of an image that is meant when none is named: this machine's if the spec has it."""
    from envspec.actions.locking import host_platform

    here = f"linux/{host_platform().partition('/')[2]}"
    return here if here in environment.platforms else environment.platforms[0]


def missing_lock(environment: Environment, platform: str) -> Failure:
    """Nothing is locked for this platform, so there is nothing to say."""
    return Failure(
        Diagnostic(
            "E1406",
            f"`envspec.lock` has nothing for environment `{environment.id}` on {platform}",
            pointer=f"/environments/{environment.id}",
            help=f'add "{platform}" to `docker.platforms` and run `envspec lock`'
            if environment.managed
            else "an environment with `managed = false` is not locked: what is in it is not ours to say",
        )
    )


def bill_of(loaded: Loaded, environment: Environment, platform: str = "") -> str:
    """The bill of materials of an environment as it would be built now; locks first when that is needed."""
    from envspec.actions.locking import ensure_lock, host_platform
    from envspec.engines.docker.root_files import RootFiles
    from envspec.lower.identity import image_layer, python_layer

    image = (loaded.options.engine or "local") != "local"
    platform = platform or (image_platform(environment) if image else host_platform())
    locked = ensure_lock(loaded, (environment.id,)).environments.get(environment.id)
    found = locked.platform(platform) if locked is not None else None
    if locked is None or found is None:
        raise missing_lock(environment, platform)
    if image:
        _, layer = image_layer(environment, locked, platform, RootFiles(loaded.root))
    else:
        _, layer = python_layer(environment, found)
    return sbom_text(loaded, environment, locked, platform, layer, image=image)
