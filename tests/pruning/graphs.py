"""Random workspaces as values: runs that took what others made, models of them, versions, deployments."""

from __future__ import annotations

from hypothesis import strategies as st

from envspec.actions.pruning.choosing import KINDS, Rules
from envspec.actions.pruning.remembered import Deployment, Environment, Model, Remembered, Run

DAYS = [f"2026-01-{day:02}T00:00:00.000Z" for day in range(1, 29)]


def digest(name: str) -> str:
    import hashlib

    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


@st.composite
def workspaces(draw: st.DrawFn) -> Remembered:
    """Numbers grow with time, as they do; contents come from few, so that many share them."""
    days = iter(sorted(draw(st.lists(st.sampled_from(DAYS), min_size=40, max_size=40))))
    environments = tuple(
        Environment(
            name, number, next(days), digest(f"{name}{number}"),
            ("stable",) if draw(st.integers(0, 5)) == 0 else (), draw(st.integers(0, 3)) == 0,
            draw(st.integers(0, 5)) == 0,
        )
        for name in ("e", "f") for number in range(1, draw(st.integers(1, 4)) + 1)
    )  # fmt: skip
    versions = [(one.name, one.number) for one in environments]
    contents = [digest(f"content {number}") for number in range(6)]
    some = st.lists(st.sampled_from(contents), max_size=2, unique=True).map(tuple)
    runs = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        name = draw(st.sampled_from(("train", "tune")))
        state = draw(st.sampled_from(("success", "success", "failed", "busy", "lost")))
        runs.append(
            Run(
                number, f"{name}-{number}", name, next(days), state == "busy", state == "success",
                draw(st.sampled_from([*versions, None])), draw(st.sampled_from(("local", "docker"))),
                draw(st.sampled_from([*contents, ""])), draw(some), draw(some) if state == "success" else (),
                state == "lost",
            )
        )  # fmt: skip
    models = []
    for name in ("m", "n"):
        for number, content in enumerate(draw(st.permutations(contents))[: draw(st.integers(0, 3))], 1):
            maker = next((run.id for run in runs if content in run.made), "")
            models.append(Model(name, number, next(days), content, maker, 1))
    known = [(one.name, one.digest) for one in models] or [("path", digest("a file of the project"))]
    deployments = tuple(
        Deployment(
            number, draw(st.sampled_from(("scorer", "other"))), next(days), draw(st.booleans()),
            draw(st.sampled_from(("local", "docker"))), digest(f"image {number % 2}"),
            draw(st.sampled_from([*versions, None])),
            tuple(dict(draw(st.lists(st.sampled_from(known), max_size=2))).items()), draw(st.sampled_from(contents)),
        )
        for number in range(1, draw(st.integers(0, 4)) + 1)
    )  # fmt: skip
    return Remembered(tuple(runs), environments, tuple(models), deployments)


rules = st.builds(
    Rules,
    st.sampled_from(["", *DAYS]),
    st.sampled_from([None, 0, 1, 2]),
    st.frozensets(st.sampled_from(KINDS), min_size=1),
    st.sampled_from(DAYS),
)
