"""An engine that is pruned has its base images, and nothing of what was built on them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.conftest import have
from tests.engines import base_image
from tests.engines.docker_pruning import prune
from tests.engines.private_docker import PrivateDocker, tiny_base

pytestmark = [pytest.mark.docker, pytest.mark.slow]


def build(engine: PrivateDocker, dockerfile: str, tag: str | None = None) -> str:
    image, _ = engine.client.images.build(fileobj=io.BytesIO(dockerfile.encode()), tag=tag, rm=True)
    assert image.id is not None
    return image.id


def test_what_is_built_on_a_base_goes(tmp_path: Path) -> None:
    engine = have(lambda: PrivateDocker(tmp_path))
    try:
        have(engine.start)
        api = engine.client.api
        repository, tag = base_image.BASE.split(":")
        label = f"LABEL {base_image.BASE_LABEL}=made-of-this"
        api.import_image_from_data(tiny_base(), repository=repository, tag=tag, changes=[label])
        left = {image["Id"] for image in api.images(all=True)}
        parent = build(engine, f"FROM {base_image.BASE}\nRUN touch /a\nRUN touch /b\n", "envspec/a:1")
        build(engine, "FROM envspec/a:1\nRUN touch /c\n", "envspec/b:1")
        build(engine, f"FROM {base_image.BASE}\nENV A=1\nENV B=2\n")  # without a name
        api.tag(parent, "envspec/a", "2")
        (one, *_) = api.images("envspec/a:1")
        assert base_image.BASE_LABEL in one["Labels"], "it is inherited"
        engine.client.containers.run("envspec/a:2", ["sleep", "600"], detach=True, network_mode="host")
        prune(engine.host)
        assert {image["Id"] for image in api.images(all=True)} == left
        assert api.containers(all=True) == []
        assert [image["RepoTags"] for image in api.images()] == [[base_image.BASE]]
    finally:
        engine.close()
