"""Image names: docker takes them, and two ids never share one."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from envspec.engines.docker.names import image_reference, repository_component

COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")


@given(st.text(min_size=1))
def test_docker_takes_every_name(identifier: str) -> None:
    name = repository_component(identifier)
    assert COMPONENT.fullmatch(name)
    assert len(name) <= 100


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_ids_never_share_a_name(one: str, other: str) -> None:
    assert (repository_component(one) == repository_component(other)) == (one == other)


def test_an_ordinary_id_stays_as_it_is() -> None:
    assert image_reference("tune-alpha-0.1", "sha256:" + "ab" * 32) == "envspec/tune-alpha-0.1:abababababab"


def test_what_differs_only_in_case_or_separators_stays_apart() -> None:
    ids = ("py-X", "py-x", "py..x", "py.x", "-py-x", "run.train", "Run.train")
    assert len({repository_component(identifier) for identifier in ids}) == len(ids)
