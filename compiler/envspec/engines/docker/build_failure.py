"""Why a build failed: from what the engine and the installers said to one diagnostic.

In come the transcript of a failed build and what was built; out comes a `Diagnostic` with the failing
instruction, the end of its output, the cause in one sentence and a JSON pointer to the attribute that
asked for it. `_CAUSES` is the table: the first row that fits counts, so what is certain stands before
what is only likely. Nothing is guessed: an unknown cause stays "a build step failed" with its output.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from envspec.diagnostics import Diagnostic
from envspec.engines.docker.transcript import Step, Transcript
from envspec.ir.types import Environment

_TAIL_LINES = 30


@dataclass(frozen=True, slots=True)
class Blame:
    """What was being built, to point at. `base` is the pointer to whoever chose the base image."""

    title: str
    pointer: str
    environment: Environment | None = None

    def attribute(self, path: str) -> str:
        return f"{self.pointer}/{path}" if self.environment is not None else self.pointer


class _Cause(NamedTuple):
    """`pattern` is searched in the error and the output; `attribute` finds the attribute to point at."""

    pattern: re.Pattern[str]
    code: str
    message: str
    help: str
    attribute: Callable[[Blame, re.Match[str]], str]


def _whole(blame: Blame, found: re.Match[str]) -> str:
    return blame.pointer


def _image(blame: Blame, found: re.Match[str]) -> str:
    return blame.attribute("docker/image")


def _apt(blame: Blame, found: re.Match[str]) -> str:
    names = blame.environment.apt if blame.environment else ()
    name = next((group for group in found.groups() if group), "")
    place = next((n for n, entry in enumerate(names) if re.split("[=/:]", entry)[0] == name), None)
    return blame.attribute("apt" if place is None else f"apt/{place}")


def _pip(blame: Blame, found: re.Match[str]) -> str:
    entries = blame.environment.pip if blame.environment else ()
    name = re.sub(r"[-_.]+", "-", next((group for group in found.groups() if group), "")).lower()
    place = next((n for n, entry in enumerate(entries) if entry.name == name), None)
    return blame.attribute("pip" if place is None else f"pip/{place}")


def _conda(blame: Blame, found: re.Match[str]) -> str:
    return blame.attribute("conda")


def _cause(
    pattern: str, code: str, message: str, help_: str, attribute: Callable[[Blame, re.Match[str]], str]
) -> _Cause:
    return _Cause(re.compile(pattern, re.IGNORECASE), code, message, help_, attribute)


_LOCK = "run `envspec lock` again, or check the name and version"
_NETWORK_HELP = (
    "check that containers of this engine reach the network; `--network` and `--ca-bundle`, or the same under "
    "`[tool.envspec.docker]`, help behind proxies"
)
_CAUSES = (
    _cause(
        r"no space left on device|disk quota exceeded",
        "E0909",
        "the docker engine's disk is full",
        "free some with `envspec prune` or `docker builder prune`",
        _whole,
    ),
    _cause(
        r"exec format error|does not provide the specified platform|no match for platform",
        "E0914",
        "this engine cannot run programs of the image's platform",
        "build on an engine of that platform, or install emulation (`binfmt`) there",
        lambda blame, found: blame.attribute("docker/platforms"),
    ),
    _cause(
        r"network (?P<name>\S+) not found",
        "E0908",
        "the engine has no network `{name}` for build steps",
        "mend `--network`, or `network` under `[tool.envspec.docker]`",
        _whole,
    ),
    # Before the packages: without a network, installers say next that no package was found.
    _cause(
        r"(?:Temporary failure (?:in name resolution|resolving)|Name or service not known|Could not resolve"
        r"|no such host|network is unreachable|Connection refused|Connection timed out|dns error"
        r"|NewConnectionError|Failed to establish a new connection|certificate verify failed"
        r"|unable to get local issuer certificate|invalid peer certificate|error sending request"
        r"|tls handshake)",
        "E0908",
        "a build step cannot reach the network",
        _NETWORK_HELP,
        _whole,
    ),
    # apt writes `E: ` and the rest apart, and other output may come between them.
    _cause(
        r"Unable to locate package ([^\s']+)|Package '([^']+)' has no installation candidate"
        r"|Version '[^']*' for '([^']+)' was not found",
        "E0907",
        "apt knows no package `{name}` in the base image's release",
        "check the name against the release of the base image",
        _apt,
    ),
    _cause(
        r"No matching distribution found for ([A-Za-z0-9][A-Za-z0-9._-]*)"
        r"|Could not find a version that satisfies the requirement ([A-Za-z0-9][A-Za-z0-9._-]*)"
        r"|Because ([A-Za-z0-9][A-Za-z0-9._-]*) was not found in the package registry"
        r"|Because there is no version of ([A-Za-z0-9][A-Za-z0-9._-]*)"
        r"|Because ([A-Za-z0-9][A-Za-z0-9._-]*?)(?:==\S+)? has no (?:usable )?wheels",
        "E0907",
        "the package `{name}` cannot be had",
        _LOCK,
        _pip,
    ),
    _cause(
        r"THESE PACKAGES DO NOT MATCH THE HASHES|Hash mismatch for `?([A-Za-z0-9][A-Za-z0-9._-]*)"
        r"|hash(?:es)? .{0,60}mismatch|sha256 mismatch",
        "E0907",
        "a package has another sha256 than `envspec.lock` says",
        "if the change is meant, run `envspec lock`; otherwise find out who changed the file",
        _pip,
    ),
)

_BASE_IMAGE = re.compile(r"load metadata for (\S+)|\bFROM (?:--platform=\S+ )?(\S+)")
_REASONS = (
    (
        r"no such host|lookup .* on |dial tcp|i/o timeout|network is unreachable",
        "its registry cannot be reached",
    ),
    (
        r"unauthorized|denied|authentication required|no basic auth",
        "its registry wants a login, or has no such image",
    ),
    (r"not found|manifest unknown|no such image|does not exist", "there is no such image or tag"),
    (r"no match for platform|does not match the (?:specified|expected)", "it is not made for this platform"),
    (r"x509|certificate", "the certificate of its registry is not trusted"),
)


def diagnose_build(transcript: Transcript, blame: Blame, log: str) -> Diagnostic:
    """The diagnostic for a build that failed while the engine kept running. `log` names the log's file."""
    step = transcript.failed
    where = (f"the whole log is in `{log}`",)
    base = _base_image(transcript, step)
    if base:
        name = _familiar(base)
        return Diagnostic(
            code="E0905",
            message=f"base image `{name}` cannot be had: {_reason(transcript.error)}",
            notes=(f"the engine says: {_last(transcript.error)}", *where),
            help="check the name and the network, `docker login`, or load the image into the engine",
            pointer=blame.attribute("docker/image"),
        )
    if step is None:
        return Diagnostic(
            code="E0909" if _CAUSES[0].pattern.search(transcript.error) else "E0916",
            message=f"the image of {blame.title} was not built",
            notes=(f"the engine says: {_last(transcript.error)}", *where),
            help="mend what the engine complains about and build again",
            pointer=blame.pointer,
        )
    return _from_step(step, transcript, blame, where)


def _from_step(step: Step, transcript: Transcript, blame: Blame, where: tuple[str, ...]) -> Diagnostic:
    tail = "\n".join(step.output[-_TAIL_LINES:])
    text = "\n".join((*step.output, step.error, transcript.error))
    notes = (f"the failing instruction is `{_one_line(step.instruction)}`", *where)
    status = _status(step.error or transcript.error)
    script = _script_number(step, blame) if status else None  # without a status it never ran
    if script is not None:
        return Diagnostic(
            code="E0911",
            message=f"script {script + 1} of `docker.run` failed{status}",
            notes=notes,
            help="the output below is the script's own",
            log=tail,
            pointer=blame.attribute(f"docker/run/{script}"),
        )
    for cause in _CAUSES:
        found = cause.pattern.search(text)
        if found is not None:
            name = next((group for group in found.groups() if group), "")
            return Diagnostic(
                code=cause.code,
                message=cause.message.replace("{name}", name),
                notes=notes,
                help=cause.help,
                log=tail,
                pointer=cause.attribute(blame, found),
            )
    return Diagnostic(
        code="E0906",
        message=f"a step of building {blame.title} failed{status}",
        notes=notes if status else (f"the engine says: {_last(step.error or transcript.error)}", *notes),
        help="the output below is the step's own",
        log=tail,
        pointer=_pointer_of_instruction(step.instruction, blame),
    )


def _base_image(transcript: Transcript, step: Step | None) -> str:
    """The base image that could not be had, empty when that is not what went wrong."""
    if step is None or step.output:
        return ""
    found = _BASE_IMAGE.search(step.name)
    return next(group for group in found.groups() if group) if found else ""


def _familiar(reference: str) -> str:
    """The name as people write it: BuildKit says `docker.io/library/debian:…` for `debian:…`."""
    return reference.removeprefix("docker.io/").removeprefix("library/")


def _reason(error: str) -> str:
    for pattern, reason in _REASONS:
        if re.search(pattern, error, re.IGNORECASE):
            return reason
    return "the engine cannot pull it"


def _script_number(step: Step, blame: Blame) -> int | None:
    """Which `docker.run` script (from 0) this instruction runs: the lowering calls them `run-N.sh`, from 1."""
    found = re.search(r"/run/run-(\d+)\.sh\b", step.instruction)
    scripts = blame.environment.docker.run if blame.environment else ()
    if found is None or not step.instruction.startswith("RUN") or not 1 <= int(found[1]) <= len(scripts):
        return None
    return int(found[1]) - 1


def _pointer_of_instruction(instruction: str, blame: Blame) -> str:
    for word, attribute in (("apt-get", "apt"), ("conda", "conda"), ("rattler", "conda"), ("pip", "pip")):
        if re.search(rf"\b{word}\b", instruction) and blame.environment is not None:
            return blame.attribute(attribute)
    return blame.pointer


def _status(error: str) -> str:
    found = re.search(r"(?:exit code:|non-zero code:|status) (\d+)", error)
    return f" with status {found[1]}" if found else ""


def _one_line(text: str, longest: int = 200) -> str:
    line = " ".join(text.replace("`", "'").split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _last(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"
