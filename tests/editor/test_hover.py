"""What is known of the thing under the cursor."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.editor.hover import hover
from envspec.lock.model import (
    Lock,
    LockedEnvironment,
    LockedFile,
    LockedPip,
    LockedPlatform,
    LockedRegistered,
)
from envspec.lock.text import write
from tests.editor.buffers import at_cursor

BASE = """\
edition = 1
environment base {
    description = "What all of us need"
    python = "3.12"
    pip = ["idna >=3"]
    docker { shm_size = 2GiB }
}
"""
TEXT = """\
edition = 1
import "base.envspec" as common
param alpha = 0.5
param data : path
secret token { variable = "CORP_TOKEN" }
index corp { url = "https://pkgs.example/simple", password = secret.token }
environment e extends common.base {
    pip += ["six"]
    indexes = [corp]
    docker { image = "debian:bookworm-slim" }
}
run train {
    environment = e
    inputs = { wine = "w.csv" }
    outputs = { model = "m" }
    matrix = { lr = [1, 2] }
    timeout = 90m
    resources = { memory = 2GiB }
    command = ["python", "--in=${inputs.wine}", matrix.lr]
}
model m { from = run.train[lr=1].outputs.model }
"""
_SIX = LockedPip("six", "1.16.0", (LockedFile("six-1.16.0-py2.py3-none-any.whl", "a" * 64),))
_PLATFORM = LockedPlatform("linux/amd64", "3.12", pip=(_SIX,))
LOCK = write(Lock({"a.envspec#e": LockedEnvironment("a.envspec#e", f"sha256:{'b' * 64}", (_PLATFORM,))}))


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("▮environment e", "What a program needs around it"),
        ("environment ▮e ext", 'python = "3.12"  # from common.base'),
        ("environment ▮e ext", 'pip = ["idna>=3", "six"]'),
        ("environment ▮e ext", "indexes = [corp]"),
        ("common.▮base", "What all of us need"),
        ("▮common.base", "`base.envspec`"),
        ('"▮base.envspec"', "`base.envspec`, from the root of the project"),
        ("param ▮alpha", "param alpha : number = 0.5"),
        ("param ▮data", "needs `--set`"),
        ("▮pip += ", "+=` appends to what is inherited"),
        ("▮pip += ", 'Comes to:\\n```envspec\\n["idna>=3", "six"]'),
        ("▮pip += ", "inherited from:\\n- `common.base` (base.envspec:5)"),
        ("▮image = ", "The base image."),
        ("docker { ▮image = ", '"debian:bookworm-slim"'),
        ("▮docker { ", "How the image of an environment is made"),
        ('["▮six"]', "Locked: `1.16.0`"),
        ("▮90m", "5,400 seconds"),
        ("▮2GiB", "2,147,483,648 bytes"),
        ("▮memory = ", "- type: a size such as `2GiB`"),
        ("run ▮train {", "2 cells: `train-lr-1`, `train-lr-2`"),
        ("${inputs.▮wine}", '`wine`: input of `run train`\\n\\n```envspec\\n"w.csv"'),
        ("matrix.▮lr", "1\\n2"),
        ("outputs.▮model }", "`model`: output of `run train`"),
        ("▮edition", "edition of the language"),
        ("secret.▮token", "`secret token` in `a.envspec`, line 5"),
    ],
)
def test_what_is_said(tmp_path: Path, place: str, says: str) -> None:
    (tmp_path / "envspec.lock").write_text(LOCK)
    text = TEXT.replace(place.replace("▮", ""), place, 1)
    found = hover(*at_cursor(tmp_path, text, base=BASE))
    assert found is not None
    assert says.replace("\\n", "\n") in found.text


def test_the_value_of_a_secret_is_not_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORP_TOKEN", "canary-5b1e")
    for place in ("secret ▮token", "secret.▮token", "password▮ =", "▮variable ="):
        found = hover(*at_cursor(tmp_path, TEXT.replace(place.replace("▮", ""), place, 1), base=BASE))
        assert found is not None and "canary" not in found.text


def test_a_credential_is_not_repeated(tmp_path: Path) -> None:
    text = 'edition = 1\nenvironment e {\n    ▮variables = { TOKEN = "ghp_016C7VqcSgXIIXpGx1Yv4OCFGcoJBr0TRmPl" }\n}\n'
    found = hover(*at_cursor(tmp_path, text))
    assert found is not None and "016C7VqcSgXIIXpGx1Yv4OCFGcoJ" not in found.text


def test_a_file_that_does_not_parse(tmp_path: Path) -> None:
    text = TEXT.replace("environment = e\n", "environment = e [\n").replace("▮", "")
    found = hover(*at_cursor(tmp_path, text.replace("param alpha", "param ▮alpha"), base=BASE))
    assert found is not None and "0.5" in found.text


@pytest.mark.parametrize("place", ["# ▮comment\n", "\n▮\n", "▮\x00"])
def test_nothing_to_say(tmp_path: Path, place: str) -> None:
    assert hover(*at_cursor(tmp_path, place + TEXT, base=BASE)) is None


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("sklearn:3", ["environment `sklearn`, version 3.", f"Locked: `sha256:{'c' * 64}`"]),
        ("AzureML-x-1.0@latest", ["`AzureML-x-1.0`, the newest version.", "run `envspec lock`"]),
        ("sklearn@stable", ["has the label `stable`"]),
        ("sklearn@sha256:01234567", ["digest begins with `sha256:01234567`"]),
    ],
)
def test_a_registered_environment(reference: str, says: list[str], tmp_path: Path) -> None:
    registered = LockedRegistered("a.envspec#sklearn:3", f"sha256:{'c' * 64}", "{}")
    (tmp_path / "envspec.lock").write_text(write(Lock({}, {registered.reference: registered})))
    at = reference.replace("e", "▮e", 1) if "e" in reference else "▮" + reference
    found = hover(*at_cursor(tmp_path, f'run r {{ environment = "{at}", command = ["x"] }}\n'))
    assert found is not None
    for part in says:
        assert part in found.text
