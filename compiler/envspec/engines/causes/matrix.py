"""Every cause of a failure and what it becomes where: the table of `docs/failures.md`, and what the tests provoke.

`python -m envspec.engines.causes.matrix docs/failures.md` writes the page; a test holds that it is up to date, and
another that each cell is provoked for real.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from envspec.engines.causes.table import CAUSES

WHERE = ("lock: PyPI", "lock: conda", "local: PyPI", "local: conda", "docker: BuildKit", "docker: classic")


class Row(NamedTuple):
    """`cells` has the code for each place where the cause can occur. `place` is what is pointed at; `exists` what is
    offered instead."""

    cells: Mapping[str, str]
    place: str
    exists: str


def _built(cause: str, *local: str) -> dict[str, str]:
    """The codes of a cause of `engines.causes.table`, which each engine has in its own row."""
    cause = {"apt mirror": "changed under us"}.get(cause, cause)
    codes = dict.fromkeys(local, CAUSES[cause].local.code)
    return codes | dict.fromkeys(WHERE[4:], CAUSES[cause].docker.code)


_PIP, _CONDA = "local: PyPI", "local: conda"
_SOURCE = "the `index` or `channel` where the spec names it, else the list"
_ENTRY = "the package's entry, or the one that needs it"

MATRIX: Mapping[str, Row] = {
    "no such package": Row(
        {"lock: PyPI": "E0604", "lock: conda": "E0609", **_built("no such package", _PIP)},
        _ENTRY,
        "the nearest name in the lock, in indexes that are folders, in uv's cache, in the channels",
    ),
    "no such version": Row(
        {"lock: PyPI": "E0605", "lock: conda": "E0610", **_built("no such version", _PIP)},
        _ENTRY,
        "the versions below and above, and the newest",
    ),
    "file gone": Row(
        _built("file gone", _PIP, _CONDA), _ENTRY, "the versions below and above, and the newest"
    ),
    "no wheel": Row(
        {"lock: PyPI": "E0607", **_built("no wheel", _PIP)},
        _ENTRY,
        "the nearest version that has one; for which platforms there are some",
    ),
    "conflict": Row(
        {"lock: PyPI": "E0606", "lock: conda": "E0611"}, "every entry that takes part", "the solver's reasons"
    ),
    "needs a compiler": Row(
        {"lock: PyPI": "E0641", **_built("needs a compiler", _PIP)},
        _ENTRY,
        "what is missing, a tool or a header; a wheel, conda, another image",
    ),
    "build fails": Row(
        {"lock: PyPI": "E0642", **_built("build fails", _PIP)},
        _ENTRY,
        "the last error of the build backend",
    ),
    "hash mismatch": Row(
        _built("hash mismatch", _PIP, _CONDA), _ENTRY, "`envspec lock` when the change is meant"
    ),
    "network": Row(
        {"lock: PyPI": "E0608", "lock: conda": "E0612", **_built("network", _PIP, _CONDA)},
        _SOURCE,
        "proxy, certificates, `--network`",
    ),
    "broken off": Row(
        {"lock: PyPI": "E0608", "lock: conda": "E0612", **_built("broken off", _PIP, _CONDA)},
        "the list that was installed",
        "proxy or mirror between",
    ),
    "index in trouble": Row(
        {"lock: PyPI": "E0640", "lock: conda": "E0640", **_built("index in trouble", _PIP, _CONDA)},
        _SOURCE,
        "later, or a mirror",
    ),
    "credentials refused": Row(
        {"lock: PyPI": "E0620", "lock: conda": "E0620", **_built("credentials refused", _PIP, _CONDA)},
        _SOURCE,
        "the block and its secret",
    ),
    "disk full": Row(
        {"lock: PyPI": "E0643", "lock: conda": "E0643", **_built("disk full", _PIP, _CONDA)},
        "the environment",
        "`envspec prune`, or the tool's own",
    ),
    "no apt package": Row(
        _built("no apt package"), "the entry of `apt`", "the nearest name that apt knows in that image"
    ),
    "no apt version": Row(_built("no apt version"), "the entry of `apt`", "the versions that apt knows"),
    "apt conflict": Row(_built("apt conflict"), "`apt`", "apt's own words"),
    "apt mirror": Row(_built("apt mirror"), "`apt`", "another mirror"),
    "script fails": Row(
        dict.fromkeys(WHERE[4:], "E0911"),
        "the script in `docker.run`",
        "its line, and a cause that it shows",
    ),
    "base image": Row(
        dict.fromkeys(WHERE[4:], "E0905"), "`docker.image`", "tags of that repository in the engine"
    ),
    "engine killed": Row(
        dict.fromkeys(WHERE[4:], "E0904"), "the environment", "start the engine and repeat the command"
    ),
}

_TITLES = {
    "apt mirror": "mirror changed under us",
    "hash mismatch": "hash mismatch, changed under us",
    "index in trouble": "index, channel or mirror answers 500",
    "network": "index, channel or mirror gone",
    "base image": "base image or its registry gone",
    "engine killed": "engine killed in the middle",
    "build fails": "a build backend fails",
}
_HEAD = """\
<!-- made by `python -m envspec.engines.causes.matrix docs/failures.md`: do not edit -->
# Failures, and what they become

A step that fails becomes one finding for each entry that caused it: at the package's own line, with the cause in one
clause and what exists instead. The end of the output is shown and the whole of it is kept in
`.envspec/logs/build-ENVIRONMENT.log` (`.docker.log` for an image), which the finding names. Nothing half-made stays:
no environment, no image, no lock.

A package that no entry names is told at the entry that needs it, with the way there in a note. What comes by `extends`,
by an import, from `requirements` or from `conda_file` is told in the file that wrote it. An address never shows a
credential.

Each cell is a code of [the table](codes.md), and is provoked for real by a test in `tests/failures`. What locking finds
wrong with the spec ends with status 1; what an engine, an index or a channel refuses ends with 3.
"""


def page() -> str:
    """`docs/failures.md`."""
    lines = [_HEAD]
    lines.append("| cause | " + " | ".join(WHERE) + " |")
    lines.append("|---" * (len(WHERE) + 1) + "|")
    for cause, row in MATRIX.items():
        codes = [f"[{code}](codes.md#{code.lower()})" if (code := row.cells.get(w)) else "" for w in WHERE]
        lines.append(f"| {_TITLES.get(cause, cause)} | " + " | ".join(codes) + " |")
    lines += ["", "| cause | points at | says what exists instead |", "|---|---|---|"]
    lines += [
        f"| {_TITLES.get(cause, cause)} | {row.place} | {row.exists} |" for cause, row in MATRIX.items()
    ]
    lines += [
        "",
        "An empty cell cannot happen: what is locked is neither solved nor renamed while it is built, conda packages "
        "are built already, and apt and scripts exist in images only.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
