"""Importers use the tables of fields: a reason of a table is not written a second time, and a key that is asked for by
name is in a table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import envspec.importing
from envspec.importing.fields.row import READ, Field, keys_read, reason_of, reasons
from envspec.importing.reference import tables
from envspec.importing.table import KINDS

PACKAGE = Path(envspec.importing.__file__).parent
ROWS = [row for kind in KINDS for rows in tables(kind).values() for row in rows]
SHARED = {
    "a name is lower-case letters, digits, `_` and `-`",
    "it is no key of the schema",
    "the step has one of its own",
    "what it lists is written out",
    "an image is for Linux",
    "an environment puts its own programs on PATH",
    "an init process is there already",
    "build a wheel and give its path",
    "it is listed twice; both bounds hold",
    "`envspec lock` keeps its own",
    "it is needed on other platforms or Pythons only; an image is for Linux",
    "a base with CUDA has no Python, so conda brings it",
    "it runs when the system packages are there, before Python and its packages",
    "it is a comment: a deployment needs a script with `init()` and `run(data)`",
    "it needs a shell: `/bin/sh` reads it where MLflow has bash, with its params as variables",
    "a spec holds no credentials: give the secret its value before it is locked",
    "a spec holds no secret values: set this variable when something runs",
}
"""Sentences of code that several kinds share, which no one table has for itself."""
DETAILS = {
    "local_path": "model.path",
    "distribution_type": "distribution.type",
    "spark.jars.packages": "conf.*",
    "spark.jars.repositories": "conf.*",
    "overwrite": "dataReferences.*",
    "dataLocation": "data.*",
    "outputLocation": "outputData.*",
    "environmentVariableName": "data.*",
    "dataStoreName": "dataReferences.*",
    "pathOnDataStore": "dataReferences.*",
    "dockerFile": "build.dockerfile",
    "context": "build.dockerfile",
    "cudaVersion": "features.*",
    "from": "`COPY --from`",
    "dst": "`RUN --mount=type=cache`",
    "destination": "`RUN --mount=type=cache`",
    "src": "`RUN --mount=type=cache`",
    "vcs_info": "direct_url.json",
    "dir_info": "direct_url.json",
    "commit_id": "direct_url.json",
    "requested_revision": "direct_url.json",
    "requires-dist": "METADATA",
    "subdirectory": "packages.*",
    "cmd": "tasks.*",
    "ref": "default.*.git",
    "no-default-feature": "environments.*",
    "rev": "environments.*.packages.*[].pypi",
    "tag": "models",
    "branch": "environments.*.packages.*[].pypi",
    "env-markers": "pypi-dependencies.*",
    "resolved_reference": "package[].source: git",
    "reference": "package[].source: git",
    "poetry": "dependencies.*",
    "commit-id": "packages[].vcs",
    "requested-revision": "packages[].vcs",
    "extra": "package[].optional-dependencies.*",
    "bentoml": "service",
    "repo_id": "model_cache",
}
"""Keys inside of what a field of a table holds, and which field that is."""
OTHER_THINGS = {"variable", "health", "XDG_CONFIG_HOME", "CONDARC", "<<", "end"}
"""Names that are no keys of an imported file: attributes of blocks, the end of one, variables of this machine, the merge
key of YAML."""
READERS = frozenset(
    {
        "scalar",
        "mapping",
        "sequence",
        "inner",
        "take",
        "keys",
        "scalars",
        "items",
        "node_of",
        "flag",
        "get",
        "has",
    }
)


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name != "fields":
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_a_reason_is_written_once() -> None:
    known = {row.reason for row in ROWS if row.reason and "…" not in row.reason}
    found = set()
    for path, tree in modules():
        arguments = {
            id(one)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "reason_of"
            for one in call.args
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in known and id(node) not in arguments:
                found.add((path.name, node.value))
    assert {reason for _, reason in found} - SHARED == set(), found
    assert SHARED - {reason for _, reason in found} == set(), "these are told from a table by now"


def test_a_key_that_an_importer_asks_for_is_in_a_table() -> None:
    words = {part.removesuffix("[]") for row in ROWS for part in re.split(r"\.|: ", row.name)}
    words |= {row.name for row in ROWS}
    asked = set()
    for _, tree in modules():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or not call.args:
                continue
            first = call.args[0]
            if call.func.attr in READERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                asked.add(first.value)
    assert asked - words - set(DETAILS) - OTHER_THINGS == set()
    assert (set(DETAILS) | OTHER_THINGS) - asked == set(), "nobody asks for these"
    assert set(DETAILS.values()) <= {row.name for row in ROWS}


def test_what_an_importer_looks_up_in_a_table() -> None:
    rows = (
        Field("build.cudnn", "dropped", "", "it is there"),
        Field("build.run", "carried", "docker.run"),
        Field("build.run[].mounts", "dropped", "", "no secrets"),
        Field("build.gpu", "changed", "resources.gpu", "a comment", "it is true"),
        Field("build.gpu", "dropped", "", "no number", "it is a text"),
        Field("build.name", READ, "the image"),
        Field("weights.*.source", "dropped", "", "fetch it"),
    )
    assert reasons(rows, "build.") == {"cudnn": "it is there"}
    assert keys_read(rows, "build.") == {"run", "gpu", "name"}
    assert keys_read(rows) == {"build", "weights"}
    assert reason_of(rows, "build.gpu", "it is a text") == "no number"
