"""What becomes of the keys of `pylock.toml`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, read, table

PYLOCK_TOML: Rows = table(
    read("how the file is read", "lock-version"),
    read("the environment", "default-groups"),
    read(
        "the package",
        "packages[].name",
        "packages[].requires-python",
        "packages[].dependencies",
        "packages[].sdist",
        "packages[].wheels",
    ),
    carried("python", "requires-python"),
    carried("environment", "extras", "dependency-groups"),
    carried(
        "pip",
        "packages[].version",
        "packages[].marker",
        "packages[].vcs",
        "packages[].archive",
        "packages[].directory",
    ),
    changed(
        "index",
        "what it does not have is looked for on the default index; `packages` says what comes from where",
        "packages[].index",
    ),
    dropped("it is the lock's own", "created-by"),
    dropped("platforms are `docker.platforms`, Pythons are `python`", "environments"),
    dropped("it is another tool's own", "tool", "packages[].tool"),
    dropped(
        "it is needed on other platforms or Pythons only; an image is for Linux",
        "packages[].marker",
        when="it is not for Linux",
    ),
    dropped("`envspec lock` keeps its own", "packages[].wheels[].hashes"),
    dropped("`envspec lock` looks at the files itself", "packages[].attestation-identities"),
    dropped("PEP 751 has no such key", "packages[].any other key", "any other key"),
)

TABLES: Mapping[str, Rows] = {"pylock.toml": PYLOCK_TOML}
