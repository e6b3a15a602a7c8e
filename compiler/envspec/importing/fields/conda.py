"""What becomes of the keys of `environment.yml`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table
from envspec.packages.requirements_file import option_help

ENVIRONMENT_YML: Rows = table(
    carried("environment", "name"),
    carried("channels", "channels"),
    carried("conda", "dependencies"),
    carried("variables", "variables.*"),
    carried("docker.platforms", "platforms"),
    carried("pip", "dependencies[].pip"),
    carried("index", "dependencies[].pip: an index"),
    changed(
        "environment",
        "a name is lower-case letters, digits, `_` and `-`",
        "name",
        when="it is no name of ours",
    ),
    changed(
        "conda",
        "the lock finds the archive again by its channel, version and build",
        "dependencies[]: an address of an archive",
    ),
    changed(
        "conda",
        "`…` of micromamba holds for an image, which is for Linux",
        "dependencies[].`sel(…)`",
        when="it holds for Linux",
    ),
    changed("pip", "what it includes is written out", "dependencies[].pip: `-r`"),
    changed(
        "a comment",
        "the selector is conda-lock's; conda itself reads a comment, and so does the spec",
        "a selector in a comment",
    ),
    carried("lock_platforms", "platforms", when="it is macOS"),
    dropped("nothing here is locked for it", "platforms", when="it is Windows"),
    dropped(
        "micromamba takes it where `…` holds, and an image is for Linux",
        "dependencies[].`sel(…)`",
        when="it holds elsewhere",
    ),
    dropped("a place on one machine", "prefix"),
    dropped("conda-lock's own", "category"),
    dropped("conda does not read this key", "any other key"),
    dropped(option_help("--other"), "dependencies[].pip: another option"),
    dropped(
        "`…` is not taken among the dependencies; only `pip:` has a list of its own; a version follows the name, as in `…`",
        "dependencies[].any other key",
    ),
)

TABLES: Mapping[str, Rows] = {"environment.yml": ENVIRONMENT_YML}
