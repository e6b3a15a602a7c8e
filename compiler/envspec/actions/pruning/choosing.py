"""Which records go: pure, from what is remembered and what was asked for.

A record is asked for when its kind is, it is older than `before`, and it is not among the newest `keep` of its name
(whichever of the two was given). Without either nothing that has a name is asked for. Of those, some stay: what is in use
(`_why_kept`), and then whatever a record that stays was made of, and what that was made of: so every reference in a
record that stays leads somewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from envspec.actions.pruning.remembered import Deployment, Environment, Model, Remembered, Run
from envspec.frozen import Frozen, field, frozen

RUNS, ENVIRONMENTS, MODELS, DEPLOYMENTS, IMAGES = "runs", "environments", "models", "deployments", "images"
KINDS = (RUNS, ENVIRONMENTS, MODELS, DEPLOYMENTS, IMAGES)

Record = Run | Environment | Model | Deployment
One = TypeVar("One", Run, Environment, Model, Deployment)


@frozen
class Rules(Frozen):
    """`before` is a time as records have it, empty for any; `keep` None for none. `silent` is the time since which a lost
    run must have been silent: its program may have outlived whoever ran it. `unreachable` are engines that do not answer."""

    before: str = ""
    keep: int | None = None
    kinds: frozenset[str] = frozenset(KINDS)
    silent: str = ""
    unreachable: frozenset[str] = frozenset()

    def asks(self, kind: str, when: str, rank: int) -> bool:
        """`rank` counts from 0, the newest of the name."""
        if kind not in self.kinds or (not self.before and self.keep is None):
            return False
        return (not self.before or when < self.before) and (self.keep is None or rank >= self.keep)


@frozen
class Chosen(Frozen):
    """`stay` and `go` are all that is remembered. `kept` is what was asked for and stays, with why. Of environments, by
    name and number: `ranks` say how many are newer, `fixed` are those that stay whatever is asked for."""

    stay: Remembered
    go: Remembered
    kept: Mapping[str, str] = field(default_factory=dict)
    ranks: Mapping[tuple[str, int], int] = field(default_factory=dict)
    fixed: frozenset[tuple[str, int]] = field(default_factory=frozenset)


def label(record: Record) -> str:
    """What it is called, with its kind: unique."""
    match record:
        case Run():
            return f"run {record.id}"
        case Environment():
            return f"environment {record.name}:{record.number}"
        case Model():
            return f"model {record.name}:{record.number}"
        case Deployment():
            return f"deployment {record.name} #{record.number}"


def choose(everything: Remembered, rules: Rules) -> Chosen:
    """See above."""
    ranks = _ranks(everything.environments)
    if not rules.before and rules.keep is None:
        return Chosen(everything, Remembered(), ranks=ranks)
    in_use = _why_kept(everything, rules)
    asked: list[Record] = []
    stay: dict[str, Record] = {}
    for kind, records in (
        (RUNS, everything.runs),
        (ENVIRONMENTS, everything.environments),
        (MODELS, everything.models),
        (DEPLOYMENTS, everything.deployments),
    ):
        rank: Mapping[tuple[str, int], int] = _ranks(records)
        for one in records:
            if rules.asks(kind, one.when, rank[one.name, one.number]):
                asked.append(one)
            else:
                stay[label(one)] = one
    kept: dict[str, str] = {}
    for one in asked:
        if why := in_use.get(label(one)):
            kept[label(one)] = why
            stay[label(one)] = one
    for one, needs_it in _needed(everything, stay.values()):
        if label(one) not in stay:
            kept[label(one)] = f"{needs_it} needs it"
            stay[label(one)] = one

    def part(wanted: bool) -> Remembered:
        def of(records: Sequence[One]) -> tuple[One, ...]:
            return tuple(one for one in records if (label(one) in stay) is wanted)

        return Remembered(
            of(everything.runs),
            of(everything.environments),
            of(everything.models),
            of(everything.deployments),
        )

    fixed = frozenset((one.name, one.number) for one in everything.environments if label(one) in in_use)
    return Chosen(part(True), part(False), kept, ranks, fixed)


def _ranks(records: Iterable[Record]) -> dict[tuple[str, int], int]:
    numbers: dict[str, list[int]] = {}
    for one in records:
        numbers.setdefault(one.name, []).append(one.number)
    return {
        (name, number): rank
        for name, some in numbers.items()
        for rank, number in enumerate(sorted(some, reverse=True))
    }


def _why_kept(everything: Remembered, rules: Rules) -> dict[str, str]:
    """What is in use, or the newest of its name, by label."""
    found: dict[str, str] = {}

    def newest(records: Sequence[One], why: str, counts: Callable[[One], bool] = lambda one: True) -> None:
        last: dict[str, One] = {}
        for one in records:
            if counts(one) and (one.name not in last or one.number > last[one.name].number):
                last[one.name] = one
        found.update((label(one), why) for one in last.values())

    newest(everything.runs, "the newest that succeeded", lambda run: run.success)
    newest(everything.environments, "the newest that is not archived", lambda one: not one.archived)
    newest(everything.runs, "the newest of its name")
    newest(everything.models, "the newest of its name")
    newest(everything.environments, "the newest of its name")
    for run in everything.runs:
        if run.busy:
            found[label(run)] = "it goes on"
        elif run.lost and run.when >= rules.silent:
            found[label(run)] = "it was lost a moment ago, and its program may go on"
    for environment in everything.environments:
        if environment.labels:
            found[label(environment)] = f"it has the label {environment.labels[0]}"
        elif environment.locked:
            found[label(environment)] = "`envspec.lock` names it"
    served = {model for one in everything.deployments if one.live for model in one.models}
    for model in everything.models:
        if (model.name, model.digest) in served:
            found[label(model)] = "it is served"
    for deployment in everything.deployments:
        if deployment.live:
            found[label(deployment)] = "it serves"
        elif deployment.image and deployment.engine in rules.unreachable:
            # Its record is all that knows of its image.
            found[label(deployment)] = "its engine does not answer, so its image cannot go"
    return found


def _needed(everything: Remembered, roots: Iterable[Record]) -> Iterator[tuple[Record, str]]:
    """All that these were made of, directly or not, with what needs it."""
    runs = {run.id: run for run in everything.runs}
    environments = {(one.name, one.number): one for one in everything.environments}
    models = {(one.name, one.digest): one for one in everything.models}
    makers: dict[str, Run] = {}
    for run in everything.runs:
        for digest in run.made:
            makers.setdefault(digest, run)

    def needs(one: Record) -> Iterator[Record | None]:
        match one:
            case Run():
                yield environments.get(one.environment) if one.environment else None
                # As `graph` draws it: the first that made it.
                for digest in one.took:
                    maker = makers.get(digest)
                    yield maker if maker is not None and maker.number < one.number else None
            case Model():
                yield runs.get(one.run)
            case Deployment():
                yield environments.get(one.environment) if one.environment else None
                for model in one.models:
                    yield models.get(model)

    waiting = list(roots)
    seen = {label(one) for one in waiting}
    while waiting:
        needing = waiting.pop()
        for one in needs(needing):
            if one is not None and label(one) not in seen:
                seen.add(label(one))
                waiting.append(one)
                yield one, label(needing)


def digests_of(stay: Remembered) -> set[str]:
    """Whatever records that stay refer to in the store, where it is there."""
    found: set[str] = set()
    for run in stay.runs:
        found |= {run.snapshot, *run.took, *run.made}
    for model in stay.models:
        found.add(model.digest)
    for deployment in stay.deployments:
        found |= {deployment.snapshot, *(digest for _, digest in deployment.models)}
    found.discard("")
    return found
