"""What becomes of the keys of `poetry.lock`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

POETRY_LOCK: Rows = table(
    carried(
        "pip",
        "package[].version",
        "package[].markers",
        "package[].groups",
        "package[].source: git",
        "package[].source: an address",
        "package[].source: a folder",
    ),
    carried("index", "package[].source: an index"),
    carried("environment", "extras.*"),
    carried("python", "metadata.python-versions"),
    changed(
        "python",
        "Poetry's constraint as bounds (PEP 440)",
        "metadata.python-versions",
        when="it is a constraint of Poetry's",
    ),
    dropped(
        "`envspec lock` keeps its own",
        "package[].files[].hash",
        "metadata.files.*[].hash",
        "metadata.hashes.*",
    ),
    dropped("nothing that is asked for needs it", "a package that nothing needs"),
    dropped("it is the lock's own", "metadata.any other key"),
    dropped("it is not known in a `poetry.lock`", "any other key"),
    dropped(
        "it is not beside the lock, and only it says what is asked for directly",
        "pyproject.toml",
        when="it is not beside the lock",
    ),
)

TABLES: Mapping[str, Rows] = {"poetry.lock": POETRY_LOCK}
