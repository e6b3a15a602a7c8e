"""A conda environment that is there: its prefix, or its name.

What was asked for comes with the spec that it was asked for with, or with the installed version where that had none.
What came with it is left out and told: the lock solves again, and a list of every file of one machine fits no other.
Packages that pip put there come over as those of a virtual environment do.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.importing.asked import Asked, is_there, read_text, unread, unreadable
from envspec.importing.entries import Entry, Packages
from envspec.importing.fields.conda_env import THE_FOLDER
from envspec.importing.fields.row import reason_of
from envspec.importing.findings import FileName
from envspec.importing.installed.conda_names import environments
from envspec.importing.installed.conda_prefix import (
    META,
    Record,
    Request,
    history_of,
    is_prefix,
    pins,
    records,
    spec_name,
    variables_of,
)
from envspec.importing.installed.installed import add_installed, distributions
from envspec.importing.spec import Block, Spec, Text, texts
from envspec.importing.variables import Variables
from envspec.packages.conda import parse_match_spec
from envspec.packages.package import CondaPackage

_HISTORY = f"{META}/history"
_ASKED_FOR = "conda-meta/history: update specs"
_PLATFORMS = {"linux-aarch64": "linux/arm64", "linux-ppc64le": "linux/ppc64le", "linux-s390x": "linux/s390x"}


def find(written: Path) -> Path | None:
    """The prefix of an environment that is written as a name; None for a path. Raises `Failure` E1301 for a name that
    no environment has."""
    if len(written.parts) != 1 or written.name in ("", "..") or is_prefix(written):
        return None
    known = environments(Path.home(), os.environ)
    if written.name in known:
        return known[written.name]
    if written.exists():
        return None
    from envspec.resolve.suggest import did_you_mean

    raise Failure(
        Diagnostic(
            "E1301", f"there is no conda environment `{written}`",
            help=did_you_mean(written.name, sorted(known)) or "give the path of its folder",
        )
    )  # fmt: skip


def read(asked: Asked) -> Spec:
    """One environment."""
    prefix = asked.path
    if prefix.is_file() and prefix.parent.name == META:
        prefix = prefix.parent.parent
    elif prefix.name == META:
        prefix = prefix.parent
    if not is_prefix(prefix):
        raise unreadable(asked, prefix, "an environment of conda has a folder `conda-meta`")
    found = records(prefix, asked.report)
    python = next((one for one in found if one.name == "python"), None)
    owned = frozenset(folder for one in found for folder in one.metadata)
    of_pip = distributions(asked, prefix, owned=owned)
    if not found and not of_pip:
        raise Failure(
            Diagnostic("E1303", f"nothing is installed in `{prefix}`", help="name another environment")
        )
    spec, packages, environment = Spec(), Packages(asked), Block("environment", asked.name)
    _add_conda(asked, packages, environment, prefix, found)
    add_installed(asked, packages, prefix, of_pip, python.version if python else "3.11")
    spec.blocks.append(environment)
    packages.fill(environment, spec)
    _add_variables(asked, environment, spec, prefix)
    _add_platform(asked, environment, found)
    return spec


def _text(asked: Asked, prefix: Path, name: str) -> str:
    path = prefix / META / name
    if not is_there(path):
        return ""
    gone = unread(path, path.name)
    if gone is not None:
        asked.report.dropped(name, f"{META}/{name}", 0, gone.reason)
        return ""
    return read_text(path)


def _add_conda(
    asked: Asked, packages: Packages, environment: Block, prefix: Path, found: list[Record]
) -> None:
    history = history_of(_text(asked, prefix, "history"))
    installed = {one.name: one for one in found}
    wanted: dict[str, tuple[Request, str]] = {}
    for name, request in history.specs.items():
        if name in installed:
            wanted[name] = request, _HISTORY
        else:
            asked.report.dropped(
                request.text,
                _HISTORY,
                request.line,
                reason_of(THE_FOLDER, "conda-meta/history: update specs", "it is not installed"),
            )
    for one in found:
        if one.requested and one.name not in wanted and (not wanted or spec_name(one.requested) == one.name):
            wanted[one.name] = Request(one.requested, 0), one.file
    if not wanted:
        wanted = {one.name: (Request(one.name, 0), one.file) for one in _needed_by_none(found)}
    _add_channels(asked, packages, found, history.channels)
    for name, (request, file) in wanted.items():
        _add_one(asked, packages, prefix, installed[name], request, file)
    for pin in pins(_text(asked, prefix, "pinned")):
        if spec_name(pin.text) in wanted:
            file = FileName(f"{META}/pinned", prefix / META / "pinned")
            packages.add_conda(Entry(pin.text, file, pin.line, prefix))
        else:
            asked.report.dropped(
                pin.text,
                f"{META}/pinned",
                pin.line,
                reason_of(THE_FOLDER, "conda-meta/pinned", "it was not asked for"),
            )
    why = _why(found, wanted)
    for one in found:
        if one.name in wanted:
            continue
        if one.name == "python":
            minor = ".".join(one.version.split(".")[:2])
            environment.add("python", Text(minor))
            asked.report.changed(
                f"python {one.version}",
                one.file,
                0,
                f'python = "{minor}"',
                reason_of(THE_FOLDER, "conda-meta/*.json: name", "it is Python, and came with another"),
            )
            continue
        reason = (
            f"it came with `{why[one.name]}`" if one.name in why else "nothing that was asked for needs it"
        )
        what = f"{one.name} {one.version} {one.build}".strip()
        asked.report.dropped(what, one.file, 0, f"{reason}, and the lock chooses it again")


def _add_one(
    asked: Asked, packages: Packages, prefix: Path, record: Record, request: Request, file: str
) -> None:
    entry = Entry(request.text, file, request.line, prefix)
    package = parse_match_spec(" ".join(request.text.split()))
    if not isinstance(package, CondaPackage) or " " in package.spec or "[" in package.spec:
        packages.add_conda(entry)
        return
    before = len(packages.conda)
    text = f"{package.spec} =={record.version}"
    packages.add_conda(Entry(text, file, request.line, prefix))
    if len(packages.conda) > before:
        asked.report.lines.pop()
        asked.report.changed(
            request.text,
            file,
            request.line,
            text,
            reason_of(THE_FOLDER, _ASKED_FOR, "without a version"),
        )


def _needed_by_none(found: list[Record]) -> list[Record]:
    """For an environment without history: what no other package depends on."""
    needed = {spec_name(one) for record in found for one in record.depends if spec_name(one) != record.name}
    return [one for one in found if one.name not in needed]


def _why(found: list[Record], wanted: Iterable[str]) -> dict[str, str]:
    """For each package that comes with another one, that one."""
    depends = {one.name: [spec_name(text) for text in one.depends] for one in found}
    why: dict[str, str] = {}
    waiting = list(wanted)
    seen = set(waiting)
    while waiting:
        name = waiting.pop(0)
        for other in depends.get(name, ()):
            if other not in seen:
                seen.add(other)
                why[other] = name
                waiting.append(other)
    return why


def _add_channels(asked: Asked, packages: Packages, found: list[Record], named: list[str]) -> None:
    """In the order in which commands named them, then by how much came from each: an environment keeps no order."""
    counts: dict[str, list[Record]] = {}
    for one in found:
        counts.setdefault(one.channel, []).append(one)
    order = [*named, *sorted(counts, key=lambda channel: (-len(counts[channel]), channel))]
    for channel in dict.fromkeys(order):
        members = counts.get(channel)
        if not channel or not members:
            continue
        packages.add_channel(channel, META, 0)
        if any(one.secret for one in members) and channel in packages.channels:
            asked.report.lines.pop()
            asked.report.changed(
                channel,
                META,
                0,
                channel,
                "its credentials are left out: give it a `channel` block with `password`",
            )


def _add_variables(asked: Asked, environment: Block, spec: Spec, prefix: Path) -> None:
    text = _text(asked, prefix, "state")
    variables = Variables(asked)
    for name, value in variables_of(text).items():
        at = text.find(f'"{name}"')
        variables.add(name, value, f"{META}/state", 1 + text.count("\n", 0, max(at, 0)))
    variables.fill(environment, spec)


def _add_platform(asked: Asked, environment: Block, found: list[Record]) -> None:
    subdirs = sorted({one.subdir for one in found if one.subdir and one.subdir != "noarch"})
    for subdir in subdirs:
        if subdir in _PLATFORMS:
            environment.inner("docker").add("platforms", texts([_PLATFORMS[subdir]]))
            asked.report.carried(subdir, META, 0, "docker.platforms")
        elif subdir != "linux-64":
            asked.report.dropped(
                subdir, META, 0, reason_of(THE_FOLDER, "conda-meta/*.json: subdir", "it is not Linux")
            )
