"""The name of an image taken apart, as registries want it.

In comes a reference that `packages.image` takes; out come its registry, its repository and its tag or digest.
`debian` is `docker.io/library/debian`, as for every docker command, and `index.docker.io` is `docker.io`.
"""

from __future__ import annotations

from envspec.frozen import Frozen, frozen

DEFAULT_HOST = "docker.io"
_OFFICIAL = "library/"
_DEFAULT_API = "registry-1.docker.io"


@frozen
class ImageReference(Frozen):
    """`host` has the port; `repository` is the path without it. `tag` and `digest` may be empty."""

    host: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        return f"{self.host}/{self.repository}"

    @property
    def wanted(self) -> str:
        """What a registry is asked for: the digest where there is one, else the tag."""
        return self.digest or self.tag or "latest"

    @property
    def explicit(self) -> bool:
        """Whether it names a registry, and is not an image of the engine or of the default one."""
        return self.host != DEFAULT_HOST

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}" + (f"@{self.digest}" if self.digest else "")


def image_name(text: str) -> ImageReference:
    """The parts of a reference whose syntax has been checked."""
    name, _, digest = text.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    name = f"{head}{slash}{last}"
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        host, repository = first, rest
    else:
        host, repository = DEFAULT_HOST, name
    if host in (DEFAULT_HOST, f"index.{DEFAULT_HOST}"):
        host = DEFAULT_HOST
        repository = repository if "/" in repository else _OFFICIAL + repository
    return ImageReference(host, repository, tag, digest)


def api_host(host: str) -> str:
    """Where the API of a registry is, as `HOST[:PORT]`: not at the name that images of the default one have."""
    return _DEFAULT_API if host == DEFAULT_HOST else host


def on_loopback(host: str) -> bool:
    """Whether `HOST[:PORT]` is this machine: `localhost`, 127.0.0.0/8, `[::1]`. Never raises."""
    import ipaddress
    from urllib.parse import urlsplit

    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
