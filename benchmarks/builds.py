"""Builds of the same model side by side: ours, and each peer's, with the peer's own tool. `python -m benchmarks builds`.

All build on one private Docker engine, on the same base image, and fetch from the same package index. Cold is cold:
before each cold build the engine has the base image and nothing else, the home folder (with every cache of uv, pip and
the tools) is new, and so is what the tool keeps with the project. After its last cold build each tool builds again:
with nothing changed, with one line of the code changed, with one package more.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.engine import BenchmarkEngine, benchmark_engine
from benchmarks.installed import install
from benchmarks.peers import BASE, PACKAGES, Subject
from benchmarks.peers.bentoml import BentoML
from benchmarks.peers.installed import installed
from benchmarks.peers.mlflow import BASE_NAME, MLflow
from benchmarks.peers.ours import Envspec
from benchmarks.peers.truss import Truss
from benchmarks.weight import Weight, weigh
from envspec.lock.uv_settings import uv_environment

COLD, UNLOCKED, UNCHANGED, SOURCE, PACKAGE = "cold", "cold, not locked", "unchanged", "source", "package"
_ENOUGH = 60.0
"""Seconds after which a case is not measured once more; the peers take minutes for some."""
_TRAIN = """import sys
import joblib
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
wine = load_wine()
model = RandomForestClassifier(n_estimators=100, random_state=0).fit(wine.data, wine.target)
joblib.dump({"model": model, "cultivars": [str(name) for name in wine.target_names]}, sys.argv[1])
"""


@dataclass(slots=True)
class Measured:
    """Seconds of each build, by case, and the weight of the first image."""

    name: str
    version: str
    changes: Sequence[str]
    seconds: dict[str, list[float]] = field(default_factory=dict)
    weight: Weight | None = None

    def median(self, case: str) -> float:
        return statistics.median(self.seconds[case])


def measure_builds(folder: Path, rounds: int, cold: int, only: str) -> list[Measured]:
    """Ours first, then the peers whose name holds `only`."""
    ours = install(folder)
    python = installed("model", PACKAGES) / "python"
    model = folder / "model.joblib"
    subprocess.run([str(python), "-c", _TRAIN, str(model)], check=True)
    with benchmark_engine() as engine:
        engine.tag(BASE, BASE_NAME)
        subjects: list[Subject] = [Envspec(folder / "envspec", ours.envspec)]
        peers: Mapping[str, Callable[[], Subject]] = {
            "truss": lambda: Truss(folder / "truss", engine.cli),
            "bentoml": lambda: BentoML(folder / "bentoml"),
            "mlflow": lambda: MLflow(folder / "mlflow"),
        }
        subjects += [make() for name, make in peers.items() if only in name]
        for subject in subjects:
            subject.create(model)
        benches = [_Bench(subject, folder / f"home-{subject.name}", engine) for subject in subjects]
        for number in range(cold):
            for bench in benches:
                if isinstance(bench.subject, Envspec):
                    bench.cold(UNLOCKED, bench.subject.forget_lock)
                bench.cold(COLD, lambda: None)
                if number == cold - 1:
                    bench.warm(rounds)
        return [bench.measured for bench in benches]


class _Bench:
    """One subject, and what was measured of it."""

    def __init__(self, subject: Subject, home: Path, engine: BenchmarkEngine) -> None:
        self.subject = subject
        self.measured = Measured(subject.name, subject.version, subject.changes)
        self._home = home
        self._engine = engine

    def cold(self, case: str, prepare: Callable[[], None]) -> None:
        self._engine.forget()
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir()
        self.subject.forget()
        prepare()
        said = self._build(case)
        if self.measured.weight is None:
            self.measured.weight = weigh(self._engine.client, self.subject.image(said), BASE)

    def warm(self, rounds: int) -> None:
        """What a day of work has, each `rounds` times or until it took long enough."""
        change: Mapping[str, Callable[[int], None]] = {
            UNCHANGED: lambda _number: None,
            SOURCE: self.subject.change_source,
            PACKAGE: self.subject.add_package,
        }
        for case, prepare in change.items():
            for number in range(1, rounds + 1):
                prepare(number)
                self._build(case)
                if sum(self.measured.seconds[case]) > _ENOUGH:
                    break

    def _build(self, case: str) -> str:
        """Builds, notes the seconds of the commands together, and gives what the last one said."""
        begin = time.perf_counter()
        said = ""
        for command in self.subject.build():
            if command.change is not None:
                command.change()
            done = subprocess.run(
                command.arguments, cwd=command.cwd, env=self._variables(), capture_output=True, check=False
            )
            if done.returncode != 0:
                log = (done.stdout + done.stderr).decode(errors="replace")
                raise SystemExit(f"{self.subject.name}, {case}: {' '.join(command.arguments)}\n{log}")
            said = done.stdout.decode(errors="replace")
        seconds = time.perf_counter() - begin
        self.measured.seconds.setdefault(case, []).append(seconds)
        print(f"{self.subject.name}, {case}: {seconds:.2f} s", file=sys.stderr)
        return said

    def _variables(self) -> dict[str, str]:
        """The shell's, without what would lead to a cache of this machine or to another engine."""
        elsewhere = ("PYTHON", "VIRTUAL_ENV", "XDG_", "ENVSPEC_", "DOCKER_", "BUILDX_")
        kept = {
            name: value
            for name, value in {**os.environ, **uv_environment()}.items()
            if not name.startswith(elsewhere) and not name.endswith("_CACHE_DIR")
        }
        path = f"{self.subject.programs}:{Path(self._engine.cli).parent}:/usr/local/bin:/usr/bin:/bin"
        return {
            **kept,
            **self._engine.variables,
            **self.subject.variables,
            "HOME": str(self._home),
            "PATH": path,
        }
