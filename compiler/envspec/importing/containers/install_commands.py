"""Commands that install packages (apt, pip, uv, conda, mamba), as the packages that they ask for.

A command comes in as words with their variables filled in. `take` says whether it was one of these: then everything in
it went into the packages or the report.
"""

from __future__ import annotations

import posixpath
import re
from itertools import takewhile
from pathlib import Path

from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import Asked
from envspec.importing.containers.command_place import (
    IS_THERE,
    NO_CACHES,
    NOT_OF_THE_PROJECT,
    Place,
    after_options,
    options_of,
)
from envspec.importing.containers.conda_commands import CONDA_VALUES, CondaCommands
from envspec.importing.entries import Entry, Packages
from envspec.importing.fields.dockerfile import DOCKERFILE
from envspec.importing.fields.row import reason_of
from envspec.importing.pip import include
from envspec.importing.spec import Block, Item, Items, Text
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.apt import apt_name, parse_apt
from envspec.packages.package import PackageProblem

_ASSIGNMENT = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*=")
_PIP = lazy_pattern(r"pip[0-9.]*\Z")
_PYTHON = lazy_pattern(r"python[0-9.]*\Z")
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_APT = frozenset({"apt", "apt-get", "aptitude"})
_BEFORE = frozenset({"sudo", "exec", "command", "time", "nice", "eval"})
_BARE_TOOLS = frozenset({"setuptools", "wheel", "uv", "pip-tools", "virtualenv", "build"})
"""Without a version: what installs, not what a program needs."""
_PROJECTS = {"poetry": "poetry", "pipenv": "pipfile", "pdm": "pyproject", "pixi": "pixi"}
"""Programs that install what a project says, and the kind of import that reads it."""
_PIP_VALUES = frozenset(
    {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--no-binary", "--only-binary",
     "--cache-dir", "--timeout", "--retries", "--target", "-t", "--prefix", "--root", "--python", "-p", "--progress-bar",
     "--platform", "--python-version", "--implementation", "--abi", "--src", "--upgrade-strategy", "--proxy", "--cert",
     "--index-strategy", "--index", "--default-index", "--link-mode", "--prerelease", "--torch-backend", "--group",
     "--extra", "--config-settings", "-C", "--global-option", "--root-user-action", "--log", "--exists-action"}
)  # fmt: skip
_PIP_TOLD = frozenset(
    {"-f", "--find-links", "--trusted-host", "--no-binary", "--only-binary", "--pre", "--require-hashes"}
)
_PIP_CHANGES = {
    "--no-deps": "what a package needs comes with it: list it in `constraints` when it must not be newer",
    "--no-dependencies": "what a package needs comes with it: list it in `constraints` when it must not be newer",
    "--target": "an environment has one place for packages", "-t": "an environment has one place for packages",
    "--prefix": "an environment has one place for packages", "--root": "an environment has one place for packages",
    "--group": "name its packages in `pip`", "--extra": "name its packages in `pip`",
    "--torch-backend": "write an `index` block, and name it in `indexes`",
    "--config-settings": "build a wheel and give its path", "-C": "build a wheel and give its path",
    "--global-option": "build a wheel and give its path",
}  # fmt: skip
_INDEX = {"-i": "--index-url", "--index": "--extra-index-url", "--default-index": "--index-url"}
_CLEANED = lazy_pattern(
    r"(?:/var/lib/apt/lists|/var/cache|/tmp|/var/tmp|/root/\.(?:cache|conda)|~/\.cache|/opt/conda/pkgs|\$HOME/\.cache)"
)


@mutable
class Installs(Mutable):
    """Gathers what commands install into an environment. `own_sources`: packages of apt come from elsewhere too, so
    what apt installs stays with the script that says from where."""

    asked: Asked
    packages: Packages
    environment: Block
    apt: dict[str, Item] = field(default_factory=dict)
    own_sources: bool = False

    def take(self, words: list[str], place: Place) -> bool:
        words = _bare(words)
        if not words:
            return False
        program = posixpath.basename(words[0])
        if program in _APT:
            return self._apt(words[1:], place)
        if program == "uv" and words[1:2] == ["pip"]:
            return self._pip(words[2:], place)
        if program == "uv" and words[1:2] in (["sync"], ["venv"]):
            return self._uv(words, place)
        if _PIP.match(program):
            return self._pip(words[1:], place)
        if (
            _PYTHON.match(program)
            and words[1:2] == ["-m"]
            and words[2:3] in (["pip"], ["venv"], ["virtualenv"])
        ):
            return self._pip(words[3:], place) if words[2] == "pip" else self._there(words, place)
        if program in _CONDA:
            if words[1:2] == ["run"]:
                inner = after_options(words[2:], CONDA_VALUES)
                return bool(inner) and self.take(inner, place)
            return CondaCommands(self.asked, self.packages, self.environment).take(words, place)
        return self._other(program, words, place)

    @property
    def count(self) -> int:
        """How many packages there are."""
        return len(self.apt) + len(self.packages.pip) + len(self.packages.conda)

    def fill(self) -> None:
        """Writes `apt`; the other lists are `Packages`' own."""
        if self.apt:
            self.environment.add("apt", Items(tuple(self.apt.values())))

    def add_apt(self, text: str, place: Place) -> None:
        canonical = parse_apt(text)
        if isinstance(canonical, PackageProblem):
            reason = f"{canonical.message}; {canonical.help}" if canonical.help else canonical.message
            self.asked.report.dropped(text, place.file, place.line, reason)
            return
        name = apt_name(canonical)
        before = self.apt.get(name)
        if before is None or before.value == Text(name):
            remarks = place.taken_remarks()
            self.apt[name] = Item(Text(canonical), remarks.above, remarks.behind)
        self.asked.report.carried(text, place.file, place.line, "apt")

    def _other(self, program: str, words: list[str], place: Place) -> bool:
        text = " ".join(words)
        if program == "rm":
            paths = [word for word in words[1:] if not word.startswith("-")]
        elif program == "find" and words[-1:] == ["-delete"]:
            paths = list(takewhile(lambda word: not word.startswith("-"), words[1:]))
        else:
            paths = []
        if paths and all(_CLEANED.match(path) for path in paths):
            self.asked.report.dropped(text, place.file, place.line, NO_CACHES)
            return True
        activates = program in ("source", ".", "activate") and ("activate" in text or "conda.sh" in text)
        if (
            activates
            or program == "virtualenv"
            or (program == "echo" and re.search(r"\b(conda|source|\.) .*activate", text))
        ):
            return self._there(words, place)
        if program in _PROJECTS and words[1:2] in (["install"], ["sync"]):
            reason = reason_of(DOCKERFILE, f"`RUN {program} install`")
            why = reason.replace("…", program, 1).replace("…", _PROJECTS[program])
            self.asked.report.dropped(text, place.file, place.line, why)
            return True
        return False

    def _there(self, words: list[str], place: Place) -> bool:
        self.asked.report.dropped(" ".join(words), place.file, place.line, IS_THERE)
        return True

    def _apt(self, words: list[str], place: Place) -> bool:
        if self.own_sources:
            return False
        what, names = "", []
        following = iter(words)
        for word in following:
            if word in ("-t", "--target-release", "-o", "-c"):
                value = next(following, "")
                if word in ("-t", "--target-release"):
                    names.append(f"\0{value}")
            elif word.startswith("-"):
                continue
            elif not what:
                what = word
            else:
                names.append(word)
        report, shown = self.asked.report, f"apt-get {' '.join(words)}"
        suite = next((name[1:] for name in names if name[0] == "\0"), "")
        names = [name for name in names if name[0] != "\0"]
        if what == "install":
            if any(name.startswith((".", "/")) or name.endswith(".deb") for name in names):
                return False
            for name in names:
                self.add_apt(f"{name}/{suite}" if suite and "=" not in name else name, place)
        elif what in ("update", "check"):
            report.carried(shown, place.file, place.line, "apt")
        elif what in ("clean", "autoclean", "autoremove", "purge") and not names:
            report.dropped(shown, place.file, place.line, NO_CACHES)
        elif what in ("upgrade", "dist-upgrade", "full-upgrade", "safe-upgrade"):
            report.dropped(
                shown, place.file, place.line, "versions are those of the base image: name a newer one"
            )
        else:
            return False
        return True

    def _pip(self, words: list[str], place: Place) -> bool:
        command = next((word for word in words if not word.startswith("-")), "")
        shown = f"pip {' '.join(words)}"
        if command in ("cache", "config", "uninstall", "check", "list", "freeze", "show", "--version"):
            reason = (
                NO_CACHES if command == "cache" else "a spec says what is there, not what is done about it"
            )
            self.asked.report.dropped(shown, place.file, place.line, reason)
            return True
        if command not in ("install", "sync"):
            return False
        rest = words[words.index(command) + 1 :]
        for option, value in options_of(
            rest, _PIP_VALUES | {"-r", "--requirement", "-c", "--constraint", "-e", "--editable"}
        ):
            self._pip_word(option, value, place, files=command == "sync")
        return True

    def _pip_word(self, option: str, value: str, place: Place, *, files: bool) -> None:
        report = self.asked.report
        if option in ("-r", "--requirement", "-c", "--constraint") or (files and not option):
            self._include(value, "constraint" if option.startswith(("-c", "--c")) else "requirement", place)
        elif option in _PIP_CHANGES:
            report.dropped(f"{option} {value}".strip(), place.file, place.line, _PIP_CHANGES[option])
        elif option in ("-i", "--index-url", "--extra-index-url", "--index", "--default-index", *_PIP_TOLD):
            self.packages.add_option(self._entry(f"{_INDEX.get(option, option)} {value}".strip(), place))
        elif option in ("-e", "--editable"):
            self._requirement(value, "-e ", place)
        elif not option:
            self._requirement(value, "", place)

    def _requirement(self, text: str, option: str, place: Place) -> None:
        name = re.split(r"[\[=<>!~ ;@]", text, maxsplit=1)[0].lower()
        if name == "pip" or text.lower() in _BARE_TOOLS:
            self.asked.report.dropped(
                text, place.file, place.line, "it installs, and no program needs it: add it if one does"
            )
            return
        bare, extras = re.fullmatch(r"(.*?)(\[[^\]]*\])?", text, re.DOTALL).groups()  # type: ignore[union-attr]
        looks = (
            "://" not in bare
            and " @ " not in text
            and (bare.startswith((".", "/", "~")) or "/" in bare or bare.endswith(".whl"))
        )
        if not looks:
            self.packages.add_pip(self._entry(option + text, place))
            return
        found = [place.locate(bare)] if "*" not in bare else []
        if not found or found[0] is None:
            gone = place.absent(bare) if "*" not in bare else None
            self.asked.report.dropped(option + text, place.file, place.line, NOT_OF_THE_PROJECT, gone)
            return
        path = found[0]
        written, folder = ("./", path) if path.is_dir() else (f"./{path.name}", path.parent)
        self.packages.add_pip(
            Entry(f"{option}{written}{extras or ''}", place.file, place.line, folder, place.taken_remarks())
        )

    def _include(self, text: str, kind: str, place: Place) -> None:
        option = "-r" if kind == "requirement" else "-c"
        path = place.locate(text) if "://" not in text else None
        if path is None:
            gone = place.absent(text)
            self.asked.report.dropped(f"{option} {text}", place.file, place.line, NOT_OF_THE_PROJECT, gone)
        elif path.name == "pyproject.toml":
            self._pyproject(f"{option} {text}", path, place)
        else:
            known = set(self.packages.pip)
            include(self.asked, self.packages, Entry(path.name, place.file, place.line, path.parent), kind)
            first = next((key for key in self.packages.pip if key not in known), None)
            if first is not None:
                item = self.packages.pip[first]
                above = (*place.taken_remarks().above, *item.above)
                self.packages.pip[first] = Item(item.value, above, item.behind)

    def _uv(self, words: list[str], place: Place) -> bool:
        if words[1] == "venv":
            return self._there(words, place)
        path = place.locate("pyproject.toml")
        if path is None:
            self.asked.report.dropped(" ".join(words), place.file, place.line, NOT_OF_THE_PROJECT)
        else:
            self._pyproject(" ".join(words), path, place)
        return True

    def _pyproject(self, what: str, path: Path, place: Place) -> None:
        written = self.asked.place(path.name, path.parent)
        if written is None:
            self.asked.report.dropped(what, place.file, place.line, "it is outside of the project")
            return
        self.environment.add("pyproject", Text(written))
        self.asked.report.changed(
            what,
            place.file,
            place.line,
            f'pyproject = "{written}"',
            "`envspec.lock` takes the place of its lock",
        )

    def _entry(self, text: str, place: Place) -> Entry:
        return Entry(text, place.file, place.line, self.asked.root, place.taken_remarks())


def _bare(words: list[str]) -> list[str]:
    """Without what stands before the program: variables, `sudo`, `env`."""
    rest = list(words)
    while rest and (_ASSIGNMENT.match(rest[0]) or rest[0] in _BEFORE or rest[0] == "env"):
        wrapper = rest.pop(0)
        while wrapper in ("sudo", "nice") and rest and rest[0].startswith("-"):
            rest.pop(0)
    return rest
