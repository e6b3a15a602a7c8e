"""What becomes of the keys of `Pipfile` and `Pipfile.lock`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, read, table

PIPFILE: Rows = table(
    read("the index", "source[].name"),
    carried("the default index", "source[].url", "packages.*.index"),
    carried("pip", "packages.*", "dev-packages.*", "another category.*"),
    carried("pip", "packages.*", when="it is a table"),
    carried("python", "requires.python_version", "requires.python_full_version"),
    carried("run", "scripts.*"),
    changed(
        "index",
        "what it does not have is looked for on the default index; `packages` says what comes from where",
        "source[].url",
        when="it is another than the default one",
    ),
    dropped("it is about how Pipenv asks an index", "source[].any other key"),
    dropped("Pipenv has no such setting", "packages.*.any other key"),
    dropped("it is about how Pipenv works", "requires.any other key", "pipenv.*"),
    dropped(
        "it is more than one plain command: write it in `shell` of a `run`",
        "scripts.*",
        when="it needs a shell",
    ),
)

PIPFILE_LOCK: Rows = table(
    carried("python", "_meta.requires.python_version"),
    carried("the default index", "_meta.sources[].url"),
    carried("pip", "default.*.version", "default.*.git", "default.*.markers", "develop.*"),
    dropped("it is the lock's own", "_meta.any other key"),
    dropped("`envspec lock` keeps its own", "default.*.hashes"),
)

TABLES: Mapping[str, Rows] = {"Pipfile": PIPFILE, "Pipfile.lock": PIPFILE_LOCK}
