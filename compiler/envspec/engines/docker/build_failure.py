"""Why a build failed: from what the engine and the installers said to findings at the lines that caused it.

In come the transcript of a failed build and what was built; out come the findings with the failing instruction, the
end of its output, the cause in one sentence and a JSON pointer to the entry that asked for it. What the engine itself
cannot do is told here; what installers cannot, by `engines.causes`, as on every engine. Nothing is guessed: an unknown
cause stays "a build step failed" with its output.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from envspec.diagnostics import Diagnostic
from envspec.engines.causes.cause import Found
from envspec.engines.causes.explain import Scene, explain, found_in, sentence, tail
from envspec.engines.docker.transcript import Step, Transcript
from envspec.engines.interface import SecretReader
from envspec.frozen import Frozen, field, frozen
from envspec.ir.types import Environment
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.model import LockedPlatform
from envspec.lock.uv_report import without_credentials


@frozen
class Blame(Frozen):
    """What was being built, to point at. `locked` is its lock for the platform, `root` where paths of entries begin.
    `exists` gives what there is instead of what was not found; `images` the tags that the engine has."""

    title: str
    pointer: str
    environment: Environment | None = None
    locked: LockedPlatform | None = None
    root: Path | None = None
    exists: Callable[[Found], str] = field(default=lambda _found: "")
    images: Callable[[], Iterable[str]] = field(default=tuple)
    secrets: SecretReader | None = None

    def attribute(self, path: str) -> str:
        return f"{self.pointer}/{path}" if self.environment is not None else self.pointer


class _EngineCause(NamedTuple):
    """What the engine, not an installer, says: `pattern` is searched in the step's error and output."""

    pattern: re.Pattern[str]
    code: str
    message: str
    help: str
    path: str = ""


def _cause(pattern: str, code: str, message: str, help_: str, path: str = "") -> _EngineCause:
    return _EngineCause(re.compile(pattern, re.IGNORECASE), code, message, help_, path)


_DISK = lazy_pattern(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_ENGINE_CAUSES = (
    _cause(
        r"exec format error|does not provide the specified platform|no match for platform",
        "E0914",
        "this engine cannot run programs of the image's platform",
        "build on an engine of that platform, or install emulation (`binfmt`) there",
        "docker/platforms",
    ),
    _cause(
        r"network (?P<name>\S+) not found",
        "E0908",
        "the engine has no network `{name}` for build steps",
        "mend `--network`, or `network` under `[tool.envspec.docker]`",
    ),
)

_INSTALLERS = (
    (r"\bapt-get\b", "apt"),
    (r"\buv (?:pip|venv)\b", "uv"),
    (r"\bpip install\b", "pip"),
    (r"\binstall_conda\.py\b", "rattler"),
)
"""Which installer an instruction runs: the first that fits."""

_BASE_IMAGE = lazy_pattern(r"load metadata for (\S+)|\bFROM (?:--platform=\S+ )?(\S+)")
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


def diagnose_build(transcript: Transcript, blame: Blame, log: str) -> list[Diagnostic]:
    """The findings for a build that failed while the engine kept running. `log` names the log's file."""
    step = transcript.failed
    where = (f"the whole log is in `{log}`",)
    base = _base_image(transcript, step)
    if base and not _DISK.search(transcript.error):
        return [_no_base_image(_familiar(base), without_credentials(transcript.error), blame, where)]
    if step is None or (base and not step.output):
        full = _DISK.search(transcript.error)
        return [
            Diagnostic(
                code="E0909" if full else "E0916",
                message=sentence("docker", "script", Found("disk full"))
                if full
                else f"the image of {blame.title} was not built",
                notes=(f"the engine says: {_last(without_credentials(transcript.error))}", *where),
                help="free some with `envspec prune` or `docker builder prune`"
                if full
                else "mend what the engine complains about and build again",
                pointer=blame.pointer,
            )
        ]
    return _from_step(step, transcript, blame, where)


def _no_base_image(name: str, error: str, blame: Blame, where: tuple[str, ...]) -> Diagnostic:
    near = nearest_images(name, blame.images())
    return Diagnostic(
        code="E0905",
        message=f"base image `{name}` cannot be had: {_reason(error)}",
        notes=(f"the engine says: {_last(error)}", *where),
        help=(f"the engine has {near}; " if near else "")
        + "check the name and the network, `docker login`, or load the image into the engine",
        pointer=blame.attribute("docker/image"),
    )


def nearest_images(name: str, tags: Iterable[str]) -> str:
    """Up to three images of the engine that are like `name`, those of the same repository first; empty for none."""
    from difflib import get_close_matches

    known = sorted({tag for tag in tags if tag and not tag.startswith("envspec/") and "<none>" not in tag})
    repository = name.partition("@")[0].rpartition(":")[0] or name
    same = [tag for tag in known if tag.rpartition(":")[0] == repository and tag != name]
    near = [*get_close_matches(name, same, 3, 0), *get_close_matches(name, known, 3, 0.75)]
    return " and ".join(f"`{tag}`" for tag in list(dict.fromkeys(near))[:3])


def _from_step(step: Step, transcript: Transcript, blame: Blame, where: tuple[str, ...]) -> list[Diagnostic]:
    output = "\n".join(step.output)
    text = "\n".join((output, step.error, transcript.error))
    notes = (f"the failing instruction is `{_one_line(without_credentials(step.instruction))}`", *where)
    status = _status(step.error or transcript.error)
    script = _script_number(step, blame) if status else None  # without a status it never ran
    if script is not None:
        return [_failed_script(script, status, output, blame, notes)]
    for cause in _ENGINE_CAUSES:
        found = cause.pattern.search(text)
        if found is not None:
            name = next((group for group in found.groups() if group), "")
            message = cause.message.replace("{name}", name)
            pointer = blame.attribute(cause.path) if cause.path else blame.pointer
            return [
                Diagnostic(
                    cause.code, message, pointer=pointer, notes=notes, help=cause.help, log=tail(output)
                )
            ]
    environment = blame.environment or Environment("", "")
    scene = Scene("docker", environment, blame.locked, blame.root, notes, blame.exists, blame.secrets)
    explained = explain(scene, _installer(step.instruction), text)
    if explained:
        return [_placed(finding, blame, output) for finding in explained]
    return [
        Diagnostic(
            code="E0906",
            message=f"a step of building {blame.title} failed{status}",
            notes=notes if status else (f"the engine says: {_last(step.error or transcript.error)}", *notes),
            help="the output below is the step's own",
            log=tail(output),
            pointer=_pointer_of_instruction(step.instruction, blame),
        )
    ]


def _placed(finding: Diagnostic, blame: Blame, output: str) -> Diagnostic:
    """With the step's own output alone, and at the deployment where no environment is to blame."""
    from envspec.frozen import replace

    if blame.environment is None:
        return replace(finding, log=tail(output), pointer=blame.pointer)
    whole = f"/environments/{blame.environment.id}"
    return replace(finding, log=tail(output), pointer=blame.pointer + finding.pointer.removeprefix(whole))


def _failed_script(number: int, status: str, output: str, blame: Blame, notes: tuple[str, ...]) -> Diagnostic:
    """A script of the spec ended with a status. Why is its own affair; what is known is said as help."""
    installer, found = found_in("", output)
    line = re.findall(r"run-\d+\.sh: (?:line )?(\d+): ([^\n]+)", output)
    at = (f"line {line[-1][0]} of the script: {line[-1][1]}",) if line else ()
    why = [sentence("docker", installer, one) for one in found]
    return Diagnostic(
        code="E0911",
        message=f"script {number + 1} of `docker.run` failed{status}",
        notes=(*at, *notes),
        help=("it looks as if " + " and ".join(why) + "; " if why else "")
        + "the output below is the script's own",
        log=tail(output),
        pointer=blame.attribute(f"docker/run/{number}"),
    )


def _installer(instruction: str) -> str:
    return next((name for pattern, name in _INSTALLERS if re.search(pattern, instruction)), "")


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
    for word, attribute in (("apt-get", "apt"), ("install_conda.py", "conda"), ("uv pip", "pip")):
        if word in instruction and blame.environment is not None and getattr(blame.environment, attribute):
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
