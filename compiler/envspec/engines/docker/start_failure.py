"""Why a container could not be created or started: the engine's words to one diagnostic.

In comes an error of the SDK; out comes a `Failure` with the attribute to blame. `_CAUSES` is the table, the
first row that fits counts. An engine that no longer answers is E0904 whatever the error says.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.connection import Connection


class _Cause(NamedTuple):
    pattern: re.Pattern[str]
    code: str
    message: str
    help: str
    attribute: str


def _cause(pattern: str, code: str, message: str, help_: str, attribute: str) -> _Cause:
    return _Cause(re.compile(pattern, re.IGNORECASE | re.DOTALL), code, message, help_, attribute)


_RESOURCES = "change `resources`, or use a larger machine"
_CAUSES = (
    _cause(
        r"range of cpus is from \S+ to (?P<name>\d+(?:\.\d*[1-9])?)",
        "E0913",
        "the engine has fewer processors: {name}",
        _RESOURCES,
        "resources",
    ),
    _cause(
        r"could not select device driver|unknown or invalid runtime name: nvidia|nvidia-container-cli",
        "E0913",
        "the engine has no GPUs to give",
        "install the NVIDIA container toolkit on the engine's machine, or take `gpu` away",
        "resources",
    ),
    _cause(
        r"minimum memory limit|memory limit too low|cannot allocate memory",
        "E0913",
        "a container needs more memory than `resources` gives it",
        _RESOURCES,
        "resources",
    ),
    _cause(
        r"port is already allocated|address already in use|bind for .* failed",
        "E1013",
        "the port is taken",
        "stop what listens there, or choose another `port`",
        "port",
    ),
    _cause(
        r"bind source path does not exist: (?P<name>.+?)\"?$",
        "E0915",
        "the engine does not see `{name}`",
        "use an engine on this machine: runs and deployments mount folders of it",
        "",
    ),
    _cause(
        r"exec format error",
        "E0914",
        "the program is for another platform than the engine's, or has no `#!` line",
        "check `docker.platforms`, and the first line of a script",
        "command",
    ),
    _cause(
        r"docker-init|exec: \"tini|container-init binary not found",
        "E0912",
        "the engine has no init process for containers",
        "install `tini` (or the engine's `docker-init`; for podman `catatonit`) on its machine",
        "",
    ),
    _cause(
        r"no such image|image .* not found",
        "E0912",
        "the image is no longer in the engine",
        "build it again with `envspec build`",
        "",
    ),
    _cause(
        r"no space left on device",
        "E0909",
        "the docker engine's disk is full",
        "free some with `envspec prune` or `docker system prune`",
        "",
    ),
)


def no_program(name: str, reason: str, pointer: str) -> Failure:
    """The container came up, but its command could not be executed for `reason` (an errno's text)."""
    shown = name.replace("`", "'")
    if "no such file" in reason.lower():
        return Failure(
            Diagnostic(
                code="E0813",
                message=f"no program `{shown}` in the environment's image",
                help=f'write `command = ["python", "{shown}", …]`'
                if name.endswith(".py")
                else "check the name, or add the package that brings it to the environment",
                pointer=f"{pointer}/command/0",
            )
        )
    return Failure(
        Diagnostic(
            code="E0814",
            message=f"the program `{shown}` cannot be executed: {reason.lower()}",
            help="make it executable (`chmod +x`) and give it a first line such as `#!/bin/sh`",
            pointer=f"{pointer}/command/0",
        )
    )


def cannot_start(connection: Connection, error: Exception, title: str, pointer: str) -> Failure:
    """The failure for `title` (`run \\`train\\``) whose block is at `pointer`."""
    lost = connection.lost(f"starting {title}")
    if lost is not None:
        return Failure(lost)
    said = " ".join(str(getattr(error, "explanation", None) or error).split())
    for cause in _CAUSES:
        found = cause.pattern.search(said)
        if found is not None:
            name = (found.groupdict().get("name") or "").replace("`", "'")
            return Failure(
                Diagnostic(
                    code=cause.code,
                    message=cause.message.replace("{name}", name),
                    notes=(f"the engine says: {said}",),
                    help=cause.help,
                    pointer=f"{pointer}/{cause.attribute}" if cause.attribute else pointer,
                )
            )
    return Failure(
        Diagnostic(
            code="E0912",
            message=f"the container of {title} cannot be started",
            notes=(f"the engine says: {said}",),
            help="mend what the engine complains about",
            pointer=pointer,
        )
    )
