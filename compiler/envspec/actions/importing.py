"""A spec of what another tool wrote: found, read, written down, told.

In come a kind and a path; out come the text of a spec and the report of what became of everything. What always holds:
nothing is executed or fetched; nothing is written unless asked, and then whole.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from envspec.actions.writing import write_file
from envspec.diagnostics import Diagnostic, Failure, in_order
from envspec.frozen import Frozen, frozen
from envspec.importing.asked import Asked
from envspec.importing.report import DROPPED, Report, as_text
from envspec.importing.spec import Spec, text_of
from envspec.importing.table import KINDS, finder, reader
from envspec.resolve.files import find_root
from envspec.starting.names import name_of

_MOST_NOTES = 20
"""Lines of a report that stand under an error."""

_LISTS = ("conda", "pip")
"""Kinds that are lists of packages: one of which nothing comes over is something else."""


@frozen
class Imported(Frozen):
    text: str
    report: Report
    spec: Spec


def import_spec(kind: str, path: Path, *, output: Path | None = None, name: str = "") -> Imported:
    """`kind` is one of `KINDS`; `output` is where the spec will be (the working directory when None), to which paths in
    it are relative. Raises `Failure` E1301 to E1304."""
    try:
        return _import(kind, path, output, name)
    except OSError as error:  # a name is longer than a file system takes, or a folder may not be entered
        reason = (error.strerror or str(error)).lower()
        named = (
            f", which `{str(path)[:80]}` names,"
            if error.filename and str(error.filename) != str(path)
            else ""
        )
        what = str(error.filename or path)[:80]
        raise Failure(Diagnostic("E1301", f"`{what}`{named} cannot be looked at: {reason}")) from error
    except RecursionError:
        raise Failure(Diagnostic("E1302", f"`{path}` is nested too deeply")) from None


def _import(kind: str, path: Path, output: Path | None, name: str) -> Imported:
    found = _find(kind, path)
    folder = Path.cwd() if output is None else output.absolute().parent
    asked = Asked(found, folder, find_root(folder), name or name_for(found), default_index=_default_index)
    spec = reader(kind)(asked)
    lines = asked.report.lines if kind in _LISTS else []
    lost = bool(lines) and all(line.outcome == DROPPED for line in lines)
    if not spec.blocks or (lost and not any(block.attributes for block in spec.blocks)):
        raise _nothing(kind, path, asked.report)
    return Imported(text_of(spec), asked.report, spec)


def _nothing(kind: str, path: Path, report: Report) -> Failure:
    """E1303, with what the report says: of a spec that is not written nobody sees it otherwise."""
    from envspec.importing.detecting import kind_of

    seen = kind_of(path)
    other = seen is not None and seen.kind != kind and seen.path in (".", path.name)
    help_ = (
        f"it looks like `{seen.kind}`: `envspec import {seen.kind} {path}`"
        if seen and other
        else "name another file"
    )
    told, findings = as_text(report)[:-1], in_order(report.findings)
    shown = findings[:_MOST_NOTES]
    notes = told[: _MOST_NOTES - len(shown)]
    if more := len(told) + len(findings) - len(notes) - len(shown):
        notes = [*notes, f"and {more} more"]
    message = f"`{path}` says nothing that a spec could hold"
    found = Diagnostic("E1303", message, notes=tuple(notes), help=help_)
    return Failure((found, *shown), report.sources)


def not_as_it_was(report: Report, notes: Sequence[str] = (), help_: str = "") -> Failure:
    """E1304, with the findings of the report."""
    found = Diagnostic("E1304", "not everything came over as it was", notes=tuple(notes), help=help_)
    return Failure((found, *report.findings), report.sources)


def _default_index() -> str:
    from envspec.lock.uv_settings import default_index

    return default_index()


def _find(kind: str, written: Path) -> Path:
    """The file, or the one of the kind in a folder, absolute."""
    row = KINDS[kind]
    if row.names and (named := finder(kind)(written)) is not None:
        return named
    path = Path(os.path.abspath(written))  # noqa: PTH100 - a symlinked project keeps its own name
    if not path.is_dir():
        if not path.exists():
            raise Failure(Diagnostic("E1301", f"there is no file or folder `{path}`", help=_near(path)))
        return path
    for file in () if row.whole else row.files:
        if (path / file).is_file():
            return path / file
    if row.folders:
        return path
    names = ", ".join(f"`{file}`" for file in row.files)
    raise Failure(
        Diagnostic(
            "E1301",
            f"there is none of {names} in `{path}`",
            help=f"name the file: `envspec import {kind} FILE`",
        )
    )


def _near(path: Path) -> str:
    from envspec.resolve.suggest import did_you_mean

    if not path.parent.is_dir():
        return ""
    return did_you_mean(path.name, sorted(one.name for one in path.parent.iterdir()))


def name_for(path: Path) -> str:
    """What a block is called that has no name of its own: after the folder when the file's name says only its kind."""
    said = {file for row in KINDS.values() for file in row.files}
    stem = path.name.split(".")[0] if path.is_file() and path.name not in said else ""
    return name_of(stem, "") or name_of((path if path.is_dir() else path.parent).name, "imported")


def write_spec(output: Path, text: str, *, overwrite: bool) -> None:
    """Raises `Failure` E1305 when there is such a file already, or when it cannot be written."""
    if not overwrite and (output.exists() or output.is_symlink()):
        raise Failure(
            Diagnostic(
                "E1305", f"`{output}` is there already", help="name another file, or add `--overwrite`"
            )
        )
    write_file(output, text, "E1305")
