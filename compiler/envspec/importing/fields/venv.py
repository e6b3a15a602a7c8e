"""What becomes of what is in a virtual environment."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

PYVENV_CFG: Rows = table(
    carried("environment", "include-system-site-packages"),
    carried("environment", "prompt", when="it is its name"),
    changed("python", "the lock chooses the newest release of it", "version", "version_info"),
    dropped(
        "packages of the Python below are seen too: name in `pip` those that a program needs",
        "include-system-site-packages",
        when="it is true",
    ),
    dropped("environments are made with CPython", "implementation", when="it is not CPython"),
    dropped(
        "it is about the machine on which the environment was made",
        "prompt",
        when="the environment is called otherwise",
    ),
    dropped("it is about the machine on which the environment was made", "any other key"),
)

SITE_PACKAGES: Rows = table(
    carried("pip", "METADATA", "direct_url.json"),
    dropped("it came with `…`, and the lock chooses it again", "METADATA", when="another package brought it"),
    dropped(
        "it comes with an environment: name it in `pip` when a program imports it",
        "METADATA",
        when="it is `pip`, `setuptools` or `wheel`",
    ),
    dropped(
        "it adds to Python's path: make a package of what is there, or set `PYTHONPATH` in `variables`",
        "*.pth",
    ),
)

TABLES: Mapping[str, Rows] = {"pyvenv.cfg": PYVENV_CFG, "site-packages": SITE_PACKAGES}
