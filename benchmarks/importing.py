"""Importing 1,000 files: what people wrote for conda, pip and Azure ML, from the corpus of the tests, over and over."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from benchmarks.installed import ROOT
from benchmarks.measure import Case

_CORPUS = ROOT / "tests" / "importing" / "corpus"
_HOW_MANY = {"conda": 500, "pip": 150, "azureml": 350}
"""In the proportions of the corpus."""


def cases(folder: Path, envspec: str, variables: Mapping[str, str]) -> list[Case]:
    """One command for each kind, one after the other: all specs, and a report of each kind."""
    for kind, count in _HOW_MANY.items():
        _make(kind, count, folder / kind)
    commands = [
        f"{shlex.quote(envspec)} import {kind} {kind}/* -o specs/{kind}/ --overwrite --report {kind}.json"
        for kind in _HOW_MANY
    ]
    command = ("sh", "-c", " && ".join(commands))
    return [Case("import, 1,000 files", command, folder, variables, goal=20.0)]


def _make(kind: str, count: int, folder: Path) -> None:
    """Each file with its number in its name and in a last line, so that no two are the same."""
    (folder.parent / ".git").mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True)
    files = [path for path in sorted((_CORPUS / kind).rglob("*.*")) if path.is_file()]
    for number in range(count):
        path = files[number % len(files)]
        text = path.read_text(encoding="utf-8")
        (folder / f"{path.stem}-{number}{path.suffix}").write_text(
            f"{text.rstrip()}\n# {number}\n", encoding="utf-8"
        )
