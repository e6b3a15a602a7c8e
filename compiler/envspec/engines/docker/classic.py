"""Builds with the engine's classic builder through the SDK: what every engine can do.

It knows no build secrets, so a build that needs one is refused by the caller before it gets here.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from envspec.engines.docker.buildkit import ImageBuild
from envspec.engines.docker.options import BuildOptions
from envspec.engines.docker.transcript import Transcript
from envspec.engines.stopping import Stop

if TYPE_CHECKING:
    import docker


def build_with_classic(
    client: docker.DockerClient,
    build: ImageBuild,
    options: BuildOptions,
    log: BinaryIO,
    transcript: Transcript,
    stop: Stop | None = None,
) -> bool:
    """Whether the image was built and tagged. Raises `Stopped`; the client is of no use then."""
    import docker.errors
    import requests

    with _hanging_up(client, stop or Stop()):
        try:
            messages = client.api.build(
                fileobj=cast(IO[bytes], _Pieces(build.context)),
                custom_context=True,
                tag=build.reference,
                labels=dict(build.labels),
                platform=build.platform or None,
                network_mode=options.network or None,
                buildargs=dict(build.proxies) or None,
                nocache=options.no_cache,
                pull=options.pull,
                rm=True,
                forcerm=True,
                decode=True,
            )
            for message in messages:
                log.write(transcript.classic_message(message).encode("utf-8", "replace"))
        except (docker.errors.DockerException, requests.RequestException, OSError) as error:
            transcript.error = str(getattr(error, "explanation", None) or error)
            log.write(f"{transcript.error}\n".encode("utf-8", "replace"))
    return not transcript.error


@contextmanager
def _hanging_up(client: docker.DockerClient, stop: Stop) -> Iterator[None]:
    """Lets `stop` close the connection under the client, which makes the engine cancel the build."""
    answers: list[Any] = []

    def begun(answer: Any, *_rest: Any, **_named: Any) -> None:
        answers.append(answer)
        stop.check()

    def hang_up() -> None:
        for answer in answers:
            with suppress(AttributeError):  # it has come to its end
                answer.raw._fp.fp.raw._sock.shutdown(socket.SHUT_RDWR)

    hooks = client.api.hooks["response"]
    hooks.append(begun)
    try:
        with stop.ending(hang_up):
            yield
    finally:
        hooks.remove(begun)


class _Pieces:
    """The context as the file-like stream that the SDK sends in chunks."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(self._pieces)
        return next(self._pieces, b"")
