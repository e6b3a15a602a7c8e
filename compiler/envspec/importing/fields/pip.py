"""What becomes of what a requirements file has."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

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
    dropped(
        "write an `index` block and name it in `indexes`, or give the paths of the wheels", "`--find-links`"
    ),
    dropped("give every package as a path to its wheel", "`--no-index`"),
    dropped("give the index a certificate that the machine trusts", "`--trusted-host`"),
    dropped("write a pre-release in the bound of the package that needs one, as in `…`", "`--pre`"),
    dropped("build a wheel and give its path", "`--no-binary`"),
    dropped(
        "take it out; only wheels are used unless building is asked for",
        "`--only-binary`",
        "`--prefer-binary`",
    ),
    dropped(
        "take it out; `envspec.lock` keeps the hash of every file and installs nothing else",
        "`--require-hashes`",
    ),
    dropped("take it out", "any other option"),
    dropped("a variable in it would be read from the shell of whoever builds", "`${VARIABLE}`"),
)

TABLES: Mapping[str, Rows] = {"requirements.txt": REQUIREMENTS_TXT}
