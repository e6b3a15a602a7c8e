"""`ENTRYPOINT` and `CMD` as a run: its command, with paths of the project where the image had copies of them."""

from __future__ import annotations

import json
import os
import posixpath
import shlex
from collections.abc import Mapping
from pathlib import Path

from envspec.frozen import Frozen, frozen
from envspec.importing.asked import Asked
from envspec.importing.containers.command_place import IS_THERE
from envspec.importing.containers.image_files import ImageFiles
from envspec.importing.containers.shell_text import expanded, steps_of
from envspec.importing.secret_values import has_credential, in_command
from envspec.importing.spec import Block, Script, Text, Written, texts
from envspec.lazy_pattern import lazy_pattern
from envspec.starting.names import name_of

_PYTHON = lazy_pattern(r"/.*/(python[0-9.]*)\Z")
_UV_VALUES = frozenset(
    {"--extra", "--no-extra", "--group", "--no-group", "--only-group", "--with", "--with-editable", "--with-requirements",
     "--python", "-p", "--env-file", "--project", "--directory", "--package", "--index", "--default-index", "-i", "-C",
     "--cache-dir", "--config-file", "--no-install-package", "--link-mode"}
)  # fmt: skip
"""Options of `uv run` with a value."""
_INITS = frozenset({"tini", "dumb-init", "catatonit", "docker-init"})
_SHELLS = frozenset({"sh", "bash", "dash"})
_ACTIVATION = lazy_pattern(
    r"(?:(?:source|\.)\s+\S*(?:activate|conda\.sh)\b[^&;\n]*|conda\s+activate[^&;\n]*"
    r"|eval\s+\S*\s*\"?\$\(conda [^)]*\)\"?)\s*(?:&&|;|\n)\s*"
)


@frozen
class Command(Frozen):
    """`words` of the exec form, or else the text of the shell form."""

    words: tuple[str, ...] | None
    script: str
    line: int
    what: str


def command_of(arguments: str, line: int, what: str) -> Command:
    """Either form of `CMD`, `ENTRYPOINT` or `RUN`."""
    words = exec_form(arguments)
    return Command(words, "" if words is not None else arguments.strip(), line, what)


def exec_form(arguments: str) -> tuple[str, ...] | None:
    """The words of a JSON list of strings, None for any other text."""
    if not arguments.startswith("["):
        return None
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return None
    return tuple(found) if isinstance(found, list) and all(isinstance(one, str) for one in found) else None


def add_run(
    asked: Asked, environment: Block, files: ImageFiles, folder: str, values: Mapping[str, str | None],
    commands: list[Command], file: str,
) -> Block | None:  # fmt: skip
    """A run of what is left of `ENTRYPOINT` and `CMD`; `folder` is where they run in the image."""
    entrypoint = [one for one in commands if one.what.upper().startswith("ENTRYPOINT")]
    last = entrypoint[-1] if entrypoint else commands[-1]
    used = [last, *(one for one in commands if one.what.upper().startswith("CMD") and entrypoint)]
    if last.words is None and entrypoint:
        for one in used[1:]:
            asked.report.dropped(
                one.what, file, one.line, "`ENTRYPOINT` in the form of a shell takes no arguments"
            )
        used = used[:1]
    if len(used) > 1 and used[1].words is None:
        used[1] = Command(("/bin/sh", "-c", used[1].script), "", used[1].line, used[1].what)
    if any(has_credential(one.what) or in_command(one.words or ()) for one in used):
        for one in used:
            keyword = one.what.split(maxsplit=1)[0]
            asked.report.dropped(keyword, file, one.line, "it has a credential in it: read a secret variable")
        return None
    words = [word for one in used for word in one.words or ()]
    script = used[0].script if used[0].words is None else ""
    if not words and not script:
        for one in used:
            asked.report.carried(one.what, file, one.line, "a run with no command is none")
        return None
    run = Block("run", "", {"environment": Written(environment.label)})
    source, base = _source(asked, files, folder)
    told: list[str] = []
    if script:
        plain = _plain_words(script, values)
        if plain is None:
            return _shell_run(asked, run, script, used, file, source, told)
        words = plain
    words = _without_wrappers(words, told)
    if (
        len(words) == 3
        and posixpath.basename(words[0]) in _SHELLS
        and words[1] in ("-c", "-lc", "-ec", "-lic")
    ):
        inner = _plain_words(_ACTIVATION.sub("", words[2]), values)
        if inner is None and posixpath.basename(words[0]) == "sh":
            return _shell_run(asked, run, words[2], used, file, source, told)
        if inner is not None:
            told.append("no shell is needed for it")
            words = _without_wrappers(inner, told)
    moved = [_moved(word, files, folder, base, first=at == 0) for at, word in enumerate(words)]
    if moved != words:
        told.append("paths in it are those of the project")
    if not moved or not moved[0] or any("\0" in word for word in moved):
        for one in used:
            asked.report.dropped(one.what, file, one.line, "nothing is left to run")
        return None
    run.label = _label(asked, moved)
    _add_source(run, source)
    run.add("command", texts(moved))
    _tell(asked, run, used, file, told)
    return run


def _shell_run(
    asked: Asked, run: Block, script: str, used: list[Command], file: str, source: str, told: list[str]
) -> Block | None:
    text = _ACTIVATION.sub("", script).strip()
    if not text or "\0" in text:
        for one in used:
            asked.report.dropped(one.what, file, one.line, "nothing is left to run")
        return None
    run.label = _label(asked, text.split())
    _add_source(run, source)
    run.add("shell", Script(text + "\n") if "\n" in text else Text(text))
    _tell(asked, run, used, file, [*told, *([IS_THERE] if text != script.strip() else [])])
    return run


def _tell(asked: Asked, run: Block, used: list[Command], file: str, told: list[str]) -> None:
    for one in used:
        if told:
            asked.report.changed(one.what, file, one.line, f"run {run.label}", "; ".join(dict.fromkeys(told)))
        else:
            asked.report.carried(one.what, file, one.line, f"run {run.label}")


def _plain_words(script: str, values: Mapping[str, str | None]) -> list[str] | None:
    """The words of one simple command without anything that a shell would have to do; None for any other."""
    steps = steps_of(_ACTIVATION.sub("", script).strip())
    if steps is None or len(steps) != 1 or steps[0].words is None or steps[0].redirected:
        return None
    found = [expanded(word, values) for word in steps[0].words]
    if not found or any(one is None for one in found):
        return None
    words = [text for one in found if one is not None for text in one]
    if not words or "=" in words[0] or words[0] in ("cd", "export", "set"):
        return None
    if (
        any(character in word for word in words for character in "*?~")
        and shlex.join(words) != script.strip()
    ):
        return None
    return words[1:] if words[0] == "exec" else words


def _without_wrappers(words: list[str], told: list[str]) -> list[str]:
    """Without an init process and without `conda run`."""
    words = list(words)
    while words:
        program = posixpath.basename(words[0])
        if program in _INITS:
            words = words[1:]
            while words and words[0].startswith("-"):
                words = words[2:] if words[0] in ("-e", "-p", "-r") and len(words) > 1 else words[1:]
            told.append("an init process is there already")
        elif program in ("conda", "mamba", "micromamba") and words[1:2] == ["run"]:
            words = words[2:]
            while words and words[0].startswith("-"):
                words = words[2:] if words[0] in ("-n", "--name", "-p", "--prefix", "--cwd") else words[1:]
            told.append(IS_THERE)
        elif words[:2] in (["poetry", "run"], ["pipenv", "run"], ["pdm", "run"]):
            words = words[2:]
            told.append(IS_THERE)
        elif words[:2] == ["uv", "run"]:
            words = _uv_run(words[2:])
            told.append(IS_THERE)
        else:
            break
    return words


def _uv_run(words: list[str]) -> list[str]:
    """What `uv run` starts: a Python file and a module (`-m`) with Python."""
    while words and words[0].startswith("-") and words[0] not in ("--", "-m", "--module", "-s", "--script"):
        words = words[2:] if words[0] in _UV_VALUES else words[1:]
    if words[:1] in (["-m"], ["--module"]):
        return ["python", "-m", *words[1:]]
    if words[:1] in (["--"], ["-s"], ["--script"]):
        words = words[1:]
    return ["python", *words] if words and words[0].endswith(".py") else words


def _source(asked: Asked, files: ImageFiles, folder: str) -> tuple[str, Path | None]:
    """The folder of the project that the command runs in, as the spec writes it, and as it is."""
    found = files.find(".", folder)
    if found is not None and found.is_dir():
        place = asked.place(os.path.relpath(found, files.context), files.context)
        return (place, found) if place is not None else ("", None)
    for (
        target,
        source,
    ) in files.copies:  # `COPY train.py .` and `COPY src ./src`: the same folders as in the project
        below = posixpath.relpath(target, folder)
        inside = Path(os.path.relpath(source, files.context)).as_posix()
        if not below.startswith("..") and (inside == below or inside.endswith(f"/{below}")):
            base = files.context / inside[: len(inside) - len(below)].rstrip("/")
            place = asked.place(os.path.relpath(base, files.context), files.context)
            if place is not None:
                return place, base
    return "", None


def _add_source(run: Block, source: str) -> None:
    if source and source != ".":
        run.add("source", Text(source))


def _moved(word: str, files: ImageFiles, folder: str, base: Path | None, *, first: bool) -> str:
    """A word with the path in it as it is from the folder of the run."""
    if first and (python := _PYTHON.match(word)):
        return python[1]
    if base is None or not word.startswith("/") or word == "/":
        return word
    found = files.find(word, folder)
    if found is None:
        return word
    relative = Path(os.path.relpath(found, base)).as_posix()
    if relative.startswith(".."):
        return word
    return f"./{relative}" if first else relative


def _label(asked: Asked, words: list[str]) -> str:
    """After its script or module, else after the file that is imported."""
    for word in words:
        if word.endswith((".py", ".sh")):
            return name_of(Path(word).stem, asked.name)
    if "-m" in words[:-1]:
        return name_of(words[words.index("-m") + 1].rsplit(".", 1)[-1], asked.name)
    return name_of(posixpath.basename(words[0]), asked.name) if words else asked.name
