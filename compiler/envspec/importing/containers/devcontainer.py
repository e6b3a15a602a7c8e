"""`devcontainer.json`, as far as it makes an environment (the Development Container Specification).

The image or Dockerfile, features that are known (Python, conda, packages of apt, CUDA), variables, and what the commands
after creation install come over. What is about an editor and a container on somebody's machine is told.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from envspec.importing.asked import Asked, is_folder, read_text, unread, unreadable
from envspec.importing.comments import Remarks
from envspec.importing.containers.base_image import add_base_image
from envspec.importing.containers.command_place import Place
from envspec.importing.containers.image_files import ImageFiles
from envspec.importing.containers.image_instructions import ImageReader
from envspec.importing.fields.devcontainer import DEVCONTAINER_JSON
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.findings import Mark, absent
from envspec.importing.json_text import json_nodes
from envspec.importing.spec import Spec, Text, Written
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.image import parse_user
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of

_LARGEST = 1_000_000
_WORKSPACE = "/workspaces/project"
_LOCAL = lazy_pattern(r"\$\{(?:localEnv|env):([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}")
_SIZE = lazy_pattern(r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[bkmg]?)i?b?\Z", re.IGNORECASE)
_UNITS = {"": "B", "b": "B", "k": "KiB", "m": "MiB", "g": "GiB"}
_COMMANDS = ("onCreateCommand", "updateContentCommand", "postCreateCommand")
_TOLD = reasons(DEVCONTAINER_JSON)


def read(asked: Asked) -> Spec:
    """One environment."""
    path = asked.path
    text = read_text(path)
    if len(text) > _LARGEST:
        raise unreadable(asked, path, f"it has more than {_LARGEST:,} characters")
    root = json_nodes(asked, path, text, comments=True)
    if root.kind != "mapping":
        raise unreadable(asked, path, "a `devcontainer.json` is an object", root.line)
    return _Devcontainer(asked, path, root).read()


class _Devcontainer:
    """One file on its way to a spec."""

    def __init__(self, asked: Asked, path: Path, root: Node) -> None:
        self._asked, self._path, self._root = asked, path, root
        self._file, self._report = asked.shown(path), asked.report
        folder = path.parent
        self._project = folder.parent if folder.name == ".devcontainer" else folder
        if folder.parent.name == ".devcontainer":
            self._project = folder.parent.parent
        self._image = self._made_by()

    def _made_by(self) -> ImageReader:
        """What a Dockerfile says, or nothing yet."""
        build, written = self._root.get("build"), self._root.get("dockerFile")
        written = written if written.text else build.get("dockerfile")
        if written.kind == "scalar" and written.text:
            path = self._path.parent / written.text.replace("\0", "")
            gone = unread(path, written.text)
            if gone is None and self._inside(path):
                from envspec.importing.containers.dockerfile import read_image

                self._report.carried(f"dockerfile {written.text}", self._file, written.line, "environment")
                return read_image(
                    self._asked, path, context=self._context(build), target=build.get("target").text,
                    arguments={name: one.text for name, one in build.get("args").entries.items() if one.kind == "scalar"},
                )  # fmt: skip
            self._drop(
                f"dockerfile {written.text}",
                written.line,
                "there is no such file in the project" if gone is None else gone.reason,
                None if gone is None else gone.mark(written.text, written),
            )
        return ImageReader(self._asked, self._file, ImageFiles(self._project), {})

    def _inside(self, path: Path) -> bool:
        return self._asked.place(path.name, path.parent) is not None

    def _context(self, build: Node) -> Path:
        context = build.get("context") if build.get("context").text else self._root.get("context")
        if context.kind == "scalar" and context.text and "\0" not in context.text:
            folder = self._path.parent / context.text
            if is_folder(folder):
                return folder
        return self._path.parent

    def read(self) -> Spec:
        on: Mapping[str, Callable[[Node], None]] = {
            "name": self._name, "image": self._base, "build": self._build, "dockerFile": lambda _: None,
            "context": lambda _: None, "features": self._features, "containerEnv": self._variables,
            "remoteEnv": self._variables, "runArgs": self._run_args, "hostRequirements": self._requirements,
            "containerUser": self._user, "remoteUser": self._user, "secrets": self._secrets,
        }  # fmt: skip
        for key, node in self._root.entries.items():
            if key in on:
                on[key](node)
            elif key not in _COMMANDS:
                self._drop(_shown(key, node), node.line, _TOLD.get(key, _TOLD[OTHER]))
        for key in _COMMANDS:  # in the order in which they run
            if key in self._root.entries:
                self._command(key, self._root.get(key))
        spec = Spec()
        self._image.fill(spec)
        return spec

    def _drop(self, what: str, line: int, reason: str, mark: Mark | None = None) -> None:
        self._report.dropped(what, self._file, line, reason, mark)

    def _name(self, node: Node) -> None:
        environment = self._image.environment
        label = name_of(node.text, "") if node.kind == "scalar" else ""
        if not label:
            self._drop(_shown("name", node), node.line, "a name is lower-case letters, digits, `_` and `-`")
            return
        environment.label = label
        if label == node.text:
            self._report.carried(f"name {node.text}", self._file, node.line, f"environment {label}")
        else:
            self._report.changed(
                f"name {node.text}", self._file, node.line, f"environment {label}",
                "a name is lower-case letters, digits, `_` and `-`",
            )  # fmt: skip

    def _base(self, node: Node) -> None:
        if node.kind != "scalar" or node.plain or "${" in node.text:
            self._drop(_shown("image", node), node.line, "an image is a text that is known")
        else:
            add_base_image(
                self._asked, self._image.environment, node.text, f"image {node.text}", self._file, node.line
            )

    def _build(self, node: Node) -> None:
        if node.kind != "mapping":
            self._drop(_shown("build", node), node.line, "it is an object")
            return
        for key, one in node.entries.items():
            if key in ("context", "target", "args") and one.kind in ("scalar", "mapping"):
                self._read_with(f"build.{key}", one, key)
            elif key != "dockerfile":
                self._drop(_shown(f"build.{key}", one), one.line, "`envspec build` decides how it is built")

    def _read_with(self, what: str, node: Node, key: str) -> None:
        there = key != "context" or "\0" in node.text or is_folder(self._path.parent / node.text)
        if there:
            self._report.carried(_shown(what, node), self._file, node.line, "how the Dockerfile is read")
        else:
            gone = absent(node.text, node)
            self._drop(
                _shown(what, node), node.line, "there is no such folder: the file's own is taken", gone
            )

    def _features(self, node: Node) -> None:
        if node.kind != "mapping":
            self._drop(_shown("features", node), node.line, "it is an object")
            return
        for name, options in node.entries.items():
            word = posixpath.basename(re.sub(r"[:@][^/]*\Z", "", name))
            what = f"feature {name}"
            version = options.get("version").text if options.kind == "mapping" else options.text
            if word == "python":
                self._python(what, version, options.line)
            elif word in ("apt-packages", "apt-get-packages", "apt"):
                place = Place(self._file, options.line, lambda _: None)
                for package in re.split(r"[\s,]+", options.get("packages").text.strip()):
                    if package:
                        self._image.installs.add_apt(package, place)
            elif word in ("nvidia-cuda", "cuda") and re.fullmatch(
                r"[0-9]+\.[0-9]+", options.get("cudaVersion").text
            ):
                self._image.environment.inner("docker").add("cuda", Text(options.get("cudaVersion").text))
                self._report.carried(what, self._file, options.line, "docker.cuda")
            elif word in (
                "conda",
                "miniforge",
                "micromamba",
                "mamba",
                "uv",
                "common-utils",
                "git",
                "pipx-package",
            ):
                self._drop(
                    what, options.line,
                    "it is a tool of whoever works there: name in `conda`, `pip` or `apt` what a program needs",
                )  # fmt: skip
            else:
                self._drop(
                    what,
                    options.line,
                    reason_of(DEVCONTAINER_JSON, "features.*"),
                )

    def _python(self, what: str, version: str, line: int) -> None:
        if re.fullmatch(r"3\.[0-9]+(?:\.[0-9]+)?", version) and isinstance(parse_python(version), str):
            self._image.environment.add("python", Text(version))
            self._report.carried(f"{what} {version}", self._file, line, "python")
        else:
            self._drop(f"{what} {version}".strip(), line, "it names no version: write `python`")

    def _variables(self, node: Node) -> None:
        if node.kind != "mapping":
            self._drop(_shown("variables", node), node.line, "it is an object")
            return
        for name, one in node.entries.items():
            whole = _LOCAL.fullmatch(one.text)
            if whole is not None and not whole[2]:
                self._image.variables.read_from_caller(name, self._file, one.line, variable=whole[1])
            elif one.kind != "scalar":
                self._drop(name, one.line, "it takes a variable away, or is no text")
            elif "${" in one.text:
                self._drop(f"{name} {one.text}", one.line, "its value is known only in the container")
            elif name == "PATH":
                self._drop(f"{name} {one.text}", one.line, "an environment puts its own programs on PATH")
            else:
                self._image.variables.add(name, one.text, self._file, one.line)

    def _secrets(self, node: Node) -> None:
        for name, one in node.entries.items():
            self._drop(f"secrets.{name}", one.line, reason_of(DEVCONTAINER_JSON, "secrets.*"))

    def _user(self, node: Node) -> None:
        user = parse_user(node.text)
        docker = self._image.environment.inner("docker")
        if node.kind != "scalar" or not isinstance(user, str) or user.split(":")[0] in ("root", "0"):
            self._drop(
                _shown("user", node), node.line, "`docker.user` is not root: `uid`, `uid:gid` or a name"
            )
        elif "user" in docker.attributes and docker.attributes["user"] != Text(user):
            self._drop(_shown("user", node), node.line, "an environment has one user")
        else:
            docker.add("user", Text(user))
            self._report.carried(f"user {node.text}", self._file, node.line, "docker.user")

    def _run_args(self, node: Node) -> None:
        words = [one for one in node.items if one.kind == "scalar"]
        at = 0
        while at < len(words):
            name, sign, value = words[at].text.partition("=")
            line = words[at].line
            if not sign and at + 1 < len(words) and not words[at + 1].text.startswith("-"):
                at += 1
                value = words[at].text
            at += 1
            what = f"{name} {value}".strip()
            size = _SIZE.match(value)
            if name == "--shm-size" and size is not None:
                docker = self._image.environment.inner("docker")
                docker.add("shm_size", Written(f"{size['number']}{_UNITS[size['unit'].lower()]}"))
                self._report.carried(what, self._file, line, "docker.shm_size")
            elif name == "--gpus":
                self._drop(what, line, reason_of(DEVCONTAINER_JSON, "runArgs", "it is `--gpus`"))
            elif name in ("-e", "--env") and "=" in value and "${" not in value:
                variable, _, text = value.partition("=")
                self._image.variables.add(variable, text, self._file, line)
            else:
                self._drop(what, line, reason_of(DEVCONTAINER_JSON, "runArgs", "it is another option"))
        if len(words) != len(node.items) or node.kind != "sequence":
            self._drop(_shown("runArgs", node), node.line, "it is a list of texts")

    def _requirements(self, node: Node) -> None:
        for key, one in node.entries.items() if node.kind == "mapping" else [("", node)]:
            self._drop(
                _shown(f"hostRequirements.{key}", one),
                one.line,
                reason_of(DEVCONTAINER_JSON, "hostRequirements.*"),
            )

    def _command(self, key: str, node: Node) -> None:
        """A text for a shell, a list of words, or an object of both, which run side by side."""
        scripts = self._image.scripts
        before = scripts.file, scripts.folder
        scripts.file, scripts.folder = self._file, _WORKSPACE
        scripts.files.copies.append((_WORKSPACE, self._project))
        for one in [*node.entries.values()] if node.kind == "mapping" else [node]:
            words = [word.text for word in one.items if word.kind == "scalar"]
            if one.kind == "scalar" and one.text.strip() and not one.plain and "${" not in one.text:
                scripts.script(one.text, {0: one.line}, one.line, Remarks())
            elif one.kind == "sequence" and words and len(words) == len(one.items):
                scripts.words(words, one.line, Remarks())
            else:
                self._drop(_shown(key, one), one.line, "a command is a text or a list of texts that is known")
        scripts.files.copies.pop()
        scripts.file, scripts.folder = before


def _shown(key: str, node: Node) -> str:
    """A property in few words: of what is long only its name."""
    text = node.text if node.kind == "scalar" and len(node.text) <= 200 else ""
    return f"{key} {text}".strip()
