"""Makes an image exist under its hash, or finds that it does.

In comes an `ImageOrder`; out comes a `Built` whose location is `envspec/NAME:HASH12`. What always holds: an
image counts only when its labels carry the whole hash and its exact preimage; the labels come with the
image in one step, so a build that was killed leaves nothing that counts; one process builds a hash while
the others wait and then find it, also under another name; an image that a new one takes the name of does not
stay. The order of questions is the order of cost: one request without the SDK when the image is there, the SDK
and the lock only when it is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.ahead import Ahead
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.fast_path import (
    HASH_LABEL,
    PREIMAGE_LABEL,
    ImageFacts,
    facts_of,
    image_facts,
)
from envspec.engines.docker.lazy_client import LazyClient
from envspec.engines.docker.options import BuildOptions
from envspec.engines.file_lock import exclusive
from envspec.engines.in_use import use
from envspec.engines.interface import NOTE, Built, Say, SecretReader
from envspec.engines.stopping import Stop
from envspec.frozen import Frozen, field, frozen, replace
from envspec.ir.types import Environment
from envspec.kept.folder import cache_folder
from envspec.lock.model import LockedPlatform

if TYPE_CHECKING:
    import docker

    from envspec.engines.docker.buildkit import ImageBuild
    from envspec.engines.docker.capabilities import Builder
    from envspec.engines.docker.transcript import Transcript
    from envspec.lower.logins import BuildSecret


@frozen
class ImageOrder(Frozen):
    """An image to make. `context` gives the build context as a tar stream for a builder (`buildkit` or
    `classic`). `hash` and `preimage` are those of the layer. `locks` is the folder for lock files. `title` and
    `pointer` say what it is for when it fails; `environment` is None for a deployment's image. `locked`, `root` and
    `secrets` are for finding the entry to blame, and what exists instead. `needs` gives the build secrets that
    the Dockerfile asks for, by id; `secrets` is asked for their values when it is built, and not before. `stop` ends
    the build from another thread."""

    reference: str
    hash: str
    preimage: bytes
    context: Callable[[str], Iterable[bytes]]
    locks: Path
    log: Path
    say: Say
    title: str
    pointer: str
    platform: str = ""
    environment: Environment | None = None
    locked: LockedPlatform | None = None
    root: Path | None = None
    secrets: SecretReader | None = None
    needs: Callable[[], Mapping[str, BuildSecret]] = dict
    stop: Stop = field(default_factory=Stop)


def build_locks(state: Path) -> Path:
    """The folder of the locks of builds: the user's own, because an engine is shared by projects, or the project's
    when there is none."""
    folder = cache_folder()
    return Path(folder, "locks") if folder else state / "locks"


def in_use_lock(locks: Path, hash: str) -> Path:
    """The file that stands for the image of a layer (`engines.in_use`)."""
    return locks / f"docker-{hash.removeprefix('sha256:')}.use.lock"


def in_use_locks(state: Path, digits: str) -> list[Path]:
    """Those of the layers whose hash begins so."""
    return list(build_locks(state).glob(f"docker-{digits}*.use.lock"))


def make_image(connection: Connection, options: BuildOptions, order: ImageOrder) -> Built:
    """The image of `order`, built unless it is there. Raises Failure with codes of E09."""
    started = time.monotonic()
    use(in_use_lock(order.locks, order.hash))
    anew = options.no_cache or options.pull
    if not anew:
        found = image_facts(connection.host, order.reference)
        if found.exists and found.made_from(order.hash, order.preimage):
            return _built(order, found, started, reused=True)
    client = connection.client
    builder = Ahead(lambda: _builder(client, options))
    Ahead(_get_ready)
    lock = order.locks / f"docker-{order.hash.removeprefix('sha256:')}.lock"
    waiting = f"waiting for another build of {order.title}"
    with exclusive(lock, waiting=lambda: order.say(waiting), stop=order.stop) as held:
        before = _inspect(client, order.reference)
        there = None if anew else _found(client, order, before)
        if there is not None:
            return _built(order, there, started, reused=True)
        if before.exists and not anew:
            order.say(f"{NOTE}image `{order.reference}` was not made from this spec: building it anew")
        build_anew(connection, options, order, held, builder=builder)
        found = _inspect(client, order.reference)
        _refuse_other_platform(client, order, found)
        if not found.made_from(order.hash, order.preimage):
            raise Failure(
                Diagnostic(
                    code="E0916",
                    message=f"the engine lost the image of {order.title}",
                    notes=(f"after the build `{order.reference}` is not the image that was built",),
                    help="build again; the log of the build has the engine's own words",
                    pointer=order.pointer,
                )
            )
        _remove_replaced(client, before, found)
        return _built(order, found, started, reused=False)


def _found(client: docker.DockerClient, order: ImageOrder, named: ImageFacts) -> ImageFacts | None:
    """The image of the order when it is there: under its name, or under another one, and then it gets this too."""
    if named.made_from(order.hash, order.preimage):
        return named
    for listed in client.api.images(filters={"label": f"{HASH_LABEL}={order.hash}"}):
        other = _inspect(client, listed["Id"])
        if other.made_from(order.hash, order.preimage) and other.id:
            repository, _, tag = order.reference.rpartition(":")
            client.api.tag(other.id, repository, tag)
            return other
    return None


def _remove_replaced(client: docker.DockerClient, before: ImageFacts, now: ImageFacts) -> None:
    """The image that had the name before, when it was ours and nothing else names or uses it."""
    if before.exists and before.id != now.id and HASH_LABEL in (before.labels or {}):
        import docker.errors

        with suppress(docker.errors.APIError):
            client.api.remove_image(before.id)


def build_anew(
    connection: Connection,
    options: BuildOptions,
    order: ImageOrder,
    held: int,
    archive: Path | None = None,
    builder: Ahead[Builder] | None = None,
) -> None:
    """Builds whatever is there. `held` is the descriptor of the build's lock; `builder` finds the builder when somebody
    looks for it already. With `archive` the image goes there, with
    the times of its files rewritten, and not into the engine: that needs BuildKit and images in containerd. Raises
    `Failure`."""
    from envspec.engines.docker.buildkit import build_with_buildkit
    from envspec.engines.docker.capabilities import why_not_for
    from envspec.engines.docker.classic import build_with_classic
    from envspec.engines.docker.transcript import Transcript

    looking = builder or Ahead(lambda: _builder(connection.client, options))
    found = looking.result()
    _refuse(options, found, order)
    secrets = order.needs()
    _refuse_secrets(options, found, order, secrets)
    foreign = why_not_for(connection.client, connection.host, order.platform, found.native_platform)
    if foreign:
        raise Failure(_other_platform(order, f"the engine cannot build for `{order.platform}`", foreign))
    if found.why_classic:
        order.say(f"{NOTE}building with the classic builder, without BuildKit: {found.why_classic}")
    transcript = Transcript(order.say)
    build = replace(_image_build(options, found, order, secrets), archive=archive)
    order.log.parent.mkdir(parents=True, exist_ok=True)
    with order.log.open("wb", buffering=0) as log:  # people read it while it grows
        if found.cli:
            done = build_with_buildkit(
                found.cli, connection.host, build, options, log, transcript, order.stop, (held,)
            )
        else:
            done = build_with_classic(connection.client, build, options, log, transcript, order.stop)
    if not done:
        lost = connection.lost(f"building {order.title}", order.pointer)
        raise Failure(lost or _diagnosed(connection, options, found, order, transcript))


def _get_ready() -> None:
    """Imports what renders the files of a context, while the engine answers."""
    from envspec.lower.templates import get_ready

    get_ready()


def _builder(client: docker.DockerClient, options: BuildOptions) -> Builder:
    from envspec.engines.docker.capabilities import find_builder

    return find_builder(client, options.builder)


def _diagnosed(
    connection: Connection,
    options: BuildOptions,
    builder: Builder,
    order: ImageOrder,
    transcript: Transcript,
) -> list[Diagnostic]:
    from envspec.engines.docker.build_failure import Blame, diagnose_build
    from envspec.engines.docker.instead import image_tags, what_exists

    blame = Blame(
        order.title,
        order.pointer,
        order.environment,
        order.locked,
        order.root,
        exists=what_exists(connection, options, builder, order),
        images=lambda: image_tags(connection.client),
        secrets=order.secrets,
    )
    return diagnose_build(transcript, blame, str(order.log))


def _image_build(
    options: BuildOptions, builder: Builder, order: ImageOrder, needed: Mapping[str, BuildSecret]
) -> ImageBuild:
    from envspec.engines.docker.buildkit import ImageBuild
    from envspec.engines.docker.proxies import PROXY_SECRET, credentials, named, reachable, secret_text
    from envspec.engines.masking import spellings

    proxies, away = reachable(options.proxies, options.network)
    if away:
        order.say(f"build steps do without {named(away)}: this machine's loopback is not theirs")
    if proxies:
        order.say(f"build steps use the proxies of {named(proxies)}")
    read = order.secrets
    assert read is not None or not needed
    secrets = {name: read(secret.reference) for name, secret in needed.items() if read}
    hidden = [*secrets.values(), *credentials(proxies)]
    if proxies and builder.cli:
        secrets[PROXY_SECRET] = secret_text(proxies)
    return ImageBuild(
        reference=order.reference,
        labels={HASH_LABEL: order.hash, PREIMAGE_LABEL: order.preimage.decode("utf-8")},
        context=order.context(builder.name),
        platform="" if order.platform == builder.native_platform else order.platform,
        secrets=secrets,
        hidden=[spelling for value in hidden for spelling in spellings(value)],
        proxies=proxies,
    )


def _way_to_buildkit(options: BuildOptions) -> str:
    if options.builder == "classic":
        return "let the builder be `auto`: `--builder`, or `builder` under `[tool.envspec.docker]`"
    return "install the buildx plugin of the `docker` command"


def _refuse_secrets(
    options: BuildOptions, builder: Builder, order: ImageOrder, needed: Mapping[str, BuildSecret]
) -> None:
    """What the classic builder would keep in a layer or its history."""
    from envspec.engines.docker.proxies import credentials

    if builder.cli:
        return
    why = (f"there is no BuildKit because {builder.why_classic}",)
    help_text = _way_to_buildkit(options)
    refused = [
        Diagnostic(
            code="E0910",
            message=f"{order.title} needs BuildKit: the classic builder cannot keep "
            f"`{name}` out of the image",
            notes=why,
            help=help_text,
            pointer=secret.pointer,
        )
        for name, secret in needed.items()
    ]
    if credentials(options.proxies):
        refused.append(
            Diagnostic(
                code="E0910",
                message=f"{order.title} needs BuildKit: the classic builder cannot keep the password of a proxy "
                "to itself",
                notes=why,
                help=f"{help_text}, or give an address without a password in `[tool.envspec.docker]`",
                pointer=order.pointer,
            )
        )
    if refused:
        raise Failure(refused)


def _refuse(options: BuildOptions, builder: Builder, order: ImageOrder) -> None:
    """Everything that can be known to fail before a build starts."""
    if options.builder == "buildkit" and not builder.cli:
        raise Failure(
            Diagnostic(
                code="E0910",
                message=f"there is no BuildKit for {order.title}, and the builder has to be `buildkit`",
                notes=(f"there is no BuildKit because {builder.why_classic}",),
                help="install the buildx plugin of the `docker` command, or let the builder be `auto`",
                pointer=order.pointer,
            )
        )
    if options.ca_bundle and not Path(options.ca_bundle).is_file():
        raise Failure(
            Diagnostic(
                code="E0908",
                message=f"the CA bundle `{options.ca_bundle}` is not a file",
                help="mend `--ca-bundle`, or `ca-bundle` under `[tool.envspec.docker]`",
            )
        )
    if options.ca_bundle and not builder.cli:
        raise Failure(
            Diagnostic(
                code="E0910",
                message=f"{order.title} needs BuildKit: the CA bundle would stay in a layer of the classic builder",
                notes=(f"there is no BuildKit because {builder.why_classic}",),
                help=_way_to_buildkit(options),
                pointer=order.pointer,
            )
        )


def _refuse_other_platform(client: docker.DockerClient, order: ImageOrder, found: ImageFacts) -> None:
    """The classic builder takes a base image of another platform without a word; its result must not stay."""
    if not found.exists or order.platform.split("/")[:2] in ([""], found.platform.split("/")):
        return
    client.api.remove_image(order.reference, force=True)
    raise Failure(
        _other_platform(
            order,
            f"the image of {order.title} came out for `{found.platform}` instead of `{order.platform}`",
            "the base image in the engine is for that platform",
        )
    )


def _other_platform(order: ImageOrder, message: str, note: str) -> Diagnostic:
    return Diagnostic(
        code="E0914",
        message=message,
        notes=(note,),
        help="build with BuildKit on an engine that emulates the platform (`envspec explain E0914`), or on one of "
        "that platform",
        pointer=f"{order.pointer}/docker/platforms" if order.environment is not None else order.pointer,
    )


def _inspect(client: docker.DockerClient, reference: str) -> ImageFacts:
    if isinstance(client, LazyClient) and (found := client.image_facts(reference)).known:
        return found
    import docker.errors

    try:
        return facts_of(client.api.inspect_image(reference))
    except docker.errors.ImageNotFound:
        return ImageFacts(known=True)


def _built(order: ImageOrder, facts: ImageFacts, started: float, *, reused: bool) -> Built:
    return Built("docker", order.reference, order.hash, reused, time.monotonic() - started, facts.size)
