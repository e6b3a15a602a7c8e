"""One mistake gives one finding, ten give ten, whatever else is in the file: nothing cascades."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.check.project import Checked, check
from envspec.diagnostics import Severity
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve
from tests.check.seeds import BRACKETS, FILES, HEALTHY, SEEDS, STRUCTURE, VALUES, Seed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def checked(root: Path, text: str) -> Checked:
    files = ProjectFiles(root)
    return check(resolve("main.envspec", files, overlay={"main.envspec": text.encode()}), files)


def codes(root: Path, text: str) -> list[str]:
    return [d.code for d in checked(root, text).diagnostics if d.severity is not Severity.INFO]


def seeded(seeds: list[Seed]) -> str:
    text = HEALTHY
    for seed in seeds:
        text = text.replace(seed.old, seed.new)
    return text


def test_the_seedbed_is_healthy(root: Path) -> None:
    assert codes(root, HEALTHY) == []
    assert all(HEALTHY.count(seed.old) == 1 for seed in SEEDS)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.code}-{SEEDS.index(seed)}")
def test_one_mistake_gives_one_finding(root: Path, seed: Seed) -> None:
    result = checked(root, seeded([seed]))
    assert [d.code for d in result.diagnostics] == [seed.code], [d.message for d in result.diagnostics]


def lines(seed: Seed) -> set[int]:
    first = HEALTHY[: HEALTHY.index(seed.old)].count("\n")
    return set(range(first, first + seed.old.count("\n") + 1))


def apart(seeds: list[Seed], most: int) -> list[Seed]:
    """Those of them, from the first, that touch lines of their own."""
    taken: set[int] = set()
    chosen: list[Seed] = []
    for seed in seeds:
        if not taken & lines(seed) and len(chosen) < most:
            taken |= lines(seed)
            chosen.append(seed)
    return chosen


@settings(max_examples=150)
@given(order=st.permutations(VALUES))
def test_ten_independent_mistakes_give_ten_findings(root: Path, order: list[Seed]) -> None:
    seeds = apart(order, 10)
    assert len(seeds) == 10
    result = checked(root, seeded(seeds))
    assert sorted(d.code for d in result.diagnostics) == sorted(seed.code for seed in seeds)


@settings(max_examples=150)
@given(order=st.permutations([*STRUCTURE, *VALUES]), most=st.integers(2, 10))
def test_mistakes_together_give_no_finding_that_none_of_them_gives(
    root: Path, order: list[Seed], most: int
) -> None:
    """One may hide another (a misspelt import hides what is wrong with its use), but they make up nothing."""
    seeds = apart(order, most)
    left = [seed.code for seed in seeds]
    for code in codes(root, seeded(seeds)):
        assert code in left, seeds
        left.remove(code)


@settings(max_examples=60)
@given(order=st.permutations([*STRUCTURE, *VALUES, *BRACKETS]))
def test_what_is_told_stays_told_when_mended_one_by_one(root: Path, order: list[Seed]) -> None:
    """Each mistake that is mended takes its own finding away, so the last step is always a healthy file."""
    seeds = apart(order, 6)
    while seeds:
        assert codes(root, seeded(seeds)) != []
        seeds.pop()
    assert codes(root, seeded(seeds)) == []


@pytest.mark.parametrize(
    "text",
    [
        "model line {",
        "run x {\n    tags = {}\n",
        "deployment d {\n    port = 80",
        "secret s {\n",
        "run x {\n    matrix = {",
    ],
)
def test_what_is_still_being_written_lacks_only_its_end(root: Path, text: str) -> None:
    assert set(codes(root, f"edition = 1\n{text}")) == {"E0005"}
