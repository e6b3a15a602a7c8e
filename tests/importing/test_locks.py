"""`uv.lock`, `pylock.toml` and `Pipfile.lock`: exact versions, where they are needed."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from packaging.markers import Marker
from packaging.requirements import Requirement

from envspec.diagnostics import Failure
from envspec.importing.projects.marker_sets import Universe
from tests.importing.imported import CORPUS, compiled, imported, losses, project
from tests.importing.wrong_types import allowed, as_toml, documents, mutations, scalars, well_formed

MACHINES = [("linux", "x86_64"), ("linux", "aarch64")]


def on(machine: tuple[str, str], python: str, lines: list[str], extra: str = "") -> dict[str, str]:
    """What pip would install of requirements, by name: their versions."""
    environment = {
        "sys_platform": machine[0], "platform_system": "Linux", "platform_machine": machine[1], "os_name": "posix",
        "python_version": ".".join(python.split(".")[:2]), "python_full_version": python, "extra": extra,
        "implementation_name": "cpython", "platform_python_implementation": "CPython", "implementation_version": python,
    }  # fmt: skip
    found = {}
    for line in lines:
        one = Requirement(line)
        if one.marker is None or one.marker.evaluate(environment):
            assert one.name not in found, line
            found[one.name] = str(one.specifier)
    return found


def requirements(document: dict[str, Any], name: str) -> list[str]:
    return [
        package["text"]
        for package in document["environments"][name]["pip"]
        if package["kind"] == "requirement"
    ]


def exported(folder: Path, *options: str) -> list[str]:
    """What uv itself makes of its lock."""
    from uv import find_uv_bin

    command = [
        find_uv_bin(),
        "export",
        "--frozen",
        "--offline",
        "--no-hashes",
        "--no-emit-project",
        "--no-annotate",
        "-q",
    ]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line and not line.startswith(("#", "-"))]


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        ("scoring-service", ["--no-default-groups"]),
        ("scoring-service-gpu", ["--no-default-groups", "--extra", "gpu"]),
        ("scoring-service-plots", ["--no-default-groups", "--extra", "plots"]),
        ("scoring-service-dev", ["--group", "dev"]),
        ("scoring-service-lint", ["--no-default-groups", "--group", "lint"]),
    ],
)
def test_a_lock_of_uv_is_what_uv_exports(environment: str, options: list[str], tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for file in (CORPUS / "uv").iterdir():
        shutil.copy(file, tmp_path)
    imported("uv", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    theirs, ours = exported(tmp_path, *options), requirements(document, environment)
    for machine in MACHINES:
        for python in ("3.10.4", "3.11.2", "3.11.9", "3.12.0", "3.13.1"):
            assert on(machine, python, ours) == on(machine, python, theirs)


def test_a_lock_of_uv_keeps_apart_what_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for file in (CORPUS / "uv").iterdir():
        shutil.copy(file, tmp_path)
    made = imported("uv", tmp_path)
    main = made.text.split("environment scoring-service {")[1].split("\n}")[0]
    direct, pulled_in = main.split("# asked for directly")[1].split("# what these need")
    names = {line.strip(' ",').split("==")[0] for line in direct.splitlines() if line.strip()}
    assert names == {"fastapi", "jax", "mlflow-skinny", "redis", "scikit-learn"}
    assert '"starlette==' in pulled_in
    text = (tmp_path / "uv.lock").read_text()
    told = {
        line.what.split(" ")[0].split("==")[0]: line.line
        for line in made.report.lines
        if line.file == "uv.lock"
    }
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("name = "):
            name = line.split('"')[1]
            assert name in told or f"{name}[" in str(told) or name == "scoring-service", (
                f"{name}, line {number}"
            )
    hashes = [line for line in made.report.lines if line.what.endswith("hashes")]
    assert [line.what for line in hashes] == [f"{text.count('sha256:')} hashes"]
    well_formed(made.report.lines, text.count("\n"))


WORKSPACE = """\
version = 1
revision = 2
requires-python = ">=3.10"

[manifest]
members = ["app", "core", "other"]
overrides = [{ name = "idna", specifier = "<4" }]

[[package]]
name = "anyio"
version = "4.4.0"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "exceptiongroup", marker = "python_full_version < '3.11'" }, { name = "idna" }]

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "anyio" },
    { name = "core" },
    { name = "numpy", version = "1.26.4", marker = "python_full_version < '3.12'" },
    { name = "numpy", version = "2.1.0", marker = "python_full_version >= '3.12'" },
    { name = "pywin32", marker = "sys_platform == 'win32'" },
    { name = "redis", extra = ["hiredis"] },
    { name = "torch", marker = "sys_platform != 'win32'" },
    { name = "tool" },
    { name = "wheel-here" },
    { name = "remote" },
]

[package.optional-dependencies]
gpu = [{ name = "cupy", marker = "platform_machine == 'x86_64' and sys_platform == 'linux'" }]

[package.dev-dependencies]
dev = [{ name = "exceptiongroup" }]

[[package]]
name = "async-timeout"
version = "4.0.3"
source = { registry = "https://index.example/simple" }

[[package]]
name = "core"
version = "0.2.0"
source = { editable = "packages/core" }
dependencies = [{ name = "idna" }]

[[package]]
name = "cupy"
version = "13.3.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "exceptiongroup"
version = "1.2.2"
source = { registry = "https://index.example/simple" }

[[package]]
name = "hiredis"
version = "3.0.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "idna"
version = "3.8"
source = { registry = "https://index.example/simple" }

[[package]]
name = "numpy"
version = "1.26.4"
source = { registry = "https://index.example/simple" }
resolution-markers = ["python_full_version < '3.12'"]

[[package]]
name = "numpy"
version = "2.1.0"
source = { registry = "https://index.example/simple" }
resolution-markers = ["python_full_version >= '3.12'"]

[[package]]
name = "other"
version = "0.1.0"
source = { virtual = "packages/other" }

[[package]]
name = "pywin32"
version = "306"
source = { registry = "https://index.example/simple" }

[[package]]
name = "redis"
version = "5.0.8"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "async-timeout", marker = "python_full_version < '3.11.3'" }]

[package.optional-dependencies]
hiredis = [{ name = "hiredis" }]

[[package]]
name = "remote"
version = "1.0"
source = { url = "https://example.org/remote-1.0.tar.gz" }
sdist = { hash = "sha256:0000" }

[[package]]
name = "tool"
version = "1.0.0"
source = { git = "https://github.com/x/tool.git?subdirectory=py&rev=main#0123456789abcdef0123456789abcdef01234567" }

[[package]]
name = "torch"
version = "2.4.0+cpu"
source = { registry = "https://wheels.example/whl/cpu" }

[[package]]
name = "wheel-here"
version = "1.0"
source = { path = "dist/wheel_here-1.0-py3-none-any.whl" }
"""


def test_a_workspace_of_uv(tmp_path: Path) -> None:
    files = {
        "uv.lock": WORKSPACE,
        "packages/core/pyproject.toml": "",
        "dist/wheel_here-1.0-py3-none-any.whl": b"",
    }
    project(tmp_path, files)
    made = imported("uv", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    assert sorted(document["environments"]) == ["app", "app-dev", "app-gpu"]
    assert [package["text"] for package in document["environments"]["app"]["pip"]] == [
        "anyio==4.4.0", "packages/core", 'numpy==1.26.4 ; python_version < "3.12"',
        'numpy==2.1.0 ; python_version >= "3.12"', "redis==5.0.8", "remote @ https://example.org/remote-1.0.tar.gz",
        "tool @ git+https://github.com/x/tool.git@0123456789abcdef0123456789abcdef01234567#subdirectory=py",
        "torch==2.4.0+cpu", "dist/wheel_here-1.0-py3-none-any.whl", 'async-timeout==4.0.3 ; python_full_version < "3.11.3"',
        'exceptiongroup==1.2.2 ; python_version < "3.11"', "hiredis==3.0.0", "idna==3.8",
    ]  # fmt: skip
    assert (
        requirements(document, "app-gpu")[-1]
        == 'cupy==13.3.0 ; sys_platform == "linux" and platform_machine == "x86_64"'
    )
    assert "exceptiongroup==1.2.2" in requirements(document, "app-dev")
    assert document["indexes"]["wheels-example"]["packages"] == ["torch"]
    lost = {what: line for outcome, what, line in losses(made) if outcome == "dropped"}
    assert {"pywin32 306", "other 0.1.0", "1 hash"} <= set(lost)
    assert WORKSPACE.splitlines()[lost["pywin32 306"]] == 'name = "pywin32"'  # the line is that of its header


def test_the_lock_of_a_script_and_of_a_workspace_without_a_project(tmp_path: Path) -> None:
    package = '[[package]]\nname = "{}"\nversion = "1.0"\nsource = {{ {} }}\n{}\n'
    registry = 'registry = "https://index.example/simple"'
    script = (
        'version = 1\nrequires-python = ">=3.12"\n[manifest]\nrequirements = [{ name = "a" }]\n'
        + package.format("a", registry, 'dependencies = [{ name = "b" }]')
        + package.format("b", registry, "")
    )
    project(tmp_path, {"job.py.lock": script, "uv.lock": (
        'version = 1\n[manifest]\nmembers = ["one", "two"]\n'
        + package.format("a", registry, "") + package.format("one", 'virtual = "one"', 'dependencies = [{ name = "a" }]')
        + package.format("two", 'editable = "two"', 'dependencies = [{ name = "one" }]')
    )})  # fmt: skip
    imported("uv", tmp_path / "job.py.lock")
    document, errors = compiled(tmp_path)
    assert errors == [] and requirements(document, "job") == ["a==1.0", "b==1.0"]
    imported("uv", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == [] and sorted(document["environments"]) == ["one", "two"]
    assert requirements(document, "two") == ["a==1.0"]


PYLOCK = """\
lock-version = "1.0"
environments = ["sys_platform == 'linux'"]
requires-python = ">=3.11"
extras = ["cpu", "gpu"]
dependency-groups = ["dev", "main"]
default-groups = ["main"]
created-by = "by hand"

[[packages]]
name = "attrs"
version = "25.1.0"
requires-python = ">=3.8"
wheels = [{ name = "attrs-25.1.0-py3-none-any.whl", url = "https://example.org/a.whl", hashes = { sha256 = "c75a" } }]
[[packages.attestation-identities]]
kind = "GitHub"

[[packages]]
name = "cattrs"
version = "24.1.2"
marker = "'main' in dependency_groups"
dependencies = [{ name = "attrs" }]
index = "https://mirror.example.com/simple"

[[packages]]
name = "pytest"
version = "8.3.0"
marker = "'dev' in dependency_groups and python_version >= '3.11'"

[[packages]]
name = "torch"
version = "2.4.0+cpu"
marker = "'cpu' in extras and 'gpu' not in extras"

[[packages]]
name = "torch"
version = "2.4.0"
marker = "'gpu' in extras"

[[packages]]
name = "tool"
vcs = { type = "git", url = "https://github.com/x/tool", commit-id = "0123", subdirectory = "py" }

[[packages]]
name = "lib"
directory = { path = "lib", editable = true }

[[packages]]
name = "archive"
archive = { url = "https://example.org/archive-1.0.tar.gz", hashes = { sha256 = "aa" } }

[[packages]]
name = "windows"
version = "1"
marker = "sys_platform == 'win32'"

[tool.mine]
x = 1
"""


def test_a_lock_of_pep_751(tmp_path: Path) -> None:
    project(tmp_path, {"pylock.toml": PYLOCK, "lib/pyproject.toml": ""})
    made = imported("pylock", tmp_path, name="p")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert sorted(document["environments"]) == ["p", "p-cpu", "p-dev", "p-gpu"]
    assert [package["text"] for package in document["environments"]["p"]["pip"]] == [
        "cattrs==24.1.2", "tool @ git+https://github.com/x/tool@0123#subdirectory=py", "lib",
        "archive @ https://example.org/archive-1.0.tar.gz", "attrs==25.1.0",
    ]  # fmt: skip
    assert "torch==2.4.0+cpu" in requirements(document, "p-cpu") and "torch==2.4.0" in requirements(
        document, "p-gpu"
    )
    assert "pytest==8.3.0" in requirements(document, "p-dev")
    assert [(what, line) for outcome, what, line in losses(made) if outcome == "dropped"] == [
        ("windows 1", 51), ("packages.attrs.attestation-identities", 14),
        ("environments = [\"sys_platform == 'linux'\"]", 2),
        ('created-by = "by hand"', 7), ("tool", 56), ("2 hashes", 0),
    ]  # fmt: skip


def test_a_lock_that_uv_exported_is_the_same_as_its_own(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copy(CORPUS / "pylock" / "pylock.toml", tmp_path / "pylock.all.toml")
    imported("pylock", tmp_path / "pylock.all.toml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (name,) = document["environments"]
    rows = tomllib.loads((tmp_path / "pylock.all.toml").read_text())["packages"]
    theirs = [
        f"{row['name']}=={row['version']}" + (f" ; {row['marker']}" if "marker" in row else "")
        for row in rows
        if "version" in row and "directory" not in row
    ]
    for machine in MACHINES:
        for python in ("3.10.4", "3.11.9", "3.13.1"):
            assert on(machine, python, requirements(document, name)) == on(machine, python, theirs)


def test_a_lock_of_pipenv(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for file in (CORPUS / "pipfile").iterdir():
        shutil.copy(file, tmp_path)
    made = imported("pipfile", tmp_path / "Pipfile.lock", name="p")
    document, errors = compiled(tmp_path)
    assert errors == []
    lock = json.loads((tmp_path / "Pipfile.lock").read_text())
    assert document["environments"]["p"]["python"] == lock["_meta"]["requires"]["python_version"]
    for name, category in (("p", ["default"]), ("p-dev", ["default", "develop"])):
        theirs = {}
        for one in category:
            theirs |= {key: row["version"].removeprefix("*") for key, row in lock[one].items()}
        assert on(MACHINES[0], "3.11.4", requirements(document, name)) == theirs
    assert '# asked for directly\n        "colorama",\n        "flask[async]==' in made.text
    assert ("colorama *", "changed") in {(line.what, line.outcome) for line in made.report.lines}
    well_formed(made.report.lines, (tmp_path / "Pipfile.lock").read_text().count("\n") + 1)


def test_odd_entries_of_a_lock_of_pipenv(tmp_path: Path) -> None:
    lock = {
        "_meta": {
            "requires": {"python_full_version": "3.11.4", "python_version": "3.11"},
            "sources": [
                {"name": "pypi", "url": "https://index.example/simple"},
                {"name": "private", "url": "https://$USER:${TOKEN}@pypi.example.com/simple"},
            ],
        },
        "default": {
            "mine": {
                "index": "private",
                "version": "==1.0",
                "extras": ["x"],
                "markers": "python_version < '3.11'",
            },
            "other": {"index": "private", "version": "==1.0"},
            "tool": {"git": "https://github.com/x/tool.git", "ref": "0123", "editable": True},
            "here": {"path": "./here", "editable": True},
            "file": {"file": "https://example.org/file-1.0.tar.gz"},
            "odd": "1.0",
        },
        "docs": {"sphinx": {"version": "==7.0", "hashes": ["sha256:aa"]}},
    }
    project(tmp_path, {"Pipfile.lock": json.dumps(lock), "here/setup.py": ""})
    made = imported("pipfile", tmp_path, name="p")
    document, errors = compiled(tmp_path)
    assert errors == []
    main = document["environments"]["p"]
    assert main["python"] == "3.11.4"
    assert [package["text"] for package in main["pip"]] == [
        "other==1.0", "tool @ git+https://github.com/x/tool.git@0123", "here", "file @ https://example.org/file-1.0.tar.gz",
    ]  # fmt: skip
    assert "sphinx==7.0" in requirements(document, "p-docs")
    assert document["indexes"]["private"]["packages"] == ["mine", "other"]
    dropped = [what for outcome, what, _ in losses(made) if outcome == "dropped"]
    assert {"mine 1.0", 'default.odd = "1.0"', "1 hash"} <= set(dropped)


@pytest.mark.parametrize(
    ("kind", "name", "text", "code"),
    [
        ("uv", "uv.lock", "", "E1302"), ("uv", "uv.lock", "version = 7\n", "E1302"), ("uv", "uv.lock", "x", "E1302"),
        ("uv", "uv.lock", "version = 1\n", "E1303"), ("pylock", "pylock.toml", 'lock-version = "2.0"\n', "E1302"),
        ("pylock", "pylock.toml", 'lock-version = "1.0"\n', "E1303"), ("pylock", "pylock.toml", b"\xfe\xff\0", "E1301"),
        ("pipfile", "Pipfile.lock", "[1]", "E1302"), ("pipfile", "Pipfile.lock", "{", "E1302"),
        ("pipfile", "Pipfile.lock", "[" * 100_000, "E1302"), ("pipfile", "Pipfile.lock", '{"_meta": {}}', "E1303"),
        ("pipfile", "Pipfile.lock", '{"_meta": ' + "[" * 90 + "]" * 90 + "}", "E1302"),
        ("pipfile", "Pipfile.lock", b"\0\xff", "E1301"), ("pipfile", "Pipfile", "[[source]]\n", "E1303"),
    ],
)  # fmt: skip
def test_what_is_no_lock(kind: str, name: str, text: str | bytes, code: str, tmp_path: Path) -> None:
    project(tmp_path, {name: text})
    with pytest.raises(Failure) as failure:
        imported(kind, tmp_path / name)
    assert [one.code for one in failure.value.diagnostics] == [code]


KEYS = (
    "package", "packages", "name", "version", "source", "registry", "git", "url", "editable", "dependencies", "marker",
    "extra", "extras", "optional-dependencies", "dev-dependencies", "manifest", "members", "requirements", "requires-python",
    "dependency-groups", "vcs", "directory", "archive", "path", "index", "_meta", "default", "develop", "sources",
    "requires", "hashes", "markers", "lock-version", "file", "python_version",
)  # fmt: skip
SETTINGS = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def check_any(kind: str, folder: Path, name: str, text: str) -> None:
    project(folder, {name: text})
    try:
        made = imported(kind, folder / name)
    except Failure as failure:
        assert allowed(failure), failure
        return
    well_formed(made.report.lines, text.count("\n") + 1)
    assert compiled(folder)[1] == []


@SETTINGS
@given(mutations(tomllib.loads(WORKSPACE), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_lock_of_uv(tmp_path: Path, document: Any) -> None:
    check_any("uv", tmp_path, "uv.lock", as_toml(document))


@SETTINGS
@given(mutations(tomllib.loads(PYLOCK), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_lock_of_pep_751(tmp_path: Path, document: Any) -> None:
    check_any("pylock", tmp_path, "pylock.toml", as_toml(document))


@SETTINGS
@given(mutations(json.loads((CORPUS / "pipfile" / "Pipfile.lock").read_text()), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_lock_of_pipenv(tmp_path: Path, document: Any) -> None:
    check_any("pipfile", tmp_path, "Pipfile.lock", json.dumps(document, indent=1))


MARKERS = (
    "sys_platform == 'linux'", "sys_platform != 'win32'", "platform_machine == 'arm64'", "python_version < '3.11'",
    "python_full_version < '3.11.3'", "python_version >= '3.10' and sys_platform == 'darwin'",
    "platform_machine != 'aarch64' or python_version >= '3.12'", "python_full_version == '3.12.*'",
    "(sys_platform == 'linux' and platform_machine == 'x86_64') or python_version < '3.10'", "os_name == 'nt'",
    "platform_python_implementation == 'PyPy'", "python_version in '3.10, 3.12'", "platform_machine in 'x86_64 arm64'",
)  # fmt: skip


@pytest.mark.parametrize("text", MARKERS)
def test_a_marker_of_cells_holds_where_the_marker_held(text: str) -> None:
    universe = Universe(">=3.9", MARKERS)
    made = universe.marker(universe.cells(text))
    if not universe.cells(text):
        assert text in ("os_name == 'nt'", "platform_python_implementation == 'PyPy'")
        return
    for system, name in (("linux", "Linux"), ("darwin", "Darwin")):
        for machine in ("x86_64", "aarch64" if system == "linux" else "arm64"):
            for python in ("3.9.0", "3.10.7", "3.11.2", "3.11.3", "3.12.0", "3.13.4", "3.15.0"):
                environment = {
                    "sys_platform": system, "platform_system": name, "platform_machine": machine, "os_name": "posix",
                    "python_version": ".".join(python.split(".")[:2]), "python_full_version": python,
                    "implementation_name": "cpython", "platform_python_implementation": "CPython",
                }  # fmt: skip
                wanted = Marker(text).evaluate(environment)
                assert (not made or Marker(made).evaluate(environment)) == wanted, (
                    made,
                    system,
                    machine,
                    python,
                )
