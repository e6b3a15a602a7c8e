"""`check` of what has not changed: the same words, without the compiler, and never an old answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from envspec.diagnostics.render import FORMATS

pytestmark = pytest.mark.slow

GOOD = 'edition = 1\n\nimport "base.envspec" as base\n\nenvironment e extends base.b {\n    requirements = ["r.txt"]\n}\n'
BASE = 'edition = 1\n\nenvironment b {\n    python = "3.12"\n}\n'
LATE = {"click", "lark", "envspec.cli.outcome", "envspec.syntax.parser", "json", "pathlib", "hashlib", "re"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "sub").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.envspec]\n")
    (folder / "a.envspec").write_text(GOOD)
    (folder / "base.envspec").write_text(BASE)
    (folder / "r.txt").write_text("six ==1.17.0\n")
    (folder / "sub" / "c.envspec").write_text(BASE)
    return folder


def check(
    cwd: Path, *arguments: str, cache: Path | str | None = None, python: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "-m", "envspec", "check", *arguments],
        cwd=cwd,
        env=dict(os.environ) | {"ENVSPEC_CACHE_DIR": str(cwd.parent / "cache" if cache is None else cache)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def compiled(cwd: Path, *arguments: str, cache: Path | str | None = None) -> bool:
    """Whether the compiler was needed."""
    done = check(cwd, *arguments, cache=cache, python=("-X", "importtime"))
    return "envspec.cli.outcome" in done.stderr


def seen(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("text", ["", 'environment x {\n    pip = ["pillow"]\n}\n', "environment {{{\n"])
def test_the_second_time_says_the_same(project: Path, format_: str, text: str) -> None:
    (project / "b.envspec").write_text("edition = 1\n" + text)
    first = check(project, "--format", format_)
    assert first.returncode == (0 if not text else 1 if "pip" in text else 4), first.stderr
    assert seen(check(project, "--format", format_)) == seen(first)
    assert not compiled(project, "--format", format_)
    assert seen(check(project, "--format", format_, "--no-cache")) == seen(first)


def test_nothing_heavy_is_imported_the_second_time(project: Path) -> None:
    check(project)
    done = check(
        project, python=("-S", "-X", "importtime", "-c", f"import sys; sys.path.insert(0, {_code()!r})")
    )
    script = (
        f"import sys; sys.path.insert(0, {_code()!r}); before = set(sys.modules); sys.argv = ['envspec', 'check']\n"
        "from envspec.__main__ import main\n"
        "try: main()\n"
        "finally: print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", script],
        cwd=project, env=dict(os.environ) | {"ENVSPEC_CACHE_DIR": str(project.parent / "cache")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for name in LATE:
        assert f"'{name}'" not in done.stdout, name


def _code() -> str:
    import envspec

    assert envspec.__file__ is not None
    return str(Path(envspec.__file__).parents[1])


def _write(path: str, text: str) -> Callable[[Path], None]:
    return lambda project: (project / path).write_text(text) and None  # type: ignore[func-returns-value]


CHANGES: dict[str, Callable[[Path], object]] = {
    "the file": _write("a.envspec", GOOD + "\nenvironment x {\n    pyton = 1\n}\n"),
    "an imported file": _write("base.envspec", BASE.replace("3.12", "x.y")),
    "a requirements file": _write("r.txt", "six ===== 1\n"),
    "a requirements file is gone": lambda project: (project / "r.txt").unlink(),
    "another file": _write("sub/new.envspec", "what?\n"),
    "a file is gone": lambda project: (project / "base.envspec").unlink(),
    "settings": _write("pyproject.toml", '[tool.envspec.check]\nignore = ["X9"]\n'),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_seen(project: Path, what: str) -> None:
    assert check(project).returncode == 0
    CHANGES[what](project)
    changed = check(project)
    assert changed.returncode != 0
    assert seen(check(project, "--no-cache")) == seen(changed)


def test_another_root_is_another_project(project: Path) -> None:
    """A `.git` below moves the root, and with it the names of files in findings."""
    (project / "sub" / "c.envspec").write_text(BASE + 'environment d {\n    requirements = ["../r.txt"]\n}\n')
    first = check(project)
    (project / "sub" / ".git").mkdir()
    second = check(project)
    assert seen(second) == seen(check(project, "--no-cache"))
    assert seen(first) != seen(second)


def test_one_changed_file_leaves_the_results_of_the_others(project: Path) -> None:
    check(project)
    (project / "sub" / "c.envspec").write_text(BASE.replace("3.12", "x.y"))
    script = (
        "import sys, envspec.actions.checking as c; compile_ = c._compile\n"
        "c._compile = lambda root, file, options: (print('compiled', file, file=sys.stderr), "
        "compile_(root, file, options))[1]\n"
        "from envspec.__main__ import main; sys.argv = ['envspec', 'check']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=project, env=dict(os.environ) | {"ENVSPEC_CACHE_DIR": str(project.parent / "cache")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if line.startswith("compiled")] == [
        "compiled sub/c.envspec"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
@pytest.mark.parametrize("how", ["others may write", "a link", "a file", "not absolute", "empty", "no room"])
def test_a_folder_that_is_not_the_users_own_is_not_used(project: Path, how: str) -> None:
    cache = project.parent / "cache"
    real = project.parent / "elsewhere"
    real.mkdir()
    if how == "others may write":
        cache.mkdir()
        cache.chmod(0o777)
    elif how == "a link":
        cache.symlink_to(real)
    elif how == "a file":
        cache.write_text("")
    elif how == "no room":
        cache = Path("/proc/nothing")
    given = {"not absolute": "cache", "empty": ""}.get(how, str(cache))
    assert check(project, cache=given).returncode == 0
    assert compiled(project, cache=given)
    assert list(real.iterdir()) == []
    if cache.is_dir() and how != "no room":
        assert list(cache.iterdir()) == []
    assert not (project / "cache").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_of_somebody_else_is_not_used(project: Path) -> None:
    cache = project.parent / "cache"
    cache.mkdir()
    os.chown(cache, 65534, 65534)
    assert check(project).returncode == 0
    assert list(cache.iterdir()) == []


def test_a_damaged_record_is_no_record(project: Path) -> None:
    first = check(project)
    cache = project.parent / "cache"
    for record in [path for path in cache.rglob("*") if path.is_file()]:
        data = record.read_bytes()
        for bad in (
            b"",
            data[:-1],
            data[: len(data) // 2],
            data.replace(b"checked", b"chicken"),
            b"\0\xff" * 50,
        ):
            record.write_bytes(bad)
            done = check(project)
            assert (done.returncode, done.stdout, done.stderr) == seen(first)


def test_many_at_once(project: Path) -> None:
    expected = seen(check(project, "--no-cache"))
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: seen(check(project)), range(24)))
    assert set(done) == {expected}
    left = [path for path in (project.parent / "cache").rglob("*") if path.name.endswith(".part")]
    assert left == []


def test_no_text_of_a_spec_is_in_the_kept_results_of_a_file(project: Path) -> None:
    canary = "canary-4711"
    (project / "a.envspec").write_text(
        GOOD.replace("requirements", f'description = "{canary}"\n    requirements')
    )
    assert check(project).returncode == 0
    for record in (project.parent / "cache").rglob("*"):
        if record.is_file():
            assert canary not in record.read_bytes().decode("utf-8", "replace")


def test_many_files_use_other_processes(project: Path) -> None:
    for number in range(90):
        shutil.copy(project / "sub" / "c.envspec", project / "sub" / f"c{number}.envspec")
    (project / "sub" / "c7.envspec").write_text("edition = 1\nenvironment x {\n    pyton = 1\n}\n")
    many = check(project)
    one = subprocess.run(
        [sys.executable, "-c", "import envspec.actions.checking as c; c._processors = lambda: 1\n"
         "from envspec.__main__ import main; import sys; sys.argv = ['envspec', 'check', '--no-cache']; main()"],
        cwd=project, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert seen(many) == seen(one)
    assert many.returncode == 1


def test_what_lies_in_the_folder_is_a_plain_file_or_nothing(project: Path) -> None:
    """A folder or a pipe under the name of a record: as if there were none."""
    cache = project.parent / "cache"
    first = check(project)
    for make in (os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")):
        records = [path for path in cache.rglob("*") if path.is_file() and not path.is_symlink()]
        assert records
        for record in records:
            record.unlink()
            make(record)
        assert seen(check(project)) == seen(first)
        shutil.rmtree(cache)
        check(project)
