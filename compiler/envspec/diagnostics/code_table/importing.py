"""E13 importing: `envspec import`."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_F = Category.FINDING
_U = Category.USAGE

ROWS: tuple[Code, ...] = (
    Code("E1301", "error", _U, "what is to be imported cannot be read",
         "There is no such file, it may not be read, or it is no text of at most 20 MB; of a file that another names it is "
         "a warning (W1306, W1307). Text is UTF-8, what a byte order mark says, or "
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
    Code("W1306", "warning", _F, "a reference to what is not there",
         "A file that is imported names a file or folder that is not there: `-r more.txt`, `conda_file: gone.yml`, "
         "`COPY app.py .`. The place is that of the name, in the file that has it. The spec is written all the same: the "
         "marker says whether the reference is left out, or what it became. Put the file there and import again, or "
         "write into the spec what it would have said. With `--strict` the import fails."),
    Code("W1307", "warning", _F, "a part that cannot be read",
         "A line or an entry of a file that is imported is nothing that its format knows, or it names a file that is "
         "broken or may not be read. It is left out of the spec, and everything else comes over. Mend it and import again. A file of which "
         "nothing can be read is an error (E1302, E1303). With `--strict` the import fails."),
)  # fmt: skip
