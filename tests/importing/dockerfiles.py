"""Dockerfiles that are imported in a folder of their own, and what was made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from envspec.actions.importing import Imported
from tests.importing.imported import compiled, imported, project


def the(folder: Path, kind: str = "environments") -> dict[str, Any]:
    document, errors = compiled(folder)
    assert errors == []
    (one,) = document[kind].values()
    return one  # type: ignore[no-any-return]


def read(folder: Path, text: str, **files: str) -> Imported:
    others = {
        name.replace("__", "/").replace("_txt", ".txt").replace("_py", ".py"): content
        for name, content in files.items()
    }
    return imported("dockerfile", project(folder, {"Dockerfile": text, **others}))


def pip_of(folder: Path) -> list[str]:
    return [one["text"] for one in the(folder).get("pip", [])]
