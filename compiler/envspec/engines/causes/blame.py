"""Which entry of the spec a package comes from: its own, or the one that needs what needs it.

In comes an environment and, where there is one, its lock for the platform; out comes a JSON pointer. A package that no
entry names is followed to one that does: for conda along `depends` of the lock, for PyPI by asking uv, of whose cache
the answer comes when the lock was made on this machine. Where that leads nowhere, the list itself is blamed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from envspec.diagnostics import Failure
from envspec.engines.interface import SecretReader
from envspec.ir.types import Environment, SecretRef
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.index_arguments import plan_indexes
from envspec.lock.model import LockedPlatform
from envspec.lock.nearest import BRIEFLY
from envspec.lock.platforms import PLATFORMS
from envspec.lock.uv_process import run_uv

_VIA = lazy_pattern(r"^([A-Za-z0-9][\w.-]*)==\S+\s+# via (.+)$", re.MULTILINE)


class Entry(NamedTuple):
    """`pointer` is the place to show; `chain` are the packages from that entry to the one in question, both ends
    included, when the entry is another package's."""

    pointer: str
    chain: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """The chain in words, empty for a package's own entry."""
        if not self.chain:
            return ""
        first, *rest = self.chain
        return f"`{first}` needs " + ", which needs ".join(f"`{name}`" for name in rest)


def entry_of(
    environment: Environment,
    locked: LockedPlatform | None,
    package: str,
    attribute: str,
    root: Path | None = None,
    secrets: SecretReader | None = None,
) -> Entry:
    """The entry to blame for `package`, which was being installed because of `attribute` (`pip` or `conda`): its
    own, or the one whose needs lead to it. Without a name, or when none does, it is the list. `root` is where
    paths of entries begin."""
    base = f"/environments/{environment.id}"
    if not attribute:
        return Entry(base)
    if attribute == "apt":
        return _apt_entry(environment, package)
    name = re.sub(r"[-_.]+", "-", package).lower()
    written = _written(environment, locked)
    order = (attribute, "conda" if attribute == "pip" else "pip")
    for list_ in order if name else ():
        if name in written[list_]:
            return Entry(f"{base}/{list_}/{written[list_].index(name)}")
    if name == "python" and environment.python:
        return Entry(f"{base}/python")
    if name and locked is not None:
        needs = (
            _conda_needs(locked)
            if attribute == "conda"
            else _pip_needs(environment, locked, root, secrets, name)
        )
        chain = _chain(written[attribute], needs, name)
        if chain:
            return Entry(f"{base}/{attribute}/{written[attribute].index(chain[0])}", chain)
    return Entry(next((f"{base}/{list_}" for list_ in order if written[list_]), base))


def source_of(environment: Environment, output: str) -> tuple[str, str]:
    """The index or channel whose address the output names: (pointer, how to call it); empty for another."""
    for attribute, word, sources in (
        ("indexes", "index", environment.indexes),
        ("channels", "channel", environment.channels),
    ):
        for at, source in enumerate(sources):
            if source.url and source.url.rstrip("/") in output:
                return f"/environments/{environment.id}/{attribute}/{at}", f"the {word} `{source.name}`"
    return "", ""


def _written(environment: Environment, locked: LockedPlatform | None) -> dict[str, list[str]]:
    """The names of the entries by list; that of a local project is known once it is locked."""
    paths = {path.path: path.name for path in locked.paths} if locked is not None else {}
    return {
        "pip": [entry.name or paths.get(entry.text, "") for entry in environment.pip],
        "conda": [entry.name for entry in environment.conda],
    }


def _apt_entry(environment: Environment, package: str) -> Entry:
    """The entry of `apt` that names `package`, which may have a version, a release or an architecture."""
    base = f"/environments/{environment.id}/apt"
    place = next((n for n, entry in enumerate(environment.apt) if re.split("[=/:]", entry)[0] == package), -1)
    return Entry(base if place < 0 else f"{base}/{place}")


def _conda_needs(locked: LockedPlatform) -> dict[str, list[str]]:
    return {
        package.name: [text.split()[0].split("::")[-1] for text in package.depends]
        for package in locked.conda
    }


def _chain(roots: Sequence[str], needs: Mapping[str, Sequence[str]], wanted: str) -> tuple[str, ...]:
    """The shortest way from an entry to the package; of two, that of the entry written first."""
    ways: list[tuple[str, ...]] = [(root,) for root in roots if root]
    seen = set(roots)
    for way in ways:  # grows while it is walked
        for name in needs.get(way[-1], ()):
            if name == wanted:
                return (*way, name)
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()


def _pip_needs(
    environment: Environment,
    locked: LockedPlatform,
    root: Path | None,
    secrets: SecretReader | None,
    wanted: str,
) -> dict[str, list[str]]:
    """What needs what among the locked packages of PyPI, as uv knows it: from its cache, or by a brief look. What
    `wanted` itself needs is not asked, because its file may be the one that cannot be had."""
    try:
        plan = plan_indexes(environment.indexes if secrets is not None else (), secrets or _no_secret)
    except Failure:
        return {}
    # What an index claims is asked of nobody else, and so not here.
    requirements = [
        e.text for e in environment.pip if e.kind == "requirement" and plan.scope_of(e.name) is None
    ]
    if root is not None:
        requirements += [f"{path.name} @ {(root / path.path).resolve().as_uri()}" for path in locked.paths]
    with tempfile.TemporaryDirectory(prefix="envspec-blame-") as name:
        folder = Path(name)
        (folder / "requirements.in").write_text("\n".join(requirements) + "\n", encoding="utf-8")
        pins = "".join(f"{package.name}=={package.version}\n" for package in locked.pip)
        (folder / "constraints.txt").write_text(pins, encoding="utf-8")
        (folder / "uv.toml").write_text(_without_needs(locked, wanted), encoding="utf-8")
        arguments = [*_arguments(locked), *plan.arguments]
        variables = {**plan.variables, **BRIEFLY}
        try:
            done = run_uv([*arguments, "--offline"], folder=folder, variables=variables)
            if done.status != 0:
                done = run_uv(arguments, folder=folder, variables=variables)
        except Failure:
            return {}
    needs: dict[str, list[str]] = {}
    for package, users in _VIA.findall(done.output):
        for user in users.split(", "):
            needs.setdefault(user.strip(), []).append(package)
    return needs


def _without_needs(locked: LockedPlatform, name: str) -> str:
    """A configuration of uv that tells it the metadata of a package."""
    version = next((package.version for package in locked.pip if package.name == name), "")
    return f'[[dependency-metadata]]\nname = "{name}"\nversion = "{version}"\n' if version else ""


def _no_secret(_reference: SecretRef) -> str:
    raise AssertionError("without a reader no index is asked")


def _arguments(locked: LockedPlatform) -> list[str]:
    minor = ".".join(locked.python.split(".")[:2])
    arguments = [
        "pip",
        "compile",
        "--config-file=uv.toml",
        "--no-header",
        "--color=never",
        f"--python={sys.executable}",
    ]
    arguments += [
        "--no-build",
        "--annotation-style=line",
        "--constraints=constraints.txt",
        f"--python-version={minor}",
    ]
    if locked.platform in PLATFORMS:
        arguments.append(f"--python-platform={PLATFORMS[locked.platform].uv}")
    return [*arguments, "requirements.in"]
