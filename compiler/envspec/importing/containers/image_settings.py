"""`ARG`, `ENV` and `LABEL`: names and values, as the Dockerfile reference has them, and what they are in a spec."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from envspec.frozen import Mutable, field, mutable
from envspec.importing.containers.dockerfile_text import Instruction
from envspec.importing.containers.image_scripts import Scripts
from envspec.importing.containers.shell_text import Word, expanded, words_of
from envspec.importing.fields.dockerfile import DOCKERFILE
from envspec.importing.fields.row import reason_of
from envspec.importing.secret_values import is_secret
from envspec.importing.spec import Text, Value
from envspec.importing.variables import Variables
from envspec.packages.image import parse_label_key, parse_line, parse_variable_name

_INDEXES = {
    "PIP_INDEX_URL": "--index-url", "PIP_EXTRA_INDEX_URL": "--extra-index-url", "UV_INDEX_URL": "--index-url",
    "UV_EXTRA_INDEX_URL": "--extra-index-url", "UV_DEFAULT_INDEX": "--index-url", "UV_INDEX": "--extra-index-url",
}  # fmt: skip


@mutable
class ImageSettings(Mutable):
    """Variables, build arguments and labels of one image. `globals` are those before the first `FROM`, `given` the build
    arguments of the caller; scripts see what is set."""

    scripts: Scripts
    globals: Mapping[str, str | None]
    given: Mapping[str, str]
    variables: Variables
    arguments: dict[str, Value] = field(default_factory=dict)
    labels: dict[str, Value] = field(default_factory=dict)

    def on_arg(self, one: Instruction) -> None:
        for name, value in pairs_of(one.arguments, self.scripts.values):
            known = self.given.get(name, value if value is not None else self.globals.get(name))
            self.scripts.values[name] = known
            what = f"ARG {name}" if value is None else f"ARG {name}={value}"
            line = one.line_at(max(one.arguments.find(name), 0))
            if known is None:
                self.scripts.asked.report.dropped(
                    what, self.scripts.file, line, reason_of(DOCKERFILE, "`ARG`", "it has no value")
                )
            elif not isinstance(parse_variable_name(name), str) or not isinstance(
                parse_line(known, "it"), str
            ):
                self.scripts.asked.report.dropped(
                    what, self.scripts.file, line, "a build argument is a variable with one line of text"
                )
            elif is_secret(name, known):
                self.scripts.asked.report.dropped(
                    f"ARG {name}", self.scripts.file, line,
                    "a build argument stays in the image: read a secret when something runs",
                )  # fmt: skip
            else:
                self.arguments[name] = Text(known)
                self.scripts.asked.report.carried(what, self.scripts.file, line, "docker.arguments")

    def on_env(self, one: Instruction) -> None:
        new: dict[str, str | None] = {}
        for name, value, raw in settings_of(one.arguments, self.scripts.values):
            new[name] = value
            line = one.line_at(max(one.arguments.find(name), 0))
            if name == "PATH" or value is None:
                secret = is_secret(name, raw)
                if not secret and isinstance(parse_variable_name(name), str):
                    self.scripts.exports[name] = f"export {name}={raw}"
                reason = (
                    reason_of(DOCKERFILE, "`ENV`", "it is `PATH`")
                    if name == "PATH"
                    else "its value is known only in the image"
                )
                self.scripts.asked.report.dropped(
                    f"ENV {name}" if secret else f"ENV {name}={raw}", self.scripts.file, line, reason
                )
            elif name in _INDEXES:
                self.scripts.installs.take(
                    ["pip", "install", _INDEXES[name], value], self.scripts.place(line)
                )
            else:
                self.variables.add(name, value, self.scripts.file, line)
                if isinstance(self.variables.values.get(name), Text):
                    self.scripts.exports[name] = f"export {name}={shlex.quote(value)}"
        self.scripts.values.update(new)

    def on_label(self, one: Instruction) -> None:
        for name, value, raw in settings_of(one.arguments, self.scripts.values):
            self._add_label(name, value, raw, one.line_at(max(one.arguments.find(name), 0)))

    def on_maintainer(self, one: Instruction) -> None:
        self._add_label("maintainer", one.arguments, one.arguments, one.line)

    def _add_label(self, name: str, value: str | None, raw: str, line: int) -> None:
        what = f"LABEL {name}={raw}"
        if (
            value is None
            or not isinstance(parse_label_key(name), str)
            or not isinstance(parse_line(value, "it"), str)
        ):
            self.scripts.asked.report.dropped(
                what, self.scripts.file, line, "a label has a plain key, and one line of text that is known"
            )
        elif is_secret(name, value):
            self.scripts.asked.report.dropped(
                f"LABEL {name}", self.scripts.file, line, "everybody who has an image can read its labels"
            )
        else:
            self.labels[name] = Text(value)
            self.scripts.asked.report.carried(what, self.scripts.file, line, "docker.labels")


def shown(one: Instruction) -> str:
    """An instruction as the report has it."""
    flags = "".join(f" --{name}={value}" if value else f" --{name}" for name, value in one.flags)
    return f"{one.word}{flags} {one.arguments}".strip()


def pairs_of(arguments: str, values: Mapping[str, str | None]) -> list[tuple[str, str | None]]:
    """The names of `ARG`, with their defaults; None for one without."""
    found: list[tuple[str, str | None]] = []
    known = dict(values)
    for word in words_of(arguments):
        filled = expanded(word, known)
        name, sign, value = (
            " ".join(filled) if filled is not None else arguments[word.start : word.end]
        ).partition("=")
        default = value if sign and filled is not None else None
        found.append((name, default))
        known[name] = default
    return found


def settings_of(arguments: str, values: Mapping[str, str | None]) -> list[tuple[str, str | None, str]]:
    """The names of `ENV` and `LABEL` with their values, as they are (None where that is not known) and as written. The
    values of one instruction do not see each other."""
    words = words_of(arguments)
    if words and "=" not in arguments[words[0].start : words[0].end]:  # `ENV NAME the rest`
        raw = arguments[words[0].end :].strip()
        return [(arguments[words[0].start : words[0].end], _joined(words[1:], raw, arguments, values), raw)]
    found = []
    for word in words:
        filled = expanded(word, values)
        raw_name, _, raw = arguments[word.start : word.end].partition("=")
        name, _, value = (
            " ".join(filled).partition("=") if filled is not None else (raw_name.strip("\"'"), "", "")
        )
        found.append((name, value if filled is not None else None, raw))
    return found


def _joined(words: list[Word], raw: str, arguments: str, values: Mapping[str, str | None]) -> str | None:
    """One value with its blanks."""
    filled = [expanded(word, values) for word in words]
    if any(one is None for one in filled):
        return None
    if "$" not in raw and not any(character in raw for character in "\"'\\"):
        return raw
    return " ".join(" ".join(one) for one in filled if one is not None)
