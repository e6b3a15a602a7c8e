"""What a plan says and what `up` does, side by side: for tests that hold the one to the other."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from tests.cli.test_check import envspec

SCHEMA = Path(__file__).parents[2] / "grammar" / "plan.schema.json"


@cache
def validator() -> Any:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    cls = jsonschema.validators.validator_for(schema)
    cls.check_schema(schema)
    return cls(schema)


def tree(project: Path) -> dict[str, str]:
    """Every file and folder of a project with what it holds, the workspace too."""
    return {
        str(path.relative_to(project)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else ""
        for path in project.rglob("*")
        if not path.name.endswith((".log", "state.json")) and "deployments" not in path.parts
    }


def planned(project: Path, *arguments: str, **variables: str) -> dict[str, Any]:
    """The plan as JSON, held to its schema, its exit status and the promise that it writes nothing."""
    before = tree(project)
    done = envspec("plan", "--format", "json", "--detailed-exitcode", *arguments, cwd=project, **variables)
    assert "E1299" not in done.stderr
    assert tree(project) == before
    plan: dict[str, Any] = json.loads(done.stdout)
    validator().validate(plan)
    assert done.returncode == (2 if plan["changes"] else 3 if plan["trouble"] else 0), done.stderr
    return plan


def actions(plan: dict[str, Any]) -> dict[str, str]:
    """`run first` → `run`; an expected one has a `?` behind it."""
    return {
        f"{step['kind']} {step['id']}": step["action"] + ("" if step["certain"] else "?")
        for step in plan["steps"]
    }


def reasons(plan: dict[str, Any], name: str) -> list[str]:
    (found,) = [step["reasons"] for step in plan["steps"] if f"{step['kind']} {step['id']}" == name]
    return list(found)


def done_by_up(project: Path, *arguments: str, **variables: str) -> dict[str, str]:
    """What `up` says that it does, in the words of a plan."""
    done = envspec("up", *arguments, cwd=project, **variables)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = {}
    for line in done.stderr.splitlines():
        match = re.match(r"(locking|environment|run|deployment) ([^\s:]+)(?::\d+)?: (.*)", line)
        if match:
            kind, name, rest = match.groups()
            kind = {"locking": "lock"}.get(kind, kind)
            acts = {"lock": "lock", "environment": "build", "run": "run", "deployment": "deploy"}[kind]
            found[f"{kind} {name}"] = "none" if rest.startswith("unchanged") else acts
    return found


def hold(plan: dict[str, Any], did: dict[str, str]) -> None:
    """`up` did what the plan said with certainty, and nothing that the plan said nothing about."""
    said = {f"{step['kind']} {step['id']}": step for step in plan["steps"]}
    assert {name for name, action in did.items() if action != "none"} <= set(said)
    for name, step in said.items():
        if step["certain"]:
            assert did.get(name, "none") == step["action"], (name, step, did)
