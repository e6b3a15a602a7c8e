"""Measures what a user waits for, from the wheel, and prints ratios: `make bench`, or `python -m benchmarks`;
`make bench-builds`, or `python -m benchmarks builds`.

Everything of one run is measured in that run, in turn, as whole processes: an empty Python, the import of lark,
click and jsonschema, the peers, and ours. A goal that was set on another machine is scaled by the yardstick it
was set with, and both are shown.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import workspace
from benchmarks.build_report import build_table
from benchmarks.builds import Measured, measure_builds
from benchmarks.cases import cases
from benchmarks.editor import measure_editor
from benchmarks.index_locking import measure_locking
from benchmarks.installed import install
from benchmarks.measure import Result, measure
from benchmarks.report import table, write_between_marks


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What a user waits for.")
    parser.add_argument("what", nargs="?", choices=tuple(_WHAT), default="commands")
    parser.add_argument(
        "-n", "--rounds", type=int, help="times that each is measured (15 commands and workspace, 5 others)"
    )
    parser.add_argument("--cold", type=int, default=2, help="times that each cold build is measured (2)")
    parser.add_argument(
        "-k", "--only", default="", help="only those whose name holds this text; of builds, the peers"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="put the table between its marks in a file too"
    )
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="envspec-benchmarks-"))
    try:
        found, text = _WHAT[chosen.what](folder, chosen)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if chosen.write is not None:
        write_between_marks(chosen.write, chosen.what, text)
    if chosen.format == "json":
        print(json.dumps({"schema": 1, "results": [asdict(result) for result in found]}, indent=2))
    else:
        print(text)
    return 0


def _commands(folder: Path, chosen: argparse.Namespace) -> tuple[Sequence[Result], str]:
    installed = install(folder)
    rounds = chosen.rounds or 15
    found: list[Result] = measure(cases(folder, installed), rounds, chosen.only)
    found += measure_editor(folder, installed, rounds, chosen.only)
    return found, table(found)


def _workspace(folder: Path, chosen: argparse.Namespace) -> tuple[Sequence[Result], str]:
    found = measure(workspace.cases(folder / "workspace", install(folder)), chosen.rounds or 15, chosen.only)
    return found, table(found)


def _builds(folder: Path, chosen: argparse.Namespace) -> tuple[Sequence[Measured], str]:
    found = measure_builds(folder, chosen.rounds or 5, chosen.cold, chosen.only)
    return found, build_table(found)


def _locking(folder: Path, chosen: argparse.Namespace) -> tuple[Sequence[Result], str]:
    found, largest = measure_locking(folder, chosen.rounds or 5, chosen.only)
    return found, f"{table(found)}\n\n{largest}".rstrip()


_Measure = Callable[[Path, argparse.Namespace], tuple[Sequence[Any], str]]
_WHAT: Mapping[str, _Measure] = {
    "commands": _commands,
    "builds": _builds,
    "locking": _locking,
    "workspace": _workspace,
}


if __name__ == "__main__":
    sys.exit(main())
