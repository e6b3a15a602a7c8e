"""What becomes of the keys of `uv.lock`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, dropped, read, table

UV_LOCK: Rows = table(
    read("how the file is read", "version"),
    read("the package", "package[].name", "package[].dependencies", "package[].wheels", "package[].metadata"),
    read("the environment", "manifest.members"),
    carried("environment", "manifest.dependency-groups.*"),
    carried("python", "requires-python"),
    carried(
        "pip",
        "manifest.requirements",
        "package[].version",
        "package[].source.git",
        "package[].source.url",
        "package[].source.editable",
    ),
    carried("index", "package[].source.registry"),
    carried("environment", "package[].optional-dependencies.*", "package[].dev-dependencies.*"),
    dropped("it is the lock's own", "revision"),
    dropped("it says how uv chose the versions", "options"),
    dropped("extras and groups are environments of their own", "conflicts"),
    dropped(
        "platforms are `docker.platforms`, Pythons are `python`", "supported-markers", "required-markers"
    ),
    dropped("each package has its own marker", "resolution-markers"),
    dropped("uv looked at it when it chose the versions", "manifest.any other key"),
    dropped("`envspec lock` keeps its own", "package[].sdist.hash"),
    dropped("nothing that is asked for needs it", "a package that nothing needs"),
    dropped("it is not known in a `uv.lock`", "any other key"),
)

TABLES: Mapping[str, Rows] = {"uv.lock": UV_LOCK}
