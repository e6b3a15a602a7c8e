"""Commands of conda, mamba and micromamba that install packages."""

from __future__ import annotations

from envspec.frozen import Mutable, mutable
from envspec.importing.asked import Asked, read_text, unread
from envspec.importing.conda import read_conda
from envspec.importing.containers.command_place import (
    IS_THERE,
    NO_CACHES,
    NOT_OF_THE_PROJECT,
    Place,
    options_of,
)
from envspec.importing.entries import Entry, Packages
from envspec.importing.spec import Block

CONDA_VALUES = frozenset(
    {"-n", "--name", "-p", "--prefix", "-c", "--channel", "-f", "--file", "--solver", "--platform", "--subdir", "-r",
     "--root-prefix", "--rc-file", "--repodata-fn", "--experimental", "--channel-priority"}
)  # fmt: skip


@mutable
class CondaCommands(Mutable):
    """Gathers what they install into an environment."""

    asked: Asked
    packages: Packages
    environment: Block

    def take(self, words: list[str], place: Place) -> bool:
        """Whether it was one of these commands; then all of it went into the packages or the report."""
        report, shown = self.asked.report, " ".join(words)
        command = [word for word in words[1:] if not word.startswith("-")][:1]
        rest = words[words.index(command[0]) + 1 :] if command else []
        if command == ["config"]:
            return self._config(rest, shown, place)
        if command == ["env"]:
            command, rest = ([rest[0]], rest[1:]) if rest else ([], [])
        if command in (["clean"], ["list"], ["info"], ["init"], ["activate"], ["shell"]):
            report.dropped(shown, place.file, place.line, NO_CACHES if command == ["clean"] else IS_THERE)
            return True
        if command not in (["install"], ["create"], ["update"], ["upgrade"]):
            return False
        for option, value in options_of(rest, CONDA_VALUES):
            if option in ("-c", "--channel"):
                self.packages.add_channel(value, place.file, place.line)
            elif option in ("-f", "--file"):
                self._file(value, place)
            elif option in ("--no-deps", "--override-channels", "--platform", "--subdir"):
                report.dropped(
                    f"{option} {value}".strip(), place.file, place.line, "say it in the spec's own attributes"
                )
            elif not option and value not in ("conda", "mamba"):
                self.packages.add_conda(
                    Entry(value, place.file, place.line, self.asked.root, place.taken_remarks())
                )
            elif not option:
                report.dropped(value, place.file, place.line, "it installs, and no program needs it")
        if command == ["update"] and "--all" in rest:
            report.dropped(shown, place.file, place.line, "the lock chooses the newest versions that fit")
        return True

    def _config(self, rest: list[str], shown: str, place: Place) -> bool:
        if (
            rest[:1] in (["--add"], ["--append"], ["--prepend"])
            and rest[1:2] == ["channels"]
            and len(rest) > 2
        ):
            if rest[0] in ("--add", "--prepend") and rest[2] not in self.packages.channels:
                self.packages.add_channel(rest[2], place.file, place.line)
                if rest[2] in self.packages.channels:  # conda puts it before the others
                    self.packages.channels.remove(rest[2])
                    self.packages.channels.insert(0, rest[2])
            else:
                self.packages.add_channel(rest[2], place.file, place.line)
        else:
            self.asked.report.dropped(
                shown, place.file, place.line, "it is a setting of conda's, and nothing here reads them"
            )
        return True

    def _file(self, text: str, place: Place) -> None:
        path = place.locate(text) if "://" not in text else None
        if path is None:
            gone = place.absent(text)
            self.asked.report.dropped(f"--file {text}", place.file, place.line, NOT_OF_THE_PROJECT, gone)
        elif (unreadable := unread(path, text)) is not None:
            self.asked.report.dropped(
                f"--file {text}", place.file, place.line, unreadable.reason, unreadable.mark(text)
            )
        elif path.suffix in (".yml", ".yaml"):
            read_conda(self.asked, self.packages, self.environment, path)
            self.asked.report.changed(
                f"--file {text}", place.file, place.line, "conda", "what it lists is written out"
            )
        else:
            for number, line in enumerate(read_text(path).splitlines(), start=1):
                if line.strip() and not line.strip().startswith(("#", "@")):
                    self.packages.add_conda(Entry(line.strip(), self.asked.shown(path), number, path.parent))
