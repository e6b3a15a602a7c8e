"""What tests of exporters share: a project, and what is made of it without a command line."""

from __future__ import annotations

from pathlib import Path

from envspec.actions.exporting import export
from envspec.actions.loading import load
from envspec.actions.options import Options
from envspec.exporting.interface import Export

HOSTILE = (
    """it's "q" $HOME ${PATH} $(id) `id` ${{ secrets.X }} $(X) {x} {{x}} ${localEnv:HOME} \\n: # - [a] !!x &a *b %TAG""",
    "first\nsecond: $X\n\n# third\r\n\ttab",
    " padded ",
    "é ☃ \U0001d518 \u2028 \x85 \x7f",
    "- a",
    "yes",
    "1e3",
    "08",
    "---\nb: c",
    "!!python/object/apply:os.system [id]",
    "'",
    '"',
    "$",
    "\\",
)
"""Values that mean something to some reader: shells, YAML, expressions of GitHub and Azure, variables of Kubernetes."""


def quoted(text: str) -> str:
    """A string of the language."""
    from envspec.syntax.strings import quote

    return quote(text)


def project(folder: Path, spec: str, **files: str) -> Path:
    """A project root with `a.envspec` and other files."""
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "a.envspec").write_text("edition = 1\n" + spec)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def exported(
    folder: Path, kind: str, name: str = "", *, file: str = "a.envspec", output: Path | None = None
) -> Export:
    """Offline, from the spec; where `output` would be if it were written."""
    where = folder / "made" if output is None else output
    return export(load(Options(path=folder / file), keep=False), kind, name, output=where)


def written(made: Export, folder: Path) -> Path:
    """The files of a kind that fills a folder."""
    for name, text in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
