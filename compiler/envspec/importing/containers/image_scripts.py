"""`RUN` and scripts like it: what they install goes into the lists of packages, the rest into `docker.run`.

A script of `docker.run` runs as root after the system packages are there, without the files of the project, in `/work`
and without the variables of the image; so each says itself where it runs and what it reads.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.importing.asked import Asked
from envspec.importing.comments import Remarks
from envspec.importing.containers.command_place import NOT_THERE, Place
from envspec.importing.containers.image_files import ImageFiles
from envspec.importing.containers.install_commands import Installs
from envspec.importing.containers.shell_text import Step, expanded, steps_of, variables_of
from envspec.importing.secret_values import in_script
from envspec.importing.spec import Block, Item, Items, Script, Text
from envspec.lazy_pattern import lazy_pattern

_SOURCES = lazy_pattern(
    r"add-apt-repository|apt-key|sources\.list|dpkg (?:-i|--install)|/usr/share/keyrings|/etc/apt/|--dearmor"
)
_UNKNOWN_INSTALL = lazy_pattern(
    r"(?s).*\b(?:pip[0-9.]*|conda|mamba|micromamba)\s+(?:-\S+\s+)*(?:install|create|update|env\s+(?:create|update))\b"
)
_TOKEN = lazy_pattern(r"[^\s'\";&|()<>=`$]+")
_ANYWHERE = frozenset(
    {"useradd", "groupadd", "adduser", "addgroup", "usermod", "update-ca-certificates", "locale-gen", "ldconfig",
     "update-alternatives", "apt-get", "apt", "apt-key", "add-apt-repository", "echo", "printf", "jupyter", "set", "export"}
)  # fmt: skip
_OF_A_PROJECT = frozenset(
    {
        "make",
        "npm",
        "yarn",
        "pnpm",
        "cargo",
        "go",
        "mvn",
        "gradle",
        "bundle",
        "composer",
        "dvc",
        "pytest",
        "pre-commit",
    }
)
_QUIET = frozenset({"cd", "set", "export", "true", ":", "exit", "unset", "pwd"})
_ASSIGNMENT = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*=")
SPLIT = "what it installs is in the lists of packages; the rest of it runs after that"


@frozen
class _Kept(Frozen):
    """A step that installs nothing; it runs in `folder`. `words` are None when they are not known."""

    step: Step
    words: list[str] | None
    folder: str


@mutable
class Scripts(Mutable):
    """The scripts of one environment in their order. `values` are variables that are known; `exports` lines that set
    those of the image, by name. `sure`: nothing ran so far that could have made a file."""

    asked: Asked
    installs: Installs
    files: ImageFiles
    file: str
    folder: str = "/"
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    values: dict[str, str | None] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    sure: bool = True

    def fill(self, environment: Block) -> None:
        if self.items:
            environment.inner("docker").add("run", Items(tuple(self.items)))

    def words(self, words: list[str], line: int, remarks: Remarks) -> None:
        """A command that no shell sees."""
        if not self.installs.take(words, self.place(line, remarks, self.folder)):
            text = shlex.join(words)
            self._keep(text, text, None, line, remarks, self.folder, whole=True)

    def script(self, script: str, lines: Mapping[int, int], line: int, remarks: Remarks) -> None:
        """A script of the shell; `lines` has the line of the file for the start of a step."""
        script = script.strip("\n") if "\n" in script else script.strip()
        steps = steps_of(script)
        if steps is None:
            if _UNKNOWN_INSTALL.match(script):
                self.asked.report.dropped(
                    script, self.file, line,
                    "it is more than a list of commands, and installs Python packages: name them in `pip` or `conda`",
                )  # fmt: skip
                return
            self._keep(script, script, None, line, remarks, self.folder, whole=True)
            return
        kept: list[_Kept] = []
        values, folder = dict(self.values), self.folder
        taken = False
        waiting = remarks
        for step in steps:
            number = max((lines[start] for start in lines if start <= step.start), default=line)
            words = self._expanded(step, values)
            if words and words[0] == "cd" and len(words) == 2:
                folder = posixpath.normpath(posixpath.join(folder, words[1]))
            if words and words[0] == "export":
                values.update(_assigned(words[1:]))
            if words and all(_ASSIGNMENT.match(word) for word in words):
                values.update(_assigned(words))
            before = self.installs.count
            if words is None and _UNKNOWN_INSTALL.match(step.text):
                self.asked.report.dropped(
                    step.text,
                    self.file,
                    number,
                    "what it installs is known only when it runs: name it in `pip` or `conda`",
                )
                taken = True
                continue
            if words and self.installs.take(words, self.place(number, waiting, folder)):
                taken = True
                waiting = waiting if self.installs.count == before else Remarks()
                self._tell_redirected(step, number)
                continue
            if _SOURCES.search(step.text):
                self.installs.own_sources = True
            kept.append(_Kept(step, words, folder))
            self.sure = self.sure and _says_nothing(words)
        if any(not _says_nothing(one.words) for one in kept):
            self._keep(
                script, _joined(kept, taken, script), kept, line, waiting, self.folder, whole=not taken
            )

    def keep_whole(self, script: str, line: int, remarks: Remarks) -> None:
        """A script for another program than the shell."""
        self._keep(script, script, None, line, remarks, self.folder, whole=True)

    def _expanded(self, step: Step, values: Mapping[str, str | None]) -> list[str] | None:
        if step.words is None:
            return None
        found = [expanded(word, values) for word in step.words]
        if any(one is None for one in found):
            return None
        return [text for one in found if one is not None for text in one]

    def _tell_redirected(self, step: Step, line: int) -> None:
        for one in step.redirected:
            if re.match(r">=|<=|<\d|>\d", one) and not one.startswith((">&", "<&")):
                self.asked.report.dropped(
                    one, self.file, line, "the shell reads it as the name of a file: quote the requirement"
                )

    def place(self, line: int, remarks: Remarks | None = None, folder: str = "") -> Place:
        """Where a command stands that is on a line of the file, and runs in `folder`."""

        def locate(path: str) -> Path | None:
            below = folder or self.folder
            return self.files.find(path, below) or self.files.project(path, below)

        return Place(self.file, line, locate, remarks or Remarks(), self.sure)

    def _keep(
        self, what: str, script: str, kept: list[_Kept] | None, line: int, remarks: Remarks,
        folder: str, *, whole: bool,
    ) -> None:  # fmt: skip
        report = self.asked.report
        self.sure = self.sure and kept is not None
        needed = self._needed(script, kept, folder)
        shown = what if whole else script
        if needed:
            report.dropped(shown, self.file, line, f"it needs `{needed}`, and {NOT_THERE}")
            return
        if in_script(script):
            report.dropped(
                "a script", self.file, line, "it has a credential in it: read a secret when something runs"
            )
            return
        if "\0" in script:
            report.dropped(shown, self.file, line, "a NUL character is in no script")
            return
        lines = [
            text for name, text in self.exports.items() if name == "PATH" or name in variables_of(script)
        ]
        somewhere = kept is None or any(
            one.words is None or (one.words[:1] != [] and one.words[0] not in _ANYWHERE) for one in kept
        )
        if folder != "/" and somewhere:
            lines.append(f"mkdir -p {shlex.quote(folder)} && cd {shlex.quote(folder)}")
        text = "\n".join([*lines, self._in_shell(script)])
        value = Script(text + "\n") if "\n" in text else Text(text)
        self.items.append(Item(value, remarks.above, remarks.behind))
        if whole:
            report.carried(shown, self.file, line, "docker.run")
        else:
            report.changed(shown, self.file, line, "docker.run", SPLIT)

    def _exports(self, script: str) -> list[str]:
        """The lines that set what the script reads, and what these read in turn."""
        read = {"PATH", *variables_of(script)}
        found: list[str] = []
        for name, text in reversed(self.exports.items()):
            if name in read:
                found.insert(0, text)
                read |= variables_of(text)
        return found

    def _in_shell(self, script: str) -> str:
        """As it is for `/bin/sh -c`, else handed to the shell that the file names."""
        if self.shell in (("/bin/sh", "-c"), ("sh", "-c")):
            return script
        return f"{shlex.join(self.shell)} {shlex.quote(script)}"

    def _needed(self, script: str, kept: list[_Kept] | None, folder: str) -> str:
        """A file of the project that the script names, empty when there is none."""
        for token in _TOKEN.findall(script):
            named = "/" in token or "." in token
            path = token.rstrip("/") or "/"
            if (
                named
                and not token.startswith("-")
                and path != "/"
                and self.files.find(path, folder) is not None
            ):
                return str(token)
        for one in kept or ():
            if one.words and one.words[0] in _OF_A_PROJECT and self.files.find(".", one.folder) is not None:
                return one.words[0]
        return ""


def _says_nothing(words: list[str] | None) -> bool:
    """Steps that matter only to those after them."""
    if words is None:
        return False
    return not words or words[0] in _QUIET or all(_ASSIGNMENT.match(word) for word in words)


def _assigned(words: list[str]) -> dict[str, str | None]:
    return {name: value for name, sign, value in (word.partition("=") for word in words) if sign}


def _joined(kept: list[_Kept], taken: bool, script: str) -> str:
    """The steps that are left, joined as they were. A script of `docker.run` ends at an error; where a step after `;`
    would have gone on, that is switched off."""
    if not taken and (len(kept) == 1 or "\n" in script):
        return script
    text = ""
    for at, one in enumerate(kept):
        if at:
            text += " && \\\n" if one.step.before == "&&" else "\n"
        text += one.step.text
    loose = any(one.step.before in (";", "\n") for one in kept[1:])
    return f"set +e\n{text}" if loose and not any(_ends_at_errors(one.words) for one in kept) else text


def _ends_at_errors(words: list[str] | None) -> bool:
    """`set -e`, alone or with other letters."""
    return bool(words) and words is not None and words[0] == "set" and any(
        word.startswith("-") and "e" in word for word in words[1:]
    )  # fmt: skip
