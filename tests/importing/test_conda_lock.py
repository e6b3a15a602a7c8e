"""`conda-lock.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from envspec.diagnostics import Failure
from envspec.importing.projects.conda_pins import conda_file
from envspec.packages.conda_hosts import multichannel_name, usual_name
from tests.importing.imported import compiled, imported, losses, project
from tests.importing.test_locks import check_any
from tests.importing.wrong_types import documents, mutations, scalars, well_formed

HEAD = """\
version: 1
metadata:
  content_hash:
    linux-64: aa
  channels:
  - url: conda-forge
    used_env_vars: []
  - url: https://repo.example.com/internal
    used_env_vars: [TOKEN]
  platforms:
  - linux-64
  - linux-aarch64
  - osx-arm64
  sources:
  - environment.yml
package:
"""


def package(
    name: str, version: str, platform: str, url: str, *, manager: str = "conda", category: str = "main"
) -> str:
    return (
        f"- name: {name}\n  version: '{version}'\n  manager: {manager}\n  platform: {platform}\n  dependencies:\n"
        f"    libc: '>=1'\n  url: {url}\n  hash:\n    md5: 00\n    sha256: '11'\n  category: {category}\n  optional: false\n"
    )


FORGE = "https://conda.anaconda.org/conda-forge"
LOCK = HEAD + "".join([
    package("_libgcc_mutex", "0.1", "linux-64", f"{FORGE}/linux-64/_libgcc_mutex-0.1-conda_forge.tar.bz2"),
    package("python", "3.11.9", "linux-64", f"{FORGE}/linux-64/python-3.11.9-hb806964_0_cpython.conda"),
    package("libstdcxx-ng", "13.2.0", "linux-64", f"{FORGE}/linux-64/libstdcxx-ng-13.2.0-hc0a3c3a_7.conda"),
    package("model-kit", "2!1.0", "linux-64", "https://repo.example.com/internal/noarch/model-kit-2%211.0-py_0.conda"),
    package("numpy", "1.26.4", "linux-64", f"{FORGE}/linux-64/numpy-1.26.4-py311h64a7726_0.conda", category="dev"),
    package("Ruamel.yaml", "0.18.6", "linux-64", "https://index.example/r-0.18.6-py3-none-any.whl", manager="pip"),
    package("tool", "0.1", "linux-64", "git+https://github.com/x/tool.git@0123", manager="pip"),
    package("python", "3.11.9", "linux-aarch64", f"{FORGE}/linux-aarch64/python-3.11.9-hddfb980_0_cpython.conda"),
    package("python", "3.11.9", "osx-arm64", f"{FORGE}/osx-arm64/python-3.11.9-h932a869_0_cpython.conda"),
    package("numpy", "1.26.4", "osx-arm64", f"{FORGE}/osx-arm64/numpy-1.26.4-py311h7125741_0.conda"),
])  # fmt: skip


def test_a_lock(tmp_path: Path) -> None:
    project(tmp_path, {"conda-lock.yml": LOCK})
    made = imported("conda-lock", tmp_path, name="churn")
    document, errors = compiled(tmp_path)
    assert errors == []
    environments = document["environments"]
    assert sorted(environments) == ["churn", "churn-dev", "churn-linux-aarch64"]
    specs = [package["spec"] for package in environments["churn"]["conda"]]
    assert specs == [
        "conda-forge::_libgcc_mutex ==0.1 conda_forge", "conda-forge::python ==3.11.9 hb806964_0_cpython",
        "conda-forge::libstdcxx-ng ==13.2.0 hc0a3c3a_7", "https://repo.example.com/internal::model-kit ==2!1.0 py_0",
    ]  # fmt: skip
    texts = [package["text"] for package in environments["churn"]["pip"]]
    assert texts == ["ruamel-yaml==0.18.6", "tool @ git+https://github.com/x/tool.git@0123"]
    assert environments["churn-linux-aarch64"]["docker"]["platforms"] == ["linux/arm64"]
    dev = [package["spec"] for package in environments["churn-dev"]["conda"]]
    assert dev == [*specs, "conda-forge::numpy ==1.26.4 py311h64a7726_0"]
    lost = {what: line for outcome, what, line in losses(made) if outcome == "dropped"}
    assert lost == {
        "used_env_vars = [TOKEN]": 9, "platforms: osx-arm64": 13, "2 packages of osx-arm64": 113, "20 hashes": 0,
        "metadata.content_hash": 4, "metadata.sources": 15,
    }  # fmt: skip
    well_formed(made.report.lines, LOCK.count("\n"))
    linux = [row for row in yaml.safe_load(LOCK)["package"] if row["platform"].startswith("linux")]
    carried = [
        line for line in made.report.lines if line.outcome == "carried" and line.became in ("conda", "pip")
    ]
    assert len(carried) == len(linux)


def test_a_lock_of_one_channel_names_no_channel(tmp_path: Path) -> None:
    text = LOCK.replace("  - url: https://repo.example.com/internal\n    used_env_vars: [TOKEN]\n", "")
    project(tmp_path, {"conda-lock.yml": text})
    imported("conda-lock", tmp_path, name="churn")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert "python ==3.11.9 hb806964_0_cpython" in [
        one["spec"] for one in document["environments"]["churn"]["conda"]
    ]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (f"{FORGE}/linux-64/a-b-1.0-h0_0.conda", ("a-b", "1.0", "h0_0", "conda-forge")),
        (f"{FORGE}/noarch/tzdata-2024a-h0c530f3_0.tar.bz2", ("tzdata", "2024a", "h0c530f3_0", "conda-forge")),
        ("https://repo.anaconda.com/pkgs/main/linux-64/x-1-0.conda", ("x", "1", "0", "defaults")),
        ("https://conda.anaconda.org/pytorch/label/dev/noarch/x-1-0.conda#00", ("x", "1", "0", "pytorch/label/dev")),
        ("https://conda.example/c/noarch/x-1-0.conda", ("x", "1", "0", "https://conda.example/c")),
        ("https://example.org/x.whl", None), ("", None), ("./recipe", None), ("x-1.conda", None),
    ],
)  # fmt: skip
def test_the_address_of_a_package(url: str, wanted: tuple[str, ...] | None) -> None:
    found = conda_file(url)
    assert (None if found is None else (found.name, found.version, found.build, found.channel)) == wanted


def test_the_name_of_a_channel() -> None:
    for host in ("https://conda.anaconda.org", "http://conda-static.anaconda.org"):
        assert usual_name(f"{host}/pytorch/label/dev/") == multichannel_name(f"{host}/pytorch/label/dev")
        assert usual_name(f"{host}/pytorch/label/dev/") == "pytorch/label/dev"
    for address in ("https://repo.anaconda.com/pkgs/main", "https://repo.continuum.io/pkgs/free/", "pkgs/r"):
        assert usual_name(address).startswith("pkgs/") and multichannel_name(address) == "defaults"
    assert (
        usual_name("https://mirror.example/conda.anaconda.org/x/")
        == "https://mirror.example/conda.anaconda.org/x"
    )
    assert multichannel_name("conda-forge") == "conda-forge"
    assert multichannel_name("https://conda.anaconda.org/conda-forge/") == "conda-forge"
    assert multichannel_name("https://example.org/x/") == "https://example.org/x"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E1302"), ("a: 1\n", "E1302"), ("version: 2\npackage: []\n", "E1302"), ("version: 1\npackage: []\n", "E1303"),
        ("a: [", "E1302"), (b"\xff\xfe\x00", "E1301"), ("- " * 9000, "E1302"), (b"\0", "E1302"),
        ("package: &a [*a]\nversion: 1\n", "E1302"),
        (HEAD + package("a", "1", "osx-64", f"{FORGE}/osx-64/a-1-0.conda"), "E1303"),
    ],
)  # fmt: skip
def test_what_is_no_lock(text: str | bytes, code: str, tmp_path: Path) -> None:
    project(tmp_path, {"conda-lock.yml": text})
    with pytest.raises(Failure) as failure:
        imported("conda-lock", tmp_path)
    assert [one.code for one in failure.value.diagnostics] == [code]


KEYS = ("version", "metadata", "channels", "platforms", "url", "used_env_vars", "package", "name", "manager", "platform",
        "category", "categories", "build", "hash", "md5")  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations(yaml.safe_load(LOCK), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere(tmp_path: Path, document: Any) -> None:
    check_any("conda-lock", tmp_path, "conda-lock.yml", yaml.safe_dump(document, sort_keys=False))


def test_a_package_of_an_archive(tmp_path: Path) -> None:
    archive = "https://files.example/cowsay/archive/v6.1.tar.gz"
    row = package("cowsay", "0.0.0", "linux-64", archive, manager="pip")
    text = HEAD + row + f"  source:\n    type: url\n    url: {archive}#sha256=11\n"
    made = imported("conda-lock", project(tmp_path, {"conda-lock.yml": text}), name="p")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert [one["text"] for one in document["environments"]["p"]["pip"]] == [f"cowsay @ {archive}"]
    assert not any("source" in what and "sources" not in what for _, what, _ in losses(made))
