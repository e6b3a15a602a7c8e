"""Projects whose wheels take as long as a test wants, from a build backend that needs no packages."""

from __future__ import annotations

from pathlib import Path

_PROJECT = """[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "{name}"
version = "1"
"""
_BACKEND = '''"""Makes an empty wheel after a while."""
import os, pathlib, sys, time, zipfile

NAME, SHARED = {name!r}, pathlib.Path({shared!r})

def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited for nothing"
        time.sleep(0.02)

def build_wheel(folder, settings=None, metadata=None):
    (SHARED / (NAME + ".began")).touch()
    {body}
    (SHARED / (NAME + ".ended")).touch()
    file = NAME + "-1-py3-none-any.whl"
    info = "Metadata-Version: 2.1\\nName: " + NAME + "\\nVersion: 1\\n"
    wheel = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    with zipfile.ZipFile(pathlib.Path(folder, file), "w") as made:
        made.writestr(NAME + ".py", "")
        for name, text in {{"METADATA": info, "WHEEL": wheel, "RECORD": ""}}.items():
            made.writestr(NAME + "-1.dist-info/" + name, text)
    return file
'''


def write(root: Path, bodies: dict[str, str]) -> None:
    """`a.envspec` with an environment for each name, whose project does a line of Python while it is built. `SHARED`
    is a folder of all; NAME.began and NAME.ended appear in it."""
    shared = root / "shared"
    shared.mkdir()
    spec = "edition = 1\n"
    for name, body in bodies.items():
        project = root / name
        project.mkdir()
        (project / "pyproject.toml").write_text(_PROJECT.format(name=name))
        (project / "backend.py").write_text(_BACKEND.format(name=name, shared=str(shared), body=body))
        spec += f'environment {name} {{\n    python = ">=3.11"\n    pip    = ["./{name}"]\n}}\n'
    (root / "a.envspec").write_text(spec)
