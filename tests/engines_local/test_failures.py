"""What an installer printed when it failed, as a finding at the package that caused it."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.engines.local.failures import diagnose
from envspec.engines.secrets import secret_reader
from envspec.engines.table import engine
from envspec.ir.types import Environment, PipPackage, Secret, SecretRef

ENVIRONMENT = Environment(
    "e", "e", pip=(PipPackage("requirement", "six", "six==1.17.0"), PipPackage("requirement", "rich", "rich"))
)


@pytest.mark.parametrize(
    ("installer", "output", "code", "pointer", "words"),
    [
        ("uv", "error: failed to write: No space left on device (os error 28)", "E0809", "", "prune"),
        ("uv", "  cause: Hash mismatch for `rich==13.9.0`\n\n  Expected:\n    sha256:00", "E0806", "/pip/1", "`rich`"),
        ("uv", "error: Failed to fetch: https://h.example/six/\n  cause: dns error", "E0808", "/pip", "network"),
        ("uv", "  cause: HTTP status client error (401 Unauthorized) for url", "E0840", "/pip", "credentials"),
        ("uv", "  cause: HTTP status server error (502 Bad Gateway) for url", "E0841", "/pip", "502 Bad Gateway"),
        ("uv", "  cause: Because six==1.17.0 has no usable wheels and you", "E0807", "/pip/0", "`six`"),
        ("uv", "error: Failed to build `rich @ file:///x`\n  cause: The build backend failed", "E0801", "/pip/1", "backend"),
        ("rattler", "failed to fetch six-1.16.0-pyh_0.conda\nCaused by: HTTP status client error (404 Not Found)",
         "E0807", "/pip/0", "`six` is locked"),
        ("uv", "something that nobody has seen before", "E0801", "", "the whole output is in"),
    ],
)  # fmt: skip
def test_the_cause_is_found_in_the_output(
    tmp_path: Path, installer: str, output: str, code: str, pointer: str, words: str
) -> None:
    (found,) = diagnose(ENVIRONMENT, output, tmp_path / "log", installer=installer)
    assert found.code == code
    assert found.pointer == f"/environments/e{pointer}"
    assert words in " ".join((found.message, found.help, *found.notes))
    assert found.log == output


def test_an_address_shows_no_credential(tmp_path: Path) -> None:
    output = "error: Failed to fetch: https://ci:hunter2@h.example/six/\n  cause: dns error"
    (found,) = diagnose(ENVIRONMENT, output, tmp_path / "log")
    assert "hunter2" not in repr(found) + found.log
    assert "https://***@h.example" in found.log


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (Secret("s", "variable", "ENVSPEC_NO_SUCH_VARIABLE"), "ENVSPEC_NO_SUCH_VARIABLE"),
        (Secret("s", "file", "none.txt"), "none.txt"),
        (Secret("s", "file", "empty.txt"), "empty"),
        (Secret("s", "file", "nul.txt"), "NUL"),
        (Secret("s", "command", ("false",)), "false"),
    ],
)  # fmt: skip
def test_a_secret_that_cannot_be_had(tmp_path: Path, secret: Secret, why: str) -> None:
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "nul.txt").write_bytes(b"hunter2\0")
    with pytest.raises(Failure) as caught:
        secret_reader({"s": secret}, tmp_path)(SecretRef("s"))
    (found,) = caught.value.diagnostics
    assert (found.code, found.pointer) == ("E0815", "/secrets/s")
    assert why in found.message + found.help
    assert "hunter2" not in repr(found)


def test_an_engine_that_nobody_brings() -> None:
    with pytest.raises(Failure) as caught:
        engine("nosuch", "/targets/t")
    (found,) = caught.value.diagnostics
    assert (found.code, found.pointer) == ("E0811", "/targets/t")
    assert "`local`" in found.help
