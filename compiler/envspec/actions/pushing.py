"""Images put into a registry, with their bill of materials and their provenance attached.

In come the versions that a build made; out comes where each is and under which digest. What always holds: an image
is pushed before anything is attached to it, and everything attached names it by manifest digest; pushing again what
is there changes nothing; an image without its documents is a `Failure`, and the next push attaches them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from envspec.actions.building import Version, engine_at
from envspec.actions.describing import described, folder_of, missing_lock
from envspec.actions.loading import Loaded
from envspec.actions.settings import ca_bundle
from envspec.actions.writing import write_file
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment


@frozen
class Pushed(Frozen):
    """`reference` is `REGISTRY/NAME:HASH12`, `digest` its manifest's. `sbom` and `provenance` are the digests of
    the attached manifests; `listed_by` is `referrers`, or the tag that lists them in a registry without the API."""

    environment: str
    reference: str
    digest: str
    sbom: str
    provenance: str
    listed_by: str


def destinations(loaded: Loaded, environments: Iterable[Environment], registry: str = "") -> dict[str, str]:
    """The repository of each environment, by id: to be asked for before anything long is begun. `registry` wins
    over `docker.registry`. Raises `Failure` E1407 with all that have none, or when no image will be made."""
    from envspec.engines import table
    from envspec.engines.docker.names import repository_component

    environments = list(environments)
    engine = loaded.options.engine or table.DEFAULT
    if engine != "docker":
        raise Failure(
            Diagnostic(
                "E1407",
                f"nothing can be pushed: the engine `{engine}` makes no images",
                help="build with `--target docker`",
            )
        )
    missing = [e for e in environments if not (registry or e.docker.registry)]
    if missing:
        raise Failure(
            Diagnostic(
                "E1407",
                f"nothing says where the image of `{environment.id}` is to be pushed",
                pointer=f"/environments/{environment.id}",
                help='say it in the spec, `docker { registry = "registry.example/team" }`, or with `--registry`',
            )
            for environment in missing
        )
    return {
        e.id: f"{(registry or e.docker.registry).rstrip('/')}/{repository_component(e.id)}"
        for e in environments
    }


def push(loaded: Loaded, versions: Iterable[Version], repositories: Mapping[str, str]) -> list[Pushed]:
    """Pushes every image of `versions` to its repository. Raises `Failure` E1401 to E1407."""
    return [_push(loaded, version, repositories[version.environment.id]) for version in versions]


def _push(loaded: Loaded, version: Version, repository: str) -> Pushed:
    from envspec.engines.docker.engine import DockerEngine
    from envspec.engines.docker.fast_path import PREIMAGE_LABEL
    from envspec.engines.docker.push import push_image

    environment, built = version.environment, version.built
    pointer = f"/environments/{environment.id}"
    engine = engine_at(loaded.root, built.engine, loaded.options)
    assert isinstance(engine, DockerEngine)
    tag = built.hash.removeprefix("sha256:")[:12]
    loaded.options.say(f"pushing {repository}:{tag}")
    digest = push_image(engine.connection, built.location, repository, tag, pointer)
    labels = engine.connection.client.api.inspect_image(built.location)["Config"]["Labels"]
    platform = str(json.loads(labels[PREIMAGE_LABEL])["value"]["platform"])
    return _attach(loaded, version, repository, tag, digest, platform)


def _attach(
    loaded: Loaded, version: Version, repository: str, tag: str, digest: str, platform: str
) -> Pushed:
    from envspec.engines.file_lock import exclusive
    from envspec.lower.identity import version_hash
    from envspec.registry.client import Registry
    from envspec.registry.login import Login
    from envspec.registry.references import image_name
    from envspec.supply_chain import provenance, sbom
    from envspec.supply_chain.referrers import Artifact, attach, fallback_tag

    environment, locked = version.environment, version.locked
    if locked is None or locked.platform(platform) is None:
        raise missing_lock(environment, platform)
    subject, made_of = described(loaded, environment, locked, platform, version.built.hash, image=True)
    place = image_name(repository)
    bill = sbom.document_text(sbom.sbom(subject, made_of))
    statement = sbom.document_text(
        provenance.provenance(subject, made_of, place.name, digest, version_hash(environment, locked))
    )
    write_file(folder_of(loaded.state, subject.hash) / "provenance.json", statement)
    login = Login(place.host, f"repository:{place.repository}:pull,push")
    registry = Registry(place.host, login, ca_bundle(loaded.root, loaded.options.ca_bundle))
    manifest = registry.manifest(place.repository, digest)
    if manifest is None:
        raise Failure(
            Diagnostic(
                "E1404",
                f"the registry `{place.host}` does not do what was asked",
                notes=(f"it has no manifest `{digest}`, which it has just been given",),
                help="look at the registry's own log; it has to follow the OCI distribution-spec",
            )
        )
    attached = attach(
        registry,
        place.repository,
        manifest,
        [
            Artifact(sbom.MEDIA_TYPE, bill.encode("utf-8"), "sbom.cdx.json"),
            Artifact(
                provenance.MEDIA_TYPE,
                statement.encode("utf-8"),
                "provenance.json",
                {"in-toto.io/predicate-type": provenance.PREDICATE},
            ),
        ],
        exclusive(loaded.state / "locks" / f"{fallback_tag(digest)}.lock"),
    )
    bill_digest, statement_digest = attached.digests
    return Pushed(
        environment.id, f"{repository}:{tag}", digest, bill_digest, statement_digest, attached.listed_by
    )
