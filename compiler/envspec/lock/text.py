"""`envspec.lock` as text: a `Lock` in, TOML out, and back.

The form is for people who review a change and for version control that merges one: a package is a line,
lines are in order of name, nothing depends on when or where it was written. What always holds:
`read(write(lock)) == lock` and `write(read(text)) == text` for a text that `write` made. Empty fields are
left out. The text holds no address of a default index or channel and never a credential.

`solved` of an environment is a digest of the lines of its platforms. Packages are locked together or not at all:
where a merge or an editor has put lines together that no solver did, the digest says so, and the entry that is read
has no definition, which makes it stale.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from envspec.diagnostics import Diagnostic, Failure, Span
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.model import (
    Lock,
    LockedConda,
    LockedEnvironment,
    LockedFile,
    LockedPath,
    LockedPip,
    LockedPlatform,
    LockedRegistered,
)
from envspec.lock.quick_toml import read_quickly
from envspec.lock.toml import string

VERSION = 1
FILE = "envspec.lock"

_HEADER = "# Made by `envspec lock`: do not edit, but commit it. `envspec lock` makes it again.\n"
_MARKER = lazy_pattern(r"^(<{7} .*|={7}|>{7} .*|\|{7} .*)$", re.MULTILINE)
_AT_LINE = lazy_pattern(r"\(at line (\d+), column (\d+)\)")
_BARE = lazy_pattern(r"[A-Za-z0-9_-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OPTIONAL = frozenset({"build", "number", "size", "noarch", "site_packages", "depends", "index", "url"})
"""Fields of a row that are left out when empty."""

AGAIN = "take it back from version control, or remove it and run `envspec lock`"
"""What to do with a damaged lock. It is not written over: what was locked may be all that there is."""


def write(lock: Lock) -> str:
    """The one text of a lock, ending in a newline."""
    lines = [_HEADER, f"version = {lock.version}\n"]
    for name in sorted(lock.environments):
        lines += _environment_lines(lock.environments[name])
    for reference in sorted(lock.registered):
        registered = lock.registered[reference]
        lines.append(f"\n[registered.{_key(reference)}]\n")
        lines.append(f"digest = {string(registered.digest)}\n")
        lines.append(f"definition = {string(registered.definition)}\n")
    return "".join(lines)


def _environment_lines(environment: LockedEnvironment) -> list[str]:
    table = f"environments.{_key(environment.id)}"
    lines = [f"\n[{table}]\n", f"definition = {string(environment.definition)}\n"]
    lines += [
        f"{name} = {string(value)}\n" for name in ("image", "digest") if (value := getattr(environment, name))
    ]
    packages: list[str] = []
    for platform in environment.platforms:
        packages.append(f"\n[{table}.platforms.{_key(platform.platform)}]\n")
        packages.append(f"python = {string(platform.python)}\n")
        packages += _list("conda", (_conda_row(package) for package in platform.conda))
        packages += _list("pip", (_pip_row(package) for package in platform.pip))
        packages += _list("paths", (_path_row(path) for path in platform.paths))
    if packages:
        lines.append(f'solved = "{_digest("".join(packages))}"\n')
    return lines + packages


def _digest(lines: str) -> str:
    return f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def _list(name: str, rows: Iterable[dict[str, Any]]) -> list[str]:
    entries = [f"    {_inline(row)},\n" for row in rows]
    return [f"{name} = [\n", *entries, "]\n"] if entries else []


def _conda_row(package: LockedConda) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "number": package.build_number,
        "channel": package.channel,
        "subdir": package.subdir,
        "file": package.filename,
        "sha256": package.sha256,
        "size": package.size,
        "noarch": package.noarch,
        "site_packages": package.site_packages,
        "depends": list(package.depends),
    }


def _pip_row(package: LockedPip) -> dict[str, Any]:
    files = [
        {"file": file.filename, "sha256": file.sha256, "size": file.size, "url": file.url}
        for file in package.files
    ]
    return {"name": package.name, "version": package.version, "index": package.index, "files": files}


def _path_row(path: LockedPath) -> dict[str, Any]:
    return {"path": path.path, "kind": path.kind, "name": path.name, "sha256": path.sha256}


def _inline(row: Mapping[str, Any]) -> str:
    return (
        "{ "
        + ", ".join(
            f"{name} = {_value(value)}" for name, value in row.items() if value or name not in _OPTIONAL
        )
        + " }"
    )


def _value(value: Any) -> str:
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return "[" + ", ".join(_inline(v) if isinstance(v, dict) else _value(v) for v in value) + "]"
    return str(value)


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else string(text)


def read(text: str) -> Lock:
    """The lock that a text says; raises `Failure` with E0601, E0602 or E0603 at the place in the file."""
    text = text.replace("\r\n", "\n")
    marker = _MARKER.search(text)
    if marker is not None and text.count("\n<<<<<<< ") + text.startswith("<<<<<<< "):
        raise Failure(
            Diagnostic(
                "E0603",
                f"`{FILE}` holds the marks of a merge that is not finished",
                Span(FILE, *marker.span()),
                help="run `envspec lock`, which solves again what both sides changed",
            )
        )
    data = read_quickly(text)
    if data is None:
        import tomllib

        try:
            data = tomllib.loads(text)
        except RecursionError:
            raise _damaged("it is nested too deeply", None) from None
        except tomllib.TOMLDecodeError as error:
            raise _damaged(f"it is not TOML: {error}".lower(), _place(text, str(error))) from error
    version = data.get("version")
    if isinstance(version, int) and version > VERSION:
        raise Failure(
            Diagnostic(
                "E0602",
                f"`{FILE}` is of version {version}, and this envspec reads up to {VERSION}",
                _line_of(text, "version"),
                help="use the newer envspec that wrote it",
            )
        )
    if version != VERSION:
        raise _damaged("it has no `version = 1`", None)
    reader = _Reader(text)
    environments = {
        name: reader.environment(name, reader.table(value, name))
        for name, value in sorted(reader.table(data.get("environments", {}), "environments").items())
    }
    registered = {
        name: LockedRegistered(
            name, reader.text_of(row, "digest", name), reader.text_of(row, "definition", name)
        )
        for name, value in sorted(reader.table(data.get("registered", {}), "registered").items())
        for row in (reader.table(value, name),)
    }
    return Lock(environments, registered, VERSION)


def _damaged(reason: str, span: Span | None) -> Failure:
    return Failure(Diagnostic("E0601", f"`{FILE}` is damaged: {reason}", span, help=AGAIN))


def _place(text: str, message: str) -> Span:
    match = _AT_LINE.search(message)
    if match is None:
        return Span(FILE, len(text), len(text))
    starts = [0, *(at.end() for at in re.finditer("\n", text))]
    at = min(starts[min(int(match.group(1)), len(starts)) - 1] + int(match.group(2)) - 1, len(text))
    return Span(FILE, at, min(at + 1, len(text)))


def _line_of(text: str, needle: str) -> Span | None:
    at = text.find(needle)
    if at < 0:
        return None
    end = text.find("\n", at)
    return Span(FILE, at, len(text) if end < 0 else end)


class _Reader:
    """Takes values out of parsed TOML; what has the wrong shape is named and placed."""

    def __init__(self, text: str) -> None:
        self._text = text

    def table(self, value: Any, owner: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _damaged(f"`{owner}` is not a table", _line_of(self._text, owner))
        return value

    def rows(self, table: dict[str, Any], name: str, owner: str) -> list[dict[str, Any]]:
        value = table.get(name, [])
        if not isinstance(value, list):
            raise _damaged(f"`{name}` of `{owner}` is not a list", _line_of(self._text, owner))
        return [self.table(row, owner) for row in value]

    def text_of(self, table: dict[str, Any], name: str, owner: str, default: str | None = None) -> str:
        value = table.get(name, default)
        if not isinstance(value, str):
            raise _damaged(f"`{owner}` has no text `{name}`", _line_of(self._text, owner))
        return value

    def number_of(self, table: dict[str, Any], name: str, owner: str) -> int:
        value = table.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise _damaged(f"`{name}` of `{owner}` is not a number", _line_of(self._text, owner))
        return value

    def sha256_of(self, table: dict[str, Any], owner: str) -> str:
        value = self.text_of(table, "sha256", owner)
        if not _SHA256.fullmatch(value):
            raise _damaged(
                f"`sha256` of `{owner}` is not 64 hexadecimal digits", _line_of(self._text, value or owner)
            )
        return value

    def environment(self, name: str, table: dict[str, Any]) -> LockedEnvironment:
        platforms = self.table(table.get("platforms", {}), name)
        definition = self.text_of(table, "definition", name)
        solved = self.text_of(table, "solved", name, "")
        return LockedEnvironment(
            name,
            definition if not solved or solved == _digest(self._lines_of(name)) else "",
            tuple(self.platform(key, self.table(value, key)) for key, value in platforms.items()),
            self.text_of(table, "image", name, ""),
            self.text_of(table, "digest", name, ""),
        )

    def _lines_of(self, name: str) -> str:
        """The lines of an environment's platforms, as they are written."""
        begin = f"\n[environments.{_key(name)}.platforms."
        start = end = self._text.find(begin)
        while end >= 0 and self._text.startswith(begin, end):
            end = self._text.find("\n[", end + 1)
        return self._text[start : end if end >= 0 else len(self._text)] if start >= 0 else ""

    def platform(self, name: str, table: dict[str, Any]) -> LockedPlatform:
        return LockedPlatform(
            name,
            self.text_of(table, "python", name),
            tuple(self.conda(row) for row in self.rows(table, "conda", name)),
            tuple(self.pip(row) for row in self.rows(table, "pip", name)),
            tuple(self.path(row) for row in self.rows(table, "paths", name)),
        )

    def conda(self, row: dict[str, Any]) -> LockedConda:
        name = self.text_of(row, "name", "a conda package")
        depends = row.get("depends", [])
        if not isinstance(depends, list) or not all(isinstance(entry, str) for entry in depends):
            raise _damaged(f"`depends` of `{name}` is not a list of texts", _line_of(self._text, name))
        return LockedConda(
            name,
            self.text_of(row, "version", name),
            self.text_of(row, "build", name, ""),
            self.text_of(row, "channel", name),
            self.text_of(row, "subdir", name),
            self.text_of(row, "file", name),
            self.sha256_of(row, name),
            self.number_of(row, "size", name),
            tuple(depends),
            self.number_of(row, "number", name),
            self.text_of(row, "noarch", name, ""),
            self.text_of(row, "site_packages", name, ""),
        )

    def pip(self, row: dict[str, Any]) -> LockedPip:
        name = self.text_of(row, "name", "a pip package")
        files = tuple(
            LockedFile(
                self.text_of(file, "file", name),
                self.sha256_of(file, name),
                self.text_of(file, "url", name, ""),
                self.number_of(file, "size", name),
            )
            for file in self.rows(row, "files", name)
        )
        if not files:
            raise _damaged(f"`{name}` has no file", _line_of(self._text, name))
        return LockedPip(
            name, self.text_of(row, "version", name, ""), files, self.text_of(row, "index", name, "")
        )

    def path(self, row: dict[str, Any]) -> LockedPath:
        path = self.text_of(row, "path", "a local path")
        return LockedPath(
            path,
            self.text_of(row, "kind", path),
            self.text_of(row, "name", path, ""),
            self.sha256_of(row, path),
        )
