"""Whether a source is small enough to be stored with each run, and what is large where it is not.

In comes what a walk found and the limits; out comes nothing, or a `Failure` E1116 that names the largest files and folders
and the lines of `.envspecignore` that leave them out. Only sizes are looked at: nothing has been read by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.workspace.trees import Found

IGNORE_FILE = ".envspecignore"
_SHOWN = 5
_MOST_OF_IT = 0.8
"""A folder is named by the one below it that holds so much of it: `data/raw/`, and not `data/`."""
_UNITS = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3))


@frozen
class Limits(Frozen):
    """Bytes that one file, and a whole source, may have."""

    file: int = 100_000_000
    source: int = 1_000_000_000


@frozen
class Large(Frozen):
    """A file, or a folder (`path` ends in `/`) with all that is below it."""

    path: str
    size: int
    files: int


def check_size(found: Sequence[Found], limits: Limits, name: str) -> None:
    """`name` is what the project calls the source. Raises `Failure` E1116."""
    files = [one for one in found if one.target is None]
    total = sum(one.size for one in files)
    wide = sorted(
        (Large(one.path, one.size, 1) for one in files if one.size > limits.file),
        key=_order,
    )
    if wide:
        what = f"{_counted(len(wide))} of the source `{name}` {'is' if len(wide) == 1 else 'are'} too large for a snapshot"
        raise Failure(
            _refused(f"{what}: more than {size_text(limits.file)}", wide, wide, "largest-file", name)
        )
    if total > limits.source:
        what = (
            f"the source `{name}` is too large for a snapshot: {size_text(total)} in {_counted(len(files))}"
        )
        shown = largest(files)
        raise Failure(
            _refused(
                f"{what}, and at most {size_text(limits.source)} is stored",
                shown, _enough(shown, total - limits.source), "largest-source", name,
            )
        )  # fmt: skip


def _refused(
    message: str, shown: Sequence[Large], leave_out: Sequence[Large], key: str, name: str
) -> Diagnostic:
    notes = [
        f"{size_text(one.size)}  {one.path if one.path.isprintable() else ascii(one.path)[1:-1]}"
        + (f"  ({_counted(one.files)})" if one.path.endswith("/") else "")
        for one in shown[:_SHOWN]
    ]
    more = len(shown) - len(notes)
    if more > 0:
        notes.append(f"and {more} more")
    lines = " and ".join(f"`{ignore_line(one.path)}`" for one in leave_out[:_SHOWN])
    file = IGNORE_FILE if name == "." else f"{name.rstrip('/')}/{IGNORE_FILE}"
    return Diagnostic(
        "E1116",
        message,
        notes=tuple(notes),
        help=f"write what is no part of the program into `{file}`, a line each: {lines}; make data an input; or allow more "
        f"by `{key}` of `[tool.envspec.snapshot]` in `pyproject.toml`",
    )


def largest(files: Iterable[Found]) -> list[Large]:
    """What the source holds, the largest first."""
    below: dict[str, dict[str, list[int]]] = {}
    for one in files:
        parent, size = "", one.size
        *folders, name = one.path.split("/")
        for part in [*(f"{folder}/" for folder in folders), name]:
            known = below.setdefault(parent, {}).setdefault(parent + part, [0, 0])
            known[0] += size
            known[1] += 1
            parent += part

    def narrowed(path: str, size: int, count: int) -> Large:
        while path in below:
            inner, (part, number) = max(below[path].items(), key=lambda item: item[1][0])
            if part < size * _MOST_OF_IT:
                break
            path, size, count = inner, part, number
        return Large(path, size, count)

    return sorted((narrowed(path, *counts) for path, counts in below.get("", {}).items()), key=_order)


def _order(one: Large) -> tuple[int, str]:
    return -one.size, one.path


def _enough(shown: Sequence[Large], surplus: int) -> list[Large]:
    """The first of them that are together as much as there is too much."""
    found: list[Large] = []
    for one in shown:
        if surplus <= 0:
            break
        found.append(one)
        surplus -= one.size
    return found


def ignore_line(path: str) -> str:
    """The line of an ignore file that means this path and, unless it holds what cannot be seen or written, no other."""
    line = "/"
    for character in path:
        if character in "\\*?[":
            line += "\\" + character
        elif character.isprintable():
            line += character
        else:
            line += "?" * len(character.encode("utf-8", "surrogateescape"))
    return line[:-1] + "\\ " if line.endswith(" ") else line


def size_text(size: int) -> str:
    """`4.2 GB`"""
    for unit, factor in _UNITS:
        if size >= factor:
            return f"{size / factor:.3g} {unit}" if size < 999.5 * factor else f"{size // factor} {unit}"
    return f"{size} B"


def _counted(count: int) -> str:
    return "one file" if count == 1 else f"{count:,} files"
