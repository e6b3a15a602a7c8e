"""Fields of `pylock.toml`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_toml, in_tree

NUMPY = {"name": "numpy", "version": "1.26.4"}
BASE = {"lock-version": "1.0", "created-by": "us", "packages": [NUMPY]}


def one(**keys: object) -> As:
    return As([{"name": "wine", **keys}], place="packages")


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "pylock.toml",
        BASE,
        {
            "lock-version": As("1.0", also=("dropped",)),
            "default-groups": ["dev"],
            "packages[].name": one(version="1.0"),
            "packages[].requires-python": one(version="1.0", **{"requires-python": ">=3.9"}),
            "packages[].dependencies": one(version="1.0", dependencies=[{"name": "scipy"}]),
            "packages[].sdist": one(version="1.0", sdist={"url": "https://example.com/a.tar.gz"}),
            "packages[].wheels": one(version="1.0", wheels=[{"url": "https://example.com/a.whl"}]),
            "created-by": "uv",
            "requires-python": ">=3.11",
            "environments": ["sys_platform == 'linux'"],
            "extras": ["more"],
            "dependency-groups": ["dev"],
            "tool": {"a": 1},
            "packages[].version": one(version="1.0"),
            "packages[].marker": one(version="1.0", marker="sys_platform == 'linux'"),
            "packages[].marker #2": As(
                [{"name": "wine", "version": "1.0", "marker": "sys_platform == 'win32'"}],
                place="packages",
                when="it is not for Linux",
            ),
            "packages[].index": As(
                [{"name": "wine", "version": "1.0", "index": "https://packages.example/simple"}],
                place="packages",
                also=("carried",),
            ),
            "packages[].vcs": one(
                vcs={"type": "git", "url": "https://example.com/a/wine", "commit-id": "a" * 40}
            ),
            "packages[].archive": one(archive={"url": "https://example.com/wine-1.0.zip"}),
            "packages[].directory": As(
                [{"name": "wine", "directory": {"path": "lib"}}],
                place="packages",
                files={"lib/pyproject.toml": ""},
            ),
            "packages[].wheels[].hashes": As(
                [{**NUMPY, "wheels": [{"url": "https://example.com/a.whl", "hashes": {"sha256": "a" * 64}}]}],
                place="packages",
                also=("carried",),
            ),
            "packages[].attestation-identities": As(
                [{**NUMPY, "attestation-identities": [{"kind": "x"}]}], place="packages", also=("carried",)
            ),
            "packages[].tool": As([{**NUMPY, "tool": {"a": 1}}], place="packages", also=("carried",)),
            "packages[].any other key": As([{**NUMPY, "zzz": 1}], place="packages", also=("carried",)),
            "any other key": As(1, place="zzz"),
        },
        as_toml,
        section="pylock.toml",
    )
