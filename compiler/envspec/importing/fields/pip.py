"""What becomes of what a requirements file has."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, read, table
from envspec.packages.requirements_file import option_help

_OPTIONS = (
    "--find-links", "--no-index", "--trusted-host", "--pre", "--no-binary", "--only-binary", "--prefer-binary",
    "--require-hashes", "--use-feature", "--config-settings", "--global-option",
)  # fmt: skip

REQUIREMENTS_TXT: Rows = table(
    carried("pip", "a requirement", "a path", "`-e`"),
    carried("constraints", "`-c`"),
    carried("index", "`--extra-index-url`"),
    carried("the default index", "`--index-url`", when="it is the Python Package Index"),
    read("the package", "`# via`"),
    changed("pip", "the name stands in front (PEP 508)", "a repository", "an address"),
    changed("pip", "`git@` is for SSH", "a repository", when="it has `git@` without SSH"),
    changed("pip", "pip takes no quotes and commas", "a requirement", when="it is in quotes"),
    changed("pip", "a spec's paths are relative", "a path", when="it is absolute"),
    changed("pip", "a file has a path, not a URL", "an address", when="it is a file of the project"),
    changed("pip", "a path takes no marker: `…` is left out", "a path", when="it has a marker"),
    changed(
        "pip",
        "a path takes no extras: what `…` needs is written out",
        "a path",
        when="it has extras that its project says",
    ),
    changed("pip", "a path takes no extras: name what `…` needs", "a path", when="it has other extras"),
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
    dropped("`envspec lock` keeps its own", "`--hash`"),
    dropped(
        "it is a file of the machine that wrote this: name the version in its place",
        "an address",
        when="it is a file of another machine",
    ),
    dropped(
        "what stands between `{{` and `}}` is filled in by another tool: import what that makes",
        "a requirement",
        when="it is a template",
    ),
    *(dropped(option_help(option), f"`{option}`") for option in _OPTIONS),
    dropped(option_help("--other"), "any other option"),
    dropped("a variable in it would be read from the shell of whoever builds", "`${VARIABLE}`"),
)

TABLES: Mapping[str, Rows] = {"requirements.txt": REQUIREMENTS_TXT}
