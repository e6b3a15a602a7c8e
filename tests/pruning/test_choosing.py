"""Which records go: whatever the workspace is, what stays is complete, what is in use stays, and the rest goes."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given

from envspec.actions.pruning.built import choose_images
from envspec.actions.pruning.choosing import Chosen, Record, Rules, choose, label
from envspec.actions.pruning.remembered import Environment, Model, Remembered, Run
from envspec.actions.recorded_images import RecordedImage
from tests.pruning.graphs import DAYS, digest, rules, workspaces


def records(some: Remembered) -> Iterator[tuple[str, Record]]:
    for kind in ("runs", "environments", "models", "deployments"):
        for one in getattr(some, kind):
            yield kind, one


def refers(record: Record, everything: Remembered) -> set[str]:
    """By the words of the documentation, not by the code: what a record was made of."""
    found = set()
    if isinstance(record, Model):
        found |= {label(run) for run in everything.runs if run.id == record.run}
    elif not isinstance(record, Environment):
        found |= {label(e) for e in everything.environments if (e.name, e.number) == record.environment}
    if isinstance(record, Run):
        for taken in record.took:
            first = next((run for run in everything.runs if taken in run.made), None)
            if first is not None and first.number < record.number:
                found.add(label(first))
    elif not isinstance(record, (Model, Environment)):
        found |= {label(m) for m in everything.models if (m.name, m.digest) in record.models}
    return found


def in_use(record: Record, kind: str, everything: Remembered, asked: Rules) -> bool:
    alike = [one for _, one in records(everything) if type(one) is type(record) and one.name == record.name]
    newest = record.number == max(one.number for one in alike)
    if isinstance(record, Run):
        good = [run.number for run in alike if isinstance(run, Run) and run.success]
        return (
            newest or record.busy or bool(good and record.number == max(good))
            or (record.lost and record.when >= asked.silent)
        )  # fmt: skip
    if isinstance(record, Environment):
        shown = [one.number for one in alike if isinstance(one, Environment) and not one.archived]
        return newest or bool(record.labels) or record.locked or bool(shown and record.number == max(shown))
    if isinstance(record, Model):
        live = [one for one in everything.deployments if one.live]
        return newest or any((record.name, record.digest) in one.models for one in live)
    return record.live


def was_asked(record: Record, kind: str, everything: Remembered, asked: Rules) -> bool:
    if kind not in asked.kinds or not (asked.before or asked.keep is not None):
        return False
    newer = sum(
        type(one) is type(record) and one.name == record.name and one.number > record.number
        for _, one in records(everything)
    )
    return (not asked.before or record.when < asked.before) and (asked.keep is None or newer >= asked.keep)


@given(workspaces(), rules)
def test_what_goes_and_what_stays(everything: Remembered, asked: Rules) -> None:
    chosen = choose(everything, asked)
    stay = {label(one): (kind, one) for kind, one in records(chosen.stay)}
    go = {label(one): (kind, one) for kind, one in records(chosen.go)}
    assert sorted([*stay, *go]) == sorted(label(one) for _, one in records(everything))
    for _, one in stay.values():
        assert refers(one, everything) <= stay.keys(), "every reference of what stays leads somewhere"
    for kind, one in go.values():
        assert was_asked(one, kind, everything, asked)
        assert not in_use(one, kind, everything, asked)
    for name, (kind, one) in stay.items():
        needed = any(name in refers(other, everything) for _, other in stay.values())
        if was_asked(one, kind, everything, asked):
            assert in_use(one, kind, everything, asked) or needed, "nothing stays without a reason"
            assert name in chosen.kept
        else:
            assert name not in chosen.kept or needed


@given(workspaces(), rules)
def test_a_second_time_nothing_goes(everything: Remembered, asked: Rules) -> None:
    first = choose(everything, asked)
    again = choose(first.stay, asked)
    # What was the third newest may be asked for again, but what the first round kept for a reason stays for it.
    assert all(was_asked(one, kind, first.stay, asked) for kind, one in records(again.go))
    assert choose(everything, Rules()).go == Remembered()


def an_image(**changed: object) -> RecordedImage:
    values = {
        "engine": "docker", "hash": digest("i"), "location": "envspec/e:1", "kind": "environment", "size": 1,
        "created": DAYS[0], "used": DAYS[3], "versions": (("e", 1),), **changed,
    }  # fmt: skip
    return RecordedImage(**values)  # type: ignore[arg-type]


def why(image: RecordedImage, chosen: Chosen, asked: Rules) -> tuple[str, str]:
    """Why it goes, and why it stays though it was asked for."""
    found = choose_images([image], chosen, asked)
    return "".join(text for _, text in found.go), "".join(text for _, text in found.kept)


def test_images() -> None:
    versions = tuple(Environment("e", number, DAYS[number], digest(f"e{number}")) for number in (1, 2, 3))
    chosen = choose(Remembered(environments=versions), Rules(DAYS[10], None, frozenset({"images"})))
    old = Rules(DAYS[10], None)
    assert why(an_image(), chosen, Rules()) == ("", "")
    assert why(an_image(), chosen, old) == ("not used since 2026-01-04", "")
    assert why(an_image(used=DAYS[12]), chosen, old) == ("", "")
    assert why(an_image(versions=(("e", 3),)), chosen, old) == ("", "it is what e:3 was built to")
    assert why(an_image(versions=(("e", 1), ("e", 3))), chosen, old) == ("", "it is what e:3 was built to")
    assert why(an_image(busy=("run train-1",)), chosen, old) == ("", "run train-1 needs it")
    gone = "no version is registered that was built to it"
    assert why(an_image(versions=(("e", 7),)), chosen, Rules()) == (gone, "")
    assert why(an_image(versions=(("e", 7),), busy=("deployment scorer",)), chosen, Rules())[1]
    for keep, goes in ((0, True), (1, True), (2, True), (3, False)):
        assert bool(why(an_image(), chosen, Rules("", keep))[0]) is goes, "by the versions that are newer"
    assert why(an_image(), chosen, Rules(DAYS[10], None, frozenset({"runs"}))) == ("", "")
    of_deployment = an_image(kind="deployment", versions=())
    assert why(of_deployment, chosen, Rules())[0] == "no deployment is remembered that serves from it"
