"""A disk that becomes full in the middle of a pull, mounted for real: one message, nothing registered, and then it works."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from envspec.actions.sharing import models
from tests.conftest import have
from tests.engines.small_disk import fill, small_disk
from tests.registry.small_registry import Answer, SmallRegistry
from tests.registry.speaking import problem
from tests.sharing.conftest import People, nobody, register_model

pytestmark = pytest.mark.mounts


def test_full_while_the_files_of_a_model_arrive(people: People, small: SmallRegistry, tmp_path: Path) -> None:
    place = f"{small.address}/m"
    files = {f"{n}.bin": bytes([n]) * 100_000 for n in range(8)}
    version = register_model(people("anna"), tmp_path / "made", files)
    models.push(people("anna"), version, place, nobody)
    bert = people("bert")
    bert.close()
    subprocess.run(["rm", "-r", str(bert.root / ".envspec")], check=True)
    disk = small_disk(bert.root / ".envspec", kibibytes=4096)
    state = have(disk.__enter__)
    try:
        blobs: list[str] = []

        def trouble(method: str, path: str, headers: dict[str, str]) -> Answer | None:
            if method == "GET" and "/blobs/" in path:
                blobs.append(path)
                if len(blobs) == 4:  # after it was seen that there is room for all
                    fill(state)
            return None

        small.trouble = trouble
        said = problem(lambda: models.pull(bert.root, place))
        assert said.code == "E1101" and "no space left on device" in said.message, said
        assert list((state / "store" / "arriving").iterdir()) == []
        (state / "ballast").unlink()
        small.trouble = lambda method, path, headers: None
        pulled = models.pull(bert.root, place)
        assert (pulled.number, pulled.new, pulled.identity) == (1, True, version.digest)
    finally:
        disk.__exit__(None, None, None)
