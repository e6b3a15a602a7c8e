"""What pushing and pulling have in common for all kinds: a manifest brought to its number, and found again.

What always holds: everything that a manifest names is in the registry before the manifest is, and the manifest before a
tag; a push that was killed left nothing that anybody pulls.
"""

from __future__ import annotations

from collections.abc import Callable

from envspec.actions.sharing.artifact import LARGEST_MANIFEST, Format
from envspec.actions.sharing.numbers import (
    Numbers,
    claim,
    is_number_tag,
    manifest_of_number,
    numbers_in,
    steadily,
)
from envspec.actions.sharing.received import LARGEST_CONFIG, Received, damaged, identity_of
from envspec.counted import counted
from envspec.diagnostics import Diagnostic, Failure
from envspec.diagnostics.credentials import credentials
from envspec.frozen import Frozen, frozen
from envspec.registry.client import IMAGE_MANIFEST, Manifest, Registry, sha256_of
from envspec.registry.references import ImageReference
from envspec.workspace.database import Workspace
from envspec.workspace.shared import Kind, SharedVersion

Say = Callable[[str], None]


@frozen
class Pushed(Frozen):
    """`number` is that of the version there, `here` its number in the workspace now, `before` the one that it had.
    `there` says that the registry had it already. `reference` is by digest; `documents` were attached to it."""

    name: str
    identity: str
    number: int
    here: int
    before: int
    there: bool
    label: str
    repository: str
    manifest: str
    documents: int = 0

    @property
    def reference(self) -> str:
        return f"{self.repository}@{self.manifest}"


@frozen
class Pulled(Frozen):
    """`number` is that of the version in the workspace, `there` the one in the registry, 0 for none; `new` when it was
    not registered here before."""

    name: str
    identity: str
    number: int
    there: int
    new: bool
    repository: str
    manifest: str

    @property
    def reference(self) -> str:
        return f"{self.repository}@{self.manifest}"


@frozen
class Found(Frozen):
    """A manifest in a registry. `number` is that of what it holds, 0 for none."""

    manifest: Manifest
    number: int


def refuse_credentials(what: str, *texts: str) -> None:
    """Nothing that has the form of a password leaves this machine. Raises `Failure` E1114."""
    for text in texts:
        found = next(credentials(text), None)
        if found is not None:
            raise Failure(
                Diagnostic(
                    "E1114",
                    f"`{what}` cannot be pushed: it holds {found.what}",
                    help="take it out of the spec, its tags or its description; what is secret is named by a `secret` block",
                )
            )


def refuse_large(what: str, content: bytes) -> None:
    """Raises `Failure` E1114 for a manifest that registries need not take."""
    if len(content) > LARGEST_MANIFEST:
        raise Failure(
            Diagnostic(
                "E1114",
                f"`{what}` cannot be pushed: it has too many files for one manifest",
                help="pack them into fewer files, such as a tar archive",
            )
        )


def put(registry: Registry, repository: str, content: bytes) -> Manifest:
    """Uploads a manifest under its digest. Its blobs are there, but who asks while another one uploads the same may hear
    that they are unknown (400)."""
    digest = sha256_of(content)
    steadily(lambda: registry.put_manifest(repository, digest, content, IMAGE_MANIFEST, {}), also={400})
    return Manifest(content, IMAGE_MANIFEST, digest)


def number_it(
    workspace: Workspace,
    registry: Registry,
    place: ImageReference,
    kind: Kind,
    name: str,
    identity: str,
    before: int,
    manifest: Manifest,
) -> Pushed:
    """Gives what was uploaded its number, there and here, and its label."""
    from envspec.engines.file_lock import exclusive

    had = steadily(lambda: registry.tags(place.repository))
    turn = workspace.state / "locks" / f"share-{sha256_of(place.name.encode())[7:27]}.lock"
    with exclusive(turn):  # of two on one machine the second need not lose
        number = claim(
            registry,
            place.repository,
            manifest,
            identity,
            before,
            lambda: workspace.highest_number(kind, name),
        )
    settled = manifest_of_number(
        registry, place.repository, number, Numbers({number: identity}, frozenset({number}))
    )
    kept = settled or manifest
    if place.tag:
        steadily(lambda: registry.put_manifest(place.repository, place.tag, kept.content, IMAGE_MANIFEST, {}))
    with workspace.transaction():
        here = before if number == before else workspace.renumber(kind, name, identity, number)
        workspace.record_shared(
            SharedVersion(kind, name, identity, place.name, number, kept.digest, "pushed")
        )
    return Pushed(
        name, identity, number, here, before, str(number) in had, place.tag, place.name, kept.digest
    )


def find(registry: Registry, place: ImageReference, kind: Kind) -> Found:
    """What a reference means: a digest, a number, a label, or without any of them the newest. Raises `Failure` E1111."""
    number = 0
    if place.digest:
        found = registry.manifest(place.repository, place.digest)
        numbers = numbers_in(registry, place.repository) if found is not None else Numbers({}, frozenset())
    elif place.tag and not is_number_tag(place.tag):
        numbers = numbers_in(registry, place.repository)
        found = steadily(lambda: registry.manifest(place.repository, place.tag))
    else:
        numbers = numbers_in(registry, place.repository)
        number = int(place.tag.partition("-")[0]) if place.tag else numbers.newest
        found = manifest_of_number(registry, place.repository, number, numbers) if number else None
    if found is None:
        raise Failure(_nothing(place, kind, numbers))
    said = identity_of(found)
    if number and number in numbers.settled and said != numbers.identities[number]:
        raise damaged(str(place), f"what is tagged as its number {number} is something else")
    mine = numbers.of(said) if said else []
    return Found(found, number if number in mine else mine[0] if mine else 0)


def _nothing(place: ImageReference, kind: Kind, numbers: Numbers) -> Diagnostic:
    have = sorted((number for number, identity in numbers.identities.items() if identity), reverse=True)
    shown = ", ".join(str(number) for number in have[:8]) + (" …" if len(have) > 8 else "")
    return Diagnostic(
        "E1111",
        f"there is no {kind} `{place}`",
        notes=(f"`{place.name}` has the numbers {shown}",) if have else (),
        help="name one of them"
        if have
        else "look at the name; who has it pushes it with `envspec "
        f"{'env' if kind == 'environment' else 'models'} push`",
    )


def fetch_config(registry: Registry, repository: str, reference: str, received: Received) -> bytes:
    return fetch(
        registry, repository, reference, received.config.digest, received.config.size, LARGEST_CONFIG
    )


def fetch(registry: Registry, repository: str, reference: str, digest: str, size: int, largest: int) -> bytes:
    """A document of an artifact, its digest and size checked."""
    if size > largest:
        raise damaged(reference, f"a document of it has {counted(size, 'byte')}, and may have {largest:,}")
    content = registry.blob(repository, digest, largest)
    if len(content) != size:
        raise damaged(reference, "a document of it has another size than its manifest says")
    return content


def checked_name(reference: str, name: str) -> str:
    """The name that a version is registered under here."""
    from envspec.language.environment_reference import is_environment_name

    if not is_environment_name(name):
        raise damaged(reference, "its name is none")
    return name


def whole_identity(format: Format, reference: str, received: Received, identity: str) -> None:
    """What it holds must be what its manifest says: numbers are looked up by that."""
    if received.identity != identity:
        raise damaged(reference, f"its manifest says that it is another {format.kind} than it is")
