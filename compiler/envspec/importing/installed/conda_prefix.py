"""What conda, mamba, micromamba or pixi write about an environment into its `conda-meta`, read without any of them.

A JSON file for each package, `history` with what was asked for (as `conda.history` reads it), `pinned`, and `state`
with variables.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from envspec.diagnostics import Failure
from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.importing.asked import read_text
from envspec.importing.findings import BROKEN, FileName, Mark, mark_of
from envspec.importing.report import Report
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.conda_hosts import multichannel_name

META = "conda-meta"
_SUBDIR = lazy_pattern(r"/(noarch|(?:linux|osx|win|freebsd|emscripten|wasi|zos)-[a-z0-9]+)/*\Z")
_SPECS = lazy_pattern(r"#\s*(?P<action>.+?)\s*specs:\s*(?P<specs>.+)?\Z")
_COMMAND = lazy_pattern(r"#\s*cmd:\s*(?P<command>.+)\Z")
_QUALIFIER = lazy_pattern(r"\s*[<>=!~]")
_SPEC_NAME = lazy_pattern(r"(?:.*::)?\s*(?P<name>[A-Za-z0-9_.-]+)")


@frozen
class Record(Frozen):
    """An installed conda package. `channel` is its name or address without credentials, `secret` whether some were
    left out; `metadata` are folders of Python's metadata that it owns, relative to the prefix."""

    name: str
    version: str
    build: str
    file: str
    channel: str = ""
    secret: bool = False
    subdir: str = ""
    depends: tuple[str, ...] = ()
    metadata: frozenset[str] = frozenset()
    requested: str = ""


@frozen
class Request(Frozen):
    """A spec as it was asked for, on a line of `conda-meta/history`."""

    text: str
    line: int


@mutable
class History(Mutable):
    """`specs` by name: what was asked for last and not removed; `channels` in the order of the commands."""

    specs: dict[str, Request] = field(default_factory=dict)
    channels: list[str] = field(default_factory=list)


def is_prefix(path: Path) -> bool:
    return os.path.isdir(path / META)  # noqa: PTH112 - one that may not be looked into is none


def records(prefix: Path, report: Report) -> list[Record]:
    """The installed packages, by name."""
    found: dict[str, Record] = {}
    for path in sorted((prefix / META).glob("*.json")):
        place = FileName(f"{META}/{path.name}", path)
        try:
            document = json.loads(read_text(path))
        except (Failure, ValueError, RecursionError) as error:
            report.dropped(path.stem, place, 0, "it is no JSON", mark_of(error))
            continue
        record = _record(document, place)
        if record is None:
            reason = "it is not the record of a conda package"
            report.dropped(path.stem, place, 1, reason, Mark(BROKEN, ""))
        else:
            found[record.name] = record
    return [found[name] for name in sorted(found)]


def _record(document: Any, place: str) -> Record | None:
    if not isinstance(document, dict):
        return None
    name, version = document.get("name"), document.get("version")
    if not (isinstance(name, str) and isinstance(version, str) and name and version):
        return None
    channel, secret = channel_name(_string(document, "url"), _string(document, "channel"))
    return Record(
        name.lower(), version, _string(document, "build") or _string(document, "build_string"), place, channel,
        secret, _string(document, "subdir"), tuple(_strings(document, "depends")),
        frozenset(_metadata(_strings(document, "files"))),
        _string(document, "requested_spec") or next(iter(_strings(document, "requested_specs")), ""),
    )  # fmt: skip


def _string(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) and value != "None" else ""


def _strings(document: Mapping[str, Any], key: str) -> list[str]:
    value = document.get(key)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _metadata(files: list[str]) -> Iterator[str]:
    for file in files:
        folder, _, name = file.replace("\\", "/").rpartition("/")
        if name in ("METADATA", "PKG-INFO") and folder.endswith((".dist-info", ".egg-info")):
            yield folder
        elif name.endswith((".egg-info", ".egg-link")):
            yield f"{folder}/{name}"


def channel_name(url: str, channel: str) -> tuple[str, bool]:
    """The canonical name of a package's channel, or its address, and whether credentials were taken out of it. `url`
    is that of the package, `channel` what its record calls it."""
    text = url.rpartition("/")[0] if "://" in url else channel
    if text in ("", "<unknown>", "pypi", "local"):
        text = channel if channel not in ("<unknown>", "pypi", "local") else ""
    bare = re.sub(r"/t/[^/]+(?=/)", "", re.sub(r"://[^/@]*@", "://", text))
    secret = bare != text
    bare = _SUBDIR.sub("", bare.rstrip("/")).rstrip("/")
    bare = multichannel_name(bare)
    if "://" in bare and not urlsplit(bare).path.strip("/") and not urlsplit(bare).netloc:
        return "", secret
    return bare, secret


def history_of(text: str) -> History:
    """As conda reads it: later specs take the place of earlier ones, `neutered` ones (their version was given up) too,
    and `remove` takes one away."""
    found = History()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith("#"):
            continue
        if command := _COMMAND.match(line.strip()):
            found.channels += _channels_of(command["command"])
            continue
        match = _SPECS.match(line.strip())
        if match is None:
            continue
        for spec in _listed(match["specs"] or ""):
            name = spec_name(spec)
            if match["action"] in ("remove", "uninstall"):
                found.specs.pop(name, None)
            elif match["action"] in ("update", "install", "create", "neutered") and not spec.endswith("@"):
                found.specs[name] = Request(spec, number)
    return found


def spec_name(spec: str) -> str:
    """The name in a MatchSpec, however it is written."""
    match = _SPEC_NAME.match(spec.strip().strip("'\""))
    return match["name"].lower() if match else spec


def _listed(text: str) -> list[str]:
    """`['a', 'b >=1,<2']` in Python's or JSON's form, or `a,b >=1,<2` as older releases wrote it."""
    if text.startswith("["):
        import ast

        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return []
        return [one for one in found if isinstance(one, str) and one] if isinstance(found, list) else []
    specs: list[str] = []
    for part in text.split(","):
        if _QUALIFIER.match(part) and specs:  # a version bound of the spec before
            specs[-1] = f"{specs[-1]},{part.strip()}"
        elif part.strip():
            specs.append(part.strip())
    return specs


def _channels_of(command: str) -> list[str]:
    """What `-c` and `--channel` name in a command."""
    found = re.findall(r"(?:\s-c[= ]?|\s--channel[= ])\s*([^\s'\"-][^\s'\"]*)", command)
    return [channel_name("", one)[0] for one in found]


def pins(text: str) -> list[Request]:
    """The specs of `conda-meta/pinned`, a line each."""
    lines = enumerate(text.splitlines(), start=1)
    return [
        Request(line.strip(), number)
        for number, line in lines
        if line.strip() and not line.strip().startswith("#")
    ]


def variables_of(text: str) -> dict[str, str]:
    """What `conda env config vars set` keeps in `conda-meta/state`."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found = document.get("env_vars") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        return {}
    return {
        str(name): value for name, value in found.items() if isinstance(value, str) and value != "***unset***"
    }
