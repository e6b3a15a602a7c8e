"""Fields of `environment.yml`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_yaml, in_text, in_tree

ARCHIVE = "https://conda.anaconda.org/conda-forge/linux-64/scipy-1.14.0-py311_0.conda"


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "environment.yml",
        {"dependencies": ["python=3.11"]},
        {
            "name": "wine",
            "name #2": As("Wine Model", when="it is no name of ours"),
            "channels": ["conda-forge"],
            "dependencies": ["scipy=1.14"],
            "variables.*": "4",
            "platforms": ["linux-aarch64"],
            "platforms #2": As(["osx-arm64"], when="it is macOS"),
            "platforms #3": As(["win-64"], when="it is Windows"),
            "prefix": "/opt/conda/envs/wine",
            "category": "dev",
            "any other key": As("x", place="zzz", also=("dropped",)),
        },
        as_yaml,
        section="environment.yml",
    )
    yield from in_text(
        "environment.yml",
        {"environment.yml": "dependencies:\n  - python=3.11\n"},
        {
            "dependencies[].pip": "  - pip: [scipy==1.14]",
            "dependencies[].pip: `-r`": As(
                "  - pip: [-r more.txt]", files={"more.txt": "scipy==1.14\n"}, also=("carried",)
            ),
            "dependencies[].pip: an index": "  - pip: [--extra-index-url https://packages.example/simple]",
            "dependencies[].pip: another option": "  - pip: [--other x]",
            "dependencies[].any other key": "  - npm: [x]",
            "dependencies[]: an address of an archive": f"  - {ARCHIVE}",
            "dependencies[].`sel(…)`": As("  - sel(linux): scipy=1.14", when="it holds for Linux"),
            "dependencies[].`sel(…)` #2": As("  - sel(win): pywin32", when="it holds elsewhere"),
            "a selector in a comment": As("  - scipy  # [linux64]", also=("carried",)),
        },
        section="environment.yml",
    )
