"""What is in a conda environment."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, in_text
from tests.importing.field_samples.venv import installed


def record(name: str, depends: tuple[str, ...] = (), **keys: str) -> dict[str, str]:
    row = {
        "name": name, "version": "1.0", "build": "h_0", "channel": "https://conda.example/ours", "subdir": "linux-64",
        "depends": list(depends), **keys,
    }  # fmt: skip
    return {f"env/conda-meta/{name}-1.0-h_0.json": json.dumps(row)}


HISTORY = "==> 2024-01-01 00:00:00 <==\n# cmd: conda create\n# update specs: ['numpy']\n"
BASE = {"env/conda-meta/history": HISTORY, **record("numpy")}


def samples() -> Iterator[Sample]:
    yield from in_text(
        "env",
        BASE,
        {
            "conda-meta/history: update specs": As(
                {
                    "env/conda-meta/history": HISTORY.replace("'numpy'", "'numpy', 'scipy=1.0'"),
                    **record("scipy"),
                },
                files=record("scipy"),
            ),
            "conda-meta/history: update specs #2": As(
                {"env/conda-meta/history": HISTORY.replace("'numpy'", "'numpy', 'scipy'"), **record("scipy")},
                files=record("scipy"),
                when="without a version",
            ),
            "conda-meta/history: update specs #3": As(
                {"env/conda-meta/history": HISTORY.replace("'numpy'", "'numpy', 'gone'")},
                when="it is not installed",
            ),
            "conda-meta/*.json: name": As({**record("scipy")}, when="nothing that was asked for needs it"),
            "conda-meta/*.json: name #2": As(
                {**record("numpy", ("scipy",)), **record("scipy")}, when="another package brought it"
            ),
            "conda-meta/*.json: name #3": As(
                {**record("python")}, when="it is Python, and came with another"
            ),
            "conda-meta/*.json: channel": As(record("numpy", channel="https://other.example/theirs")),
            "conda-meta/*.json: subdir": As(record("numpy", subdir="linux-aarch64")),
            "conda-meta/*.json: subdir #2": As(record("numpy", subdir="osx-arm64"), when="it is not Linux"),
            "conda-meta/pinned": As({"env/conda-meta/pinned": "numpy <2\n"}),
            "conda-meta/pinned #2": As({"env/conda-meta/pinned": "scipy <2\n"}, when="it was not asked for"),
            "conda-meta/state: env_vars": As(
                {"env/conda-meta/state": '{"env_vars": {"OMP_NUM_THREADS": "4"}}'}
            ),
            "conda-meta/state: env_vars #2": As(
                {"env/conda-meta/state": '{"env_vars": {"API_TOKEN": "abc"}}'}, when="it is a secret"
            ),
            "site-packages: METADATA": As({f"env/{key}": text for key, text in installed("wine").items()}),
        },
        section="the folder",
    )
