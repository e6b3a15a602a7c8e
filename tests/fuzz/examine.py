"""What must hold for any input at all; the first promise that an input breaks, in words."""

from __future__ import annotations

import signal
import traceback
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from envspec.check.project import check
from envspec.diagnostics import Source, exit_code
from envspec.diagnostics.codes import codes
from envspec.diagnostics.fixes import applicable, apply
from envspec.diagnostics.render import FORMATS, render
from envspec.formatting.format import format_range, format_text
from envspec.ir.canonical import canonical_json
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve
from tests.fuzz.in_editor import broken_in_editor

FILE = "main.envspec"
ON_DISK = {
    "base.envspec": 'edition = 1\nparam size = 3\nenvironment base {\n    python = "3.12"\n}\n',
    "requirements.txt": "numpy >=1\n-r more.txt\n",
    "more.txt": "-r requirements.txt\n",
    "environment.yml": "dependencies:\n  - numpy=2\n  - pip:\n      - rich\n",
    "pyproject.toml": "[project]\nname = 'p'\nversion = '1'\ndependencies = ['numpy==1']\n",
    "src/train.py": "# /// script\n# dependencies = ['rich']\n# ///\n",
    "src/score.py": "def init():\n    pass\n\n\ndef run(data):\n    return data\n",
}
"""What the specs of the corpus name."""

SECONDS = 1.0
"""The longest that one input may take."""


class TooLongError(BaseException):
    """Not an `Exception`: nothing on the way may take it for its own."""


def make_project(root: Path) -> None:
    for name, text in ON_DISK.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises `TooLongError` after so many seconds of the processor's time: others may use it too. Unix, main thread."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def broken_promise(root: Path, data: bytes, seconds: float = SECONDS) -> str:
    """What an input breaks, empty when nothing is."""
    try:
        with limited(seconds):
            return _broken(root, data)
    except TooLongError:
        return f"took longer than {seconds} s"
    except Exception:  # noqa: BLE001 - this is what we look for
        return traceback.format_exc()


def _broken(root: Path, data: bytes) -> str:
    files = ProjectFiles(root)
    result = check(resolve(FILE, files, None, {FILE: data}), files)
    sources = result.resolution.sources
    for finding in result.diagnostics:
        if finding.code not in codes():
            return f"no such code: {finding.code}"
        places = [finding.span, finding.context, *(label.span for label in finding.labels)]
        places += [edit.span for fix in finding.fixes for edit in fix.edits]
        for span in places:
            if span is not None and not 0 <= span.start <= span.end <= len(sources[span.file].text):
                return f"a place outside its file: {finding}"
        if finding.span is None:
            return f"a finding without a place: {finding}"
    lines = render("concise", result.diagnostics, sources, colour=False).splitlines()
    if len(lines) != len(result.diagnostics):
        return f"{len(result.diagnostics)} findings in {len(lines)} lines"
    names = tuple(FORMATS)
    for format_ in {"full", names[zlib.crc32(data) % len(names)]}:
        render(format_, result.diagnostics, sources, colour=False)
    canonical_json(result.resolution.document)
    apply(applicable(result.diagnostics, unsafe=True), sources)
    exit_code(result.diagnostics)
    wrong = broken_in_editor(FILE, files, result, zlib.crc32(data[::-1]))
    if wrong:
        return wrong
    return _formats(sources[FILE]) if zlib.crc32(data) % 3 == 0 else ""


def _formats(source: Source) -> str:
    text, _ = format_text(source)
    again, _ = format_text(Source.of(FILE, text))
    if again != text:
        return "formatting twice is not formatting once"
    middle = len(source.text) // 2
    format_range(source, middle, middle + 10)
    return ""
