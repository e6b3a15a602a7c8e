"""The `index` blocks of an environment as arguments and variables of uv.

An index without `packages` is asked before the default index, in the spec's order, and the first that has a
package is the only one taken for it. An index with `packages` (globs over normalised names) is the only
source of what matches, and the source of nothing else: uv calls this an explicit index, and takes the
assignment from a `pyproject.toml` that is written for it here. Credentials go through variables only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.utils import canonicalize_name

from envspec.diagnostics import Failure
from envspec.frozen import Frozen, frozen
from envspec.ir.types import PackageSource
from envspec.lock.places import Places, SecretReader
from envspec.lock.uv_process import run_uv

PROJECT = "envspec-indexes"
"""The project that assigns packages to indexes, as uv calls it."""


@frozen
class IndexPlan(Frozen):
    """`indexes` are the blocks with an address, in order. `variables` hold the credentials."""

    indexes: tuple[PackageSource, ...]
    arguments: tuple[str, ...]
    variables: dict[str, str]

    @property
    def inputs(self) -> tuple[str, ...]:
        return ("requirements.in", "pyproject.toml") if self._scoped() else ("requirements.in",)

    def _scoped(self) -> list[tuple[int, PackageSource]]:
        return [(at, index) for at, index in enumerate(self.indexes) if index.packages]

    def scope_of(self, name: str) -> PackageSource | None:
        """The index that alone may give the package `name`."""
        for _, index in self._scoped():
            if any(fnmatchcase(name, _glob(pattern)) for pattern in index.packages):
                return index
        return None

    def scoped_names(self, names: Iterable[str]) -> set[str]:
        return {name for name in names if self.scope_of(name) is not None}

    def write_project(self, folder: Path, names: set[str], settings: Sequence[str] = ()) -> None:
        """A project that assigns `names` to their indexes, with `settings` as lines of `[tool.uv]`."""
        scoped = self._scoped()
        if not scoped and not settings:
            return
        lines = [
            "[project]",
            f'name = "{PROJECT}"',
            'version = "0"',
            f"dependencies = {json.dumps(sorted(names))}",
        ]
        lines += ["[tool.uv]", *settings, "[tool.uv.sources]"]
        for name in sorted(names):
            at = next(at for at, index in scoped if index is self.scope_of(name))
            lines.append(f'{name} = {{ index = "{_alias(at)}" }}')
        for at, index in scoped:
            lines += [
                "[[tool.uv.index]]",
                f'name = "{_alias(at)}"',
                f"url = {json.dumps(index.url)}",
                "explicit = true",
            ]
        (folder / "pyproject.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def origins(self, folder: Path, base: list[str], variables: dict[str, str]) -> dict[str, str]:
        """Package name → id of the index it was taken from; empty for the default one.

        PEP 751 output of uv does not say it, so the resolution is asked for once more in the other format,
        which takes the pins from the first answer and the pages from the cache.
        """
        if not self.indexes:
            return {}
        result = run_uv(
            [*base, "--format=requirements.txt", "--emit-index-annotation", "--annotation-style=split",
             "--constraints=pins.txt", *self.arguments, *self.inputs],
            folder=_with_pins(folder),
            variables=variables,
        )  # fmt: skip
        by_url = {index.url.rstrip("/"): index.name for index in self.indexes}
        origins: dict[str, str] = {}
        name = ""
        for line in result.output.splitlines():
            if match := re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)==", line):
                name = canonicalize_name(match.group(1))
                origins[name] = ""
            elif (match := re.match(r"\s+# from (\S+)", line)) and name:
                origins[name] = by_url.get(match.group(1).rstrip("/"), "")
        return origins


def plan_indexes(indexes: Iterable[PackageSource], secrets: SecretReader) -> IndexPlan:
    """Arguments and variables; reads the secrets of those indexes that have any."""
    addressed = tuple(index for index in indexes if index.url)
    arguments: list[str] = []
    variables: dict[str, str] = {}
    for at, index in enumerate(addressed):
        if not index.packages:
            arguments.append(f"--index={_alias(at)}={index.url}")
        stem = f"UV_INDEX_{_alias(at).upper()}"
        if index.username:
            variables[f"{stem}_USERNAME"] = index.username
        if index.password is not None:
            variables[f"{stem}_PASSWORD"] = secrets(index.password)
            variables.setdefault(f"{stem}_USERNAME", "__token__")
    return IndexPlan(addressed, tuple(arguments), variables)


def check_scopes(plan: IndexPlan, origins: Mapping[str, str], places: Places) -> None:
    """Refuse a package that came from elsewhere than the index it belongs to: names can be squatted."""
    for name, origin in origins.items():
        scope = plan.scope_of(name)
        if scope is not None and scope.name != origin:
            raise Failure(
                places.diagnostic(
                    "E0619",
                    f"`{name}` belongs to the index `{scope.name}` and was found elsewhere",
                    places.packages("pip").get(name, ()),
                    help=f"publish it on `{scope.name}`, or narrow the `packages` of that index",
                )
            )


def _alias(at: int) -> str:
    """uv's name for an index: its own, so that ids which differ in `-` and `_` stay apart in variables."""
    return f"index{at}"


def _glob(pattern: str) -> str:
    return re.sub(r"[-_.]+", "-", pattern).lower()


def _with_pins(folder: Path) -> Path:
    import tomllib

    packages = tomllib.loads((folder / "pylock.toml").read_text(encoding="utf-8")).get("packages", [])
    pins = [
        f"{entry['name']}=={entry['version']}"
        for entry in packages
        if "version" in entry and "archive" not in entry
    ]
    (folder / "pins.txt").write_text("\n".join(pins) + "\n", encoding="utf-8")
    return folder
