"""What an engine has instead of what a build could not find: its images, and what apt knows in the base image.

apt alone knows what its release has, so it is asked in the image that failed: the build is repeated up to the step
that installs system packages, with a question in its place. That step fails by design, so it leaves no image; base
image, cache mounts, network and CA bundle are those of the build.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

from envspec.engines.causes.cause import Found
from envspec.engines.causes.nearest import Nearest
from envspec.engines.docker.options import BuildOptions
from envspec.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import docker

    from envspec.engines.docker.build import ImageOrder
    from envspec.engines.docker.capabilities import Builder
    from envspec.engines.docker.connection import Connection

_APT_NAME = lazy_pattern(r"[a-z0-9][a-z0-9+.-]+")
_APT_STEP = lazy_pattern(
    r"^RUN (?P<mounts>(?:--mount=\S+ )*)(?:[^\n]*\\\n)*?[^\n]*\bapt-get install\b", re.MULTILINE
)
_PREFIX = 4
_LIBRARY_PREFIX = 6
_SHOWN, _CLOSE = 3, 0.75
_QUESTION = """\
([ -n "$(ls /var/lib/apt/lists 2>/dev/null | grep -v -e lock -e partial)" ] || apt-get update -qq) >/dev/null 2>&1; \
{ask}; exit 1
"""
_MARK = "envspec-knows "


def image_tags(client: docker.DockerClient) -> list[str]:
    """The names of the engine's images; none when it does not say."""
    import docker.errors
    import requests

    try:
        return [tag for image in client.api.images() for tag in image.get("RepoTags") or ()]
    except (docker.errors.DockerException, requests.RequestException, OSError):
        return []


def what_exists(
    connection: Connection, options: BuildOptions, builder: Builder, order: ImageOrder
) -> Callable[[Found], str]:
    """The `exists` of `build_failure.Blame`."""

    def exists(found: Found) -> str:
        if found.cause in ("no apt package", "no apt version"):
            return _apt(found, lambda ask: _ask(connection, options, builder, order, ask))
        if order.environment is None:
            return ""
        return Nearest(order.environment, order.locked, order.secrets)(found)

    return exists


def _apt(found: Found, ask: Callable[[str], Iterable[str]]) -> str:
    """`package` comes from an output and becomes a shell word, so it must look like a package."""
    name = found.package
    if not _APT_NAME.fullmatch(name):
        return ""
    if found.cause == "no apt version":
        versions = ask(f"apt-cache madison {name} | awk '{{print $3}}'")
        known = " and ".join(f"`{name}={version}`" for version in dict.fromkeys(versions))
        return f"it knows {known}" if known else ""
    prefix = name[: _LIBRARY_PREFIX if name.startswith("lib") else _PREFIX]
    lines = list(
        ask(f"apt-cache pkgnames {prefix}; apt-cache showpkg {name} | sed '1,/^Reverse Provides/d;s/ .*/ +/'")
    )
    providers = [line.removesuffix(" +") for line in lines if line.endswith(" +")]
    if providers:
        return "it is a virtual package; write one that provides it: " + _or(sorted(set(providers))[:_SHOWN])
    near = get_close_matches(name, [line for line in lines if line != name], _SHOWN, _CLOSE)
    return f"did you mean {_or(near)}?" if near else ""


def _or(names: Iterable[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _ask(
    connection: Connection, options: BuildOptions, builder: Builder, order: ImageOrder, ask: str
) -> list[str]:
    """The lines that `ask`, a shell command, prints in place of the step that failed; none when it cannot be asked."""
    from envspec.engines.docker.buildkit import ImageBuild, build_with_buildkit
    from envspec.engines.docker.classic import build_with_classic
    from envspec.engines.docker.transcript import Transcript

    context = _asking(b"".join(order.context(builder.name)), ask)
    if context is None:
        return []
    transcript = Transcript(lambda _line: None)
    build = ImageBuild(f"{order.reference}-question", {}, [context], order.platform)
    log = io.BytesIO()
    if builder.cli:
        build_with_buildkit(builder.cli, connection.host, build, options, log, transcript)
    else:
        build_with_classic(connection.client, build, options, log, transcript)
    step = transcript.failed
    lines = step.output if step is not None else []
    return [line.removeprefix(_MARK).strip() for line in lines if line.startswith(_MARK)]


def _asking(context: bytes, ask: str) -> bytes | None:
    """The context with the question in place of apt's step, and nothing after it."""
    made = io.BytesIO()
    asked = False
    with tarfile.open(fileobj=io.BytesIO(context)) as old, tarfile.open(fileobj=made, mode="w") as new:
        for member in old:
            content = old.extractfile(member)
            data = content.read() if content is not None else b""
            if member.name == "Dockerfile":
                text = data.decode("utf-8")
                step = _APT_STEP.search(text)
                if step is None:
                    return None
                question = _QUESTION.format(ask=f"{{ {ask}; }} | sed 's/^/{_MARK}/'").strip()
                data = f"{text[: step.start()]}RUN {step['mounts']}{question}\n".encode()
                member.size = len(data)
                asked = True
            new.addfile(member, io.BytesIO(data) if member.isfile() else None)
    return made.getvalue() if asked else None
