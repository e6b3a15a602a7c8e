"""What conda gets: `environment.yml` for people and other tools, an explicit list for the build."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.ir.types import Environment
from envspec.lock.export import explicit_lines
from envspec.lock.model import LockedPlatform
from envspec.lower.context import ContextFile, text_file
from envspec.lower.machine import machine
from envspec.lower.pip_inputs import local_packages
from envspec.lower.quoting import yaml_string


def environment_yml(environment: Environment, python: str) -> str:
    """A conda environment file: what the spec says, not what the lock says. `python` is a minor, for an
    environment that has pip packages only. Every string is quoted, on a line of its own."""
    lines = [f"name: {yaml_string(environment.id)}"]
    channels = [channel.url or channel.name for channel in environment.channels] or ["conda-forge"]
    lines += ["channels:", *(f"  - {yaml_string(channel)}" for channel in channels)]
    specs = sorted({package.spec for package in environment.conda})
    names = {package.name for package in environment.conda}
    pip = sorted({p.text for p in environment.pip if p.kind == "requirement"})
    if (
        environment.managed
        and "python" not in names
        and (environment.python or not environment.uses_conda or pip)
    ):
        specs.insert(0, f"python {conda_python(environment.python or python)}")
    if pip and "pip" not in names:
        specs.append("pip")
    lines += ["dependencies:" if specs else "dependencies: []"]
    lines += [f"  - {yaml_string(spec)}" for spec in specs]
    if pip:
        lines += ["  - pip:", *(f"      - {yaml_string(text)}" for text in pip)]
    lines += [f"# not included: {yaml_string(p.text)}" for p in local_packages(environment)]
    return "".join(f"{line}\n" for line in lines)


def conda_python(python: str) -> str:
    """A Python version or specifier set as conda writes it."""
    return f"{python}.*" if python.replace(".", "").isdigit() else python.replace(" ", "")


def conda_files(
    environment: Environment, locked: Sequence[LockedPlatform], inputs: str
) -> tuple[dict[str, ContextFile], list[tuple[str, str]], str]:
    """The explicit lists, what to copy under the build folder (source, target), and the list's path there."""
    if len(locked) == 1:
        name = "conda-explicit.txt"
        files = {f"{inputs}/{name}": text_file(_text(explicit_lines(locked[0])))}
        return files, [(f"{inputs}/{name}", "")], name
    files, copies = {}, []
    for platform in locked:
        folder = machine(platform.platform)
        path = f"{inputs}/{folder}/conda-explicit.txt"
        files[path] = text_file(_text(explicit_lines(platform)))
        copies.append((path, f"{folder}/"))
    return files, copies, '"$(uname -m)"/conda-explicit.txt'


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
