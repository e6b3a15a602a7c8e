"""E13 importing: `envspec import`."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_F = Category.FINDING
_U = Category.USAGE

ROWS: tuple[Code, ...] = (
    Code("E1301", "error", _U, "what is to be imported cannot be read",
         "There is no such file, or it is no text of at most 20 MB. Text is UTF-8, what a byte order mark says, or "
         "Latin-1. `envspec import KIND PATH` takes the file, or the folder that has one of the usual name."),
    Code("E1302", "error", _U, "a file of another kind",
         "The file does not have the form of its kind: it does not parse, or it is the file of another tool. "
         "`envspec import --help` lists the kinds."),
    Code("E1303", "error", _U, "nothing to import",
         "The file was read and says nothing that a spec could hold: no package, program or service."),
    Code("E1304", "error", _F, "something was lost",
         "With `--strict` an import fails when anything is dropped or comes out changed, and writes nothing. The report on "
         "stderr has each of them with its line and the reason; `--report FILE` writes it as JSON."),
    Code("E1305", "error", _U, "the spec is not written",
         "There is a file of this name already, and only `--overwrite` replaces it; or the folder or disk does not let it "
         "be written. Nothing was changed."),
)  # fmt: skip
