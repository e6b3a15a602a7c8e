"""What each instruction of a Dockerfile gives an environment."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from envspec.importing.asked import Asked
from envspec.importing.comments import Remarks
from envspec.importing.containers.base_image import add_base_image, system_python
from envspec.importing.containers.command_place import NOT_THERE
from envspec.importing.containers.dockerfile_text import Instruction
from envspec.importing.containers.image_command import Command, add_run, command_of, exec_form
from envspec.importing.containers.image_files import ImageFiles
from envspec.importing.containers.image_scripts import Scripts
from envspec.importing.containers.image_settings import ImageSettings, shown
from envspec.importing.containers.install_commands import Installs
from envspec.importing.containers.shell_text import one_text
from envspec.importing.entries import Packages
from envspec.importing.fields.dockerfile import DOCKERFILE
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.findings import BROKEN, Mark, absent
from envspec.importing.spec import Block, Spec, Table, Text, texts
from envspec.importing.variables import Variables
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.image import (
    parse_platform,
    parse_user,
)

_WILD = lazy_pattern(r"[*?\[]")
"""In the name of a file that need not be there when another source is."""
_NO_PLACE = {name.strip("`"): reason for name, reason in reasons(DOCKERFILE).items()}
_SHELLS_WITHOUT_WORK = (["bash"], ["sh"], ["/bin/bash"], ["/bin/sh"])


class ImageReader:
    """One image on its way to a spec: instructions come in one by one, `fill` writes the blocks."""

    def __init__(self, asked: Asked, file: str, files: ImageFiles, given: Mapping[str, str]) -> None:
        self.asked, self.file, self.given = asked, file, given
        self.report = asked.report
        self.globals: dict[str, str | None] = dict(given)
        self.environment = Block("environment", asked.name)
        self.packages = Packages(asked)
        self.installs = Installs(asked, self.packages, self.environment)
        self.scripts = Scripts(asked, self.installs, files, file)
        self.settings = ImageSettings(self.scripts, self.globals, given, Variables(asked))
        self.variables = self.settings.variables
        self.above: tuple[str, ...] = ()
        self.below: tuple[str, ...] = ()
        self._image = ""
        self._commands: list[Command] = []
        self._copies: list[Instruction] = []
        self._users: list[Instruction] = []
        self._on: Mapping[str, Callable[[Instruction], None]] = {
            "RUN": self._on_run, "ARG": self.settings.on_arg, "ENV": self.settings.on_env, "LABEL": self.settings.on_label,
            "MAINTAINER": self.settings.on_maintainer, "WORKDIR": self._on_workdir, "USER": self._users.append,
            "COPY": self._on_copy, "ADD": self._on_copy, "CMD": self._on_command, "ENTRYPOINT": self._on_command,
            "SHELL": self._on_shell,
        }  # fmt: skip

    def base(self, start: Instruction, image: str) -> None:
        """`FROM` of the lowest stage."""
        self._image = image
        platform = start.flag("platform")
        if platform is not None:
            self._platform(one_text(platform, self.globals) or platform, start.line)
        if "$" in image:
            self.report.dropped(
                shown(start), self.file, start.line, "what image it is, is known only with `--build-arg`"
            )
        else:
            add_base_image(self.asked, self.environment, image, shown(start), self.file, start.line)

    def _platform(self, text: str, line: int) -> None:
        platform = parse_platform(text)
        if isinstance(platform, str):
            self.environment.inner("docker").add("platforms", texts([platform]))
            self.report.carried(f"--platform={text}", self.file, line, "docker.platforms")
        else:
            self.report.dropped(
                f"--platform={text}", self.file, line, "`docker.platforms` says for which it is built"
            )

    def instruction(self, one: Instruction) -> None:
        on = self._on.get(one.word)
        if one.word in _NO_PLACE:
            self.report.dropped(shown(one), self.file, one.line, _NO_PLACE[one.word])
        elif on is None:
            reason = reason_of(DOCKERFILE, "any other instruction")
            self.report.dropped(shown(one), self.file, one.line, reason, Mark(BROKEN, ""))
        else:
            on(one)

    def _on_run(self, one: Instruction) -> None:
        for name, value in one.flags:
            self._run_flag(one, name, value)
        remarks = Remarks(one.comments)
        words = exec_form(one.arguments)
        if words is not None:
            self.scripts.words(list(words), one.line, remarks)
            return
        if not one.heredocs:
            self.scripts.script(one.arguments, dict(one.places), one.line, remarks)
            return
        around = one.arguments[: one.heredocs[0].start] + one.arguments[one.heredocs[0].end :]
        text = one.heredocs[0].text
        if len(one.heredocs) == 1 and not around.strip() and not text.startswith("#!"):
            starts, at = {0: one.line + 1}, 0
            for number, line in enumerate(text.splitlines(keepends=True), start=2):
                at += len(line)
                starts[at] = one.line + number
            self.scripts.script(text, starts, one.line, remarks)
            return
        whole = one.arguments + "\n" + "".join(f"{doc.text}{doc.name}\n" for doc in one.heredocs)
        if not around.strip() and len(one.heredocs) == 1:  # a script for the program of its first line
            program = text.split("\n", 1)[0].removeprefix("#!").strip() or "/bin/sh"
            whole = f"{program} <<'{one.heredocs[0].name}'\n{text}{one.heredocs[0].name}\n"
        self.scripts.keep_whole(whole, one.line, remarks)

    def _run_flag(self, one: Instruction, name: str, value: str) -> None:
        fields = dict(part.partition("=")[::2] for part in value.split(","))
        kind = fields.get("type", "bind")
        if name == "mount" and kind == "bind" and "from" not in fields:
            target = fields.get("target") or fields.get("dst") or fields.get("destination") or ""
            there = self.scripts.files.add(
                fields.get("source") or fields.get("src") or ".", target, self.scripts.folder
            )
            if there:
                self.report.carried(f"--mount={value}", self.file, one.line, "files that are read here")
                return
        if name == "mount" and kind == "cache":
            self.report.carried(f"--mount={value}", self.file, one.line, "caches are kept between builds")
        else:
            self.report.dropped(
                f"--{name}={value}", self.file, one.line, reason_of(DOCKERFILE, "`RUN --mount=type=secret`")
            )

    def _on_shell(self, one: Instruction) -> None:
        words = exec_form(one.arguments)
        if not words:
            self.report.dropped(shown(one), self.file, one.line, "it is a JSON list of strings")
            return
        self.scripts.shell = words
        self.report.carried(shown(one), self.file, one.line, "the shell of its scripts")

    def _on_workdir(self, one: Instruction) -> None:
        folder = one_text(one.arguments, self.scripts.values)
        if folder is None:
            self.report.dropped(shown(one), self.file, one.line, "its path is known only in the image")
            return
        self.scripts.folder = posixpath.normpath(posixpath.join(self.scripts.folder, folder))
        self.report.changed(
            shown(one), self.file, one.line, "where paths begin", reason_of(DOCKERFILE, "`WORKDIR`")
        )

    def _on_copy(self, one: Instruction) -> None:
        source = one.flag("from")
        if source is not None or one.heredocs or "://" in one.arguments:
            self.scripts.sure = False
        if source is not None:
            self.report.dropped(
                shown(one), self.file, one.line, f"what `{source}` has is known only when that is built"
            )
            return
        if one.heredocs:
            self.report.dropped(shown(one), self.file, one.line, "write the file into the project")
            return
        words = list(exec_form(one.arguments) or ()) or one.arguments.split()
        filled = [one_text(word, self.scripts.values) if "$" in word else word.strip("\"'") for word in words]
        known = [word for word in filled if word is not None]
        if len(known) < 2 or len(known) != len(filled):
            self.report.dropped(
                shown(one), self.file, one.line, "what it copies is known only when the image is built"
            )
            return
        there = {
            word: self.scripts.files.add(word, known[-1], self.scripts.folder, several=len(known) > 2)
            for word in known[:-1]
            if "://" not in word and not word.startswith("git@")
        }
        if any(there.values()):
            self._copies.append(one)
        for word, is_there in there.items():
            if not is_there and not (any(there.values()) and _WILD.search(word)):
                what = shown(one) if len(known) == 2 else f"{one.word} {word}"
                reason = f"there is nothing of that name; {NOT_THERE}"
                self.report.dropped(what, self.file, one.line, reason, absent(word))
        if not there:
            self.report.dropped(shown(one), self.file, one.line, f"nothing is fetched; {NOT_THERE}")

    def _on_command(self, one: Instruction) -> None:
        self._commands = [
            command for command in self._commands
            if not command.what.upper().startswith(one.word) and one.word != "ENTRYPOINT"
        ]  # fmt: skip
        command = command_of(one.arguments, one.line, shown(one))
        if list(command.words or ()) in _SHELLS_WITHOUT_WORK:
            self.report.dropped(
                shown(one), self.file, one.line, "a shell does no work by itself: `envspec shell` opens one"
            )
        else:
            self._commands.append(command)

    def fill(self, spec: Spec) -> None:
        """Writes the environment, and the run if there is one."""
        spec.above += self.above
        self.environment.comments["end"] = list(self.below)
        environment, docker = self.environment, self.environment.inner("docker")
        self._add_user(docker)
        self.installs.fill()
        python = system_python(self._image) if "python" not in environment.attributes else ""
        if (
            python
            and not self.packages.conda
            and any(name.startswith("python3") for name in self.installs.apt)
        ):
            environment.attributes = {"python": Text(python), **environment.attributes}
            self.report.carried(f"python3 of {self._image}", self.file, 0, f'python = "{python}"')
        spec.blocks.append(environment)
        self.packages.fill(environment, spec)
        self.variables.fill(environment, spec)
        if self.settings.arguments:
            docker.add("arguments", Table(self.settings.arguments))
        self.scripts.fill(environment)
        if self.settings.labels:
            docker.add("labels", Table(self.settings.labels))
        environment.attributes.pop("docker", None)
        if docker.attributes:
            environment.attributes["docker"] = docker
        run = None
        if self._commands:
            run = add_run(
                self.asked,
                environment,
                self.scripts.files,
                self.scripts.folder,
                self.scripts.values,
                self._commands,
                self.file,
            )
        if run is not None:
            spec.blocks.append(run)
        for one in self._copies:
            if run is not None:
                self.report.changed(
                    shown(one), self.file, one.line, "run.source",
                    reason_of(DOCKERFILE, "`COPY`"),
                )  # fmt: skip
            else:
                self.report.dropped(
                    shown(one), self.file, one.line,
                    reason_of(DOCKERFILE, "`COPY`", "nothing is run"),
                )  # fmt: skip

    def _add_user(self, docker: Block) -> None:
        for one in self._users[:-1]:
            self.report.dropped(shown(one), self.file, one.line, "steps of an image are done as root")
        for one in self._users[-1:]:
            user = one_text(one.arguments, self.scripts.values)
            canonical = parse_user(user) if user is not None else None
            if not isinstance(canonical, str):
                self.report.dropped(
                    shown(one), self.file, one.line, "a user is `uid`, `uid:gid` or a plain name"
                )
            elif canonical.split(":")[0] in ("root", "0"):
                self.report.dropped(
                    shown(one), self.file, one.line, reason_of(DOCKERFILE, "`USER`", "it is root")
                )
            else:
                docker.add("user", Text(canonical))
                self.report.carried(shown(one), self.file, one.line, "docker.user")
