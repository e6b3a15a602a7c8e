"""The digest of a base image, where one can be had.

Asked are, in this order: the reference itself, which may hold one; the engine for the image it has; the image's
registry; the engine again, which may reach a registry that this machine does not. No engine, no network and an
unknown image are no failure: the image is then locked by its tag only, and the caller is told in one clause why.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock as Mutex
from typing import TYPE_CHECKING, Protocol

from envspec.lazy_pattern import lazy_pattern
from envspec.registry.digest import ImageDigest, registry_digest
from envspec.registry.references import image_name

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}")


class ImageSource(Protocol):
    """An engine, as far as digests go. Neither method raises for what it lacks."""

    def has(self, image: str, platform: str) -> ImageDigest:
        """The digest under which the engine got the image it has, for this platform, from its own repository."""

    def distribution(self, image: str) -> ImageDigest:
        """The digest that the engine gets from the image's registry."""


class NoEngine:
    """Knows no image."""

    def has(self, image: str, platform: str) -> ImageDigest:
        return ImageDigest("", "no docker engine is asked")

    def distribution(self, image: str) -> ImageDigest:
        return self.has(image, "")


DigestOf = Callable[[str, str], ImageDigest]
"""The digest of an image (as the spec writes it) for a platform; asks whatever can know."""


class Digests:
    """Asks for each image once, in the background: a registry is slow, and the solvers do not wait for it."""

    def __init__(self, digest_of: DigestOf, pool: Executor) -> None:
        self._digest_of = digest_of
        self._pool = pool
        self._asked: dict[tuple[str, str], Future[ImageDigest]] = {}
        self._mutex = Mutex()

    def ask(self, image: str, platform: str) -> Future[ImageDigest]:
        with self._mutex:
            if (image, platform) not in self._asked:
                self._asked[image, platform] = self._pool.submit(self._digest_of, image, platform)
            return self._asked[image, platform]


def written_digest(image: str) -> ImageDigest | None:
    """The digest that the reference itself has; None when it has none."""
    _, _, written = image.partition("@")
    return ImageDigest(written if _DIGEST.fullmatch(written) else "") if written else None


def image_digest(
    image: str,
    platform: str,
    engine: ImageSource,
    *,
    offline: bool = False,
    ca_bundle: str = "",
) -> ImageDigest:
    """The digest of `image` for `platform`; never raises for what the machine lacks. Registries are asked with the
    logins of the docker command; `ca_bundle` is trusted too."""
    written = written_digest(image)
    if written is not None:
        return written
    found = engine.has(image, platform)
    if found.digest:
        return found
    if offline:
        return ImageDigest("", f"{found.note}, and the network is not to be used")
    direct = registry_digest(image, ca_bundle=ca_bundle)
    if direct.digest:
        return direct
    through = engine.distribution(image)
    return through if through.digest else ImageDigest("", f"{found.note}, and {direct.note}")


def own_digest(image: str, digests: list[str]) -> str:
    """The digest under which the image came from its own repository, among `NAME@sha256:…`."""
    wanted = image_name(image).name
    for entry in digests:
        name, _, digest = entry.partition("@")
        if image_name(name).name == wanted and _DIGEST.fullmatch(digest):
            return digest
    return ""
