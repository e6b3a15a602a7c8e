"""What is in a virtual environment."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, in_text

SITE = "lib/python3.11/site-packages"


def installed(name: str, **files: str) -> dict[str, str]:
    folder = f"{SITE}/{name}-1.0.dist-info"
    metadata = {f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"}
    return {**metadata, **{f"{folder}/{key}": text for key, text in files.items()}}


def samples() -> Iterator[Sample]:
    yield from in_text(
        "pyvenv.cfg",
        {"pyvenv.cfg": "home = /usr/bin\n", **installed("numpy")},
        {
            "version": "version = 3.11.4",
            "version_info": "version_info = 3.11.4.final.0",
            "include-system-site-packages": "include-system-site-packages = false",
            "include-system-site-packages #2": As("include-system-site-packages = true", when="it is true"),
            "implementation": As("implementation = PyPy", when="it is not CPython"),
            "prompt": As("prompt = other", when="the environment is called otherwise"),
            "prompt #2": As("prompt = app", when="it is its name"),
            "any other key": "command = /usr/bin/python3 -m venv x",
        },
        section="pyvenv.cfg",
    )
    yield from in_text(
        "pyvenv.cfg",
        {"pyvenv.cfg": "home = /usr/bin\n", **installed("numpy")},
        {
            "METADATA": As(installed("scipy")),
            "METADATA #2": As(
                {
                    **installed("scipy"),
                    f"{SITE}/numpy-1.0.dist-info/METADATA": "Name: numpy\nVersion: 1.0\nRequires-Dist: scipy\n",
                },
                when="another package brought it",
            ),
            "METADATA #3": As(installed("pip"), when="it is `pip`, `setuptools` or `wheel`"),
            "direct_url.json": As(
                installed(
                    "wine",
                    **{"direct_url.json": '{"url": "https://example.com/wine-1.0.zip", "archive_info": {}}'},
                )
            ),
            "*.pth": As({f"{SITE}/mine.pth": "/x\n"}),
        },
        section="site-packages",
    )
