"""An installer's output becomes findings: cause, sentence, place, what exists instead.

In come the output of a failed step and the scene: who installed what, on which engine. Out come the findings, none
when no cause is known; the caller then says so with the output. What always holds: nothing is guessed, an address
never shows a credential, and the end of the output and the name of the whole log are part of each finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from envspec.diagnostics import Diagnostic
from envspec.engines.causes import apt, pip, rattler, script, uv
from envspec.engines.causes.blame import entry_of, source_of
from envspec.engines.causes.cause import Found, Sign, signs_in
from envspec.engines.causes.table import CAUSES
from envspec.engines.interface import SecretReader
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment
from envspec.lock.model import LockedPlatform
from envspec.lock.uv_builds import missing_in_words
from envspec.lock.uv_report import without_credentials

TAIL_LINES = 30


class Installer(NamedTuple):
    """`signs` in the order in which they count; `source` is where it gets packages from, in words; `attribute`
    is the list of the spec that it installs, empty for the installers' own installation."""

    signs: tuple[Sign, ...]
    source: str
    attribute: str


INSTALLERS: Mapping[str, Installer] = {
    "apt": Installer(apt.SIGNS, "the package mirror", "apt"),
    "uv": Installer(uv.SIGNS, "the package index", "pip"),
    "pip": Installer(pip.SIGNS, "the package index", ""),
    "rattler": Installer(rattler.SIGNS, "a conda channel", "conda"),
    "script": Installer(script.SIGNS, "what a step asks for", ""),
}
MACHINES = {"local": "this machine", "docker": "the docker engine"}

_NOT_OF_A_PACKAGE = frozenset({"disk full"})
_OF_A_SOURCE = frozenset({"network", "broken off", "index in trouble", "credentials refused"})


@frozen
class Scene(Frozen):
    """`engine` is `local` or `docker`. `notes` name the log, and what else is known of the step. `exists` gives
    what there is instead of what was not found, as help, or nothing."""

    engine: str
    environment: Environment
    locked: LockedPlatform | None = None
    root: Path | None = None
    notes: tuple[str, ...] = ()
    exists: Callable[[Found], str] = lambda _found: ""
    secrets: SecretReader | None = None


def tail(output: str) -> str:
    """The end of an output, as a finding shows it."""
    return "\n".join(without_credentials(output).rstrip().splitlines()[-TAIL_LINES:])


def found_in(installer: str, output: str) -> tuple[str, list[Found]]:
    """The installer that tells a cause, and the causes. An unknown installer may be any of them."""
    for name in (installer,) if installer in INSTALLERS else INSTALLERS:
        found = signs_in(output, INSTALLERS[name].signs)
        if found:
            return name, found
    return installer, []


def explain(scene: Scene, installer: str, output: str) -> list[Diagnostic]:
    """The findings for a step of `installer` that printed `output`; empty when no cause is known."""
    output = without_credentials(output)
    name, found = found_in(installer, output)
    return [_finding(scene, INSTALLERS[name], one, output) for one in found]


def sentence(engine: str, installer: str, found: Found, source: str = "") -> str:
    """The cause in one clause."""
    return CAUSES[found.cause].message.format(
        package=f"`{found.package}`" if found.package else "a package",
        version=f"`{found.version}`" if found.version else "that version",
        detail=_detail(found),
        source=source or INSTALLERS[installer].source,
        machine=MACHINES[engine],
    )


def _finding(scene: Scene, installer: Installer, found: Found, output: str) -> Diagnostic:
    environment, cause = scene.environment, CAUSES[found.cause]
    advice = cause.local if scene.engine == "local" else cause.docker
    at_source, source = source_of(environment, output)
    entry = entry_of(environment, scene.locked, found.package, installer.attribute, scene.root, scene.secrets)
    whole = f"/environments/{environment.id}"
    if found.cause in _NOT_OF_A_PACKAGE or not installer.attribute:
        pointer = whole
    elif found.cause in _OF_A_SOURCE and at_source:
        pointer = at_source
    else:
        pointer = entry.pointer
    name = next(key for key, row in INSTALLERS.items() if row is installer)
    return Diagnostic(
        advice.code,
        sentence(scene.engine, name, found, source),
        pointer=pointer,
        notes=tuple(note for note in (entry.note, *_said(found), *scene.notes) if note),
        help=scene.exists(found) or advice.help.replace("{name}", found.package or "'*'"),
        log=tail(output),
    )


def _detail(found: Found) -> str:
    return missing_in_words(found.detail) if found.cause == "needs a compiler" else found.detail


def _said(found: Found) -> list[str]:
    return (
        [f"its build backend says: {found.detail}"] if found.cause == "build fails" and found.detail else []
    )
