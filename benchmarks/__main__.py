"""Measures what a user waits for, from the wheel, and prints ratios: `make bench`, or `python -m benchmarks`.

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
from dataclasses import asdict
from pathlib import Path

from benchmarks.cases import cases
from benchmarks.editor import measure_editor
from benchmarks.installed import install
from benchmarks.measure import Result, measure
from benchmarks.report import table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What a user waits for.")
    parser.add_argument("-n", "--rounds", type=int, default=15, help="times that each is measured (15)")
    parser.add_argument("-k", "--only", default="", help="only those whose name holds this text")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="envspec-benchmarks-"))
    try:
        installed = install(folder)
        found: list[Result] = measure(cases(folder, installed), chosen.rounds, chosen.only)
        found += measure_editor(folder, installed, chosen.rounds, chosen.only)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if chosen.format == "json":
        print(json.dumps({"schema": 1, "results": [asdict(result) for result in found]}, indent=2))
    else:
        print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
