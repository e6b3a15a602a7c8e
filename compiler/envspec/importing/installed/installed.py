"""The Python packages of an environment that is there, read from its site-packages; nothing of it is run or imported.

What is read is the database of installed projects of PyPA: `*.dist-info` with `METADATA`, `INSTALLER`, `REQUESTED` and
`direct_url.json` (PEP 376, PEP 610, PEP 627), and `*.egg-info` of older tools. `REQUESTED` marks what somebody asked
for by name, but for installers that write it for everything. What nobody needs counts as asked for as well: some tools
write no mark.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from envspec.diagnostics import Failure
from envspec.frozen import Frozen, field, frozen
from envspec.importing.asked import Asked, read_text
from envspec.importing.entries import Entry, Packages
from envspec.importing.fields.row import reason_of
from envspec.importing.fields.venv import SITE_PACKAGES
from envspec.importing.findings import BROKEN, FileName, Mark, mark_of
from envspec.importing.installed.needs import Needs, needs_of
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.pip import normalized_name

SEEDS = frozenset({"pip", "setuptools", "wheel", "distribute"})
"""What `venv`, virtualenv and conda put into an environment unasked."""
METADATA = {".dist-info": "METADATA"}
_MARK_ALL = frozenset({"uv"})
"""Installers that write `REQUESTED` for everything: from them it says nothing."""
_BROUGHT = lazy_pattern(r"_virtualenv\.pth|distutils-precedence\.pth|easy-install\.pth|__editable__")
_SITES = ("lib/python3*/site-packages", "lib/pypy3*/site-packages", "Lib/site-packages")


@frozen
class Distribution(Frozen):
    """`file` is what the report calls it; `direct` is its `direct_url.json`, empty for one from an index; `egg_link` the
    folder of one that `setup.py develop` installed; `address` the file that says where it is from, as a `FileName`."""

    name: str
    version: str
    file: str
    requested: bool = False
    requires: tuple[str, ...] = ()
    direct: Mapping[str, Any] = field(default_factory=dict)
    egg_link: str = ""
    address: str = ""

    @property
    def key(self) -> str:
        return normalized_name(self.name)


def sites(prefix: Path) -> list[Path]:
    """The site-packages of an environment."""
    found = [path for pattern in _SITES for path in sorted(prefix.glob(pattern)) if path.is_dir()]
    return list({path.resolve(): path for path in found}.values())


def distributions(asked: Asked, prefix: Path, *, owned: frozenset[str] = frozenset()) -> list[Distribution]:
    """What is installed, ordered by name. `owned` are folders of metadata, relative to the prefix, that another tool
    put there."""
    found: dict[str, Distribution] = {}
    for site in sites(prefix):
        for path in _metadata(site):
            place = path.relative_to(prefix).as_posix()
            if place in owned:
                continue
            one = _distribution(asked, path, place)
            if one is not None:
                found.setdefault(one.key, one)
        _tell_path_files(asked, prefix, site)
    return [found[key] for key in sorted(found)]


def _tell_path_files(asked: Asked, prefix: Path, site: Path) -> None:
    """A `.pth` file that no package brought adds folders to Python's path, or runs code at its start."""
    unknown = [path for path in sorted(site.glob("*.pth")) if not _BROUGHT.match(path.name)]
    if not unknown:
        return
    lists = [_text_or_nothing(path) for path in sorted(site.glob("*.dist-info/RECORD"))]
    for path in unknown:
        if not any(f"{path.name}," in text for text in lists):
            asked.report.dropped(
                path.name, path.relative_to(prefix).as_posix(), 0,
                reason_of(SITE_PACKAGES, "*.pth"),
            )  # fmt: skip


def _text_or_nothing(path: Path) -> str:
    try:
        return read_text(path)
    except Failure:
        return ""


def _metadata(site: Path) -> Iterator[Path]:
    """`*.dist-info` first: an `*.egg-info` of the same project is older."""
    try:
        names = sorted(os.listdir(site))  # noqa: PTH208
    except OSError:
        return
    for ending in (".dist-info", ".egg-info", ".egg-link"):
        yield from (site / name for name in names if name.endswith(ending))


def _distribution(asked: Asked, path: Path, place: str) -> Distribution | None:
    try:
        if path.suffix == ".egg-link":
            folder = read_text(path).split("\n")[0].strip()
            link = FileName(place, path)
            return Distribution(path.stem, "", place, requested=True, egg_link=folder, address=link)
        if path.is_file():
            headers = _headers(read_text(path))
        else:
            headers = _headers(read_text(path / METADATA.get(path.suffix, "PKG-INFO")))
        mark = path / "INSTALLER"
        installer = read_text(mark).strip() if mark.is_file() else ""
        if installer == "conda":
            return None
        direct, address = _direct(asked, path / "direct_url.json", place)
    except Failure:
        asked.report.dropped(path.stem, place, 0, "its metadata cannot be read")
        return None
    where = FileName(place, path if path.is_file() else path / METADATA.get(path.suffix, "PKG-INFO"))
    name, version = headers.get("name", [""])[0], headers.get("version", [""])[0]
    if not name or not version:
        reason = "its metadata has no name and version"
        asked.report.dropped(path.stem, where, 1, reason, Mark(BROKEN, ""))
        return None
    return Distribution(
        name, version, place,
        requested=installer not in _MARK_ALL and (path / "REQUESTED").is_file(),
        requires=tuple(headers.get("requires-dist", ())),
        direct=direct,
        address=address,
    )  # fmt: skip


def _headers(text: str) -> dict[str, list[str]]:
    """The fields of core metadata (the form of RFC 822 headers), up to the description."""
    found: dict[str, list[str]] = {}
    last = ""
    for line in text.splitlines():
        if not line.strip():
            break
        if line[0] in " \t" and last:
            found[last][-1] += f" {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        if colon:
            last = name.strip().lower()
            found.setdefault(last, []).append(value.strip())
    return found


def _direct(asked: Asked, path: Path, place: str) -> tuple[Mapping[str, Any], str]:
    """`direct_url.json` of one that has it, and its name; what cannot be read is told."""
    if not path.is_file():
        return {}, ""
    file = FileName(f"{place}/{path.name}", path)
    try:
        found = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        asked.report.dropped(path.name, file, 0, "it is no JSON", mark_of(error))
        return {}, ""
    if isinstance(found, dict) and isinstance(found.get("url"), str):
        return found, FileName(place, path)  # the report names the package by its folder
    asked.report.dropped(path.name, file, 1, "it has no `url`", Mark(BROKEN, ""))
    return {}, ""


def add_installed(
    asked: Asked, packages: Packages, prefix: Path, found: list[Distribution], python: str
) -> None:
    """Adds what was asked for to `packages`, each with its version or address; says of the others why they are there.
    `python` is the version that runs there, by which markers are decided."""
    needs = needs_of(
        {one.key: one.requires for one in found}, [one.key for one in found if one.requested], python
    )
    asked_for = _asked_for(found, needs)
    for one in found:
        if one.key in SEEDS and one.key not in needs.why and not one.direct:
            asked.report.dropped(
                f"{one.name}=={one.version}", one.file, 0,
                reason_of(SITE_PACKAGES, "METADATA", "it is `pip`, `setuptools` or `wheel`"),
            )  # fmt: skip
        elif one.key in asked_for:
            _add(asked, packages, prefix, one, needs.extras.get(one.key, ()))
        else:
            asked.report.dropped(
                f"{one.name}=={one.version}", one.file, 0,
                f"it came with `{needs.why.get(one.key, '')}`, and the lock chooses it again",
            )  # fmt: skip


def _asked_for(found: Iterable[Distribution], needs: Needs) -> set[str]:
    """A package with an address of its own is named even when another one needs it: no index may have it."""
    return {one.key for one in found if one.key in needs.roots or one.direct or one.egg_link}


def _add(asked: Asked, packages: Packages, prefix: Path, one: Distribution, extras: Iterable[str]) -> None:
    listed = f"[{','.join(sorted(extras))}]" if extras else ""
    text = _text(asked, prefix, one, listed)
    if not text:
        asked.report.dropped(
            f"{one.name}=={one.version}", one.file, 0,
            "it was installed from a place outside of the project: copy it into the project, or name an index that has it",
        )  # fmt: skip
        return
    entry = Entry(text, one.address or one.file, 0, prefix)
    if "+" in one.version and not one.direct:
        local = f"=={one.version}"
        before = len(packages.pip)
        packages.add_pip(entry)
        if len(packages.pip) > before:
            asked.report.lines.pop()
            asked.report.changed(
                text, one.file, 0, text, f"{local} is of an index that the environment does not name: add it to `indexes`"
            )  # fmt: skip
        return
    packages.add_pip(entry)


def _text(asked: Asked, prefix: Path, one: Distribution, extras: str) -> str:
    """The entry of a requirements file that installs it again; empty when that is outside of the project."""
    if one.egg_link:
        return _place(asked, prefix, one.egg_link, "-e ")
    url = one.direct.get("url", "")
    if not url:
        return f"{one.name}{extras}=={one.version}"
    vcs, folder = one.direct.get("vcs_info"), one.direct.get("dir_info")
    subdirectory = one.direct.get("subdirectory")
    if isinstance(vcs, dict):
        revision = vcs.get("commit_id") or vcs.get("requested_revision") or ""
        at = f"@{revision}" if isinstance(revision, str) and revision else ""
        below = f"#subdirectory={subdirectory}" if isinstance(subdirectory, str) else ""
        return f"{one.name}{extras} @ {vcs.get('vcs', 'git')}+{url}{at}{below}"
    if url.startswith("file:"):
        editable = isinstance(folder, dict) and folder.get("editable") is True
        return _place(asked, prefix, unquote(urlsplit(url).path), "-e " if editable else "")
    return f"{one.name}{extras} @ {url}"


def _place(asked: Asked, prefix: Path, written: str, option: str) -> str:
    """An absolute path as one that leads there from the prefix, when it is in the project, symlinks followed or not."""
    path = Path(os.path.normpath(written))
    root = Path(os.path.realpath(asked.root))
    real = Path(os.path.realpath(path))
    if path != asked.root and asked.root not in path.parents:
        if real != root and root not in real.parents:
            return ""
        path = asked.root / real.relative_to(root)
    relative = Path(os.path.relpath(path, prefix)).as_posix()
    return option + (relative if relative.startswith(".") else f"./{relative}")
