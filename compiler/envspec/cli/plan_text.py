"""A plan for people: a line for each thing with a mark, why below it, and how much there is to do at the end.

`+` is new, `~` is done again, `=` stays as it is, `?` cannot be known now. What is to be expected and not certain
has `(expected)` behind it. Names and reasons come from specs and logs: control characters are shown, not sent.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from envspec.actions.planning.step import DOES, LOCK, NOTHING, UNKNOWN, Plan, Step
from envspec.cli.change_text import MARKS, painter
from envspec.cli.show import printable, use_colour
from envspec.lower.difference import Change

_WORDS = {
    "lock": "made first",
    "build": "is built",
    "run": "runs",
    "deploy": "is deployed",
    NOTHING: "stays as it is",
    UNKNOWN: "cannot be known",
}
_AGAIN = {"lock": "made again first", "build": "is built again", "run": "runs again", "deploy": "is replaced"}
_MOST_CHANGES = 40


def show_plan(plan: Plan, result: Callable[[str], None]) -> None:
    """Prints the plan line by line."""
    paint = painter(use_colour(sys.stdout))
    for line in lines(plan, paint):
        result(line)


def lines(plan: Plan, paint: Callable[[str, str], str]) -> Iterable[str]:
    """`paint` takes a mark and a text and gives the text as it is to be seen."""
    for step in plan.steps:
        yield from _step(step, paint)
    for one in plan.skipped:
        yield paint("=", f"= {one.kind} {printable(one.id)}: left out, param `{one.param}` has no value "
                         f"(`--set {one.param}=…`)")  # fmt: skip
    for trouble in plan.trouble:
        yield paint("!", f"! {printable(trouble.message)} ({trouble.code})")
        if trouble.help:
            yield f"    {printable(trouble.help)}"
    if plan.steps or plan.skipped:
        yield ""
    yield summary(plan)


def summary(plan: Plan) -> str:
    """`Plan: 1 to build, 2 to run, 3 unchanged`."""
    parts = [f"{count} to {action}" for action in DOES.values() if (count := plan.count(action))]
    if count := plan.count(UNKNOWN):
        parts.append(f"{count} not known")
    if not any(step.acts for step in plan.steps):
        parts.insert(0, "nothing to do")
    if count := plan.count(NOTHING):
        parts.append(f"{count} unchanged")
    return f"Plan: {', '.join(parts)}"


def _step(step: Step, paint: Callable[[str, str], str]) -> Iterable[str]:
    mark = "=" if step.action == NOTHING else "?" if step.action == UNKNOWN else "~" if step.again else "+"
    what = _WORDS[step.action] if not (step.again and step.acts) else _AGAIN[step.action]
    where = f" on {step.engine}" if step.engine else ""
    version = f" ({step.version})" if step.version and step.kind == "environment" else ""
    name = f"{step.kind} {step.id}" if step.kind != LOCK else f"lock of {step.id}"
    after = f", after {', '.join(step.waits)}" if step.waits else ""
    expected = "" if step.certain or step.action == UNKNOWN else f" (expected{after})"
    yield paint(mark, printable(f"{mark} {name}{version}{where}: {what}{expected}"))
    if step.changes and step.acts:
        if step.since:
            yield printable(f"    since {step.since}:")
        yield from _changes(step.changes, paint)
    elif step.action != NOTHING:
        for reason in step.reasons:
            yield f"    {printable(reason)}"
    if step.acts and step.layers.get("python") == "kept":
        yield "    its Python packages are kept, the image around them is made anew"


def _changes(changes: tuple[Change, ...], paint: Callable[[str, str], str]) -> Iterable[str]:
    for change in changes[:_MOST_CHANGES]:
        mark = MARKS[change.action]
        when = "; it is set when something starts" if change.layer == "start" else ""
        yield paint(mark, printable(f"    {mark} {change.words}{when}"))
    if len(changes) > _MOST_CHANGES:
        yield f"    and {len(changes) - _MOST_CHANGES} more; `--format json` has all"
