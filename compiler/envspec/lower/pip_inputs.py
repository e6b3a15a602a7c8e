"""What pip gets: requirements files, local wheels and projects, and the steps that install them.

Packages of one index are one installation with a file of their own, so that none is looked for elsewhere. Local
paths come last and bring no dependencies when there is a lock, because the lock has them; they are a step and a
layer of their own, because they change most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from envspec.frozen import Frozen, frozen, replace
from envspec.ir.types import Environment, PackageSource, PipPackage
from envspec.lock.export import requirements_lines
from envspec.lock.model import LockedPip, LockedPlatform
from envspec.lower.context import EXECUTABLE, PLAIN, ContextFile, CopyOf, text_file
from envspec.lower.files import ProjectFiles, tree
from envspec.lower.logins import index_secrets, index_variables, used_indexes
from envspec.lower.machine import machine

BUILD = "/opt/envspec/build"
"""Where build inputs lie inside the builder stage."""


_ALIAS = "index"
"""uv's name for the index of a step: its own, so that no id of a spec is part of a variable's name."""

PACKAGE_LAYERS = ("huge", "large", "rest")
"""The layers of packages, by the size of each (`templates/layers.py`): what changes most comes last."""

_BIG = 4 << 20
"""Bytes of a file from which on its package is installed before the others, in a step that they do not repeat."""


@frozen
class PipInstall(Frozen):
    """One run of uv. `options` are words of ours, `indexes` options with an address; `variables` have their value,
    `secrets` the id of the build secret that has it."""

    options: str
    indexes: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()


@frozen
class PipStep(Frozen):
    """Each of `copies` is (paths in the context, target under `BUILD`); then uv runs for each of the `installs`,
    and what is new is shared out into `layers`."""

    copies: tuple[tuple[tuple[str, ...], str], ...]
    installs: tuple[PipInstall, ...]
    layers: tuple[str, ...] = PACKAGE_LAYERS

    @property
    def secrets(self) -> list[str]:
        return sorted({secret for install in self.installs for _, secret in install.secrets})


@frozen
class PipInputs(Frozen):
    files: Mapping[str, ContextFile]
    steps: tuple[PipStep, ...]


def local_packages(environment: Environment) -> tuple[PipPackage, ...]:
    """The entries of `pip` that are paths, in the order of their text."""
    return tuple(
        sorted((p for p in environment.pip if p.kind != "requirement"), key=lambda p: (p.text, p.kind))
    )


def requirements_text(environment: Environment, locked: LockedPlatform | None) -> str:
    """`requirements.txt`: hashed lines of the lock, or what the spec says. Indexes come first, in order."""
    lines = [f"--extra-index-url {index.url}" for index in environment.indexes if index.url]
    if locked is not None:
        lines += requirements_lines(locked)
    else:
        lines += _requirements(environment)
    return _text(lines)


def _requirements(environment: Environment) -> list[str]:
    return sorted({p.text for p in environment.pip if p.kind == "requirement"})


def locked_inputs(
    environment: Environment, locked: Sequence[LockedPlatform], inputs: str, main: str
) -> PipInputs:
    """Files and steps of the locked requirements of one platform, or of several that share the context.

    One platform that takes everything from the default index uses `main`, the file for people. Otherwise, and when
    some packages are big and others are not, the files are in a folder for each machine (as `uname -m` says it), one
    file for each index and size.
    """
    groups = sorted({_group(package) for platform in locked for package in platform.pip})
    sources = {index.name: index for index in used_indexes(environment, locked)}
    if not groups:
        return PipInputs({}, ())
    if len(locked) == len(groups) == 1 and not any(index.url for index in environment.indexes):
        options = "--no-deps --require-hashes -r " + PurePosixPath(main).name
        step = PipStep((((main,), "./"),), (PipInstall(options),))
        return PipInputs({}, (step,))
    files: dict[str, ContextFile] = {}
    machines = [machine(platform.platform) for platform in locked]
    for name, platform in zip(machines, locked, strict=True):
        for number, group in enumerate(groups, start=1):
            packages = tuple(package for package in platform.pip if _group(package) == group)
            lines = requirements_lines(replace(platform, pip=packages))
            files[f"{inputs}/{name}/requirements-{number}.txt"] = text_file(_text(lines))
    folder = machines[0] if len(machines) == 1 else '"$(uname -m)"'
    steps: list[PipStep] = []
    for small in sorted({small for small, _ in groups}):
        numbers = {n: index for n, (is_small, index) in enumerate(groups, start=1) if is_small == small}
        copies = tuple(
            (tuple(f"{inputs}/{name}/requirements-{number}.txt" for number in numbers), f"{name}/")
            for name in machines
        )
        installs = tuple(
            _from_index(
                sources.get(index), f"--no-deps --require-hashes -r {folder}/requirements-{number}.txt"
            )
            for number, index in numbers.items()
        )
        steps.append(PipStep(copies, installs, ("small",) if steps else PACKAGE_LAYERS))
    return PipInputs(files, tuple(steps))


def _group(package: LockedPip) -> tuple[bool, str]:
    """Whether it is small, and its index: big ones, which change least, come first."""
    return all(file.size < _BIG for file in package.files), package.index


def _from_index(source: PackageSource | None, options: str) -> PipInstall:
    """Installs from one index and no other, whatever a base image says of more; None is the default one."""
    if source is None:
        return PipInstall(options)
    others = tuple((name, "") for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"))
    return PipInstall(
        options,
        (("--default-index", f"{_ALIAS}={source.url}"),),
        (*others, *index_variables(source, _ALIAS)),
        index_secrets(source, _ALIAS),
    )


def unlocked_inputs(environment: Environment, inputs: str, main: str) -> PipInputs:
    """One step that resolves what the spec says, local paths included."""
    if not environment.pip:
        return PipInputs({}, ())
    files: dict[str, ContextFile] = {}
    indexes = used_indexes(environment, ())
    private = any(index_variables(index, _ALIAS) for index in indexes)
    if private:
        # uv gets the indexes by name, because it knows credentials by it
        main = f"{inputs}/requirements-open.txt"
        files[main] = text_file(_text(_requirements(environment)))
    sources = [main]
    options = "-r " + PurePosixPath(main).name
    copies: list[tuple[tuple[str, ...], str]] = []
    if local_packages(environment):
        copies.append(((f"{inputs}/local",), "local"))
        sources.append(f"{inputs}/local.txt")
        options += " -r local.txt"
    constraints = sorted({p.text for p in environment.constraints})
    if constraints:
        files[f"{inputs}/constraints.txt"] = text_file(_text(constraints))
        sources.append(f"{inputs}/constraints.txt")
        options += " -c constraints.txt"
    named = [(f"{_ALIAS}{number}", index) for number, index in enumerate(indexes, start=1) if private]
    install = PipInstall(
        options,
        tuple(("--index", f"{alias}={index.url}") for alias, index in named),
        tuple(variable for alias, index in named for variable in index_variables(index, alias)),
        tuple(secret for alias, index in named for secret in index_secrets(index, alias)),
    )
    return PipInputs(files, (PipStep((*copies, (tuple(sources), "./")), (install,)),))


def local_inputs(environment: Environment, files: ProjectFiles, inputs: str) -> dict[str, ContextFile]:
    """Local wheels and project trees, numbered so that no path of a spec is part of a command, and
    `local.txt`, which asks for them. In an image an editable is installed like any project: its layer's hash
    holds its whole tree."""
    context: dict[str, ContextFile] = {}
    lines = []
    for number, package in enumerate(local_packages(environment), start=1):
        folder = f"{inputs}/local/{number}"
        if package.text.endswith(".whl"):
            name = PurePosixPath(package.text).name
            context[f"{folder}/{name}"] = ContextFile(CopyOf(package.text))
            lines.append(f"file://{BUILD}/local/{number}/{quote(name)}")
            continue
        for relative, (path, executable) in tree(files, package.text).items():
            mode = EXECUTABLE if executable else PLAIN
            context[f"{folder}/{relative}"] = ContextFile(CopyOf(path), mode)
        lines.append(f"file://{BUILD}/local/{number}")
    if lines:
        context[f"{inputs}/local.txt"] = text_file(_text(lines))
    return context


def local_steps(environment: Environment, inputs: str) -> tuple[PipStep, ...]:
    """Installs the local packages over locked requirements: their dependencies are there already."""
    if not local_packages(environment):
        return ()
    copies = (((f"{inputs}/local",), "local"), ((f"{inputs}/local.txt",), "./"))
    return (PipStep(copies, (PipInstall("--no-deps -r local.txt"),), ("local",)),)


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
