"""Keys of inline script metadata."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_toml, in_tree


def as_script(tree: object) -> str:
    lines = as_toml(tree).splitlines()
    return "\n".join(["# /// script", *(f"# {line}".rstrip() for line in lines), "# ///", "print()"]) + "\n"


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "train.py",
        {"dependencies": ["numpy==1.26.4"]},
        {
            "requires-python": ">=3.11",
            "dependencies": ["scipy==1.14"],
            "tool.uv.index[].url": "https://packages.example/simple",
            "tool.uv.dev-dependencies": ["pytest==8.0"],
            "tool.uv.any other key": As(True, place="tool.uv.zzz"),
            "tool.*": {"a": 1},
            "any other key": As(1, place="zzz"),
        },
        as_script,
        section="the block `script`",
    )
