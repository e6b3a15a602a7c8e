"""Files of a folder for repo2docker."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, in_text

CONDA = {"environment.yml": "dependencies:\n  - python=3.11\n"}
PIP = {"requirements.txt": "numpy==1.26.4\n"}


def samples() -> Iterator[Sample]:
    yield from in_text(
        ".",
        PIP,
        {
            "Dockerfile": As({"Dockerfile": "FROM debian:bookworm-slim\n"}, also=("dropped",)),
            "another file": As(
                {"apt.txt": "git\n"},
                files={"Dockerfile": "FROM debian:bookworm-slim\n"},
                when="there is a Dockerfile",
            ),
            "environment.yml": As(CONDA, files={}, also=("carried", "dropped", "changed")),
            "requirements.txt": As({"requirements.txt": "numpy==1.26.4\nscipy==1.14\n"}),
            "requirements.txt #2": As(
                CONDA,
                files={"requirements.txt": "numpy\n"},
                also=("carried",),
                when="there is `environment.yml`",
            ),
            "runtime.txt": As({"runtime.txt": "python-3.11\n"}),
            "runtime.txt #2": As({"runtime.txt": "r-4.3-2024-01-01\n"}, when="it names R"),
            "runtime.txt #3": As(
                {"runtime.txt": "python-3.11\n"}, files=CONDA, when="there is `environment.yml`"
            ),
            "apt.txt": {"apt.txt": "git\n"},
            "postBuild": As(
                {"postBuild": "#!/bin/sh\npip install scipy==1.14\n"}, when="it installs packages"
            ),
            "postBuild #2": {"postBuild": "#!/bin/sh\nmkdir -p /opt/data\n"},
            "setup.py": As({"setup.py": ""}, files={"requirements.txt": "numpy==1.26.4\n"}),
            "Project.toml": As({"Project.toml": ""}),
            "JuliaProject.toml": As({"JuliaProject.toml": ""}),
            "REQUIRE": As({"REQUIRE": ""}),
            "Manifest.toml": As({"Manifest.toml": ""}),
            "DESCRIPTION": As({"DESCRIPTION": ""}),
            "install.R": As({"install.R": ""}),
            "Pipfile": As({"Pipfile": ""}, also=("dropped",)),
            "Pipfile.lock": As({"Pipfile.lock": "{}"}, also=("dropped",)),
            "start": As({"start": "#!/bin/sh\n"}),
            "requirements3.txt": As({"requirements3.txt": ""}),
        },
        section="the folder",
    )
