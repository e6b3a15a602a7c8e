"""`envspec build [NAME…] [PATH]`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.arguments import names_and_path
from envspec.cli.completing import blocks
from envspec.cli.parameters import engine_options, options_of, registry

if TYPE_CHECKING:
    from envspec.actions.building import Version
    from envspec.actions.loading import Loaded
    from envspec.engines.content import Verified
    from envspec.engines.interface import Built
    from envspec.ir.types import Environment


@click.command("build")
@click.argument(
    "names",
    nargs=-1,
    metavar="[NAME]... [PATH]",
    shell_complete=blocks("environment", "deployment", or_file=True),
)
@click.option("--format", "format_", default="text", type=click.Choice(["text", "json"]))
@click.option("--push", is_flag=True, help="docker: push the images, with their SBOM and provenance.")
@click.option(
    "--registry",
    default="",
    metavar="HOST/PATH",
    callback=registry,
    help="Where to; `docker.registry` by default.",
)
@click.option(
    "--platform",
    "platforms",
    multiple=True,
    metavar="OS/ARCH",
    help="One of the spec's `docker.platforms`, or `all` of them; without it the one that runs here.",
)
@click.option("--verify", is_flag=True, help="Build environments once more without a cache, and compare.")
@engine_options
def command(
    names: tuple[str, ...],
    format_: str,
    push: bool,
    registry: str,
    platforms: tuple[str, ...],
    verify: bool,
    **parameters: Any,
) -> int:
    """Build environments; all of the file's without a name. Locks first when that is needed.

    Several are built side by side; all that fail are shown at the end, and the others are there all the same. The
    name of a deployment builds what it would serve from: its image, where the engine has images.
    """
    from envspec.cli.show import result, result_json, say
    from envspec.cli.working import with_project

    wanted, path = names_and_path(names)

    if registry and not push:
        raise click.UsageError("`--registry` says where to push: give `--push` too")

    def work(loaded: Loaded) -> int:
        from envspec.actions.building import build_all, chosen
        from envspec.actions.platforms import wanted_on

        served = [name for name in wanted if name in loaded.project.deployments]
        served = [name for name in served if name not in loaded.project.environments]
        names = [name for name in wanted if name not in served]
        if served and push:
            raise click.UsageError(f"`--push` is for images of environments, and not yet for `{served[0]}`")
        environments = chosen(loaded, names) if names or not served else []
        if not wanted and not loaded.project.environments:
            say(f"`{loaded.file}` defines no environment")
        repositories = _repositories(loaded, environments, registry) if push else {}
        versions = build_all(loaded, wanted_on(loaded, environments, platforms)) if environments else []
        prepared = _prepared(loaded, served)
        proofs = _built_twice(loaded, versions) if verify else []
        pushed = _pushed(loaded, versions, repositories) if push else {}
        if format_ == "json":
            rows = [_row(version) for version in versions]
            for row, proof in zip(rows, proofs, strict=False):
                row["verified"] = {"proved": proof.proved, "not_compared": proof.not_compared}
            for row in rows:
                row |= {"pushed": pushed[row["environment"]]} if row["environment"] in pushed else {}
            result_json({"schema": 1, "environments": rows, "deployments": _rows(prepared)})
            return 0
        labelled = [(version.label, version.built) for version in versions]
        for label, one in (*labelled, *prepared.items()):
            result(f"{label}  {'reused' if one.reused else f'built in {one.seconds:.1f} s'}  {one.location}")
        for version, proof in zip(versions, proofs, strict=False):
            left_out = f"; not compared: {proof.not_compared}" if proof.not_compared else ""
            result(f"{version.label}  verified: {proof.proved}{left_out}")
        for place in pushed.values():
            result(f"{place['environment']}  pushed  {place['reference']}@{place['digest']}")
        return 0

    return with_project(options_of(path, parameters), work)


def _repositories(loaded: Loaded, environments: Iterable[Environment], registry: str) -> dict[str, str]:
    from envspec.actions.pushing import destinations

    return destinations(loaded, environments, registry)


def _pushed(
    loaded: Loaded, versions: Iterable[Version], repositories: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """What was pushed, by environment, as it is shown."""
    from envspec.actions.pushing import push
    from envspec.frozen import asdict

    return {one.environment: asdict(one) for one in push(loaded, versions, repositories)}


def _built_twice(loaded: Loaded, versions: Sequence[Version]) -> list[Verified]:
    from envspec.actions.building_twice import verify_all

    return verify_all(loaded, versions)


def _row(version: Version) -> dict[str, Any]:
    return {
        "environment": version.environment.id,
        "version": version.number,
        "engine": version.built.engine,
        "platform": version.platform,
        "location": version.built.location,
        "hash": version.built.hash,
        "reused": version.built.reused,
    }


def _prepared(loaded: Loaded, names: list[str]) -> dict[str, Built]:
    """What each of these deployments would serve from, by the deployment's name."""
    if not names:
        return {}
    from envspec.actions.deploying import chosen_deployments, prepare
    from envspec.actions.locking import with_locked_references

    loaded = with_locked_references(loaded)
    return {deployment.id: prepare(loaded, deployment) for deployment in chosen_deployments(loaded, names)}


def _rows(prepared: dict[str, Built]) -> list[dict[str, object]]:
    return [
        {
            "deployment": name,
            "engine": one.engine,
            "location": one.location,
            "hash": one.hash,
            "reused": one.reused,
        }
        for name, one in prepared.items()
    ]
