"""Which index is the default one, in every file that has its address: it becomes no block, any other does."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from envspec.importing.asked import Asked
from envspec.importing.default_index import is_default
from tests.engines.static_server import serve
from tests.importing.imported import DEFAULT_INDEX, PUBLIC_INDEX, compiled, imported, project
from tests.lock.test_pypi import write_index

PUBLIC = PUBLIC_INDEX
OTHER = "https://pypi.example.org/simple"
"""A company's own, called as such indexes often are."""


def uv_lock(url: str) -> str:
    return (
        'version = 1\nrequires-python = ">=3.11"\n[manifest]\nrequirements = [{ name = "six" }]\n'
        f'[[package]]\nname = "six"\nversion = "1.0"\nsource = {{ registry = "{url}" }}\n'
    )


def pylock(url: str) -> str:
    return f'lock-version = "1.0"\n[[packages]]\nname = "six"\nversion = "1.0"\nindex = "{url}"\n'


def pipfile(url: str) -> str:
    return f'[[source]]\nurl = "{url}"\nname = "pypi"\n[packages]\nsix = "*"\n'


def pipfile_lock(url: str) -> str:
    return json.dumps(
        {"_meta": {"sources": [{"name": "pypi", "url": url}]}, "default": {"six": {"version": "==1.0"}}}
    )


def pixi_lock(url: str) -> str:
    address = "https://files.example/six-1.0-py3-none-any.whl"
    return (
        "version: 6\nenvironments:\n  default:\n    channels: []\n"
        f"    indexes:\n    - {url}\n    packages:\n      linux-64:\n      - pypi: {address}\n"
        f"packages:\n- pypi: {address}\n  name: six\n  version: '1.0'\n"
    )


FILES = {
    "uv.lock": ("uv", uv_lock), "pylock.toml": ("pylock", pylock), "Pipfile": ("pipfile", pipfile),
    "Pipfile.lock": ("pipfile", pipfile_lock), "pixi.lock": ("pixi", pixi_lock),
}  # fmt: skip


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("url", [PUBLIC, f"{PUBLIC}/", DEFAULT_INDEX, f"{DEFAULT_INDEX}/"])
def test_the_default_index_becomes_no_block_and_is_told(file: str, url: str, tmp_path: Path) -> None:
    kind, write = FILES[file]
    project(tmp_path, {file: write(url)})
    made = imported(kind, tmp_path / file)
    document, errors = compiled(tmp_path)
    assert errors == [] and "indexes" not in document and "six" in made.text
    assert [line.outcome for line in made.report.lines if line.became == "the default index"] == ["carried"]


@pytest.mark.parametrize("file", FILES)
def test_another_index_becomes_a_block(file: str, tmp_path: Path) -> None:
    kind, write = FILES[file]
    project(tmp_path, {file: write(OTHER)})
    made = imported(kind, tmp_path / file)
    document, errors = compiled(tmp_path)
    assert errors == [] and [one["url"] for one in document["indexes"].values()] == [OTHER]
    assert not [line for line in made.report.lines if line.became == "the default index"]


@pytest.mark.parametrize(
    ("url", "own", "default"),
    [
        (PUBLIC.replace("pypi.", "pypi.python."), "", True), (PUBLIC.upper().replace("/SIMPLE", "/simple"), "", True),
        (PUBLIC.replace("https:", "http:"), "", True), (PUBLIC.removesuffix("/simple"), "", False),
        (PUBLIC.replace("pypi.", "test.pypi."), "", False), (PUBLIC.replace("pypi.", "pypi.mine."), "", False),
        (PUBLIC.replace("//pypi.", "//mypypi."), "", False), (PUBLIC.replace("//", "//me:word@"), "", False),
        ("https://pypi.example/simple", "", False), ("https://[pypi/simple", "", False), ("", "", False),
        (DEFAULT_INDEX, f"{DEFAULT_INDEX}/", True), (DEFAULT_INDEX, "https://me:word@index.example/simple", True),
        ("https://INDEX.example/simple", DEFAULT_INDEX, True), (DEFAULT_INDEX, "https://index.example/Simple", False),
        ("https://index.example/simple/cpu", DEFAULT_INDEX, False), ("", DEFAULT_INDEX, False),
    ],
)  # fmt: skip
def test_what_is_the_default_index(url: str, own: str, default: bool) -> None:
    asked = Asked(Path("/p/uv.lock"), Path("/p"), Path("/p"), "p", default_index=lambda: own)
    assert is_default(asked, url) is default


def test_a_lock_that_uv_makes_here_is_of_the_default_index_here_and_of_a_block_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from uv import find_uv_bin

    table = '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["six"]\n'
    here = project(tmp_path, {"pyproject.toml": table})
    with serve(write_index(tmp_path / "index", (("six", "1.0", "py3-none-any", ()),))) as address:
        variables = {
            **os.environ,
            "UV_DEFAULT_INDEX": f"{address}/",
            "UV_CACHE_DIR": str(tmp_path / "cache"),
        }
        command = [find_uv_bin(), "lock", "--no-config", "--no-python-downloads"]
        subprocess.run(command, cwd=here, env=variables, check=True, capture_output=True)
    assert f'registry = "{address}' in (here / "uv.lock").read_text()
    imported("uv", here)
    elsewhere, errors = compiled(here)
    assert errors == [] and [one["url"].rstrip("/") for one in elsewhere["indexes"].values()] == [address]
    monkeypatch.setenv("UV_DEFAULT_INDEX", address)
    imported("uv", here)
    same, errors = compiled(here)
    assert errors == [] and "indexes" not in same
