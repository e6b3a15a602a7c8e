"""The quick reader of `pylock.toml` says what `tomllib` says."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from envspec.lock.pylock import packages_in

SHA = "0123456789abcdef" * 4
HEAD = 'lock-version = "1.0"\ncreated-by = "uv"\nrequires-python = ">=3.11"\n\n[[packages]]\nname = "a"\nversion = "1"\n'
HASHES = f'hashes = {{ sha256 = "{SHA}" }}'
WHEEL = f'{{ url = "https://files.example/a-1-py3-none-any.whl", upload-time = 2026-01-02T03:04:05Z, size = 7, {HASHES} }}'
CASES = {
    "one wheel": f"wheels = [{WHEEL}]\n",
    "lines of wheels": f"wheels = [\n    {WHEEL},\n    {WHEEL},\n]\n",
    "named": f'wheels = [{{ name = "a-1.whl", url = "https://files.example/1/x", {HASHES} }}]\n',
    "path": f'wheels = [{{ path = "../a-1.whl", size = 1, {HASHES} }}]\n',
    "sdist": f'sdist = {{ url = "https://files.example/a-1.tar.gz", {HASHES} }}\nwheels = []\n',
    "archive": f'archive = {{ path = "dist/a-1.whl", {HASHES} }}\n',
    "archive with a folder": f'archive = {{ url = "https://files.example/a.zip", subdirectory = "b", {HASHES} }}\n',
    "no sha256": 'wheels = [{ url = "https://files.example/a-1.whl", hashes = { md5 = "00" } }]\n',
    "two hashes": f'wheels = [{{ url = "https://files.example/a-1.whl", hashes = {{ sha256 = "{SHA}", md5 = "0" }} }}]\n',
    "an escape": f'wheels = [{{ url = "https://files.example/\\u0061-1.whl", {HASHES} }}]\n',
    "folder": 'directory = { path = ".", editable = true }\n',
    "marker": "marker = \"python_full_version >= '3.11' and extra != 'b'\"\n",
    "a number that is one": f"wheels = [{WHEEL}]\nsize = 0\n",
}


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_times(one) for key, one in value.items() if key != "upload-time"}
    return [without_times(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES)
def test_it_reads_what_tomllib_reads(case: str) -> None:
    text = HEAD + CASES[case] + "\n" + HEAD.partition("\n\n")[2] + CASES["lines of wheels"]
    assert packages_in(text) == without_times(tomllib.loads(text)["packages"])


def test_no_packages() -> None:
    assert packages_in('lock-version = "1.0"\n') == []
