"""Everything that a workspace does, killed (SIGKILL) at random moments, again and again.

After each kill `tests.workspace.whole` looks whether the database and the store are whole, whether all is there that the
killed process had been told is done, and whether nothing is half there; the next process has to work with what it
finds. At the end nothing may be left of the killed ones. `python -m tests.workspace.killing --times 500` does it for
longer than the tests do.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.cli.test_check import ENVSPEC
from tests.workspace.killed_worker import write_project
from tests.workspace.whole import Looked, Told, check

LONGEST = 1.5
"""Seconds of work before a process is killed, at most."""
WORKER = (sys.executable, "-m", "tests.workspace.killed_worker")


class Arena:
    """A project, and a temporary folder for the programs that run in it."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        write_project(self.project)
        self.told = Told()
        self.steps = 0
        self.variables = {**os.environ, "TMPDIR": str(self.temporary)}

    def killed(self, seed: int, after: float, whole_session: bool) -> None:
        """Starts a worker, kills it (alone, or with what it started) so long after it has begun, and looks."""
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
            subprocess.Popen(
                [*WORKER, str(self.project), str(seed)], stdout=subprocess.PIPE, stderr=errors, text=True,
                env=self.variables, start_new_session=True, cwd=Path(__file__).parents[2],
            ) as process,
        ):  # fmt: skip
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(after)
            alive = process.poll() is None
            if alive and whole_session:
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            # Not `communicate`, which does not know what `readline` has read ahead.
            lines = process.stdout.read().splitlines()
            process.wait()
            errors.seek(0)
            said = errors.read()
        assert alive, said
        assert first == 'done {"what": "ready"}\n', said
        self.steps += sum(line.startswith("done") for line in lines)
        self.told.take(lines)
        check(self.project, self.told)

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [*ENVSPEC, *arguments],
            cwd=self.project,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def swept(self) -> None:
        """What killed processes left goes: when it is so old that nobody can be writing to it."""
        state = self.project / ".envspec"
        time.sleep(1)  # programs of runs whose envspec was killed alone
        for left in inside(state / "store" / "arriving"):
            os.utime(left, (1, 1))
        self.command("run", "train")
        assert inside(state / "store" / "arriving") == []
        assert inside(state / "deleting") == []
        assert inside(self.temporary) == []
        check(self.project, self.told)
        looked = Looked(state)
        ids = {row["id"] for row in looked.rows("SELECT id FROM runs")}
        looked.close()
        assert {path.name for path in inside(state / "runs")} <= ids, "a folder of a deleted run"
        known = {".gitignore", "workspace.lock", "workspace.sqlite", "store", "runs", "deleting", "locks", "logs",
                 "environments", "cache", "outputs", "sbom"}  # fmt: skip
        assert {path.name for path in state.iterdir()} <= known


def inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.exists() else []


def kill_often(folder: Path, times: int, seed: int) -> Arena:
    """Raises AssertionError, with the number of the kill, when something was lost or spoilt."""
    arena, chance = Arena(folder), random.Random(seed)
    for number in range(times):
        try:
            arena.killed(chance.randrange(2**32), chance.uniform(0, LONGEST), chance.random() < 0.7)
        except AssertionError as error:
            raise AssertionError(f"kill {number} of seed {seed}: {error}") from error
    arena.swept()
    return arena


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.workspace.killing")
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        arena = kill_often(Path(folder), chosen.times, chosen.seed)
    told = arena.told
    print(
        f"{chosen.times} processes were killed in {time.monotonic() - begin:.0f} s after {arena.steps} acknowledged steps: "
        f"{len(told.versions)} versions, {len(told.runs)} runs, {len(told.deleted)} deleted, {len(told.shades)} builds; "
        "nothing was lost or spoilt"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
