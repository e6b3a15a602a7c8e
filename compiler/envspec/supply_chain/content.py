"""Whether an environment holds what its lock says: every package and every file, and nothing else.

In come the locked platform and the tree of files; out come findings E1412 to E1417, at the line of the spec that
asks for the package where there is one. What always holds: nothing is run; a file counts by its sha256. What it
cannot see: packages say themselves which files they brought (`RECORD`, `conda-meta`), so who changes a file and the
record of it is not found here, but by the image's digest; compiled files (`.pyc`) are taken when their source is
there; the interpreter of a base image is not looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from packaging.version import InvalidVersion, Version

from envspec.counted import counted
from envspec.diagnostics import Diagnostic
from envspec.ir.types import Environment
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.model import LockedPlatform
from envspec.packages.pip import normalized_name
from envspec.supply_chain.file_tree import FILE, LINK, Tree
from envspec.supply_chain.installed import BroughtFile, Installed, inventory

_SHOWN = 5
"""Files of one package that are named; of the rest only the number is told."""

_MADE = lazy_pattern(
    r"conda-meta/(history|state|[^/]+\.json)|envspec-environment\.json|CACHEDIR\.TAG|\.gitignore|\.lock|pyvenv\.cfg"
    r"|bin/(activate(\.\w+)?|activate_this\.py|deactivate\.bat|pydoc\.bat)"
    r"|lib/python3\.\d+/site-packages/_virtualenv\.(py|pth)"
)
"""Files that installers make, and no package brings."""
_MADE_LINKS = lazy_pattern(r"bin/python(3(\.\d+)?)?|lib64")
_COMPILED = lazy_pattern(r"(?P<folder>(.*/)?)__pycache__/(?P<name>[^/]+?)\.[a-z]+-\d+(\.opt-\d)?\.pyc")


def differences(
    environment: Environment, locked: LockedPlatform, tree: Tree, prefix: str = ""
) -> list[Diagnostic]:
    """What of the environment is not as it was locked. `prefix` is where it lives when it is used."""
    found = inventory(tree, prefix)
    problems = [
        _problem(environment, "E1415", f"`{path}` does not say what is installed")
        for path in found.unreadable
    ]
    problems += _conda(environment, locked, found.conda)
    problems += _pip(environment, locked, found.pip)
    problems += _interpreter(environment, locked, tree)
    problems += _files(environment, (*found.conda, *found.pip), tree)
    problems += _foreign(environment, (*found.conda, *found.pip), tree)
    return problems


def _problem(environment: Environment, code: str, message: str, name: str = "", note: str = "") -> Diagnostic:
    return Diagnostic(code, message, pointer=pointer_of(environment, name), notes=(note,) if note else ())


def pointer_of(environment: Environment, name: str) -> str:
    """The entry of the spec that asks for a package, else the environment."""
    wanted = normalized_name(name)
    asked = {"conda": [p.name for p in environment.conda], "pip": [p.name for p in environment.pip]}
    for attribute, names in asked.items():
        for at, entry in enumerate(names):
            if wanted and normalized_name(entry) == wanted:
                return f"/environments/{environment.id}/{attribute}/{at}"
    return f"/environments/{environment.id}"


def _conda(
    environment: Environment, locked: LockedPlatform, installed: Iterable[Installed]
) -> Iterator[Diagnostic]:
    there = {package.name: package for package in installed}
    for wanted in locked.conda:
        package = there.pop(wanted.name, None)
        if package is None:
            yield _absent(environment, "conda", wanted.name, wanted.version)
            continue
        for what, locked_value, value in (
            ("version", wanted.version, package.version),
            ("build", wanted.build, package.build),
            ("sha256", wanted.sha256, package.sha256),
        ):
            if locked_value != value:
                yield _other(environment, "conda", wanted.name, what, locked_value, value)
                break
    for package in there.values():
        yield _extra(environment, package)


def _pip(
    environment: Environment, locked: LockedPlatform, installed: Iterable[Installed]
) -> Iterator[Diagnostic]:
    versions = {normalized_name(p.name): p.version for p in locked.pip}
    versions |= {normalized_name(p.name): "" for p in locked.paths if p.name}
    nameless = sum(1 for path in locked.paths if not path.name)
    there: dict[str, list[Installed]] = defaultdict(list)
    for package in installed:
        there[package.name].append(package)
    for name, version in sorted(versions.items()):
        packages = there.pop(name, [])
        if not packages:
            yield _absent(environment, "pip", name, version)
            continue
        if version and not _same_version(version, packages[0].version):
            yield _other(environment, "pip", name, "version", version, packages[0].version)
        for package in packages[1:]:
            yield _extra(environment, package)
    for package in [p for packages in there.values() for p in packages][nameless:]:
        yield _extra(environment, package)


def _interpreter(environment: Environment, locked: LockedPlatform, tree: Tree) -> Iterator[Diagnostic]:
    """A virtual environment says which Python it was made for."""
    entry = tree.get("pyvenv.cfg")
    if locked.conda or entry is None or entry.content is None:
        return
    match = re.search(rb"^version(?:_info)?\s*=\s*([0-9.]+)", entry.content, re.MULTILINE)
    version = match.group(1).decode() if match else ""
    if locked.python and not f"{version}.".startswith(f"{locked.python}."):
        yield _other(environment, "the interpreter", "python", "version", locked.python, version)


def _same_version(one: str, other: str) -> bool:
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


def _absent(environment: Environment, kind: str, name: str, version: str) -> Diagnostic:
    shown = f"{name} {version}".strip()
    return _problem(environment, "E1412", f"`{shown}` ({kind}) is locked and not installed", name)


def _other(environment: Environment, kind: str, name: str, what: str, wanted: str, found: str) -> Diagnostic:
    message = f"`{name}` ({kind}) is installed in another {what} than the locked one"
    note = f"locked is `{wanted}`, installed is `{found or 'none that is told'}`"
    return _problem(environment, "E1413", message, name, note)


def _extra(environment: Environment, package: Installed) -> Diagnostic:
    shown = f"{package.name} {package.version}".strip()
    message = f"`{shown}` ({package.kind}) is installed and not locked"
    return _problem(environment, "E1414", message, package.name, f"`{package.metadata}` says so")


def _files(environment: Environment, packages: Iterable[Installed], tree: Tree) -> Iterator[Diagnostic]:
    packages = list(packages)
    told: dict[str, set[str]] = defaultdict(set)
    for package in packages:
        for file in package.files:
            told[file.path].add(file.sha256)
    for package in packages:
        gone = [f.path for f in package.files if not _is_there(f, tree)]
        # Two packages may bring a file of one name: then either is right.
        changed = [
            f.path
            for f in package.files
            if _is_there(f, tree) and not f.link and "" not in told[f.path]
            and tree[f.path].kind == FILE and tree[f.path].sha256 not in told[f.path]
        ]  # fmt: skip
        yield from _named(environment, "E1416", package, gone, "is gone")
        yield from _named(environment, "E1415", package, changed, "was changed")


def _is_there(file: BroughtFile, tree: Tree) -> bool:
    entry = tree.get(file.path)
    return entry is not None and (entry.kind == FILE or (file.link and entry.kind == LINK))


def _named(
    environment: Environment, code: str, package: Installed, paths: list[str], what: str
) -> Iterator[Diagnostic]:
    for path in paths[:_SHOWN]:
        yield _problem(environment, code, f"`{path}` of `{package.name}` {what}", package.name)
    if len(paths) > _SHOWN:
        rest = f"{counted(len(paths) - _SHOWN, 'more file')} of `{package.name}`: each {what}"
        yield _problem(environment, code, rest, package.name)


def _foreign(environment: Environment, packages: Iterable[Installed], tree: Tree) -> Iterator[Diagnostic]:
    owned = {file.path for package in packages for file in package.files}
    told = {package.metadata for package in packages}
    told |= {path.removesuffix("METADATA") + "RECORD" for path in told}
    foreign = [
        path
        for path, entry in sorted(tree.items())
        if path and entry.kind != "folder" and path not in owned and path not in told
        and not _is_made(path, entry.kind, owned)
    ]  # fmt: skip
    for path in foreign[:_SHOWN]:
        yield _problem(environment, "E1417", f"`{path}` is in the environment, and no package brought it")
    if len(foreign) > _SHOWN:
        rest = len(foreign) - _SHOWN
        yield _problem(environment, "E1417", f"{rest} more files are there that no package brought")


def _is_made(path: str, kind: str, owned: set[str]) -> bool:
    compiled = _COMPILED.fullmatch(path)
    if compiled is not None:
        return kind == FILE and f"{compiled['folder']}{compiled['name']}.py" in owned
    rules: dict[str, Callable[[str], object]] = {FILE: _MADE.fullmatch, LINK: _MADE_LINKS.fullmatch}
    return kind in rules and bool(rules[kind](path))
