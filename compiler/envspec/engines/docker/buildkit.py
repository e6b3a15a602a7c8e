"""Builds with BuildKit through the `docker` command: the only client of it that every machine may have.

In comes a build context as a tar stream; out come the whole log in a file and a `Transcript`. Labels are
arguments of the command, never text of a Dockerfile. The context goes through standard input, so
no folder is unpacked for it. Build secrets are variables of the command, so that no file of them is left by one that
was killed. What always holds: when this returns or raises, the command has ended; no value of a secret is in the log
or the transcript.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import IO, BinaryIO

from envspec.engines.docker.options import BuildOptions
from envspec.engines.docker.transcript import Transcript
from envspec.engines.masking import Masker
from envspec.engines.stopping import Stop
from envspec.frozen import Frozen, field, frozen

CA_SECRET = "envspec-ca"  # noqa: S105 - the id under which a Dockerfile asks for the bundle
_VARIABLE = "ENVSPEC_BUILD_SECRET_"
_EPOCH = 315532800
"""1980-01-01 (UTC) in seconds since 1970: no archive format knows an earlier time than that of zip."""
_END_SECONDS = 1.0
"""How long the command may take to leave. One that got its context from a pipe does not heed the signal (20.10);
once it is killed, the engine sees the connection close and cancels the build all the same."""


@frozen
class ImageBuild(Frozen):
    """What either builder needs. `platform` is empty when it is the engine's own. `secrets` are build secrets by
    id, which the classic builder has not; `hidden` is what no log may show. `proxies` are for the classic builder. `archive`
    is where BuildKit writes the image instead of giving it to the engine."""

    reference: str
    labels: Mapping[str, str]
    context: Iterable[bytes]
    platform: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    hidden: Collection[str] = field(default=(), repr=False)
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    archive: Path | None = None


def build_with_buildkit(
    cli: str,
    host: str,
    build: ImageBuild,
    options: BuildOptions,
    log: BinaryIO,
    transcript: Transcript,
    stop: Stop | None = None,
    held: Collection[int] = (),
) -> bool:
    """Whether the image was built and tagged. The command inherits the descriptors `held`: it goes on when we are
    killed, and keeps the build's lock until it has ended. Raises `Stopped`."""
    process = subprocess.Popen(
        [*_command(cli, build, options), "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **_settings(host), **_secret_variables(build)},
        process_group=0,  # Ctrl-C reaches us alone; we end the command and say what happened
        pass_fds=tuple(held),
    )
    assert process.stdin is not None and process.stdout is not None
    sender = threading.Thread(target=_send, args=(build.context, process.stdin), daemon=True)
    sender.start()
    masker = Masker(build.hidden)
    try:
        with (stop or Stop()).ending(process.kill):
            for line in process.stdout:
                text = masker.whole(line.decode("utf-8", "surrogateescape"))
                shown = text.encode("utf-8", "surrogateescape")
                log.write(shown)
                transcript.buildkit_line(shown.decode("utf-8", "replace").rstrip("\r\n"))
            status = process.wait()
    finally:
        _end(process)
        sender.join()
        process.stdout.close()
    transcript.buildkit_end(status)
    return status == 0


def _command(cli: str, build: ImageBuild, options: BuildOptions) -> list[str]:
    command = [cli, "build", "--progress=plain", f"--tag={build.reference}"]
    command += [f"--label={key}={value}" for key, value in build.labels.items()]
    if build.platform:
        command.append(f"--platform={build.platform}")
    if build.archive is not None:
        fields = ("type=docker", f"dest={build.archive.absolute()}", "rewrite-timestamp=true")
        command += ["--output=" + _fields(*fields), f"--build-arg=SOURCE_DATE_EPOCH={_EPOCH}"]
    if options.network:
        command.append(f"--network={options.network}")
    if options.no_cache:
        command.append("--no-cache")
    if options.pull:
        command.append("--pull")
    if options.ca_bundle:
        command.append("--secret=" + _fields(f"id={CA_SECRET}", f"src={Path(options.ca_bundle).absolute()}"))
    command += [
        "--secret=" + _fields(f"id={name}", f"env={_VARIABLE}{number}")
        for number, name in enumerate(build.secrets)
    ]
    return command


def _secret_variables(build: ImageBuild) -> dict[str, str]:
    return {f"{_VARIABLE}{number}": value for number, value in enumerate(build.secrets.values())}


def _fields(*fields: str) -> str:
    """A line of CSV (RFC 4180), which is how the command reads `--secret`."""
    return ",".join('"' + f.replace('"', '""') + '"' if set(f) & set(',"\n') else f for f in fields)


def _settings(host: str) -> dict[str, str]:
    return {
        "DOCKER_HOST": host,
        "DOCKER_BUILDKIT": "1",
        "BUILDX_BUILDER": "default",  # the engine itself: another builder would keep the image to itself
        "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",  # they have times in them
        "NO_COLOR": "1",
    }


def _send(context: Iterable[bytes], into: IO[bytes]) -> None:
    """Writes the context; a command that ended early closes the pipe, and its status says why."""
    try:
        for piece in context:
            into.write(piece)
        into.close()
    except OSError:
        pass


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the command when it still runs, which cancels the build in the engine."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
