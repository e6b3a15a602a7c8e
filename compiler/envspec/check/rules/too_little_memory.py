"""W0322: memory that cannot hold what is asked for beside it: the requests of a deployment, or `/dev/shm`."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Label
from envspec.ir.types import Deployment, Resources, Run
from envspec.resolve.evaluated import escape
from envspec.resolve.strings import scalar_text


def _check(subject: Subject) -> Iterator[Diagnostic]:
    items: list[tuple[str, Run | Deployment]] = []
    items += [(f"/runs/{escape(key)}", run) for key, run in subject.project.runs.items()]
    items += [(f"/deployments/{escape(key)}", one) for key, one in subject.project.deployments.items()]
    for pointer, item in items:
        memory = item.resources.memory
        if memory is None:
            continue
        if isinstance(item, Deployment):
            yield from _requests(subject, pointer, item, memory)
        yield from _shared(subject, pointer, item.resources, memory)


def _size(amount: int) -> str:
    return scalar_text({"bytes": amount}) or ""


def _requests(subject: Subject, pointer: str, deployment: Deployment, memory: int) -> Iterator[Diagnostic]:
    limits = deployment.limits
    needed = limits.body * limits.concurrency
    if memory >= needed:
        return
    origins = subject.resolution.origins
    several = (
        f"{limits.concurrency} requests of {_size(limits.body)}" if limits.concurrency > 1 else "one request"
    )
    written = [origins.values.get(f"{pointer}/limits/{name}") for name in ("body", "concurrency")]
    yield Diagnostic(
        "W0322",
        f"{_size(memory)} of memory cannot hold {several}",
        origins.locate(f"{pointer}/resources/memory"),
        f"less than the {_size(needed)} that may arrive at once",
        tuple(Label(place, "allowed here") for place in written if place is not None),
        help=f"give it more than {_size(needed)} of memory, or lower `limits`",
    )


def _shared(subject: Subject, pointer: str, resources: Resources, memory: int) -> Iterator[Diagnostic]:
    if resources.shm_size is None or resources.shm_size <= memory:
        return
    origins = subject.resolution.origins
    place = origins.values.get(f"{pointer}/resources/shm_size")
    yield Diagnostic(
        "W0322",
        f"{_size(memory)} of memory cannot hold {_size(resources.shm_size)} of shared memory",
        origins.locate(f"{pointer}/resources/memory"),
        "what lies in `/dev/shm` counts as memory",
        (Label(place, "asked for here"),) if place is not None else (),
        help="give it more memory, or less `shm_size`",
    )


RULE = Rule("too-little-memory", ("W0322",), _check)
