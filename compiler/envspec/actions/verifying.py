"""Whether an image, or an environment on this machine, holds what its lock says.

In comes an image's name or an environment's; out come findings of E1410 to E1420. What always holds: nothing of what
is looked at is run; the labels are compared with what the spec and the lock give now, and the files with what the
packages said when they were installed, whatever the labels say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from envspec.actions.building import chosen, engine_at
from envspec.actions.describing import image_platform, missing_lock
from envspec.actions.loading import Loaded
from envspec.actions.locking import host_platform, usable_lock
from envspec.actions.settings import ca_bundle
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.root_files import RootFiles
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment
from envspec.lock.model import Lock, LockedEnvironment, LockedPlatform
from envspec.lower.identity import image_layer, python_layer
from envspec.supply_chain.content import differences
from envspec.supply_chain.images import PREFIX, EngineImage, Image, RegistryImage, manifest_of
from envspec.supply_chain.system_packages import system_differences

if TYPE_CHECKING:
    from envspec.registry.client import Registry
    from envspec.registry.references import ImageReference

_AGAIN = "if the change is meant, `envspec build` makes it anew; otherwise find out what it was made from"


@frozen
class Verified(Frozen):
    """`where` is what was looked at, as it is told; `findings` are empty when it is as locked."""

    where: str
    findings: tuple[Diagnostic, ...]


def verify(loaded: Loaded, wanted: str, *, remote: bool = False, environment: str = "") -> list[Verified]:
    """`wanted` is an environment of the spec, or the name of an image. With `remote` an image is looked for in its
    registry only, else in the engine first. `environment` says which one an image is of, when its labels do not."""
    lock = usable_lock(loaded)
    names = {name for e in loaded.project.environments.values() for name in (e.id, e.name)}
    if wanted in names and not remote:
        return [_built(loaded, lock, one) for one in chosen(loaded, [wanted])]
    return [_image(loaded, lock, wanted, remote, environment)]


def _built(loaded: Loaded, lock: Lock, environment: Environment) -> Verified:
    """An environment where the engine would look for it."""
    engine = loaded.options.engine or "local"
    if engine == "local":
        return _folder(loaded, environment, _locked(lock, environment, host_platform()))
    from envspec.engines.docker.names import image_reference

    platform = image_platform(environment)
    _locked(lock, environment, platform)
    locked = lock.environments[environment.id]
    _, layer = image_layer(environment, locked, platform, RootFiles(loaded.root))
    return _image(loaded, lock, image_reference(environment.id, layer), False, environment.id)


def _locked(lock: Lock, environment: Environment, platform: str) -> LockedPlatform:
    locked = lock.environments.get(environment.id)
    found = locked.platform(platform) if locked is not None else None
    if found is None:
        raise missing_lock(environment, platform)
    return found


def _folder(loaded: Loaded, environment: Environment, locked: LockedPlatform) -> Verified:
    from envspec.engines.local import marker
    from envspec.engines.local.environment import prefix_of
    from envspec.supply_chain.file_tree import tree_of_folder

    preimage, layer = python_layer(environment, locked)
    prefix = prefix_of(loaded.state, layer)
    pointer = f"/environments/{environment.id}"
    found = marker.read(prefix)
    if not prefix.is_dir() or found is None:
        raise _not_there(f"environment `{environment.id}`", "it has not been built here", pointer)
    problems = [] if found.fits(layer, preimage, prefix) else [
        Diagnostic("E1410", f"`{marker.NAME}` is not that of environment `{environment.id}`",
                   pointer=pointer, help=_AGAIN)
    ]  # fmt: skip
    problems += differences(environment, locked, tree_of_folder(prefix), str(prefix))
    return Verified(f"environment `{environment.id}`", tuple(problems))


def _image(loaded: Loaded, lock: Lock, wanted: str, remote: bool, named: str) -> Verified:
    from envspec.packages.image import parse_image
    from envspec.registry.references import image_name

    if not isinstance(parse_image(wanted), str):
        known = ", ".join(f"`{name}`" for name in loaded.project.environments)
        raise _not_there(f"`{wanted}`", f"it is no name of an image, and the environments here are {known}")
    from envspec.resolve.suggest import did_you_mean

    reference = image_name(wanted)
    near = did_you_mean(wanted, loaded.project.environments)
    try:
        image = None if remote else _in_engine(loaded, wanted)
    except Failure:
        if not near:
            raise
        why = "it is no environment here, and no engine answers that might have an image of that name"
        raise _not_there(f"`{wanted}`", why, help_text=near) from None
    if image is None and (remote or reference.explicit):
        return _in_registry(loaded, lock, reference, named)
    if image is None:
        why = "the engine does not have it, and its name has no registry"
        raise _not_there(f"the image `{wanted}`", why, help_text=near)
    return Verified(f"image `{wanted}`", tuple(_differences(loaded, lock, image, wanted, named)))


def _in_engine(loaded: Loaded, wanted: str) -> Image | None:
    import docker.errors

    from envspec.engines.docker.connection import speaking
    from envspec.engines.docker.engine import DockerEngine

    engine = engine_at(loaded.root, "docker", loaded.options)
    assert isinstance(engine, DockerEngine)
    if engine.available() is not None and "/" in wanted and "." in wanted.partition("/")[0]:
        return None  # its registry can be asked without an engine
    with speaking(engine.connection, f"looking for `{wanted}`"):
        try:
            facts = engine.connection.client.api.inspect_image(wanted)
        except docker.errors.ImageNotFound:
            return None
    labels = (facts.get("Config") or {}).get("Labels") or {}
    return EngineImage(engine.connection, str(facts["Id"]), labels)


def _in_registry(loaded: Loaded, lock: Lock, reference: ImageReference, named: str) -> Verified:
    from envspec.registry.client import Registry
    from envspec.registry.login import Login

    login = Login(reference.host, f"repository:{reference.repository}:pull")
    registry = Registry(reference.host, login, ca_bundle(loaded.root, loaded.options.ca_bundle))
    manifest = manifest_of(registry, reference, host_platform().partition("/")[2])
    if manifest is None:
        raise _not_there(f"the image `{reference}`", "neither the engine nor its registry has it")
    image = RegistryImage(registry, reference.repository, manifest)
    problems = [
        *_differences(loaded, lock, image, str(reference), named),
        *_provenance(registry, reference, image),
    ]
    return Verified(f"image `{reference.name}@{manifest.digest}`", tuple(problems))


def _not_there(what: str, why: str, pointer: str = "", help_text: str = "") -> Failure:
    return Failure(
        Diagnostic("E1418", f"{what} cannot be verified: {why}", pointer=pointer,
                   help=help_text or "build it first, or name another one")
    )  # fmt: skip


def _differences(loaded: Loaded, lock: Lock, image: Image, shown: str, named: str) -> Iterator[Diagnostic]:
    from envspec.engines.docker.fast_path import HASH_LABEL, PREIMAGE_LABEL

    layer, preimage = image.labels.get(HASH_LABEL, ""), image.labels.get(PREIMAGE_LABEL, "")
    said = hashlib.sha256(preimage.encode("utf-8", "surrogatepass")).hexdigest()
    if not preimage or layer != f"sha256:{said}":
        missing = not (layer and preimage)
        yield Diagnostic(
            "E1410",
            f"the image `{shown}` does not say what it was made from",
            notes=("it has no labels of envspec" if missing else "its hash is not that of its preimage",),
            help="build it with envspec" if missing else _AGAIN,
        )
    environment, platform = _whose(loaded, lock, preimage, shown, named)
    if environment is None:
        yield _of_nothing(loaded, lock, shown)
        return
    locked = lock.environments[environment.id]
    if preimage:
        yield from _moved(loaded, environment, locked, platform, preimage, shown)
    tree, status = image.read()
    yield from differences(environment, _locked(lock, environment, platform), tree, PREFIX)
    yield from system_differences(environment, status)


def _of_nothing(loaded: Loaded, lock: Lock, shown: str) -> Diagnostic:
    names = ", ".join(f"`{name}`" for name in loaded.project.environments)
    stale = [
        e.id for e in loaded.project.environments.values() if e.managed and e.id not in lock.environments
    ]
    notes = [
        f"the environments there are {names}; none gives its layer, and none that is locked has its name"
    ]
    if stale:
        notes.append(f"the lock of {', '.join(f'`{name}`' for name in stale)} is missing or stale")
    return Diagnostic(
        "E1411",
        f"the image `{shown}` is of no environment of `{loaded.file}`",
        notes=tuple(notes),
        help="say which it should be, `--environment NAME`, or run `envspec lock`",
    )


def _whose(
    loaded: Loaded, lock: Lock, preimage: str, shown: str, named: str
) -> tuple[Environment | None, str]:
    """The environment and platform that an image is of: by its layer, else by what it is called."""
    from envspec.engines.docker.names import repository_component

    value = _value(preimage)
    layer = value.get("image") if isinstance(value.get("image"), str) else ""
    candidates = [e for e in loaded.project.environments.values() if e.id in lock.environments]
    for environment in candidates:
        locked = lock.environments[environment.id]
        for platform in locked.platforms:
            if named or not platform.platform.startswith("linux/"):
                continue
            made, made_hash = image_layer(environment, locked, platform.platform, RootFiles(loaded.root))
            if made.decode("utf-8") == preimage or (layer and layer == made_hash):
                return environment, platform.platform
    platform_name = str(value.get("platform") or "")
    name = shown.partition("@")[0].rpartition("/")[2].partition(":")[0]
    for environment in candidates:
        if named in (environment.id, environment.name) or (
            not named and repository_component(environment.id) == name
        ):
            has = lock.environments[environment.id].platform(platform_name) is not None
            return environment, platform_name if has else image_platform(environment)
    return None, ""


def _moved(
    loaded: Loaded,
    environment: Environment,
    locked: LockedEnvironment,
    platform: str,
    preimage: str,
    shown: str,
) -> Iterable[Diagnostic]:
    """E1411 when the layer in the labels is not the one that spec and lock give now."""
    made, made_hash = image_layer(environment, locked, platform, RootFiles(loaded.root))
    said, value = _value(preimage), _value(made.decode("utf-8"))
    if made.decode("utf-8") == preimage or said.get("image") == made_hash:
        return
    parts = [f"`{key}`" for key in sorted({*said, *value}) if said.get(key) != value.get(key)]
    yield Diagnostic(
        "E1411",
        f"the image `{shown}` was made from something else than `{loaded.file}` and its lock",
        pointer=f"/environments/{environment.id}",
        notes=(f"its layer differs in {', '.join(parts)}",) if parts else (),
        help=_AGAIN,
    )


def _value(preimage: str) -> dict[str, Any]:
    """What a preimage says, empty when it is none."""
    try:
        value = json.loads(preimage)["value"]
    except (ValueError, KeyError, TypeError):
        return {}
    return value if isinstance(value, dict) else {}


def _provenance(registry: Registry, reference: ImageReference, image: RegistryImage) -> Iterator[Diagnostic]:
    """E1419 for each statement attached to an image that is not about it."""
    from envspec.engines.docker.fast_path import HASH_LABEL
    from envspec.supply_chain import provenance
    from envspec.supply_chain.referrers import documents

    attached = documents(registry, reference.repository, image.manifest.digest, provenance.MEDIA_TYPE)
    for digest, content in attached:
        statement = provenance.read(content)
        about, layer = provenance.subject_digest(statement), provenance.layer_of(statement)
        if not about:
            continue  # a statement of another kind: not ours to judge
        wrong = [
            f"it says {what} `{said}`, and it is `{found}`"
            for what, said, found in (
                ("its digest is", about, image.manifest.digest),
                ("its layer is", layer, image.labels.get(HASH_LABEL, "")),
            )
            if said != found
        ]
        if wrong:
            yield Diagnostic(
                "E1419",
                f"the provenance `{digest}` attached to `{reference}` is of something else",
                notes=tuple(wrong),
                help="attach the right one: `envspec build --push`",
            )
