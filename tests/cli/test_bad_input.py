"""Files that are no specs at all: a finding, soon, and never a traceback. `benchmarks/` says how soon."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.cli.test_check import envspec

pytestmark = pytest.mark.slow

LIMIT = 60.0
"""Seconds: a hang, on the slowest machine, and a busy one."""
RANDOM = random.Random(1)
FILES: dict[str, bytes] = {
    "binary": RANDOM.randbytes(200_000),
    "nothing but NUL": b"\0" * 1_000_000,
    "a program": Path(sys.executable).read_bytes()[:3_000_000],
    "10 MB of specs": (b'environment e {\n    description = "x"\n}\n' * 300_000)[:10_000_000],
    "10 MB on one line": b"a" * 10_000_000,
    "10 MB of noise": RANDOM.randbytes(10_000_000),
    "printable noise": bytes(RANDOM.choices(range(32, 127), k=500_000)),
    "lists in lists": b"x = " + b"[" * 100_000,
    "maps in maps": b"x = " + b"{a=" * 100_000,
    "blocks in blocks": b"a {\n" * 100_000,
    "holes in holes": b'x = "' + b"${" * 100_000 + b'"',
    "quotes": b'"' * 100_000,
    "three quotes": b'"""\n' * 100_000,
    "control characters": bytes(range(1, 32)) * 10_000,
    "each byte in a string": b"".join(b'edition = 1\nx = "' + bytes([c]) + b'"\n' for c in range(1, 256)),
    "mixed line ends": b"edition = 1\r\nparam a = 1\rparam b = 2\nparam c = 3\r\r\n" * 500,
    "invalid UTF-8": b'edition = 1\nparam a = "\xff\xfe\xc3"\n' * 1_000,
    "UTF-16": "edition = 1\n".encode("utf-16") * 1_000,
    "UTF-32": "edition = 1\n".encode("utf-32"),
    "a long line": b"param a = [" + b'"x", ' * 50_000 + b"]\n",
    "a long name": b"environment " + b"x" * 100_000 + b" {\n}\n",
    "a long number": b"param a = " + b"9" * 100_000,
    "empty": b"",
    "a mark and nothing": b"\xef\xbb\xbf",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "command", [("check",), ("check", "--format", "json"), ("fmt", "--check"), ("compile",)]
)
def test_a_file_that_is_no_spec(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    (tmp_path / ".git").mkdir()
    file = tmp_path / "a.envspec"
    file.write_bytes(FILES[name])
    done = envspec(*command, str(file), cwd=tmp_path, timeout=LIMIT)
    said = done.stdout + done.stderr
    assert "Traceback" not in said and "E1299" not in said
    assert done.returncode in (0, 1, 4)
    if done.returncode == 4:
        assert "E00" in said or command[0] == "fmt"
    assert file.read_bytes() == FILES[name]


@pytest.mark.parametrize("command", [("check",), ("check", "--no-cache"), ("fmt",), ("fmt", "--check")])
@pytest.mark.parametrize("named", [True, False])
def test_a_file_that_never_ends_or_never_answers(
    tmp_path: Path, command: tuple[str, ...], named: bool
) -> None:
    """Pipes, devices and links that lead to themselves, named, found in a folder, imported and referred to."""
    os.mkfifo(tmp_path / "pipe.envspec")
    (tmp_path / "endless.envspec").symlink_to("/dev/zero")
    (tmp_path / "circle.envspec").symlink_to("circle.envspec")
    (tmp_path / "nowhere.envspec").symlink_to("missing")
    (tmp_path / "pyproject.toml").symlink_to("pipe.envspec")
    (tmp_path / "a.envspec").write_text(
        'import "pipe.envspec" as pipe\n'
        'import "circle.envspec" as circle\n'
        'environment e {\n    python = "3.12"\n    requirements = ["pipe.envspec", "circle.envspec"]\n}\n'
    )
    names = ["pipe", "endless", "circle", "a"] if named else []
    for files in ([f"{name}.envspec"] for name in names) if named else [["."]]:
        done = envspec(*command, *files, cwd=tmp_path, timeout=LIMIT)
        assert "Traceback" not in done.stderr and "E1299" not in done.stderr, done.stderr
        assert done.returncode in ((0,) if command == ("fmt",) and files == ["a.envspec"] else (1, 2)), (
            files,
            done,
        )
    assert not (tmp_path / "pipe.envspec").is_file()


def test_what_a_pipe_is_called(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.envspec").write_text(
        'environment e {\n    python = "3.12"\n    requirements = ["pipe"]\n}\n'
    )
    done = envspec("check", "--format", "concise", cwd=tmp_path, timeout=LIMIT)
    assert (
        done.stdout == "a.envspec:3:21: error[E0401] `pipe` cannot be read: it is a pipe, not a plain file\n"
    )


@pytest.mark.parametrize("command", ["check", "run", "compile", "lock", "fmt", "fix --edition"])
def test_a_device_is_called_by_its_whole_path(tmp_path: Path, command: str) -> None:
    """`null` alone says nothing, and that `null` was meant is no help."""
    done = envspec(*command.split(), "/dev/null", cwd=tmp_path, timeout=LIMIT)
    said = done.stdout + done.stderr
    assert done.returncode == 2 and "error[E1201]: `/dev/null` " in said
    assert "it is a device, not a plain file" in said and "`null`" not in said
    os.mkfifo(tmp_path / "fifo")
    piped = envspec(*command.split(), "./fifo", cwd=tmp_path, timeout=LIMIT)
    assert "fifo` " in piped.stdout + piped.stderr
    assert "it is a pipe, not a plain file" in piped.stdout + piped.stderr


@pytest.mark.parametrize(
    "arguments", [("check",), ("fmt",), ("lock",), ("compile",), ("init",), ("fix", "--edition")]
)
@pytest.mark.parametrize("path", ["a" * 5000, "a" * 300 + "/b.envspec", "a.envspec/b"])
def test_a_path_that_none_can_be(tmp_path: Path, arguments: tuple[str, ...], path: str) -> None:
    (tmp_path / "a.envspec").write_text("edition = 1\n")
    done = envspec(*arguments, path, cwd=tmp_path, timeout=LIMIT)
    assert done.returncode == 2 and "E1201" in done.stdout + done.stderr, done


@pytest.mark.parametrize("name", FILES)
def test_in_the_editor(tmp_path: Path, name: str) -> None:
    """The same as buffers, and what an editor asks at their beginning, in the middle and at the end."""
    from envspec.editor.completion.complete import complete
    from envspec.editor.hover import hover
    from envspec.editor.signatures import signature
    from tests.editor.buffers import project_of

    text = FILES[name].decode("utf-8", "replace")
    analysis = project_of(tmp_path, a=text).analyse("a.envspec")
    assert analysis is not None
    for offset in (0, len(analysis.source.text) // 2, len(analysis.source.text)):
        complete(analysis, offset)
        hover(analysis, offset)
        signature(analysis, offset)


def test_a_spec_that_has_no_name_in_utf_8_spoils_no_lock(tmp_path: Path) -> None:
    """The lock names the file of each environment, and TOML has no text for this one."""
    spec = 'edition = 1\nenvironment e {\n    python = ">=3.11"\n}\n'
    (tmp_path / "a.envspec").write_text(spec)
    assert envspec("lock", "a.envspec", cwd=tmp_path).returncode == 0
    before = (tmp_path / "envspec.lock").read_bytes()
    name = os.fsdecode(b"caf\xe9.envspec")
    (tmp_path / name).write_text(spec)
    done = envspec("lock", name, cwd=tmp_path)
    assert done.returncode == 2 and "error[E0622]" in done.stderr and "is not UTF-8" in done.stderr
    assert "rename the file" in done.stderr
    assert (tmp_path / "envspec.lock").read_bytes() == before
    assert envspec("lock", "a.envspec", cwd=tmp_path).returncode == 0
