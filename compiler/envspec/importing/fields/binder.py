"""What becomes of the files of a folder for repo2docker."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, dropped, table

THE_FOLDER: Rows = table(
    carried("conda", "environment.yml", "environment.yaml"),
    carried("pip", "requirements.txt", "setup.py", "pyproject.toml", "Pipfile", "Pipfile.lock"),
    carried("python", "pyproject.toml: `requires-python`"),
    carried("python", "runtime.txt"),
    carried("apt", "apt.txt"),
    carried("pip", "postBuild", when="it installs packages"),
    carried("docker.run", "postBuild"),
    carried("docker.image", "Dockerfile"),
    dropped(
        "`Dockerfile` wins, and repo2docker reads no other file", "another file", when="there is a Dockerfile"
    ),
    dropped(
        "`…` wins, and repo2docker does not read it then",
        "default.nix",
        "DESCRIPTION",
        "environment.yml",
        "environment.yaml",
        "Pipfile",
        "Pipfile.lock",
        "requirements.txt",
        "setup.py",
        "pyproject.toml",
        when="another file wins",
    ),
    dropped("a spec has no R: name `r-base` in `conda`", "runtime.txt", when="it names R"),
    dropped("`…` says which Python it is", "runtime.txt", when="there is `environment.yml` or a `Pipfile`"),
    dropped("the lock keeps the versions it found", "runtime.txt", when="it has a date"),
    dropped(
        "`runtime.txt` says which Python it is",
        "pyproject.toml: `requires-python`",
        when="there is a `runtime.txt`",
    ),
    dropped(
        "a spec has no Julia packages: install them in `docker.run`",
        "Project.toml",
        "JuliaProject.toml",
        "REQUIRE",
        "Manifest.toml",
    ),
    dropped(
        "a spec has no packages of CRAN: name `r-…` packages in `conda`, or install them in `docker.run`",
        "DESCRIPTION",
        "install.R",
    ),
    dropped("it is for `pipenv run`: write it in a `run`", "Pipfile: `scripts`"),
    dropped("it is about how Pipenv works", "Pipfile: `pipenv`"),
    dropped("`pipenv install --dev` takes no other category", "Pipfile: another category"),
    dropped("it is for sessions of Jupyter: what runs is a `run` with a `shell`", "start"),
    dropped("it is for an environment of Python 2 beside that of Jupyter", "requirements3.txt"),
)

TABLES: Mapping[str, Rows] = {"the folder": THE_FOLDER}
