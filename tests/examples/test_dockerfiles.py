"""The Dockerfiles of every example, as hadolint and Docker's own parser read them, with a lock and without."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import dockerfile
import pytest

from tests.examples.conftest import NAMES, Example
from tests.examples.test_examples import ok

pytestmark = pytest.mark.index

# A system package without a version is pinned by nobody but who wrote the spec.
USERS_OWN = {"image": {"DL3008"}}


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize("example", NAMES, indirect=True)
def test_linters_find_only_what_the_spec_left_open(example: Example, locked: bool) -> None:
    (example.folder / "envspec.lock").unlink(missing_ok=True)
    if locked:
        ok(example, "lock")
    ok(example, "compile", "-o", "out")
    files = sorted((example.folder / "out").rglob("Dockerfile"))
    assert files
    for file in files:
        assert hadolint(file) == USERS_OWN.get(example.name, set()), file
        assert dockerfile.parse_file(str(file))[0].cmd in ("FROM", "ARG")
        last = [c for c in dockerfile.parse_file(str(file)) if c.cmd == "USER"][-1]
        assert last.value[0].split(":")[0].isdigit() and last.value[0] != "0"


def hadolint(file: Path) -> set[str]:
    tool = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [tool, "--no-color", "--format", "json", file], capture_output=True, text=True, check=False
    )
    return {finding["code"] for finding in json.loads(done.stdout)}
