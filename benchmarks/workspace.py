"""A large workspace: 100,000 runs, 1,000 versions of an environment, a source of 10,000 files.

Each is a whole process, as a user starts it, beside an empty Python and beside the imports that every command has to do.
MLflow lists as many runs from SQLite too, and git looks at the same 10,000 files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.installed import Installed
from benchmarks.measure import Case
from benchmarks.peers.installed import installed as peer
from benchmarks.peers.mlflow import VERSION as MLFLOW
from envspec.ir.canonical import canonical_json
from envspec.ir.identity import definition
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment, LockedPip, LockedPlatform
from envspec.workspace.database import Workspace

RUNS, VERSIONS, PACKAGES, FILES = 100_000, 1_000, 100, 10_000
EMPTY, IMPORTS = "python -c pass", "import sqlite3, click"
_GIT, _MLFLOW = "git status, 10,000 files", "mlflow runs list, 100,000 runs"
_SPEC = """edition = 1

environment e {
    python = ">=3.11"
}

run train {
    environment = e
    source      = "src"
    command     = ["python", "-c", "pass"]
}
"""
_SNAPSHOT = """import sys
from pathlib import Path
from envspec.workspace.database import Workspace

root = Path(sys.argv[1])
with Workspace.open(root) as workspace:
    assert workspace.snapshot(root / "src").files == int(sys.argv[2])
"""


def cases(folder: Path, installed: Installed) -> list[Case]:
    """Makes the workspaces below `folder` and says what is to be measured in them."""
    large, source = _large(folder / "large"), _source(folder / "source")
    mlflow, store = peer("mlflow-alone", (f"mlflow=={MLFLOW}",)), folder / "mlflow"
    git = {**installed.variables, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    _git(source, git)
    peer_variables = {
        **installed.variables,
        "MLFLOW_TRACKING_URI": _mlflow(store, mlflow),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    # What was written a moment ago is read once more: only what has rested for two seconds is known by its times.
    for _ in range(2):
        subprocess.run(
            [installed.envspec, "up"], cwd=source, env=installed.variables, capture_output=True, check=True
        )
    python, envspec = installed.python, installed.envspec
    list_mlflow = (str(mlflow / "mlflow"), "runs", "list", "--experiment-id", "0")
    snapshot = (python, "-c", _SNAPSHOT, str(source), str(FILES))

    def ours(name: str, *arguments: str, goal: float = 0.1, peer: str = "") -> Case:
        return Case(name, (envspec, *arguments), large, installed.variables, goal=goal, peer=peer)

    return [
        Case(EMPTY, (python, "-c", "pass"), large, installed.variables),
        Case(IMPORTS, (python, "-c", IMPORTS), large, installed.variables, peer=EMPTY),
        Case(_MLFLOW, list_mlflow, folder, peer_variables),
        ours("runs list, 100,000 runs", "runs", "list", peer=_MLFLOW),
        ours("runs list NAME, 100,000 runs", "runs", "list", "train", peer=IMPORTS),
        ours("runs show, 100,000 runs", "runs", "show", "50000", peer=IMPORTS),
        ours("runs compare, 100,000 runs", "runs", "compare", "50000", "99999", peer=IMPORTS),
        ours("env list, 1,000 versions", "env", "list", peer=IMPORTS),
        ours("env show, 1,000 versions", "env", "show", "e:500", peer=IMPORTS),
        ours("env diff, 1,000 versions", "env", "diff", "e:1", "e:1000", peer=IMPORTS),
        ours("env history, 1,000 versions", "env", "history", "e", peer=IMPORTS),
        Case(_GIT, ("git", "status", "--porcelain"), source, git),
        Case("snapshot, 10,000 unchanged files", snapshot, source, installed.variables, goal=0.3, peer=_GIT),
        Case("up, nothing to do, 10,000 files", (envspec, "up"), source, installed.variables, peer=_GIT),
    ]


def _large(folder: Path) -> Path:
    """Each version has another lock, and each run another parameter."""
    (folder / ".git").mkdir(parents=True)
    with Workspace.open(folder) as workspace:
        with workspace.transaction():
            for number in range(VERSIONS):
                packages = [
                    LockedPip(f"package-{one}", f"1.{number % 7}.{one}", ()) for one in range(PACKAGES)
                ]
                platform = LockedPlatform("linux/amd64", "3.12", (), tuple(packages))
                environment = Environment("e", "e", python="3.12", variables={"NUMBER": str(number)})
                workspace.register_environment(
                    "e",
                    _digest(f"version {number}"),
                    canonical_json(definition(environment)).decode(),
                    json.dumps(asdict(LockedEnvironment("e", "", (platform,)))),
                )
        with workspace.transaction():
            for number in range(RUNS):
                run = workspace.start_run(
                    ("train", "evaluate")[number % 2],
                    key=_digest(f"run {number}"),
                    definition=json.dumps({"command": ["python", "train.py", "--alpha", str(number)]}),
                    cell={"alpha": number},
                    environment="e",
                    environment_number=number % VERSIONS + 1,
                    snapshot=_digest("source"),
                    inputs={"data": {"path": "data.csv", "digest": _digest("data")}},
                    git={"commit": "0" * 40, "branch": "main", "dirty": False},
                    engine="local",
                    log="runs/{id}/log",
                )
                model = {"path": "model", "digest": _digest(f"model {number}")}
                usage = {"seconds": 1.5, "cpu_seconds": 1.2}
                workspace.finish_run(run, "success", 0, {"model": model}, usage)
    return folder


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _source(folder: Path) -> Path:
    for number in range(FILES):
        path = folder / "src" / f"package{number % 100}" / f"module{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {number}\n" + "x = 1\n" * (number % 200))
    (folder / "a.envspec").write_text(_SPEC)
    (folder / ".gitignore").write_text(".envspec/\nenvspec.lock\n")
    return folder


def _git(folder: Path, variables: Mapping[str, str]) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@people.example")
    for command in (("init",), ("add", "--all"), (*who, "commit", "--message", "all")):
        subprocess.run(["git", *command], cwd=folder, env=dict(variables), capture_output=True, check=True)


def _mlflow(folder: Path, programs: Path) -> str:
    """The address of a database that MLflow itself made; the runs are put into its table all at once."""
    folder.mkdir()
    address = f"sqlite:///{folder / 'mlflow.db'}"
    done = subprocess.run(
        [str(programs / "python"), "-c", _MLFLOW_RUNS, address, str(RUNS)],
        cwd=folder, env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        shutil.rmtree(folder)
        raise SystemExit(f"MLflow makes no database:\n{done.stderr}")
    return address


_MLFLOW_RUNS = """import sys, uuid

from mlflow.store.tracking.dbmodels.models import SqlRun
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

address, count = sys.argv[1], int(sys.argv[2])
store = SqlAlchemyStore(address, "artifacts")
rows = [
    dict(
        run_uuid=uuid.uuid4().hex, name=f"train-{number}", source_type="LOCAL", source_name="", entry_point_name="",
        user_id="a", status="FINISHED", start_time=1_700_000_000_000 + number, end_time=1_700_000_001_000 + number,
        source_version="", lifecycle_stage="active", artifact_uri="artifacts", experiment_id=0,
    )
    for number in range(count)
]
with store.ManagedSessionMaker() as session:
    session.bulk_insert_mappings(SqlRun, rows)
"""
