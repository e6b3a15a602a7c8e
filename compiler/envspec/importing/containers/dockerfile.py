"""A Dockerfile, as far as it can be understood without running it.

The stages that the last one is made of are read in their order; what it only copies from is told. Packages go into the
lists of the environment, other scripts into `docker.run`, `ENTRYPOINT` and `CMD` into a run. The meaning of each
instruction is that of the Dockerfile reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from envspec.frozen import Frozen, frozen, replace
from envspec.importing.asked import Asked, read_text, unreadable
from envspec.importing.containers.dockerfile_text import DockerfileText, Instruction, read_dockerfile_text
from envspec.importing.containers.image_files import ImageFiles, context_of
from envspec.importing.containers.image_instructions import ImageReader
from envspec.importing.containers.image_settings import pairs_of, shown
from envspec.importing.containers.shell_text import one_text
from envspec.importing.fields.dockerfile import DOCKERFILE
from envspec.importing.fields.row import reason_of
from envspec.importing.spec import Spec

_OF_THE_BUILD = frozenset(
    {"TARGETPLATFORM", "BUILDPLATFORM", "TARGETARCH", "TARGETOS", "TARGETVARIANT", "BUILDARCH", "BUILDOS"}
)

_LARGEST = 512 * 1024


@frozen
class Stage(Frozen):
    """`name` is in lower case, empty when it has none."""

    start: Instruction
    name: str
    image: str
    instructions: tuple[Instruction, ...]


def read(asked: Asked) -> Spec:
    """An environment, and a run when the image starts a program."""
    spec = Spec()
    read_image(asked, asked.path).fill(spec)
    return spec


def read_image(
    asked: Asked, path: Path, *, context: Path | None = None, target: str = "",
    arguments: Mapping[str, str] | None = None,
) -> ImageReader:  # fmt: skip
    """What the image of a Dockerfile is made of. `context` is the folder that it is built from, `target` the stage and
    `arguments` the build arguments, where another file says them."""
    text = read_text(path)
    if len(text) > _LARGEST:
        raise unreadable(asked, path, f"it has more than {_LARGEST:,} characters, and a spec takes no more")
    found = read_dockerfile_text(text)
    if not any(one.word == "FROM" for one in found.instructions):
        raise unreadable(asked, path, "a Dockerfile has a `FROM`")
    sources = [
        word
        for one in found.instructions
        if one.word in ("COPY", "ADD") and one.flag("from") is None
        for word in one.arguments.split()[:-1]
    ]
    folders = [context] if context is not None else [path.parent, asked.root, asked.spec_folder]
    files = ImageFiles(context_of(folders, sources))
    reader = ImageReader(asked, asked.shown(path), files, dict(arguments or {}))
    for directive in found.directives:
        asked.report.carried(
            f"# {directive.name}={directive.value}", reader.file, directive.line, "how the file is read"
        )
    stages = _stages(reader, found)
    chain = _chain(stages, target)
    used = {stage.start.line for stage in chain}
    for stage in stages:
        if stage.start.line not in used:
            _tell_other(reader, stage)
    for stage in chain:
        if stage is chain[0]:
            reader.above += found.instructions[0].comments
            reader.base(stage.start, stage.image)
        else:
            asked.report.carried(shown(stage.start), reader.file, stage.start.line, "environment")
        for one in stage.instructions:
            reader.instruction(one)
    reader.below = found.rest
    return reader


def _stages(reader: ImageReader, found: DockerfileText) -> list[Stage]:
    """Variables before the first `FROM` are for `FROM` alone."""
    stages: list[Stage] = []
    instructions: list[list[Instruction]] = []
    for one in found.instructions:
        if one.word == "FROM":
            image, _, rest = one.arguments.partition(" ")
            words = rest.split()
            name = words[1] if len(words) > 1 and words[0].upper() == "AS" else ""
            filled = one_text(image, reader.globals)
            stages.append(Stage(one, name.lower(), filled if filled is not None else image, ()))
            instructions.append([])
        elif stages:
            instructions[-1].append(one)
        elif one.word == "ARG":
            _global(reader, one)
        else:
            reader.report.dropped(shown(one), reader.file, one.line, "it stands before `FROM`")
    return [replace(stage, instructions=tuple(own)) for stage, own in zip(stages, instructions, strict=True)]


def _global(reader: ImageReader, one: Instruction) -> None:
    for name, value in pairs_of(one.arguments, reader.globals):
        known = reader.given.get(name, value)
        reader.globals[name] = known
        if known is None and name not in _OF_THE_BUILD:
            reader.report.dropped(
                f"ARG {name}", reader.file, one.line, reason_of(DOCKERFILE, "`ARG`", "it has no value")
            )
        else:
            reader.report.carried(f"ARG {name}", reader.file, one.line, "where it is used")


def _chain(stages: list[Stage], target: str) -> list[Stage]:
    """The last stage, or the one of that name, with those that it begins from; the lowest first."""
    wanted = (at for at in reversed(range(len(stages))) if target and stages[at].name == target.lower())
    at = next(wanted, len(stages) - 1)
    below: list[int | None] = []
    last: dict[str, int] = {}
    for number, stage in enumerate(stages):
        below.append(last.get(stage.image.lower()))
        if stage.name:
            last[stage.name] = number
    chain: list[Stage] = []
    following: int | None = at
    while following is not None:
        chain.append(stages[following])
        following = below[following]
    return chain[::-1]


def _tell_other(reader: ImageReader, stage: Stage) -> None:
    for one in (stage.start, *stage.instructions):
        reader.report.dropped(
            shown(one), reader.file, one.line, reason_of(DOCKERFILE, "`FROM`", "it is another stage")
        )
