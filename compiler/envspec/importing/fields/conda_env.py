"""What becomes of what is in a conda environment."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

THE_FOLDER: Rows = table(
    carried("conda", "conda-meta/history: update specs"),
    carried("channels", "conda-meta/*.json: channel"),
    carried("docker.platforms", "conda-meta/*.json: subdir"),
    carried("variables", "conda-meta/state: env_vars"),
    carried("pip", "site-packages: METADATA"),
    changed(
        "conda",
        "it was asked for without a version: this one is installed",
        "conda-meta/history: update specs",
        when="without a version",
    ),
    changed(
        "python",
        "it was not asked for by its version",
        "conda-meta/*.json: name",
        when="it is Python, and came with another",
    ),
    changed("conda", "it is listed twice; both bounds hold", "conda-meta/pinned"),
    changed(
        "secret",
        "a spec holds no secret values: set this variable when something runs",
        "conda-meta/state: env_vars",
        when="it is a secret",
    ),
    dropped("it is not installed", "conda-meta/history: update specs", when="it is not installed"),
    dropped(
        "nothing that was asked for needs it, and the lock chooses it again",
        "conda-meta/*.json: name",
        when="nothing that was asked for needs it",
    ),
    dropped(
        "it came with `…`, and the lock chooses it again",
        "conda-meta/*.json: name",
        when="another package brought it",
    ),
    dropped(
        "an image is for Linux; on another machine `envspec lock` locks for it too",
        "conda-meta/*.json: subdir",
        when="it is not Linux",
    ),
    dropped("it was not asked for: write it in `conda`", "conda-meta/pinned", when="it was not asked for"),
)

TABLES: Mapping[str, Rows] = {"the folder": THE_FOLDER}
