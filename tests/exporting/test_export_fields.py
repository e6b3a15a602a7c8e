"""The table of forms says what exporters do: what is not in it is told as lost, and what is in it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.exporting.fields import BLOCKS, FORMS, SECRETS, UPSTREAM, Attributes, held
from envspec.exporting.reference import page
from envspec.exporting.table import KINDS
from tests.exporting.exported import exported
from tests.exporting.test_losses import DEPLOYMENT, ENVIRONMENT, RUN, folder_with

MARKERS = {"environment": ENVIRONMENT, "run": RUN, "deployment": DEPLOYMENT}
BASES = {
    "an image": 'image = "debian:bookworm"',
    "a Dockerfile": 'dockerfile = "./docker/Dockerfile"',
}
BY_KIND = {
    ("conda", "an image"): {"conda has packages for each"},
    ("conda", "a Dockerfile"): {"conda has packages for each"},
    ("devcontainer", "a Dockerfile"): {"there is a Dockerfile"},
    ("azureml", "an image"): {
        "there is no Dockerfile",
        "a job or deployment uses it",
        "it is no cluster (`azureml:NAME`)",
    },
    ("azureml", "a Dockerfile"): {"a job or deployment uses it", "it is no cluster (`azureml:NAME`)"},
    ("binder", "an image"): {"it has conda packages"},
    ("binder", "a Dockerfile"): {"it has conda packages"},
    ("mlproject", "an image"): {"there are runs"},
    ("mlproject", "a Dockerfile"): {"there are runs"},
}
"""Which `when` of the table is so for the spec of everything, with each base."""


def lost(losses: tuple[str, ...]) -> set[tuple[str, str]]:
    """Attribute and owner (a run or deployment, empty for the environment) of what has no place."""
    found = set()
    for sentence in losses:
        if "has no place for it" not in sentence:
            continue
        name = "paths" if sentence.startswith("local packages") else sentence.split("`")[1]
        owner = next((one for one in ("r", "d") if f" of `{one}`" in sentence), "")
        found.add((name, owner))
    return found


def test_the_page_is_made_from_the_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "export-fields.md").read_text(encoding="utf-8")
    assert text == page(), "python -m envspec.exporting.reference docs/export-fields.md"


def test_every_kind_that_writes_the_spec_has_a_form() -> None:
    assert set(FORMS) == {kind for kind, row in KINDS.items() if not row.locked}
    for form in FORMS.values():
        for block, names in BLOCKS.items():
            assert set(getattr(form, block)) <= set(names)


def test_these_are_all_attributes() -> None:
    """`test_losses` holds its markers against the language."""
    for block, markers in MARKERS.items():
        named = set(BLOCKS[block]) - {SECRETS, UPSTREAM, "interpreter"}
        assert named == set(markers) - {"command"} - ({"source"} if block == "run" else set())


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", FORMS)
def test_what_is_not_held_is_told_and_what_is_held_is_not(tmp_path: Path, kind: str, base: str) -> None:
    made = exported(folder_with(tmp_path, BASES[base]), kind)
    told = lost(made.losses)
    when = BY_KIND.get((kind, base), set())
    other = {"docker.dockerfile" if base == "an image" else "docker.image", "interpreter"}  # not in this spec
    for block, owner in (("environment", ""), ("run", "r"), ("deployment", "d")):
        attributes: Attributes = getattr(FORMS[kind], block)
        if not attributes:
            continue
        names = set(BLOCKS[block]) - other - {SECRETS, UPSTREAM}
        expected = {(name, owner) for name in names - held(attributes, *when)}
        assert {one for one in told if one[1] == owner} - {
            ("limits.body", "d"),
            ("variables", owner),
        } == expected - {("variables", owner)}


@pytest.mark.parametrize("kind", FORMS)
def test_a_condition_of_the_table_is_one_that_the_exporter_asks_for(kind: str) -> None:
    """Each is a constant of the table's module that a file of the kind names."""
    from envspec.exporting import fields

    constants = {
        value: name for name, value in vars(fields).items() if name.isupper() and isinstance(value, str)
    }
    package = Path(fields.__file__).parent
    module = KINDS[kind].module.replace(".", "/")
    files = list((package / module).parent.glob("*.py")) if "/" in module else [package / f"{module}.py"]
    source = "".join(file.read_text() for file in files)
    for block in BLOCKS:
        for held_ in getattr(FORMS[kind], block).values():
            assert not held_.when or constants[held_.when] in source
