"""What becomes of what a requirements file has."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table
from envspec.packages.requirements_file import option_help

_OPTIONS = (
    "--find-links", "--no-index", "--trusted-host", "--pre", "--no-binary", "--only-binary", "--prefer-binary",
    "--require-hashes",
)  # fmt: skip

REQUIREMENTS_TXT: Rows = table(
    carried("pip", "a requirement", "a path", "`-e`"),
    carried("constraints", "`-c`"),
    carried("index", "`--extra-index-url`"),
    changed("pip", "the name stands in front (PEP 508)", "a repository", "an address"),
    changed("pip", "a checkout is not edited here", "`-e`", when="it is a repository"),
    changed("pip", "what it includes is written out", "`-r`"),
    changed(
        "index",
        "what it does not have is looked for on the default index; `packages` says what comes from where",
        "`--index-url`",
    ),
    changed(
        "index",
        "a spec holds no credentials: give the secret its value before it is locked",
        "`--extra-index-url`",
        when="it has a login",
    ),
    dropped("`envspec.lock` keeps the hash of every file", "`--hash`"),
    *(dropped(option_help(option), f"`{option}`") for option in _OPTIONS),
    dropped(option_help("--other"), "any other option"),
    dropped("a variable in it would be read from the shell of whoever builds", "`${VARIABLE}`"),
)

TABLES: Mapping[str, Rows] = {"requirements.txt": REQUIREMENTS_TXT}
