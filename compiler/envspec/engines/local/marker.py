"""The file that says an environment is complete: `envspec-environment.json` in its folder.

Scripts in an environment hold its absolute path, so it is built where it stays, and this file is written
last, atomically. A folder without a marker that fits is a build that was killed, or was moved, and counts
for nothing. Reading it needs neither uv nor rattler.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "envspec-environment.json"
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Marker:
    """`hash` and `preimage` are the python layer; `prefix` the absolute folder it was built in; `size` in
    bytes; `python` whether there is one in it; `activation` what activating it sets, beyond `PATH`."""

    hash: str
    preimage: str
    prefix: str
    size: int
    python: bool
    activation: dict[str, str]

    def fits(self, hash_: str, preimage: bytes, prefix: Path) -> bool:
        """The environment is the wanted one, stands where it was built, and its interpreter is there."""
        return (
            self.hash == hash_
            and self.preimage == preimage.decode("utf-8", "surrogateescape")
            and self.prefix == str(prefix)
            and (not self.python or (prefix / "bin" / "python").exists())
        )


def read(prefix: Path) -> Marker | None:
    """The marker of `prefix`; None when there is none, or none that this version can read."""
    try:
        value = json.loads((prefix / NAME).read_bytes())
        if value.pop("schema") != _SCHEMA:
            return None
        return Marker(**value)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(prefix: Path, marker: Marker) -> None:
    """Everything the environment is made of must be on disk before this."""
    temporary = prefix / f".{NAME}.{os.getpid()}"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"schema": _SCHEMA, **asdict(marker)}, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(prefix / NAME)
    folder = os.open(prefix, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def remove(prefix: Path) -> None:
    """Before anything else of the environment goes: what is half gone counts for nothing."""
    (prefix / NAME).unlink(missing_ok=True)
