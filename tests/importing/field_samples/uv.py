"""Fields of `uv.lock`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_toml, in_tree
from tests.importing.imported import DEFAULT_INDEX

PYPI = {"registry": DEFAULT_INDEX}
NUMPY = {"name": "numpy", "version": "1.26.4", "source": PYPI}
SCIPY = {"name": "scipy", "version": "1.14.0", "source": PYPI}
HERE = {"name": "wine", "source": {"virtual": "."}, "dependencies": [{"name": "numpy"}]}


def lock(*rows: object) -> dict[str, object]:
    return {"version": 1, "package": [HERE, NUMPY, *rows]}


def one(**keys: object) -> As:
    """Another package, which the project needs."""
    both = {**HERE, "dependencies": [{"name": "numpy"}, {"name": "scipy"}]}
    return As([both, NUMPY, {**SCIPY, **keys}], place="package")


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "uv.lock",
        lock(),
        {
            "version": As(1, base={"package": [HERE, NUMPY]}),
            "package[].name": one(),
            "package[].dependencies": one(),
            "package[].wheels": As(
                [HERE, {**NUMPY, "wheels": [{"url": "https://example.com/a.whl"}]}], place="package"
            ),
            "package[].metadata": As(
                [{**HERE, "metadata": {"requires-dist": [{"name": "numpy"}]}}, NUMPY], place="package"
            ),
            "manifest.members": As(
                {"members": ["wine"]},
                place="manifest",
                base={"version": 1, "package": [{**HERE, "source": {"virtual": "a"}}, NUMPY]},
            ),
            "manifest.dependency-groups.*": As(
                [{"name": "numpy"}],
                place="manifest.dependency-groups.dev",
                base={"version": 1, "package": [NUMPY]},
                also=("dropped",),
            ),
            "requires-python": ">=3.11",
            "revision": 3,
            "options": {"prerelease-mode": "allow"},
            "conflicts": [[{"package": "wine", "extra": "a"}]],
            "supported-markers": ["sys_platform == 'linux'"],
            "required-markers": ["sys_platform == 'linux'"],
            "resolution-markers": ["python_full_version >= '3.12'"],
            "manifest.any other key": As([{"name": "numpy", "specifier": "<2"}], place="manifest.overrides"),
            "manifest.requirements": As([{"name": "numpy"}], base={"version": 1, "package": [NUMPY]}),
            "package[].version": one(),
            "package[].source.registry": one(source={"registry": "https://packages.example/simple"}),
            "package[].source.git": one(source={"git": "https://example.com/a/scipy?rev=v1#" + "a" * 40}),
            "package[].source.url": one(source={"url": "https://example.com/scipy-1.14.zip"}),
            "package[].source.editable": As(
                one(source={"editable": "lib"}).value, place="package", files={"lib/pyproject.toml": ""}
            ),
            "package[].optional-dependencies.*": As(
                [{**HERE, "optional-dependencies": {"more": [{"name": "numpy"}]}}, NUMPY], place="package"
            ),
            "package[].dev-dependencies.*": As(
                [{**HERE, "dev-dependencies": {"dev": [{"name": "numpy"}]}}, NUMPY], place="package"
            ),
            "package[].sdist.hash": As(
                [
                    HERE,
                    {**NUMPY, "sdist": {"url": "https://example.com/a.tar.gz", "hash": "sha256:" + "a" * 64}},
                ],
                place="package",
            ),
            "a package that nothing needs": As([HERE, NUMPY, SCIPY], place="package", also=("carried",)),
            "any other key": As(1, place="zzz"),
        },
        as_toml,
        section="uv.lock",
    )
