"""A database of vulnerabilities in the OSV format, read from this machine.

In comes a file or folder and the names that matter; out come the records about them. A database is a zip of JSON
files (as ecosystems are exported), a folder of them, a file with a record on each line, or one JSON file with a
record or a list. What always holds: nothing is fetched; of tens of thousands of records only those that name one of
the packages are parsed; what is no database is a `Failure` E1431 and never an empty answer.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn

from envspec.diagnostics import Diagnostic, Failure
from envspec.packages.pip import normalized_name

Record = dict[str, Any]

ECOSYSTEM = "PyPI"
_NAMES = re.compile(rb'"name"\s*:\s*"([^"\\]*)(["\\])')
_LARGEST = 64 * 1024 * 1024
"""Of one record: real ones have some kilobytes."""


class Database:
    """`records` gives what is about some packages, and counts in `read` how many there are in all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read = 0

    def records(self, names: Collection[str]) -> Iterator[Record]:
        """The records, withdrawn ones left out, that name one of `names` (normalised) of PyPI."""
        wanted = frozenset(names)
        for where, content in self._contents():
            if b'"id"' not in content:
                self._refuse(f"`{where}` holds no record")
            self.read += 1
            if not _may_name(content, wanted):
                continue
            try:
                value = json.loads(content)
            except ValueError:
                self._refuse(f"`{where}` is not JSON")
            records = value if isinstance(value, list) else [value]
            self.read += len(records) - 1
            for record in records:
                if not isinstance(record, dict) or not isinstance(record.get("id"), str):
                    self._refuse(f"`{where}` holds something that is no record: it has no `id`")
                if not record.get("withdrawn") and _names(record) & wanted:
                    yield record
        if not self.read:
            self._refuse("it holds no record")

    def _contents(self) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each JSON text, in order of name."""
        try:
            if self.path.is_dir():
                for file in sorted(self.path.rglob("*.json")):
                    yield file.name, file.read_bytes()
            elif zipfile.is_zipfile(self.path):
                yield from self._zipped()
            else:
                yield from self._lines(self.path.read_bytes())
        except OSError as error:
            self._refuse((error.strerror or str(error)).lower())
        except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError) as error:  # RuntimeError: encrypted
            self._refuse(f"the zip file is damaged: {error}".lower())

    def _zipped(self) -> Iterator[tuple[str, bytes]]:
        with zipfile.ZipFile(self.path) as archive:
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                if entry.filename.endswith(".json"):
                    if entry.file_size > _LARGEST:
                        self._refuse(f"`{entry.filename}` is larger than a record can be")
                    yield entry.filename, archive.read(entry)

    def _lines(self, content: bytes) -> Iterator[tuple[str, bytes]]:
        """A record on each line, or one text over all of them."""
        lines = content.splitlines()
        if len(lines) > 1 and all(line.lstrip()[:1] in (b"{", b"") for line in lines) and _parses(lines[0]):
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield f"{self.path.name}:{number}", line
        else:
            yield self.path.name, content

    def _refuse(self, why: str) -> NoReturn:
        raise Failure(
            Diagnostic(
                "E1431",
                f"`{self.path}` is no database of vulnerabilities",
                notes=(why,),
                help="give a zip file, a folder or a file of records in the OSV format",
            )
        )


def _parses(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _may_name(content: bytes, wanted: frozenset[str]) -> bool:
    """Whether a JSON text has to be parsed: it is a list, or may name one of the packages. Cheap, and never wrong with
    no: a name that is written with an escape could be any."""
    return content.lstrip()[:1] == b"[" or any(
        end == b"\\" or normalized_name(name.decode("utf-8", "replace")) in wanted
        for name, end in _NAMES.findall(content)
    )


def _names(record: Record) -> set[str]:
    return {name for entry in affected(record) if (name := affected_name(entry))}


def affected(record: Record) -> list[Record]:
    """The parts of a record that say what is affected."""
    found = record.get("affected")
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def affected_name(entry: Record) -> str:
    """The normalised name of the PyPI package that such a part is about, empty for another ecosystem."""
    package = entry.get("package")
    if not isinstance(package, dict):
        return ""
    ecosystem, name = package.get("ecosystem"), package.get("name")
    if not isinstance(ecosystem, str) or not isinstance(name, str):
        return ""
    return normalized_name(name) if ecosystem.partition(":")[0] == ECOSYSTEM else ""
