"""An environment becomes a build context: Dockerfile, `.dockerignore`, `environment.yml`, `requirements.txt`,
and under `build/` whatever the build needs.

What always holds: `docker build FOLDER` works on what is written (engine 20.10 or newer, BuildKit or not), with
`--secret` and BuildKit where an index or channel wants a password: such an environment has no portable variant;
the two variants (`portable`, `buildkit`) give the same image; no string of the spec is an instruction, a
comment or a shell word of its own; the same input gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment, LockedPlatform
from envspec.lower import conda_inputs, pip_inputs
from envspec.lower.base_image import BUILDER, pinned_base, python_minor
from envspec.lower.context import BuildContext, ContextFile, build_context, text_file
from envspec.lower.files import ProjectFiles
from envspec.lower.limits import check_environment
from envspec.lower.logins import BuildSecret, build_secrets, channel_logins
from envspec.lower.own_base import FOLDER, own_base
from envspec.lower.templates import render, static

PORTABLE = "portable"
BUILDKIT = "buildkit"

DEFAULT_USER = "1000:1000"


@frozen
class EnvironmentStages(Frozen):
    """The Dockerfile's text, up to the final stage, and the files it uses. `ignore` are the patterns of a
    `.dockerignore` that lets those in."""

    dockerfile: str
    files: dict[str, ContextFile]
    ignore: tuple[str, ...]


def lower_environment(
    environment: Environment,
    locked: LockedEnvironment | None,
    files: ProjectFiles,
    *,
    builder: str = PORTABLE,
    platform: str = "",
) -> BuildContext:
    """The context of one environment. With `platform` it is for that one only; without, for all platforms of
    the environment. Raises `Failure` (E07) for what an image cannot have yet."""
    stages = environment_stages(environment, locked, files, builder=builder, platform=platform)
    context = {
        **stages.files,
        "Dockerfile": text_file(stages.dockerfile),
        ".dockerignore": ignore_file(stages.ignore),
    }
    return build_context(context)


def ignore_file(patterns: Sequence[str]) -> ContextFile:
    return text_file("".join(f"{pattern}\n" for pattern in patterns))


def environment_stages(
    environment: Environment,
    locked: LockedEnvironment | None,
    files: ProjectFiles,
    *,
    builder: str,
    platform: str,
    continued: bool = False,
) -> EnvironmentStages:
    """`continued` leaves the final stage open, as root, for a deployment to go on."""
    platforms = (platform,) if platform else environment.platforms
    check_environment(environment, locked, platforms)
    locks = _locks(locked, platforms)
    inputs = "build"
    secrets = build_secrets(environment, locks)
    buildkit = builder == BUILDKIT or bool(secrets)
    made = own_base(environment, files)
    base = made.dockerfile.stage if made else pinned_base(environment, locked)
    minor = python_minor(environment, locked)
    given = bool(environment.docker.image or made)
    context: dict[str, ContextFile] = {
        "environment.yml": text_file(conda_inputs.environment_yml(environment, minor)),
        "requirements.txt": text_file(pip_inputs.requirements_text(environment, locks[0] if locks else None)),
    }
    values: dict[str, object] = {}
    if environment.managed:
        values = _managed(environment, locks, files, inputs, context)
    for number, script in enumerate(environment.docker.run, start=1):
        context[f"{inputs}/run/run-{number}.sh"] = text_file(
            script if script.endswith("\n") else script + "\n"
        )
    if buildkit:
        context[f"{inputs}/step.sh"] = text_file(static("step.sh"))
    needs_builder = environment.managed and (environment.uses_conda or given)
    text = render(
        "environment.Dockerfile.j2",
        buildkit=buildkit,
        secrets=list(secrets),
        directives=made.dockerfile.directives if made else "",
        preamble=made.dockerfile.text if made else "",
        needs_builder=needs_builder,
        builder=BUILDER,
        installer_base="${ENVSPEC_BUILDER}" if needs_builder else base,
        base=base,
        own_base=given,
        minor=minor,
        inputs=inputs,
        managed=environment.managed,
        apt=sorted(set(environment.apt)),
        arguments=sorted(environment.docker.arguments.items()),
        labels=sorted(environment.docker.labels.items()),
        scripts=[f"run-{number}.sh" for number, _ in enumerate(environment.docker.run, start=1)],
        user=environment.docker.user or DEFAULT_USER,
        continued=continued,
        **values,
    )
    if made:
        context |= made.files
    ignore = ("*", "!requirements.txt", "!environment.yml", f"!{inputs}", *([f"!{FOLDER}"] if made else []))
    return EnvironmentStages(text, context, ignore)


def needed_secrets(
    environment: Environment, locked: LockedEnvironment | None, platforms: Sequence[str] = ()
) -> dict[str, BuildSecret]:
    """The build secrets that the Dockerfile asks for, by id. `platforms` are the environment's when not given."""
    return build_secrets(environment, _locks(locked, platforms or environment.platforms))


def _locks(locked: LockedEnvironment | None, platforms: Sequence[str]) -> tuple[LockedPlatform, ...]:
    if locked is None:
        return ()
    return tuple(found for name in platforms if (found := locked.platform(name)) is not None)


def _managed(
    environment: Environment,
    locks: Sequence[LockedPlatform],
    files: ProjectFiles,
    inputs: str,
    context: dict[str, ContextFile],
) -> dict[str, object]:
    """Adds the files of a managed environment to `context`; gives the values of its stages."""
    conda = environment.uses_conda
    lists: list[tuple[str, str]] = [("environment.yml", "")]
    file = "environment.yml"
    logins = channel_logins(environment, locks)
    if conda:
        context[f"{inputs}/install_conda.py"] = text_file(static("install_conda.py"))
        if locks:
            made, lists, file = conda_inputs.conda_files(environment, locks, inputs)
            context |= made
        if logins:
            context[f"{inputs}/logins.json"] = text_file(json.dumps(logins, indent=1) + "\n")
            lists = [*lists, (f"{inputs}/logins.json", "")]
    else:
        context[f"{inputs}/create_environment.sh"] = text_file(render("create_environment.sh.j2"))
    if locks:
        pip = pip_inputs.locked_inputs(environment, locks, inputs, "requirements.txt")
        steps = (*pip.steps, *pip_inputs.local_steps(environment, inputs))
    else:
        pip = pip_inputs.unlocked_inputs(environment, inputs, "requirements.txt")
        steps = pip.steps
    context |= pip.files
    context |= pip_inputs.local_inputs(environment, files, inputs)
    if steps:
        context[f"{inputs}/layers.py"] = text_file(static("layers.py"))
    installers = [
        *(["installer-conda.txt"] if conda else []),
        *(["installer-uv.txt"] if steps or not conda else []),
    ]
    context[f"{inputs}/installer.txt"] = text_file("".join(static(name) for name in installers))
    return {
        "conda": conda,
        "conda_secrets": sorted({login["secret"] for login in logins}),
        "conda_lists": lists,
        "conda_file": file,
        "conda_mode": "explicit" if locks else "solve",
        "pip_steps": steps,
    }
