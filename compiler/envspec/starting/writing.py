"""The text of a draft. The layout is the formatter's business; here is only what stands in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envspec.starting.draft import DeploymentDraft, Draft, EnvironmentDraft, RunDraft, Word
from envspec.syntax.strings import quote


def text_of(draft: Draft) -> str:
    """The spec, still to be formatted."""
    head = [*_comment(draft.title), "edition = 1"]
    return "\n".join(head) + "\n\n" + blocks_of(draft)


def blocks_of(draft: Draft) -> str:
    """Its blocks alone, to stand behind those of another text."""
    blocks = [
        *([f"param {p.name}: path" + (f" = {quote(p.default)}" if p.default else "")] for p in draft.params),
        *([f"index {i.name} {{", f"url = {quote(i.url)}", "}"] for i in draft.indexes),
        *(list(_environment(e)) for e in draft.environments),
        *(list(_run(r)) for r in draft.runs),
        *([f"model {m.name} {{", f"from = {m.origin or quote(m.path)}", "}"] for m in draft.models),
        *(list(_deployment(d)) for d in draft.deployments),
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _environment(environment: EnvironmentDraft) -> Iterator[str]:
    yield f"environment {environment.name} {{"
    lines = {
        "python": quote(environment.python) if environment.python else "",
        "pyproject": quote(environment.pyproject) if environment.pyproject else "",
        "requirements": _list(environment.requirements),
        "conda_file": quote(environment.conda_file) if environment.conda_file else "",
        "channels": _list(environment.channels),
        "conda": _list(environment.conda),
        "pip": _packages(environment.pip),
        "indexes": f"[{', '.join(environment.indexes)}]" if environment.indexes else "",
        "variables": _map(environment.variables),
    }
    for name, value in lines.items():
        if value or name in environment.comments:
            yield from _comment(environment.comments.get(name, ""))
        if value:
            yield f"{name} = {value}"
    if environment.image:
        yield from _comment(environment.comments.get("docker", ""))
        yield f"docker {{\nimage = {quote(environment.image)}\n}}"
    yield "}"


def _run(run: RunDraft) -> Iterator[str]:
    yield from _comment(run.comment)
    yield f"run {run.name} {{"
    if run.environment:
        yield f"environment = {run.environment}"
    if run.source:
        yield f"source = {quote(run.source)}"
    yield f"command = [{', '.join(map(_word, run.command))}]"
    if run.inputs:
        yield f"inputs = {{ {', '.join(f'{name} = {value}' for name, value in run.inputs.items())} }}"
    if run.outputs:
        yield f"outputs = {_map(run.outputs)}"
    yield "}"


def _deployment(deployment: DeploymentDraft) -> Iterator[str]:
    yield f"deployment {deployment.name} {{"
    if deployment.environment:
        yield f"environment = {deployment.environment}"
    if deployment.source:
        yield f"source = {quote(deployment.source)}"
    yield f"entry = {quote(deployment.entry)}"
    if deployment.models:
        yield f"models = [{', '.join(deployment.models)}]"
    if deployment.port:
        yield f"port = {deployment.port}"
    if deployment.sample:
        yield f"sample = {quote(deployment.sample)}"
    yield "}"


def _comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield "# " + "".join(c if c.isprintable() else " " for c in line)


def _word(word: Word) -> str:
    return word.text if word.is_reference else quote(word.text)


def _list(values: Iterable[str]) -> str:
    written = ", ".join(map(quote, values))
    return f"[{written}]" if written else ""


def _packages(packages: list[str]) -> str:
    """A list of packages, where each without a version has the remark that it is so on purpose."""
    allow = "# envspec: allow W0301 -- the lock keeps its version; say a range when you know one"
    if all(_has_version(package) for package in packages):
        return _list(packages)
    lines = [f"{quote(p)}," if _has_version(p) else f"{allow}\n{quote(p)}," for p in packages]
    return "[\n" + "\n".join(lines) + "\n]"


def _has_version(package: str) -> bool:
    return any(sign in package.partition(";")[0] for sign in "=<>~!@/")


def _map(values: dict[str, str]) -> str:
    written = ", ".join(f"{name} = {quote(value)}" for name, value in values.items())
    return f"{{ {written} }}" if written else ""
