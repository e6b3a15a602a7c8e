"""What the report says of the field of a sample."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from envspec.actions.importing import Imported, import_spec
from envspec.diagnostics import Failure
from envspec.importing.report import Line
from tests.importing.field_samples.sample import HERE, Sample
from tests.importing.imported import project


def told_of(kind: str, sample: Sample) -> tuple[list[Line], str]:
    """The lines that are not in the report of the same file without the field, whatever their place, and the spec."""
    with tempfile.TemporaryDirectory() as folder:
        made = _imported(kind, Path(folder) / "without" / "app", sample, sample.without)
        before = Counter(_key(line) for line in made.report.lines) if made is not None else Counter()
        made = _imported(kind, Path(folder) / "with" / "app", sample, sample.files)
        assert made is not None, "with the field it is no file of the kind"
        new = []
        for line in made.report.lines:
            if before[_key(line)]:
                before[_key(line)] -= 1
            else:
                new.append(line)
        return new, made.text


def _imported(kind: str, folder: Path, sample: Sample, files: Mapping[str, str]) -> Imported | None:
    folder.mkdir(parents=True)
    project(folder, {name: text.replace(HERE, str(folder)) for name, text in files.items()})
    try:
        return import_spec(kind, folder / sample.read, output=folder / "made.envspec")
    except Failure:
        return None


def _key(line: Line) -> tuple[str, str, str, str]:
    return line.outcome, line.what, line.became, line.reason
