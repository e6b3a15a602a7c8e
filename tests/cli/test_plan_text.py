"""How a plan looks to people."""

from __future__ import annotations

from envspec.actions.planning.step import Plan, Skipped, Step
from envspec.cli.plan_text import lines
from envspec.diagnostics import Diagnostic
from envspec.lower.difference import Change

PACKAGES = tuple(
    Change("python", "package", "added", f"p{n}", "", "1", f"`p{n}` 1 was added") for n in range(50)
)
PLAN = Plan(
    "a.envspec",
    (
        Step("lock", "e", "lock", again=True, reasons=("it is not locked for linux/arm64",)),
        Step(
            "environment", "e", "build", "docker", "linux/amd64", again=True, version="e:2", certain=False,
            waits=("lock e",), reasons=("x",), since="e:1",
            changes=(
                Change("image", "apt", "removed", "git", "", "", "system package `git` was taken away"),
                Change("start", "variable", "changed", "A", "", "", "variable `A` changed"),
            ),
            layers={"python": "kept", "image": "made"},
        ),
        Step("environment", "big", "build", "local", version="big:1", changes=PACKAGES),
        Step("run", "train", "run", "local", reasons=("it has \x1b[31mnot\x07 succeeded yet",)),
        Step("run", "tune", "unknown", "docker", certain=False, reasons=("no engine",)),
        Step("deployment", "scorer", "none", "local"),
    ),
    (Skipped("run", "third", "data"),),
    (Diagnostic("E0901", "no docker engine runs here"),),
)  # fmt: skip


def shown(plan: Plan) -> list[str]:
    return list(lines(plan, lambda _mark, text: text))


def test_every_kind_of_line() -> None:
    text = shown(PLAN)
    assert text[:8] == [
        "~ lock of e: made again first",
        "    it is not locked for linux/arm64",
        "~ environment e (e:2) on docker: is built again (expected, after lock e)",
        "    since e:1:",
        "    - system package `git` was taken away",
        "    ~ variable `A` changed; it is set when something starts",
        "    its Python packages are kept, the image around them is made anew",
        "+ environment big (big:1) on local: is built",
    ]
    assert text[8:10] == ["    + `p0` 1 was added", "    + `p1` 1 was added"]
    assert text[48:] == [
        "    and 10 more; `--format json` has all",
        "+ run train on local: runs",
        "    it has \\x1b[31mnot\\x07 succeeded yet",
        "? run tune on docker: cannot be known",
        "    no engine",
        "= deployment scorer on local: stays as it is",
        "= run third: left out, param `data` has no value (`--set data=…`)",
        "! no docker engine runs here (E0901)",
        "",
        "Plan: 1 to lock, 2 to build, 1 to run, 1 not known, 1 unchanged",
    ]


def test_each_mark_has_its_colour() -> None:
    marks = {text.strip()[0]: mark for mark, text in _painted(PLAN)}
    assert marks == {mark: mark for mark in "+~-=?!"}


def _painted(plan: Plan) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []

    def paint(mark: str, text: str) -> str:
        found.append((mark, text))
        return text

    list(lines(plan, paint))
    return found


def test_an_empty_plan_is_one_line() -> None:
    assert shown(Plan("a.envspec", ())) == ["Plan: nothing to do"]
