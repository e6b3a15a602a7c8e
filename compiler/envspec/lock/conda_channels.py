"""The channels of an environment as rattler wants them, in strict order, with credentials kept apart.

A channel is a name (the conda clients' default place) or a `channel` block with an address. Credentials go
into a header of the requests to that channel and nowhere else: not into an address, so not into a record,
the lock or a message.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from envspec.frozen import Frozen, frozen
from envspec.ir.types import CondaPackage, PackageSource
from envspec.lock.export import channel_url
from envspec.lock.places import SecretReader

if TYPE_CHECKING:
    from rattler import Client

DEFAULT_CHANNEL = PackageSource("conda-forge")
"""What an environment that names no channel uses."""


@frozen
class Channels(Frozen):
    """`written` is what the lock keeps for each: the name or the URL of the spec."""

    sources: tuple[PackageSource, ...]

    @classmethod
    def of(cls, sources: Iterable[PackageSource], packages: Iterable[CondaPackage]) -> Channels:
        """The environment's channels, and after them those that only a `CHANNEL::package` entry names."""
        found = list(sources) or [DEFAULT_CHANNEL]
        for package in packages:
            prefix, separator, _ = package.spec.rpartition("::")
            if separator and all(prefix not in (source.name, source.url) for source in found):
                found.append(PackageSource(prefix, prefix if "://" in prefix else ""))
        return cls(tuple(found))

    @property
    def written(self) -> tuple[str, ...]:
        return tuple(source.url or source.name for source in self.sources)

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(channel_url(written) for written in self.written)

    def written_for(self, url: str) -> str:
        """The lock's word for the channel at `url`."""
        for address, written in zip(self.urls, self.written, strict=True):
            if url.rstrip("/") == address:
                return written
        return url.rstrip("/")

    def spec(self, package: CondaPackage) -> str:
        """The entry for the solver: a `channel` block's id in front of `::` becomes its address."""
        prefix, separator, rest = package.spec.rpartition("::")
        source = next((source for source in self.sources if separator and source.name == prefix), None)
        return f"{source.url}::{rest}" if source is not None and source.url else package.spec

    def at(self, text: str) -> int | None:
        """The position of the channel whose address `text` names, for an error to point at."""
        found = [(len(url), at) for at, url in enumerate(self.urls) if url in text]
        return max(found)[1] if found else None


def client_for(channels: Channels, secrets: SecretReader) -> Client | None:
    """A client that logs in to the channels that have credentials; None when none has."""
    headers: dict[tuple[str, str], Mapping[str, str]] = {}
    for source, url in zip(channels.sources, channels.urls, strict=True):
        if source.password is None:
            continue
        value = secrets(source.password)
        split = urlsplit(url)
        if source.username:
            token = base64.b64encode(f"{source.username}:{value}".encode()).decode("ascii")
            header = f"Basic {token}"
        else:
            header = f"Bearer {value}"
        headers[split.hostname or "", split.path] = {"Authorization": header}
    if not headers:
        return None
    from rattler import Client
    from rattler.networking import AddHeadersMiddleware

    def login(host: str, path: str) -> dict[str, str] | None:
        name = host.rsplit(":", 1)[0] if host.count(":") == 1 else host
        for (own, prefix), header in headers.items():
            if name == own and (path == prefix or path.startswith(prefix.rstrip("/") + "/")):
                return dict(header)
        return None

    return Client([AddHeadersMiddleware(login)])
