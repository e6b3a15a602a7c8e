"""Every kind of `envspec import` on files that nobody should write: a spec that parses comes out, or a `Failure`."""

from __future__ import annotations

import json
import os
import tempfile
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec.actions.importing import import_spec
from envspec.diagnostics import Diagnostic, Failure, Source
from envspec.diagnostics.render import render
from envspec.formatting.format import format_text
from envspec.importing.report import as_json, as_text
from envspec.importing.table import KINDS, reader
from tests.importing.imported import compiled, imported, project

CODES = ("E1301", "E1302", "E1303", "E1304", "E1305")
WARNINGS = ("W1306", "W1307")
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
FILES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n\t\n\n",
    "a byte order mark": b"\xef\xbb\xbf",
    "binary": bytes(range(256)) * 64,
    "an archive": b"PK\x03\x04\x00\x00\x00\x00" * 100,
    "Latin-1": "name: Grüße\n".encode("latin-1"),
    "UTF-16": "name: x\n".encode("utf-16"),
    "half of UTF-16": b"\xff\xfen\x00a",
    "a lone surrogate": b"name: \xed\xa0\x80\n",
    "control characters": b"name: \x07\x1b[31m\nbuild: \x7f\n",
    "carriage returns": b"name: x\rbuild:\r  gpu: true\r",
    "one long line": b"x" * 250_000,
    "one long value": b"name: " + b"y" * 100_000 + b"\nbuild: " + b"'" * 1_000 + b"\n",
    "many lines": b"numpy\n" * 3_000,
    "deep in brackets": b"[" * 50_000,
    "deep in closed brackets": b"build: " + b"[" * 3_000 + b"]" * 3_000,
    "deep in braces": b'{"build":' * 20_000,
    "deep in dashes": b"- " * 3_000 + b"x",
    "deep in keys": b"".join(b" " * depth + b"a:\n" for depth in range(400)),
    "deep in TOML": b"x = " + b"[" * 5_000 + b"]" * 5_000,
    "deep TOML keys": b".".join([b"a"] * 5_000) + b" = 1\n",
    "laughs": LAUGHS.encode(),
    "an alias to itself": b"build: &a [*a]\nname: &b {x: *b}\n",
    "a key that is a list": b"? [a, b]\n: c\n{a: b}: c\n",
    "a tag": b"build: !!python/object/apply:os.system ['echo']\nname: !x y\n",
    "two documents": b"name: x\n---\nname: y\n",
    "only a scalar": b"hello\n",
    "a list": b"- a\n- b: c\n",
    "null": b"null\n",
    "JSON": b'{"name": null, "build": [1, {"a": []}]}',
    "an unclosed string": b'name: "x\nbuild = "',
    "quotes": b"\"'\"'\"'\n",
}
VOCABULARY: dict[str, tuple[str, ...]] = {
    "conda": ("name", "channels", "dependencies", "variables", "prefix", "platforms", "pip"),
    "pip": ("-r", "-e", "--index-url"),
    "cog": (
        "build", "gpu", "cuda", "cudnn", "python_version", "python_packages", "python_requirements", "system_packages",
        "run", "command", "mounts", "pre_install", "predict", "train", "image", "concurrency", "max", "environment",
    ),
    "truss": (
        "model_name", "description", "python_version", "requirements", "requirements_file", "system_packages",
        "base_image", "image", "docker_auth", "environment_variables", "secrets", "resources", "cpu", "memory",
        "accelerator", "use_gpu", "runtime", "predict_concurrency", "health_checks", "startup_threshold_seconds",
        "external_data", "model_cache", "data_dir", "model_module_dir", "build_commands", "docker_server", "build",
    ),
    "bentofile": (
        "service", "name", "description", "labels", "include", "exclude", "python", "packages", "requirements_txt",
        "index_url", "extra_index_url", "trusted_host", "find_links", "pip_args", "wheels", "lock_packages", "conda",
        "channels", "dependencies", "pip", "environment_yml", "docker", "distro", "python_version", "system_packages",
        "cuda_version", "base_image", "env", "setup_script", "dockerfile_template", "models", "envs", "tool", "bentoml",
        "build", "project", "requires-python", "optional-dependencies", "value", "stage", "tag",
    ),
    "mlproject": (
        "name", "conda_env", "python_env", "docker_env", "image", "volumes", "environment", "entry_points", "main",
        "parameters", "command", "type", "default", "description", "flavors", "python_function", "env", "virtualenv",
        "conda", "python_version", "sklearn", "metadata", "env_vars", "signature", "run_id", "dependencies", "python",
        "build_dependencies",
    ),
}  # fmt: skip
"""Keys at any level of a kind's file; a kind that is not here has all of them."""
TREES = ("cog", "truss", "bentofile", "mlproject")
"""Kinds whose spec has to compile too, whatever the file says."""
WORDS = (
    "python train.py {x} --lr {y}", "numpy==1.26", "numpy 1.26", "git+https://example.com/a/b.git", "3.11", "py311",
    "https://user:word@example.com/simple", "./x.txt", "../../etc/passwd", "/etc/passwd", "a.whl", "{", "${HOME}",
    "cat {x} | wc", "12.4", "8Gi", "500m", "A10G:2", "main", "float", "path", "NAME=value", "-r requirements.txt",
    "--extra-index-url https://e.example/simple", "pip install x", "debian:12", "UPPER/Case:image", "\"", "a\nb", "\0",
    "\u2028", "#", "'", "é", " ", "hf_" + "a1B2" * 10,
)  # fmt: skip


def keys_of(kind: str) -> tuple[str, ...]:
    return VOCABULARY.get(kind) or tuple(sorted({key for keys in VOCABULARY.values() for key in keys}))


def trees(kind: str) -> st.SearchStrategy[Any]:
    """Values of any type, with the kind's keys at every level."""
    keys = st.one_of(st.sampled_from(keys_of(kind)), st.text(max_size=5))
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(WORDS), st.text(max_size=8)
    )

    def above(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=5))

    value = st.recursive(leaves, above, max_leaves=24)
    return st.dictionaries(st.sampled_from(keys_of(kind)), value, min_size=1, max_size=8)


def file_name(kind: str) -> str:
    return KINDS[kind].files[0] if KINDS[kind].files else "input"


def hold_places(findings: Sequence[Diagnostic], sources: Mapping[str, Source]) -> None:
    """Every place is one in a file that is there."""
    for one in findings:
        if one.span is not None:
            assert 0 <= one.span.start <= one.span.end <= len(sources[one.span.file].text)
    render("full", findings, sources)


def hold(kind: str, path: Path) -> None:
    """What this page promises."""
    try:
        made = import_spec(kind, path, output=path.parent / "made.envspec")
    except Failure as failure:
        errors = [one for one in failure.diagnostics if one.code in CODES]
        assert errors and {one.code for one in failure.diagnostics} <= {*CODES, *WARNINGS}
        hold_places(failure.diagnostics, failure.sources)
        return
    again, problems = format_text(Source.of("made.envspec", made.text))
    assert not problems and again == made.text
    assert json.loads(json.dumps(as_json(made.report)))["schema"] == 1
    assert all("\n" not in line for line in as_text(made.report))
    assert {one.code for one in made.report.findings} <= set(WARNINGS)
    hold_places(made.report.findings, made.report.sources)
    for line in made.report.lines:
        assert line.what and line.line >= 0 and bool(line.reason) == (line.outcome != "carried")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_file_and_its_summary(kind: str) -> None:
    assert callable(reader(kind)) and KINDS[kind].summary
    assert KINDS[kind].files or KINDS[kind].folders or kind == "script", "a script has any name"


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_file(kind: str, content: bytes, tmp_path: Path) -> None:
    project(tmp_path, {file_name(kind): content})
    hold(kind, tmp_path / file_name(kind))


OTHER_FILES = (
    ("pixi", "pixi.lock"), ("pixi", "pyproject.toml"), ("pipfile", "Pipfile.lock"), ("mlproject", "MLmodel"),
    ("mlproject", "python_env.yaml"), ("pyproject", "setup.cfg"), ("azureml-v1", "x.runconfig"),
    ("azureml-v1", "azureml_environment.json"), ("bentofile", "pyproject.toml"), ("binder", "environment.yml"),
    ("binder", "Pipfile"), ("conda-env", "conda-meta/a-1-0.json"), ("conda-env", "conda-meta/history"),
)  # fmt: skip
"""Other names that a kind reads, in other formats than its first."""


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
@pytest.mark.parametrize(("kind", "name"), OTHER_FILES)
def test_a_hostile_file_of_another_name(kind: str, name: str, content: bytes, tmp_path: Path) -> None:
    project(tmp_path, {name: content})
    hold(kind, tmp_path if kind in ("binder", "conda-env") else tmp_path / name)


NAMED = (
    ("azureml", "e.yml", "image: a:1\nconda_file: named\n$schema: x/environment.schema.json\n"),
    ("azureml", "j.yml", "command: x\nenvironment: file:named\n$schema: x/commandJob.schema.json\n"),
    ("azureml", "p.yml", "type: pipeline\njobs: {a: {type: command, component: named}}\n"),
    ("azureml-v1", "x.runconfig", "script: x\nenvironment: {python: {condaDependenciesFile: named}}\n"),
    ("mlproject", "MLproject", "conda_env: named\nentry_points: {main: {command: x}}\n"),
    ("bentofile", "bentofile.yaml", "service: s:S\nconda: {environment_yml: named}\n"),
    ("truss", "config.yaml", "model_name: x\nrequirements_file: named\n"),
    ("pip", "requirements.txt", "-r named\n"),
    ("dockerfile", "Dockerfile", "FROM python:3.11\nCOPY named .\nRUN pip install -r named\n"),
    ("devcontainer", "devcontainer.json", '{"build": {"dockerfile": "named"}}'),
)
"""Files that name another one."""


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
@pytest.mark.parametrize(("kind", "name", "text"), NAMED, ids=[f"{kind}-{name}" for kind, name, _ in NAMED])
def test_a_hostile_file_that_another_names(
    kind: str, name: str, text: str, content: bytes, tmp_path: Path
) -> None:
    project(tmp_path, {name: text, "named": content})
    hold(kind, tmp_path / name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_200_gigabytes(kind: str, tmp_path: Path) -> None:
    """A hole, of which no more is read than a file of the kind can have."""
    project(tmp_path, {file_name(kind): b"name: x\n"})
    with (tmp_path / file_name(kind)).open("r+b") as file:
        file.truncate(200 << 30)
    tracemalloc.start()
    try:
        hold(kind, tmp_path / file_name(kind))
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_folder(kind: str, tmp_path: Path) -> None:
    """Its file is a folder, a link to nowhere, a pipe, or a link to itself."""
    kinds: tuple[Callable[[Path], object], ...] = (
        Path.mkdir,
        lambda path: path.symlink_to("nowhere"),
        os.mkfifo,
        lambda path: path.symlink_to(path.name),
    )
    for number, make in enumerate(kinds):
        folder = tmp_path / str(number)
        folder.mkdir()
        project(folder, {})
        path = folder / file_name(kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)
        hold(kind, folder)
        hold(kind, path)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_wrong_types_under_the_kinds_own_keys(kind: str, data: st.DataObject) -> None:
    tree = data.draw(trees(kind))
    texts = [yaml.safe_dump(tree, allow_unicode=True), json.dumps(tree)]
    if (as_toml := toml_of(tree)) is not None:
        texts.append(as_toml)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for text in texts:
            project(root, {file_name(kind): text.encode("utf-8", "surrogatepass")})
            hold(kind, root / file_name(kind))


@pytest.mark.parametrize("kind", [kind for kind in TREES if kind in KINDS])
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_comes_out_compiles(kind: str, data: st.DataObject) -> None:
    tree = data.draw(trees(kind))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project(root, {file_name(kind): yaml.safe_dump(tree, allow_unicode=True), "x.txt": ""})
        try:
            imported(kind, root / file_name(kind))
        except Failure:
            return
        assert compiled(root)[1] == []


@pytest.mark.parametrize("kind", [kind for kind in TREES if kind in KINDS])
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=200))
def test_any_text(kind: str, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project(root, {file_name(kind): text.encode("utf-8", "surrogatepass")})
        hold(kind, root / file_name(kind))


def toml_of(tree: Any) -> str | None:
    """The tree as TOML, every table inline; None when TOML has no form for something in it."""
    try:
        return "".join(f"{json.dumps(key)} = {toml_value(value)}\n" for key, value in tree.items())
    except ValueError:
        return None


def toml_value(value: Any) -> str:
    match value:
        case None:
            return '""'
        case bool():
            return str(value).lower()
        case float() if value != value or value in (float("inf"), float("-inf")):
            return "nan"
        case float():
            return repr(value)
        case int() if abs(value) >= 2**63:
            raise ValueError
        case int():
            return str(value)
        case str():
            return json.dumps(value).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(toml_value, value))}]"
        case _:
            inner = ", ".join(f"{json.dumps(key)} = {toml_value(one)}" for key, one in value.items())
            return f"{{ {inner} }}"
