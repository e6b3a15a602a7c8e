"""The lock of a whole project: what did not change stays, what did is solved again, all failures at once.

A project, the lock that was, and what the caller wants come in; a complete lock goes out, or one `Failure`
with everything that is wrong with any environment. Each environment on each platform is a question of its
own; the questions are asked side by side. What always holds: an entry whose definition, platforms and local
packages are the same is taken over untouched unless one of its packages is to be upgraded; an entry that is
solved again prefers what it had.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from packaging.utils import canonicalize_name

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment, Project, RegisteredEnvironment
from envspec.lock.conda import CondaQuestion, solve_conda
from envspec.lock.images import ImageDigest, base_image, image_digest
from envspec.lock.interpreter import python_minor
from envspec.lock.model import Lock, LockedEnvironment, LockedPlatform, LockedRegistered
from envspec.lock.places import Locate, Places, Say, SecretReader, nowhere
from envspec.lock.platforms import PLATFORMS
from envspec.lock.provided import provided_versions
from envspec.lock.pypi import PypiQuestion, solve_pypi
from envspec.lock.stale import DefinitionHash, registered_references, stale_reason, wanted_platforms

EVERYTHING = "*"
"""In `upgrade`: every package may change."""

_SIDE_BY_SIDE = 4

ResolveRegistered = Callable[[str], tuple[LockedRegistered, LockedEnvironment] | None]
"""What the workspace knows of a registered environment (`sklearn:3`): what it is, and what it was locked to."""


def _silent(_line: str) -> None:
    pass


@frozen
class LockOptions(Frozen):
    """How to lock. `platforms_extra` are platforms this machine needs besides those of the spec. `upgrade`
    names packages that may change, or holds `EVERYTHING`."""

    root: Path
    platforms_extra: Collection[str] = ()
    upgrade: frozenset[str] = frozenset()
    allow_builds: bool = False
    offline: bool = False


def lock_project(
    project: Project,
    previous: Lock | None,
    options: LockOptions,
    *,
    definition_hash: DefinitionHash,
    secrets: SecretReader,
    locate: Locate = nowhere,
    say: Say = _silent,
    resolve_registered: ResolveRegistered = lambda _reference: None,
) -> Lock:
    """Lock every environment of the project; raises `Failure` with all that went wrong."""
    previous = previous or Lock()
    work = _Work(options, definition_hash, secrets, locate, say)
    problems: list[Diagnostic] = []
    environments: dict[str, LockedEnvironment] = {}
    with ThreadPoolExecutor(max_workers=_SIDE_BY_SIDE) as pool:
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
        known: tuple[LockedRegistered, LockedEnvironment] | None = None
        key = RegisteredEnvironment(reference).id
        if reference in previous.registered and key in previous.environments:
            known = previous.registered[reference], previous.environments[key]
        else:
            known = resolve_registered(reference)
        if known is None:
            problems.append(
                Diagnostic(
                    "E0621",
                    f"`{reference}` is not a registered environment here",
                    locate(pointer),
                    pointer=pointer,
                    help="see `envspec env list`; building an environment registers it",
                )
            )
        else:
            registered[reference], environments[key] = known
    if problems:
        raise Failure(problems)
    return Lock(environments, registered)


class _Work:
    """One locking of one project: its options, and what is asked only once."""

    def __init__(
        self,
        options: LockOptions,
        definition_hash: DefinitionHash,
        secrets: SecretReader,
        locate: Locate,
        say: Say,
    ) -> None:
        self._options = options
        self._definition_hash = definition_hash
        self._secrets = secrets
        self._locate = locate
        self._say = say
        self._digest = cache(lambda image, platform: image_digest(image, platform, offline=options.offline))

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
        wanted = wanted_platforms(environment, self._options.platforms_extra)
        problems: list[Diagnostic] = []
        platforms: list[LockedPlatform] = []
        for platform in wanted:
            before = previous.platform(platform) if previous is not None else None
            if same and before is not None and not upgraded and self._paths_same(before):
                platforms.append(before)
                continue
            try:
                platforms.append(self._platform(environment, platform, before or _any_platform(previous)))
            except Failure as failure:
                problems += failure.diagnostics
        if problems:
            raise Failure(problems)
        platforms += self._carried_over(environment, previous, wanted, same and not upgraded)
        return self._with_image(
            environment, LockedEnvironment(environment.id, definition, tuple(platforms)), previous
        )

    def _platform(
        self, environment: Environment, platform: str, previous: LockedPlatform | None
    ) -> LockedPlatform:
        places = Places(environment, self._locate)
        if platform not in PLATFORMS:
            at = places.pointer("docker", "platforms")
            raise Failure(
                places.diagnostic(
                    "E0614",
                    f"packages cannot be locked for `{platform}`",
                    [at],
                    help=f"choose among {', '.join(f'`{name}`' for name in PLATFORMS)}",
                )
            )
        everything = EVERYTHING in self._options.upgrade
        old = None if everything else previous
        conda_old = old.conda if old is not None and old.platform == platform else ()
        conda = solve_conda(
            CondaQuestion(places, platform, conda_old, self._options.upgrade, self._options.offline),
            self._secrets,
        )
        if environment.conda:
            python = next((package.version for package in conda if package.name == "python"), "")
        else:
            python = python_minor(places, old.python if old is not None else "")
        answer = solve_pypi(
            PypiQuestion(
                places,
                python,
                platform,
                self._options.root,
                provided_versions(conda),
                old.pip if old is not None else (),
                self._options.upgrade,
                self._options.allow_builds,
                self._options.offline,
            ),
            self._secrets,
        )
        return LockedPlatform(platform, python, conda, answer.pip, answer.paths)

    def _carried_over(
        self, environment: Environment, previous: LockedEnvironment | None, wanted: list[str], same: bool
    ) -> list[LockedPlatform]:
        """Platforms of colleagues: no spec names a macOS platform, it is in a lock because one works there.
        Such an entry is solved again with the others, and let go when that is not possible."""
        kept = []
        for before in previous.platforms if previous is not None else ():
            if before.platform in wanted or not (same or before.platform.startswith("darwin/")):
                continue
            try:
                kept.append(before if same else self._platform(environment, before.platform, before))
            except Failure as failure:
                self._say(
                    f"`{environment.id}` is no longer locked for {before.platform}: "
                    f"{failure.diagnostics[0].message}"
                )
        return kept

    def _with_image(
        self, environment: Environment, locked: LockedEnvironment, previous: LockedEnvironment | None
    ) -> LockedEnvironment:
        python = locked.platforms[0].python if locked.platforms else ""
        image = base_image(environment, python)
        if not image:
            return locked
        found: ImageDigest = self._digest(image, environment.platforms[0])
        digest = found.digest
        if not digest and previous is not None and previous.image == image:
            digest = previous.digest
        if not digest:
            self._say(f"`{image}` is locked by its tag, not by a digest: {found.note}")
        return LockedEnvironment(locked.id, locked.definition, locked.platforms, image, digest)

    def _names_upgraded(self, previous: LockedEnvironment) -> bool:
        upgrade = {canonicalize_name(name) for name in self._options.upgrade if name != EVERYTHING}
        if EVERYTHING in self._options.upgrade:
            return True
        return any(
            canonicalize_name(name) in upgrade
            for platform in previous.platforms
            for name in [*(conda.name for conda in platform.conda), *(pip.name for pip in platform.pip)]
        )

    def _paths_same(self, platform: LockedPlatform) -> bool:
        from envspec.lock.local_paths import path_digest

        return all(path_digest(self._options.root, p.path, p.kind) == p.sha256 for p in platform.paths)


def _any_platform(previous: LockedEnvironment | None) -> LockedPlatform | None:
    """Pins of another platform are good preferences for a new one."""
    return previous.platforms[0] if previous is not None and previous.platforms else None
