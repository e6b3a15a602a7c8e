"""What a requirements file has."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, in_text

FILES = {"more.txt": "scipy==1.14\n", "lib/pyproject.toml": "[project]\nname = 'lib'\nversion = '1'\n"}


def samples() -> Iterator[Sample]:
    yield from in_text(
        "requirements.txt",
        {"requirements.txt": "numpy==1.26.4\n"},
        {
            "a requirement": "pandas[excel]>=2.0 ; python_version < '3.13'",
            "a repository": "git+https://example.com/a/wine.git@v1#egg=wine",
            "an address": "https://example.com/wine-1.0.tar.gz",
            "a path": "./lib",
            "`-e`": "-e ./lib",
            "`-e` #2": As("-e git+https://example.com/a/wine.git#egg=wine", when="it is a repository"),
            "`-r`": As("-r more.txt", also=("carried",)),
            "`-c`": "-c more.txt",
            "`--index-url`": "--index-url https://packages.example/simple",
            "`--extra-index-url`": "--extra-index-url https://packages.example/simple",
            "`--extra-index-url` #2": As(
                "--extra-index-url https://me:word@packages.example/simple", when="it has a login"
            ),
            "`--hash`": As("pandas==2.0 --hash=sha256:" + "a" * 64, also=("carried",)),
            "`--find-links`": "--find-links https://packages.example/links",
            "`--no-index`": "--no-index",
            "`--trusted-host`": "--trusted-host packages.example",
            "`--pre`": "--pre",
            "`--no-binary`": "--no-binary pandas",
            "`--only-binary`": "--only-binary :all:",
            "`--prefer-binary`": "--prefer-binary",
            "`--require-hashes`": "--require-hashes",
            "any other option": "--use-feature fast-deps",
            "`${VARIABLE}`": "wine @ https://${TOKEN}@example.com/wine.tar.gz",
        },
        FILES,
        section="requirements.txt",
    )
