"""What a requirements file has."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import HERE, As, Sample, in_text
from tests.importing.imported import PUBLIC_INDEX

LIB = "[project]\nname = 'lib'\nversion = '1'\noptional-dependencies = { test = ['pytest'] }\n"
FILES = {"more.txt": "scipy==1.14\n", "lib/pyproject.toml": LIB}


def samples() -> Iterator[Sample]:
    yield from in_text(
        "requirements.txt",
        {"requirements.txt": "numpy==1.26.4\n"},
        {
            "a requirement": "pandas[excel]>=2.0 ; python_version < '3.13'",
            "a repository": "git+https://example.com/a/wine.git@v1#egg=wine",
            "a repository #2": As(
                "wine @ git+https://git@example.com/a/wine.git@v1", when="it has `git@` without SSH"
            ),
            "a requirement #2": As("'scipy==1.14',", when="it is in quotes"),
            "a requirement #3": As("scipy=={{ version }}", when="it is a template"),
            "an address": "https://example.com/wine-1.0.tar.gz",
            "an address #2": As(f"file://{HERE}/lib", when="it is a file of the project"),
            "an address #3": As(
                "wine @ file:///home/conda/wine_1/work", when="it is a file of another machine"
            ),
            "a path": "./lib",
            "a path #2": As("./lib ; python_version < '3.13'", when="it has a marker"),
            "a path #3": As("./lib[test]", when="it has extras that its project says", also=("carried",)),
            "a path #4": As("./lib[docs]", when="it has other extras"),
            "a path #5": As(f"{HERE}/lib", when="it is absolute"),
            "`# via`": As("    # via -r requirements.in"),
            "`-e`": "-e ./lib",
            "`-e` #2": As("-e git+https://example.com/a/wine.git#egg=wine", when="it is a repository"),
            "`-r`": As("-r more.txt", also=("carried",)),
            "`-c`": "-c more.txt",
            "`--index-url`": "--index-url https://packages.example/simple",
            "`--index-url` #2": As(f"--index-url {PUBLIC_INDEX}", when="it is the Python Package Index"),
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
            "`--use-feature`": "--use-feature fast-deps",
            "`--config-settings`": As('pandas==2.0 --config-settings="a=b"', also=("carried",)),
            "`--global-option`": As("pandas==2.0 --global-option=x", also=("carried",)),
            "any other option": "--other",
            "`${VARIABLE}`": "wine @ https://${TOKEN}@example.com/wine.tar.gz",
        },
        FILES,
        section="requirements.txt",
    )
