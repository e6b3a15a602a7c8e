"""The lock of a whole project: what did not change stays, what did is solved again, all failures at once.

A project, the lock that was, and what the caller wants come in; a complete lock goes out, or one `Failure`
with everything that is wrong with any environment. Each environment on each platform is a question of its
own; the questions are asked side by side. What always holds: an entry whose definition, platforms and local
packages are the same is taken over untouched unless one of its packages is to be upgraded; an entry that is
solved again prefers what it had.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen, replace
from envspec.ir.types import Environment, Project, RegisteredEnvironment
from envspec.language.environment_reference import parse_reference
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.base_image import base_image
from envspec.lock.environment import How, Wanted, solve_environment
from envspec.lock.images import DigestOf, Digests
from envspec.lock.model import Lock, LockedEnvironment, LockedPlatform, LockedRegistered
from envspec.lock.places import Locate, Places, Progress, Say, SecretReader, no_progress, nowhere
from envspec.lock.stale import DefinitionHash, registered_references, stale_reason, wanted_platforms
from envspec.registry.digest import ImageDigest

EVERYTHING = "*"
"""In `upgrade`: every package may change."""

_SIDE_BY_SIDE = 4
_MINOR = lazy_pattern(r"\d+\.\d+(\.\d+)?")

ResolveRegistered = Callable[[str], tuple[LockedRegistered, LockedEnvironment]]
"""What the workspace knows of a registered environment (`sklearn:3`): what it is, and what it was locked to. Raises
`Failure` when it knows none."""


def _nobody(_image: str, _platform: str) -> ImageDigest:
    return ImageDigest("", "nobody was asked")


def _silent(_line: str) -> None:
    pass


@frozen
class LockOptions(Frozen):
    """How to lock. `platforms_extra` are platforms this machine needs besides those of the spec. `upgrade` names
    packages and images that may change, as the lock writes them, or holds `EVERYTHING`."""

    root: Path
    platforms_extra: Collection[str] = ()
    upgrade: frozenset[str] = frozenset()
    allow_builds: bool = False
    offline: bool = False


def _unregistered(reference: str) -> tuple[LockedRegistered, LockedEnvironment]:
    raise Failure(Diagnostic("E0621", f"`{reference}` is not a registered environment here"))


def lock_project(
    project: Project,
    previous: Lock | None,
    options: LockOptions,
    *,
    definition_hash: DefinitionHash,
    secrets: SecretReader,
    locate: Locate = nowhere,
    say: Say = _silent,
    resolve_registered: ResolveRegistered = _unregistered,
    digest_of: DigestOf = _nobody,
    progress: Progress = no_progress,
) -> Lock:
    """Lock every environment of the project; raises `Failure` with all that went wrong."""
    previous = previous or Lock()
    problems: list[Diagnostic] = []
    environments: dict[str, LockedEnvironment] = {}
    with ThreadPoolExecutor(max_workers=_SIDE_BY_SIDE) as pool, ThreadPoolExecutor(_SIDE_BY_SIDE) as asking:
        work = _Work(options, definition_hash, secrets, locate, say, Digests(digest_of, asking), progress)
        running = {
            name: pool.submit(work.environment, environment, previous.environments.get(name))
            for name, environment in sorted(project.environments.items())
        }
        for name, future in running.items():
            try:
                environments[name] = future.result()
            except Failure as failure:
                problems += failure.diagnostics
    registered: dict[str, LockedRegistered] = {}
    for reference, pointer in registered_references(project).items():
        key = RegisteredEnvironment(reference).id
        try:
            registered[reference], environments[key] = _registered(
                reference, previous, options, resolve_registered, say
            )
        except Failure as failure:
            problems += [replace(one, span=locate(pointer), pointer=pointer) for one in failure.diagnostics]
    if problems:
        raise Failure(problems)
    return Lock(environments, registered)


def _registered(
    reference: str, previous: Lock, options: LockOptions, resolve: ResolveRegistered, say: Say
) -> tuple[LockedRegistered, LockedEnvironment]:
    """What is locked stays; a reference that moves is looked up again when everything, or it by name, is upgraded."""
    key = RegisteredEnvironment(reference).id
    if reference not in previous.registered or key not in previous.environments:
        return resolve(reference)
    kept = previous.registered[reference], previous.environments[key]
    parts = parse_reference(reference)
    if parts is None or not parts.moves or not {EVERYTHING, reference} & options.upgrade:
        return kept
    try:
        return resolve(reference)
    except Failure:
        if reference in options.upgrade:
            raise
        say(f"`{reference}` stays as it is locked: it is not registered here")
        return kept


class _Work:
    """One locking of one project: its options, and what is asked only once."""

    def __init__(
        self,
        options: LockOptions,
        definition_hash: DefinitionHash,
        secrets: SecretReader,
        locate: Locate,
        say: Say,
        digests: Digests,
        progress: Progress,
    ) -> None:
        self._options = options
        self._definition_hash = definition_hash
        self._secrets = secrets
        self._locate = locate
        self._say = say
        self._told: dict[str, str] = {}  # line to the environment that said it; `setdefault` is atomic
        self._digests = digests
        self._progress = progress

    def environment(self, environment: Environment, previous: LockedEnvironment | None) -> LockedEnvironment:
        definition = self._definition_hash(environment)
        same = previous is not None and previous.definition == definition
        upgraded = previous is not None and self._names_upgraded(previous)
        reason = stale_reason(
            environment,
            previous,
            self._definition_hash,
            root=self._options.root,
            platforms_extra=self._options.platforms_extra,
        )
        if previous is not None and not reason and not upgraded:
            return previous
        if not environment.managed:
            return self._with_image(environment, LockedEnvironment(environment.id, definition, ()), previous)
        if not reason:
            self._say(f"upgrading `{environment.id}`")
        minor = environment.python if _MINOR.fullmatch(environment.python) else ""
        early = base_image(environment, minor)  # as far as it can be told before anything is solved
        if early and not self._known_digest(early, previous):
            self._digests.ask(early, environment.platforms[0])
        wanted = wanted_platforms(environment, self._options.platforms_extra)
        kept, asked, colleagues = self._sorted_out(previous, wanted, same and not upgraded)
        everything = EVERYTHING in self._options.upgrade
        how = How(
            self._options.root,
            self._secrets,
            self._options.upgrade,
            everything,
            self._options.allow_builds,
            self._options.offline,
            lambda doing: self._progress(environment.id, doing),
        )
        try:
            answers = solve_environment(Places(environment, self._locate), asked, how)
        finally:
            self._progress(environment.id, "")
        for platform in colleagues & answers.problems.keys():
            self._say(
                f"`{environment.id}` is no longer locked for {platform}: {answers.problems[platform][0].message}"
            )
        needed = {name: found for name, found in answers.problems.items() if name not in colleagues}
        if needed:
            raise Failure(answers._replace(problems=needed).told_once())
        platforms = {**kept, **answers.platforms}
        order = [*wanted, *(name for name in platforms if name not in wanted)]
        return self._with_image(
            environment,
            LockedEnvironment(environment.id, definition, tuple(platforms[name] for name in order)),
            previous,
        )

    def _sorted_out(
        self, previous: LockedEnvironment | None, wanted: Sequence[str], same: bool
    ) -> tuple[dict[str, LockedPlatform], list[Wanted], set[str]]:
        """Platforms that stay as they are, those to be solved, and which of these may fail. The last are those of
        colleagues: no spec names a macOS platform, it is in a lock because one works there. Such an entry is
        solved again with the others, and let go when that is not possible."""
        before = {p.platform: p for p in previous.platforms} if previous is not None else {}
        others = [name for name in before if name not in wanted and (same or name.startswith("darwin/"))]
        kept = {
            name: before[name]
            for name in [*wanted, *others]
            if same and name in before and (name in others or self._paths_same(before[name]))
        }
        any_ = next(iter(before.values()), None)
        asked = [Wanted(name, before.get(name, any_)) for name in [*wanted, *others] if name not in kept]
        return kept, asked, set(others)

    def _with_image(
        self, environment: Environment, locked: LockedEnvironment, previous: LockedEnvironment | None
    ) -> LockedEnvironment:
        image = base_image(environment, locked.platforms[0].python if locked.platforms else "")
        if not image:
            cuda = "" if environment.docker.dockerfile else environment.docker.cuda
            if cuda:
                self._say(
                    f"`{environment.id}` is locked without a base image: none with CUDA `{cuda}` is known "
                    "(envspec explain E0710)"
                )
            return locked
        digest = self._known_digest(image, previous)
        if not digest:
            found = self._digests.ask(image, environment.platforms[0]).result()
            digest = found.digest or (
                previous.digest if previous is not None and previous.image == image else ""
            )
            line = f"`{image}` is locked by its tag, not by a digest: {found.note}"
            if not digest and self._told.setdefault(line, environment.id) == environment.id:
                self._say(line)  # once for all environments on one image
        return LockedEnvironment(locked.id, locked.definition, locked.platforms, image, digest)

    def _known_digest(self, image: str, previous: LockedEnvironment | None) -> str:
        """A digest stays until it is to be upgraded, as versions do."""
        if previous is None or previous.image != image or {EVERYTHING, image} & self._options.upgrade:
            return ""
        return previous.digest

    def _names_upgraded(self, previous: LockedEnvironment) -> bool:
        return EVERYTHING in self._options.upgrade or not self._options.upgrade.isdisjoint(
            locked_names(previous)
        )

    def _paths_same(self, platform: LockedPlatform) -> bool:
        from envspec.lock.local_paths import path_digest

        return all(path_digest(self._options.root, p.path, p.kind) == p.sha256 for p in platform.paths)


def locked_names(locked: LockedEnvironment) -> set[str]:
    """What of an entry can be upgraded by name: packages and the base image."""
    return {
        name
        for platform in locked.platforms
        for name in [*(conda.name for conda in platform.conda), *(pip.name for pip in platform.pip)]
    } | {locked.image}
