"""`envspec build [NAME…] [PATH]`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.completing import blocks
from envspec.cli.parameters import engine_options, names_and_path, options_of, registry

if TYPE_CHECKING:
    from envspec.actions.building import Version
    from envspec.actions.loading import Loaded
    from envspec.ir.types import Environment


@click.command("build")
@click.argument(
    "names", nargs=-1, metavar="[NAME]... [PATH]", shell_complete=blocks("environment", or_file=True)
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
@engine_options
def command(names: tuple[str, ...], format_: str, push: bool, registry: str, **parameters: Any) -> int:
    """Build environments; all of the file's without a name. Locks first when that is needed."""
    from envspec.cli.show import result, result_json
    from envspec.cli.working import with_project

    wanted, path = names_and_path(names)

    if registry and not push:
        raise click.UsageError("`--registry` says where to push: give `--push` too")

    def work(loaded: Loaded) -> int:
        from envspec.actions.building import build, chosen

        environments = chosen(loaded, wanted)
        repositories = _repositories(environments, registry) if push else {}
        versions = build(loaded, environments)
        pushed = _pushed(loaded, versions.values(), repositories) if push else {}
        if format_ == "json":
            rows = [
                {
                    "environment": key,
                    "version": version.number,
                    "engine": version.built.engine,
                    "location": version.built.location,
                    "hash": version.built.hash,
                    "reused": version.built.reused,
                    **({"pushed": pushed[key]} if key in pushed else {}),
                }
                for key, version in versions.items()
            ]
            result_json({"schema": 1, "environments": rows})
            return 0
        for version in versions.values():
            one = version.built
            result(
                f"{version.label}  {'reused' if one.reused else f'built in {one.seconds:.1f} s'}  {one.location}"
            )
        for place in pushed.values():
            result(f"{place['environment']}  pushed  {place['reference']}@{place['digest']}")
        return 0

    return with_project(options_of(path, parameters), work)


def _repositories(environments: Iterable[Environment], registry: str) -> dict[str, str]:
    from envspec.actions.pushing import destinations

    return destinations(environments, registry)


def _pushed(
    loaded: Loaded, versions: Iterable[Version], repositories: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """What was pushed, by environment, as it is shown."""
    from dataclasses import asdict

    from envspec.actions.pushing import push

    return {one.environment: asdict(one) for one in push(loaded, versions, repositories)}
