"""The base that a Dockerfile of the project makes: its stages come first, and the files they copy are in the context.

What always holds: the context is the folder of the Dockerfile, and only what its `COPY` and `ADD` name is part of it,
below `base/`; no ignore file counts. Dockerfile and files are in the image's hash.
"""

from __future__ import annotations

import re
from fnmatch import translate
from pathlib import PurePosixPath

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment
from envspec.lower.context import EXECUTABLE, PLAIN, ContextFile, CopyOf
from envspec.lower.files import ProjectFiles, content_digest, tree
from envspec.packages.dockerfile import Dockerfile, Problem, read_dockerfile

FOLDER = "base"
"""Where its files are in our context."""

OUTPUT_MARK, OUTPUT_MARK_TEXT = ".envspecignore", b"# written by `envspec compile`"
"""The file, and how it begins, that `compile` puts into its output folder."""


@frozen
class OwnBase(Frozen):
    dockerfile: Dockerfile
    files: dict[str, ContextFile]


def own_base(environment: Environment, files: ProjectFiles) -> OwnBase | None:
    """None without `docker.dockerfile`. Raises `Failure` E0712."""
    path = environment.docker.dockerfile
    if not path:
        return None
    if environment.docker.image:
        raise _refused(environment, "`docker.image` and `docker.dockerfile` both make the base")
    try:
        text = files.read_bytes(path).decode("utf-8")
    except OSError as error:
        raise _refused(environment, f"`{path}`: {(error.strerror or 'it cannot be read').lower()}") from error
    except UnicodeDecodeError as error:
        raise _refused(environment, f"`{path}` is not UTF-8") from error
    read = read_dockerfile(text, FOLDER)
    if isinstance(read, Problem):
        where = f"`{path}`, line {read.line}" if read.line else f"`{path}`"
        raise _refused(environment, f"{where}: {read.reason}")
    return OwnBase(read, _context(environment, read, files))


def _context(environment: Environment, read: Dockerfile, files: ProjectFiles) -> dict[str, ContextFile]:
    if not read.sources:
        return {}
    path = PurePosixPath(environment.docker.dockerfile)
    inside = _without_output(tree(files, str(path.parent)), files)
    context: dict[str, ContextFile] = {}
    for source in read.sources:
        named = {
            name: ContextFile(CopyOf(found), EXECUTABLE if executable else PLAIN)
            for name, (found, executable) in inside.items()
            if _matches(source, name)
        }
        if not named:
            raise _refused(environment, f"`{path}` copies `{source}`, and there is no such file beside it")
        context |= {f"{FOLDER}/{name}": file for name, file in named.items()}
    return context


def _without_output(inside: dict[str, tuple[str, bool]], files: ProjectFiles) -> dict[str, tuple[str, bool]]:
    """What `compile` wrote is never its own input."""
    made = [
        PurePosixPath(name).parent
        for name, (found, _) in inside.items()
        if PurePosixPath(name).name == OUTPUT_MARK and files.read_bytes(found).startswith(OUTPUT_MARK_TEXT)
    ]
    return {name: file for name, file in inside.items() if not set(PurePosixPath(name).parents) & set(made)}


def _matches(source: str, name: str) -> bool:
    """Whether a file is what a source names, or below it. A pattern matches one folder at a time."""
    wanted, parts = PurePosixPath(source).parts, PurePosixPath(name).parts
    return len(parts) >= len(wanted) and all(
        re.match(translate(pattern), part) for pattern, part in zip(wanted, parts, strict=False)
    )


def own_base_digest(environment: Environment, files: ProjectFiles) -> str:
    """`sha256:…` over the Dockerfile and every file it copies; empty without one."""
    base = own_base(environment, files)
    if base is None:
        return ""
    contents = {path: (file.read(files), file.mode == EXECUTABLE) for path, file in base.files.items()}
    written = base.dockerfile.directives + base.dockerfile.text
    return content_digest({"Dockerfile": (written.encode(), False), **contents})


def _refused(environment: Environment, reason: str) -> Failure:
    return Failure(
        Diagnostic(
            "E0712",
            f"this Dockerfile cannot be the base: {reason}",
            pointer=f"/environments/{environment.id}/docker/dockerfile",
            help="build the base by itself and name it as `docker.image`, or change the Dockerfile",
        )
    )
