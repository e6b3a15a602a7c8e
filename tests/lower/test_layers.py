"""`templates/layers.py`, run as a build step runs it: what is new, in which layer, and its bytecode."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "templates" / "layers.py"
SITE = "lib/python3/site-packages"
LARGE = 17 << 20


def install(prefix: Path, name: str, files: dict[str, bytes], *, record: str = "") -> None:
    info = f"{name}-1.dist-info"
    listed = [*files, f"{info}/RECORD"]
    lines = record or "".join(f"{path},,\n" for path in listed)
    for path, content in {**files, f"{info}/RECORD": lines.encode()}.items():
        target = prefix / SITE / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def run(folder: Path, out: str, *layers: str, cache: str = "cache", how: str = "link") -> dict[str, set[str]]:
    arguments = [folder / "env", folder / "started", folder / cache, folder / out, how, *layers]
    subprocess.run([sys.executable, "-S", SCRIPT, *arguments], check=True, env={"PYTHONHASHSEED": "0"})
    return {
        layer: {p.relative_to(folder / out / layer).as_posix() for p in (folder / out / layer).rglob("*") if p.is_file()}
        for layer in layers
    }  # fmt: skip


def bytecode(path: str) -> str:
    return os.path.relpath(importlib.util.cache_from_source("/" + path), "/")


def test_what_is_new_goes_by_the_size_of_its_package(tmp_path: Path) -> None:
    env = tmp_path / "env"
    install(env, "older", {"older.py": b"A = 1\n"})
    (env / "conda-meta").mkdir()
    (env / "conda-meta" / "x.json").write_text(json.dumps({"files": [f"{SITE}/older.py", "bin/gone"]}))
    (tmp_path / "cache").mkdir()
    time.sleep(0.05)  # the clock of the file system has steps
    (tmp_path / "started").touch()
    install(
        env,
        "big",
        {"big/__init__.py": b"B = 1\n", "big.libs/lib.so": bytes(LARGE), "../../../bin/big": b"#!"},
    )
    install(env, "small", {"small.py": b"C = {'a', 'b'}\n", "broken.py": b"print 'two'\n"})
    install(env, "local", {"local.py": b"", "local-1.dist-info/uv_cache.json": b"{}"})
    (env / ".lock").touch()
    made = run(tmp_path, "first", "huge", "large", "rest")
    of_big = [
        f"{SITE}/big/__init__.py",
        f"{SITE}/big.libs/lib.so",
        "bin/big",
        f"{SITE}/big-1.dist-info/RECORD",
    ]
    assert made["huge"] == set()
    assert made["large"] == {*of_big, bytecode(f"{SITE}/big/__init__.py")}
    assert made["rest"] == {
        ".replaced",
        f"{SITE}/small.py",
        bytecode(f"{SITE}/small.py"),
        f"{SITE}/broken.py",
        f"{SITE}/small-1.dist-info/RECORD",
        f"{SITE}/local.py",
        bytecode(f"{SITE}/local.py"),
        f"{SITE}/local-1.dist-info/RECORD",
    }
    assert (tmp_path / "first" / "rest" / ".replaced").read_text() == f"{env}/bin/gone\0"
    assert "uv_cache" not in (env / SITE / "local-1.dist-info" / "RECORD").read_text()
    assert (env / SITE / "small.py").samefile(tmp_path / "first" / "rest" / SITE / "small.py"), "written once"

    # another build of the same finds its bytecode, and without a cache makes the same bytes
    small = env / bytecode(f"{SITE}/small.py")
    content = small.read_bytes()
    (kept,) = [path for path in (tmp_path / "cache").rglob("*.pyc") if path.read_bytes() == content]
    for cache in ("cache", "none"):
        small.unlink()
        before = kept.stat().st_mtime_ns
        run(tmp_path, f"again-{cache}", "huge", "large", "rest", cache=cache)
        assert small.read_bytes() == content
        assert kept.stat().st_mtime_ns == before


def test_a_later_step_has_only_what_it_installed(tmp_path: Path) -> None:
    env = tmp_path / "env"
    (tmp_path / "started").touch()
    install(env, "first", {"first.py": b"A = 1\n"})
    run(tmp_path, "out", "rest")
    time.sleep(0.05)
    (tmp_path / "started").unlink()
    (tmp_path / "started").touch()
    install(env, "second", {"second.py": b"B = 1\n"})
    made = run(tmp_path, "out", "local")
    assert {path for path in made["local"] if "first" in path} == set()
    assert f"{SITE}/second.py" in made["local"]


def test_folders_are_moved_when_nothing_comes_after(tmp_path: Path) -> None:
    """The layers are the same as without; what was there before stays where it is."""
    env = tmp_path / "env"
    install(env, "older", {"shared/older.py": b"A = 1\n"})
    time.sleep(0.05)
    (tmp_path / "started").touch()
    install(env, "big", {"big/deep/lib.so": bytes(LARGE), "shared/big.py": b"B = 1\n", "both/big.py": b""})
    install(env, "small", {"small/__init__.py": b"C = 1\n", "both/small.py": b"", "one.py": b""})
    (env / SITE / "small" / "link").symlink_to("../one.py")
    linked = run(tmp_path, "linked", "huge", "large", "rest")
    moved = run(tmp_path, "moved", "huge", "large", "rest", how="move")
    assert moved == linked
    assert (tmp_path / "moved" / "rest" / SITE / "small" / "link").is_symlink()
    assert (env / SITE / "shared" / "older.py").exists()
    for gone in ("small", "big"):
        assert not (env / SITE / gone).exists()


def test_what_pip_put_in_the_place_of_condas_is_not_taken_for_gone(tmp_path: Path) -> None:
    env = tmp_path / "env"
    (env / "conda-meta").mkdir(parents=True)
    listed = [f"{SITE}/numpy/__init__.py", f"{SITE}/numpy/old.py"]
    (env / "conda-meta" / "numpy.json").write_text(json.dumps({"files": listed}))
    (tmp_path / "started").touch()
    time.sleep(0.05)
    install(env, "numpy", {"numpy/__init__.py": b"A = 1\n"})
    made = run(tmp_path, "out", "huge", "large", "rest", how="move")
    assert f"{SITE}/numpy/__init__.py" in made["rest"]
    assert (tmp_path / "out" / "rest" / ".replaced").read_text() == f"{env}/{SITE}/numpy/old.py\0"
