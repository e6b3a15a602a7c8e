"""What an environment says is installed in it: `conda-meta` of conda, `*.dist-info` of everything else.

In comes a `Tree`; out come packages with the files that they say they brought. What always holds: nothing of it
is believed beyond what is written; what does not parse is named in `unreadable`.
"""

from __future__ import annotations

import base64
import csv
import json
import posixpath
from collections.abc import Iterator, Mapping
from email.parser import BytesHeaderParser
from typing import Any

from envspec.frozen import Frozen, frozen
from envspec.packages.pip import normalized_name
from envspec.supply_chain.file_tree import Tree


@frozen
class BroughtFile(Frozen):
    """`path` is below the environment; `sha256` is empty where the package does not say; `link`: a symbolic one."""

    path: str
    sha256: str = ""
    link: bool = False


@frozen
class Installed(Frozen):
    """`metadata` is the file that says it. `build` and `sha256` (of the archive) are those of a conda package."""

    kind: str
    name: str
    version: str
    metadata: str
    files: tuple[BroughtFile, ...]
    build: str = ""
    sha256: str = ""


@frozen
class Inventory(Frozen):
    conda: tuple[Installed, ...]
    pip: tuple[Installed, ...]
    unreadable: tuple[str, ...]


def inventory(tree: Tree, prefix: str = "") -> Inventory:
    """All packages. A distribution that a conda package brought is that package's, and not told a second time.
    `prefix` is where the environment lives when it is used, for records with absolute paths."""
    conda: list[Installed] = []
    pip: list[Installed] = []
    unreadable: list[str] = []
    for path, entry in sorted(tree.items()):
        if path.startswith("conda-meta/") and path.endswith(".json"):
            package = _conda(path, entry.content)
            unreadable += [path] if package is None else []
            conda += [package] if package is not None else []
    owned = {file.path for package in conda for file in package.files}
    for path, entry in sorted(tree.items()):
        if path.endswith(".dist-info/METADATA") and path not in owned:
            record = posixpath.dirname(path) + "/RECORD"
            found = tree.get(record)
            package = _distribution(path, entry.content, found.content if found else None, prefix)
            unreadable += [record] if package is None else []
            pip += [package] if package is not None else []
    return Inventory(tuple(conda), tuple(pip), tuple(unreadable))


def _conda(path: str, content: bytes | None) -> Installed | None:
    try:
        value: Any = json.loads(content or b"")
        files = tuple(_conda_files(value))
        words = [str(value.get(key) or "") for key in ("name", "version", "build", "sha256")]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return Installed("conda", words[0], words[1], path, files, words[2], words[3])


def _conda_files(value: Mapping[str, Any]) -> Iterator[BroughtFile]:
    """`sha256_in_prefix` is that of a file into which the prefix was written."""
    told = {}
    for entry in value.get("paths_data", {}).get("paths", []):
        path = posixpath.normpath(str(entry["_path"]))
        sha256 = str(entry.get("sha256_in_prefix") or entry.get("sha256") or "")
        told[path] = BroughtFile(path, sha256, entry.get("path_type") == "softlink")
    yield from told.values()
    for name in value.get("files", []):
        path = posixpath.normpath(str(name))
        if path not in told:
            yield BroughtFile(path)


def _distribution(path: str, metadata: bytes | None, record: bytes | None, prefix: str) -> Installed | None:
    if metadata is None or record is None:
        return None
    headers = BytesHeaderParser().parsebytes(metadata)
    try:
        files = tuple(_recorded(record.decode("utf-8"), posixpath.dirname(posixpath.dirname(path)), prefix))
    except (ValueError, csv.Error):
        return None
    name = normalized_name(str(headers.get("Name", "")))
    return Installed("pip", name, str(headers.get("Version", "")), path, files)


def _recorded(text: str, folder: str, prefix: str) -> Iterator[BroughtFile]:
    """The rows of a RECORD (PEP 376, PEP 627): path, `sha256=BASE64`, size. What is outside the environment is not
    ours to look at."""
    for row in csv.reader(text.splitlines()):
        if not row or not row[0]:
            continue
        path = row[0].replace("\\", "/")
        if path.startswith("/"):
            if not prefix or not path.startswith(f"{prefix}/"):
                continue
            path = path.removeprefix(f"{prefix}/")
        else:
            path = posixpath.normpath(posixpath.join(folder, path))
        if path.startswith("../"):
            continue
        algorithm, _, value = (row[1] if len(row) > 1 else "").partition("=")
        yield BroughtFile(path, _hex(value) if algorithm == "sha256" else "")


def _hex(value: str) -> str:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex()
