"""A folder for repo2docker and Binder.

Which files count, and which of them wins, is as repo2docker documents it: `binder/` or `.binder/` hides the files of the
folder itself; then a `Dockerfile`, `Project.toml`, `REQUIRE`, `default.nix`, R, `environment.yml` (or `.yaml`), a
`Pipfile` and `requirements.txt` win in this order. A project that is a Python package is installed, unless it is hidden.
`apt.txt` and `postBuild` add to all but the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from envspec.diagnostics import Diagnostic, Failure
from envspec.importing.asked import Asked, read_text, unread, unreadable
from envspec.importing.comments import Remarks
from envspec.importing.conda import python_of, read_conda
from envspec.importing.containers.command_place import Place
from envspec.importing.containers.image_files import ImageFiles
from envspec.importing.containers.image_scripts import Scripts
from envspec.importing.containers.install_commands import Installs
from envspec.importing.containers.shell_text import steps_of
from envspec.importing.entries import Entry, Packages
from envspec.importing.fields.binder import THE_FOLDER
from envspec.importing.fields.row import reason_of, reasons_by_name
from envspec.importing.pip import add_requirements
from envspec.importing.projects.pipfile import add_pipfile
from envspec.importing.spec import Block, Spec

_ORDER = (
    ("Dockerfile", "docker"), ("Project.toml", "julia"), ("JuliaProject.toml", "julia"), ("REQUIRE", "julia"),
    ("default.nix", "nix"), ("DESCRIPTION", "r"), ("environment.yml", "conda"), ("environment.yaml", "conda"),
    ("Pipfile.lock", "pipenv"), ("Pipfile", "pipenv"), ("requirements.txt", "pip"), ("setup.py", "pip"),
    ("pyproject.toml", "pip"),
)  # fmt: skip
"""Files and what they make of the folder, the first one wins."""
_OTHERS = ("Manifest.toml", "install.R", "start", "requirements3.txt", "runtime.txt", "apt.txt", "postBuild")
_ONLY_WITHOUT_FOLDER = frozenset({"DESCRIPTION", "setup.py", "pyproject.toml"})
_TOLD = reasons_by_name(THE_FOLDER)
_LOSES = reason_of(THE_FOLDER, "requirements.txt", "another file wins")


def read(asked: Asked) -> Spec:
    """One environment; with a Dockerfile also what it runs."""
    root = asked.path if asked.path.is_dir() else asked.path.parent
    if root.name in ("binder", ".binder"):
        root = root.parent
    folders = [root / name for name in ("binder", ".binder") if (root / name).is_dir()]
    if len(folders) > 1:
        raise unreadable(asked, root, "`binder` and `.binder` are both there, and repo2docker takes one")
    folder = folders[0] if folders else root
    found = {name: kind for name, kind in _ORDER if _is_there(folder, name, bool(folders))}
    others = [name for name in _OTHERS if (folder / name).is_file()]
    if not found and not others:
        raise Failure(Diagnostic("E1303", f"`{asked.shown(folder)}` has no file that repo2docker reads"))
    reader = _Binder(asked, root, folder)
    runtime = _runtime(folder)
    winner = next(iter(found.values()), "pip")
    if runtime.startswith("r-") and winner in ("conda", "pipenv", "pip"):
        winner = "r"
    return reader.read(winner, found, others)


def _is_there(folder: Path, name: str, hidden: bool) -> bool:
    if not (folder / name).is_file() or (hidden and name in _ONLY_WITHOUT_FOLDER):
        return False
    return name != "pyproject.toml" or {"project", "build-system"} <= _project(folder).keys()


def _project(folder: Path) -> Mapping[str, Any]:
    """The `pyproject.toml` of a folder; nothing when it is no TOML, with which repo2docker fails."""
    from envspec.packages.toml_text import loads

    try:
        return loads(read_text(folder / "pyproject.toml"))
    except (Failure, ValueError, RecursionError):
        return {}


def _runtime(folder: Path) -> str:
    path = folder / "runtime.txt"
    return read_text(path).strip() if unread(path, path.name) is None else ""


class _Binder:
    """One folder on its way to a spec."""

    def __init__(self, asked: Asked, root: Path, folder: Path) -> None:
        self._asked, self._root, self._folder = asked, root, folder
        self._report = asked.report
        self._environment = Block("environment", asked.name)
        self._packages = Packages(asked)
        self._installs = Installs(asked, self._packages, self._environment)
        self._spec = Spec()
        self._taken = ""

    def read(self, winner: str, found: dict[str, str], others: list[str]) -> Spec:
        if winner == "nix":
            raise Failure(
                Diagnostic(
                    "E1303", "`default.nix` decides everything there, and a spec has no Nix packages",
                    help="import another file of the folder by its own kind",
                )
            )  # fmt: skip
        if winner == "docker":
            from envspec.importing.containers.dockerfile import read_image

            for name in [*list(found)[1:], *others]:
                self._drop(name, reason_of(THE_FOLDER, "another file", "there is a Dockerfile"))
            read_image(self._asked, self._folder / "Dockerfile", context=self._root).fill(self._spec)
            return self._spec
        for name, kind in found.items():
            if not self._unread(name):
                self._file(name, kind, winner)
        others = [name for name in others if not self._unread(name)]
        if "runtime.txt" in others:
            self._runtime(winner)
        if "apt.txt" in others:
            self._apt()
        scripts = Scripts(self._asked, self._installs, ImageFiles(self._root), self._shown("postBuild"))
        if "postBuild" in others:
            self._post_build(scripts)
        for name in others:
            if name in _TOLD:
                self._drop(name, _TOLD[name])
        self._installs.fill()
        self._spec.blocks.append(self._environment)
        self._packages.fill(self._environment, self._spec)
        scripts.fill(self._environment)
        docker = self._environment.attributes.pop("docker", None)
        if docker is not None:
            self._environment.attributes["docker"] = docker
        return self._spec

    def _shown(self, name: str) -> str:
        return self._asked.shown(self._folder / name)

    def _drop(self, name: str, reason: str) -> None:
        self._report.dropped(name, self._shown(name), 0, reason)

    def _unread(self, name: str) -> bool:
        """Whether a file cannot be read, which is told; the others count."""
        gone = unread(self._folder / name, name)
        if gone is not None:
            self._drop(name, gone.reason)
        return gone is not None

    def _file(self, name: str, kind: str, winner: str) -> None:
        """One of the files that make a folder what it is; Python packages count for Julia and R too."""
        path = self._folder / name
        if name in _TOLD and kind == winner:
            self._drop(name, _TOLD[name])
        elif kind == "conda" and winner == "conda" and not self._taken:
            self._taken = name
            read_conda(self._asked, self._packages, self._environment, path, self._spec)
        elif name == "requirements.txt" and winner in ("pip", "julia", "r"):
            rest = add_requirements(self._asked, self._packages, path)
            self._environment.comments["end"] = list(rest)
        elif kind == winner == "pipenv" and not self._taken:
            self._taken = name
            add_pipfile(replace(self._asked, path=path), self._environment, self._packages)
        elif name == "setup.py" and winner in ("pip", "r", "julia"):
            self._taken = name
            self._packages.add_pip(Entry("./", self._shown(name), 0, self._root))
        elif name == "pyproject.toml" and winner in ("pip", "r", "julia"):
            self._pyproject()
        else:
            first = self._taken or {"julia": "Project.toml", "r": "R"}.get(winner, winner)
            self._drop(name, _LOSES.replace("…", first))

    def _pyproject(self) -> None:
        """`pip install .`, with a Python that the project can have when `runtime.txt` names none."""
        shown = self._shown("pyproject.toml")
        if self._taken != "setup.py":
            self._packages.add_pip(Entry("./", shown, 0, self._root, what="project"))
        requires = _project(self._folder).get("project")
        bounds = requires.get("requires-python") if isinstance(requires, dict) else None
        if not isinstance(bounds, str):
            return
        if _runtime(self._folder).startswith("python-"):
            reason = reason_of(THE_FOLDER, "pyproject.toml: `requires-python`", "there is a `runtime.txt`")
            self._report.dropped(f"requires-python {bounds}", shown, 0, reason)
        else:
            python_of(self._asked, bounds, shown, 0, self._environment)

    def _runtime(self, winner: str) -> None:
        text = _runtime(self._folder)
        shown = self._shown("runtime.txt")
        name, _, version = text.partition("-")
        version, _, date = version.partition("-")
        if winner in ("conda", "pipenv"):
            reason = reason_of(THE_FOLDER, "runtime.txt", "there is `environment.yml` or a `Pipfile`")
            self._drop("runtime.txt", reason.replace("…", self._taken))
        elif name == "python" and version:
            python_of(self._asked, version, shown, 1, self._environment)
            if date:
                self._report.dropped(date, shown, 1, reason_of(THE_FOLDER, "runtime.txt", "it has a date"))
        elif name == "r":
            self._report.dropped(text, shown, 1, reason_of(THE_FOLDER, "runtime.txt", "it names R"))
        else:
            self._report.dropped(text, shown, 1, "it names a Python as `python-3.11`")

    def _apt(self) -> None:
        """A package or more on each line, `#` begins a comment (as `get_packages` of repo2docker reads it)."""
        shown = self._shown("apt.txt")
        above: list[str] = []
        for number, line in enumerate(read_text(self._folder / "apt.txt").splitlines(), start=1):
            names, sign, comment = line.partition("#")
            if not names.strip():
                above += [comment.strip()] if sign else []
                continue
            for name in names.split():
                remarks = Remarks(tuple(above), comment.strip())
                self._installs.add_apt(name, Place(shown, number, lambda _: None, remarks))
                above = []

    def _post_build(self, scripts: Scripts) -> None:
        """A script that repo2docker runs in the folder, with its files; here it runs without them."""
        text = read_text(self._folder / "postBuild")
        first, _, rest = text.partition("\n")
        script, below = (rest, 2) if first.startswith("#!") else (text, 1)
        program = first[2:].strip() if first.startswith("#!") else "/bin/sh"
        if not program.split()[:1] or not program.split()[-1].rsplit("/", 1)[-1].startswith(
            ("bash", "sh", "-")
        ):
            self._drop(
                "postBuild", "it is a script of another program than the shell: write it in `docker.run`"
            )
            return
        if not script.strip():
            self._drop("postBuild", "it is empty")
            return
        scripts.files.add(".", "/", "/")
        if steps_of(script) is None and "bash" in program:
            scripts.shell = ("/bin/bash", "-c")
        lines, at = {0: below}, 0
        for number, line in enumerate(script.splitlines(keepends=True), start=below + 1):
            at += len(line)
            lines[at] = number
        scripts.script(script, lines, below, Remarks())
