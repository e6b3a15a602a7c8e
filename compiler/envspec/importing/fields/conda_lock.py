"""What becomes of the keys of `conda-lock.yml`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, read, table

CONDA_LOCK_YML: Rows = table(
    read("how the file is read", "version"),
    read(
        "the package",
        *(
            f"package[].{key}"
            for key in (
                "name",
                "version",
                "manager",
                "url",
                "category",
                "categories",
                "build",
                "optional",
                "dependencies",
                "source",
            )
        ),
    ),
    carried("channels", "metadata.channels[].url"),
    carried("docker.platforms", "metadata.platforms"),
    carried("conda", "package[].manager: conda"),
    carried("pip", "package[].manager: pip", "package[].source.type: url"),
    changed(
        "pip",
        "its index is not in the lock: write an `index` block, and name it in `indexes`",
        "package[].manager: pip",
        when="its `url` is of another index",
    ),
    dropped("credentials go into a `channel` block with a `secret`", "metadata.channels[].used_env_vars"),
    dropped("an image is for Linux", "metadata.platforms", "package[].platform", when="it is not Linux"),
    dropped(
        "it is the lock's own",
        "metadata.content_hash",
        "metadata.custom_metadata",
        "metadata.git_metadata",
        "metadata.inputs_metadata",
        "metadata.time_metadata",
        "metadata.any other key",
    ),
    dropped(
        "it names the files that the lock was made from: `envspec import conda` reads them",
        "metadata.sources",
    ),
    dropped("`envspec lock` keeps its own", "package[].hash.*"),
    dropped("it is not known in a `conda-lock.yml`", "package[].any other key", "any other key"),
)

TABLES: Mapping[str, Rows] = {"conda-lock.yml": CONDA_LOCK_YML}
