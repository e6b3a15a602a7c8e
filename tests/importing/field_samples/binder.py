"""Files of a folder for repo2docker."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, in_text

CONDA = {"environment.yml": "dependencies:\n  - python=3.11\n"}
PROJECT = "[build-system]\nrequires = ['hatchling']\n[project]\nname = 'wine'\n"
WANTS = "requires-python = '>=3.11'\n"
PIPFILE = "[packages]\nscipy = '==1.14'\n"
LOCK = '{"_meta": {}, "default": {"scipy": {"version": "==1.14"}}}'
JULIA = {"Project.toml": ""}
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
                when="another file wins",
            ),
            "environment.yaml": As(
                {"environment.yaml": CONDA["environment.yml"]}, also=("dropped", "changed")
            ),
            **{
                f"{name} #2": As({name: text}, files=files, when="another file wins", also=("carried",))
                for name, text, files in (
                    ("default.nix", "", JULIA),
                    ("DESCRIPTION", "", JULIA),
                    ("environment.yml", "", JULIA),
                    ("environment.yaml", "", CONDA),
                    ("Pipfile", "", CONDA),
                    ("Pipfile.lock", "{}", CONDA),
                    ("setup.py", "", CONDA),
                    ("pyproject.toml", PROJECT, CONDA),
                )
            },
            "pyproject.toml": As({"pyproject.toml": PROJECT}),
            "pyproject.toml: `requires-python`": As(
                {"pyproject.toml": PROJECT + WANTS}, files={"pyproject.toml": PROJECT}
            ),
            "pyproject.toml: `requires-python` #2": As(
                {"pyproject.toml": PROJECT + WANTS},
                files={"pyproject.toml": PROJECT, "runtime.txt": "python-3.11\n"},
                when="there is a `runtime.txt`",
            ),
            "runtime.txt": As({"runtime.txt": "python-3.11\n"}),
            "runtime.txt #2": As({"runtime.txt": "r-4.3-2024-01-01\n"}, when="it names R"),
            "runtime.txt #3": As(
                {"runtime.txt": "python-3.11\n"},
                files=CONDA,
                when="there is `environment.yml` or a `Pipfile`",
            ),
            "runtime.txt #4": As(
                {"runtime.txt": "python-3.11-2024-01-01\n"}, also=("carried",), when="it has a date"
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
            "Pipfile": As({"Pipfile": PIPFILE}, also=("dropped",)),
            "Pipfile.lock": As({"Pipfile.lock": LOCK}, also=("dropped",)),
            **{
                f"Pipfile: {name}": As({"Pipfile": PIPFILE + more}, files={"Pipfile": PIPFILE})
                for name, more in (
                    ("`scripts`", "[scripts]\nx = 'python x.py'\n"),
                    ("`pipenv`", "[pipenv]\nallow_prereleases = true\n"),
                    ("another category", "[docs]\nsphinx = '*'\n"),
                )
            },
            "start": As({"start": "#!/bin/sh\n"}),
            "requirements3.txt": As({"requirements3.txt": ""}),
        },
        section="the folder",
    )
