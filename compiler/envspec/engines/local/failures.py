"""Says in one sentence why an installer failed, from what it printed.

What comes in is the output of uv or rattler; what goes out is a `Diagnostic` with a pointer to the package
entry of the spec where one can be blamed, and the end of the output. An unknown cause stays E0801.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import NamedTuple

from envspec.diagnostics import Diagnostic
from envspec.ir.types import Environment

_TAIL_LINES = 30


class _Cause(NamedTuple):
    """`pattern` is searched for in the output; its group `package`, when there is one, names a package."""

    pattern: re.Pattern[str]
    code: str
    message: str
    help: str


def _cause(pattern: str, code: str, message: str, help_text: str) -> _Cause:
    return _Cause(re.compile(pattern, re.IGNORECASE), code, message, help_text)


_NO_SUCH_FILE = "{package} is locked, but the index has no such file for this machine"
_SAME_MACHINE = (
    "run `envspec lock`; the platform and the Python of this machine must be those that were locked"
)
_LOCK_AGAIN = "if the change is meant, run `envspec lock`"

# The first that matches counts, so what is certain comes before what is only likely.
_CAUSES = (
    _cause(
        r"no space left on device|os error 28\b|disk quota exceeded",
        "E0809",
        "no space is left for environment `{environment}`",
        "free some space, for example with `envspec prune`",
    ),
    _cause(
        r"hash mismatch for `(?P<package>[^`=<>@ ]+)"
        r"|hash mismatch when extracting \S*/(?P<package2>[^/\s]+)-[^-/\s]+-[^-/\s]+\.(conda|tar\.bz2)"
        r"|hash mismatch|sha256 mismatch|expected hash"
        r"|hashes? .{0,80}do(es)? not match|mismatched? (sha256|hash)",
        "E0806",
        "{package} has another sha256 than `envspec.lock` says",
        _LOCK_AGAIN + "; otherwise find out who changed the file",
    ),
    _cause(
        r"401 unauthorized|403 forbidden|status code 40[13]|\((401|403)\b",
        "E0808",
        "the package index refused the credentials",
        "check the `username` and the secret of the `index` or `channel` block",
    ),
    _cause(
        r"dns error|connection refused|error sending request|failed to lookup address|network is unreachable"
        r"|timed out|error trying to connect|tls handshake|invalid peer certificate|tunnel error"
        r"|network connectivity is disabled|failed to fetch",
        "E0808",
        "a package index or channel cannot be reached",
        "check the network, `HTTPS_PROXY` and `SSL_CERT_FILE`, then build again",
    ),
    _cause(
        r"(?P<package>[A-Za-z0-9][\w.-]*)==\S+ has no (usable |compatible )?wheels"
        r"|only (?P<package2>[A-Za-z0-9][\w.-]*)==\S+ is available"
        r"|there (is|are) no versions? of (?P<package3>[A-Za-z0-9][\w.-]*)==\S+"
        r"|because (?P<package4>[A-Za-z0-9][\w.-]*) was not found in the package registry",
        "E0807",
        _NO_SUCH_FILE,
        _SAME_MACHINE,
    ),
    # After the one that finds a name: this comes earlier in the output, and names none.
    _cause(
        r"is(n't| not) compatible with the current (platform|python)|no solution found|404 not found",
        "E0807",
        _NO_SUCH_FILE,
        _SAME_MACHINE,
    ),
    _cause(
        r"failed to build `(?P<package>[^`=<>@ ]+)|build backend (returned|failed)|call to `.*` failed",
        "E0801",
        "{package} cannot be built",
        "the output below is from its own build backend",
    ),
)


def diagnose(environment: Environment, output: str, log: Path) -> Diagnostic:
    """The finding for a failed step."""
    cause = next(((c, m) for c in _CAUSES if (m := c.pattern.search(output))), None)
    tail = "\n".join(output.rstrip().splitlines()[-_TAIL_LINES:])
    note = f"the whole output is in {log}"
    if cause is None:
        return Diagnostic(
            "E0801",
            f"environment `{environment.id}` could not be built",
            pointer=f"/environments/{environment.id}",
            notes=(note,),
            log=tail,
        )
    row, match = cause
    package = next((value for value in match.groupdict().values() if value), "")
    return Diagnostic(
        row.code,
        row.message.format(environment=environment.id, package=f"`{package}`" if package else "a package"),
        pointer=pointer_to(environment, package),
        notes=(note,),
        help=row.help,
        log=tail,
    )


def cannot_write(environment: Environment, error: OSError, place: Path) -> Diagnostic:
    """The finding for a folder of ours that the system lets nobody write to."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return diagnose(environment, "no space left on device", place)
    reason = (error.strerror or str(error)).lower()
    return Diagnostic(
        "E0817",
        f"`{error.filename or place}` cannot be written: {reason}",
        pointer=f"/environments/{environment.id}",
        help="environments live in `.envspec/`, beside the spec: make it a folder that you may write to",
    )


def pointer_to(environment: Environment, package: str) -> str:
    """The entry that asks for `package`, else the list it must come through, else the environment."""
    base = f"/environments/{environment.id}"
    name = re.sub(r"[-_.]+", "-", package).lower()
    if name:
        names = {"pip": [p.name for p in environment.pip], "conda": [p.name for p in environment.conda]}
        for attribute, written in names.items():
            if name in written:
                return f"{base}/{attribute}/{written.index(name)}"
    if environment.conda and not environment.pip:
        return f"{base}/conda"
    return f"{base}/pip" if environment.pip else base
