"""What tests of importers share: a folder with a file in it, what is made of it, and what that compiles to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from envspec.actions.importing import Imported, import_spec
from envspec.actions.loading import compile_file
from envspec.actions.options import Options
from envspec.diagnostics import Severity

CORPUS = Path(__file__).parent / "corpus"
DEFAULT_INDEX = "https://index.example/simple"
"""The default index in files of these tests, by the settings of their machine (`conftest.py`)."""
PUBLIC_INDEX = f"https://{'.'.join(('pypi', 'org'))}/simple"
"""That of everybody."""


def project(folder: Path, files: dict[str, str | bytes]) -> Path:
    """A project root with these files."""
    (folder / ".git").mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def imported(kind: str, path: Path, **options: Any) -> Imported:
    """What is made of a file, written beside it as `made.envspec`."""
    folder = path if path.is_dir() else path.parent
    made = import_spec(kind, path, output=folder / "made.envspec", **options)
    (folder / "made.envspec").write_text(made.text)
    return made


def compiled(folder: Path) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The document of `made.envspec`, and its errors: code and message."""
    checked = compile_file(folder, "made.envspec", Options(path=folder))
    errors = [(d.code, d.message) for d in checked.diagnostics if d.severity is Severity.ERROR]
    return checked.resolution.document, errors


def environment_of(folder: Path) -> dict[str, Any]:
    """The only environment of `made.envspec`, which has no errors."""
    document, errors = compiled(folder)
    assert errors == []
    (environment,) = document["environments"].values()
    return environment  # type: ignore[no-any-return]


def reasons(made: Imported) -> dict[str, str]:
    """Why each thing was dropped or changed."""
    return {line.what: line.reason for line in made.report.lines if line.outcome != "carried"}


def losses(made: Imported) -> list[tuple[str, str, int]]:
    """What was dropped or changed: outcome, text, line."""
    return [(line.outcome, line.what, line.line) for line in made.report.lines if line.outcome != "carried"]
