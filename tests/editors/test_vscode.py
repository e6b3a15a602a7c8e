"""The extension for VS Code is packaged and holds what it needs; its grammar is tested by the editor's own engine."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.editors.neovim import ROOT
from tests.engines import EngineMissingError
from tests.engines.paths import lock

pytestmark = [pytest.mark.slow, pytest.mark.index]

EXTENSION = ROOT / "editors" / "vscode"
PACKAGE = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))


def make(target: str) -> str:
    """What a target of the Makefile tells."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    with lock("vscode-extension"):
        done = subprocess.run(
            ["make", "-C", str(ROOT), target],
            env=variables,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    """The npm packages; without a registry there are none."""
    try:
        make("node-packages")
    except AssertionError as error:
        if "npm error network" not in str(error):
            raise
        pytest.skip(str(EngineMissingError("no npm registry")))


def test_every_form_of_the_language_is_highlighted() -> None:
    assert "success" in make("grammar")


def test_the_extension_is_whole() -> None:
    make("vscode")
    with zipfile.ZipFile(EXTENSION / "dist" / "envspec.vsix") as package:
        names = set(package.namelist())
        assert names == {
            "[Content_Types].xml",
            "extension.vsixmanifest",
            "extension/LICENSE.txt",
            "extension/changelog.md",
            "extension/dist/envspec.tmLanguage.json",
            "extension/dist/extension.js",
            "extension/language-configuration.json",
            "extension/package.json",
            "extension/readme.md",
        }
        grammar = package.read("extension/dist/envspec.tmLanguage.json")
        assert grammar == (ROOT / "grammar" / "envspec.tmLanguage.json").read_bytes()
        told = json.loads(package.read("extension/package.json"))
        code = package.read("extension/dist/extension.js").decode()
    for files in (told["main"], *(one["path"] for one in told["contributes"]["grammars"])):
        assert f"extension/{Path(files).as_posix()}" in names
    assert 'require("vscode")' in code
    assert 'require("vscode-languageclient' not in code, "it is bundled"


def test_the_lock_file_names_no_address() -> None:
    locked = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, row in locked["packages"].items() if "resolved" in row] == []
    assert all("integrity" in row for name, row in locked["packages"].items() if name)
