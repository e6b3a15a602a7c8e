"""`envspec lock`, killed (SIGKILL, with all that it started) at random moments, again and again.

Two texts of a spec take turns, so there is always something to lock. After each kill the lock file has to be one of the
two that a whole run makes, byte by byte; now and then, and at the end, the next run has to work and to take away what
the killed ones left. `python -m tests.cli.killing_lock --times 1000 --seed 7` does it for longer than the tests do.
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
from tests.lock.small_channel import make_channel
from tests.lock.test_pypi import write_index

SPEC = """edition = 1
channel own { url = "CHANNEL" }
environment science {
    channels = [own]
    python   = "3.11"
    conda    = ["numpy =1.26"]
    pip      = ["alpha >=1", EXTRA]
    docker { platforms = ["linux/amd64", "linux/arm64"] }
}
environment web {
    python = "3.11"
    pip    = ["delta", EXTRA]
    docker { platforms = ["linux/amd64", "linux/arm64"] }
}
"""
EXTRAS = ('"one >=1"', '"two >=1"')
WHEELS = (
    ("alpha", "1.0", "py3-none-any", ("beta",)),
    *((name, "1.0", "py3-none-any", ()) for name in ("beta", "delta", "one", "two")),
)
"""One version of each: what a run makes does not depend on what was locked before."""


class Arena:
    """A project, an index and a channel below `folder`, with caches and a temporary folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        (self.project / ".git").mkdir(parents=True)
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self._channel = make_channel(folder / "channel").as_uri()
        self._variables = {
            **os.environ,
            "UV_DEFAULT_INDEX": write_index(folder / "index", WHEELS).as_uri(),
            "UV_CACHE_DIR": str(folder / "uv"),
            "RATTLER_CACHE_DIR": str(folder / "rattler"),
            "TMPDIR": str(self.temporary),
            "DOCKER_HOST": "unix:///nonexistent/docker.sock",
            "UV_LINK_MODE": "copy",
        }
        self.texts: list[bytes] = []
        self.seconds = 0.0
        for turn in (0, 1):
            self.write(turn)
            begin = time.monotonic()
            self.whole()
            self.seconds = time.monotonic() - begin
            self.texts.append(self.lock())

    def write(self, turn: int) -> None:
        text = SPEC.replace("CHANNEL", self._channel).replace("EXTRA", EXTRAS[turn])
        (self.project / "a.envspec").write_text(text)

    def lock(self) -> bytes:
        return (self.project / "envspec.lock").read_bytes()

    def whole(self) -> None:
        """A run that nobody kills works, and leaves nothing of the killed ones."""
        done = self._start(subprocess.PIPE)
        _, errors = done.communicate(timeout=300)
        assert done.returncode == 0, errors.decode()
        left = sorted(path.name for path in self.temporary.iterdir())
        assert left == [], f"left are {left}"
        known = {".git", ".envspec", "a.envspec", "envspec.lock"}
        assert {path.name for path in self.project.iterdir()} == known

    def killed(self, after: float) -> bool:
        """Whether it was still there after so many seconds."""
        begin = time.monotonic()
        process = self._start(subprocess.DEVNULL)
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        assert process.returncode == 0
        # A machine becomes faster and slower: the moments follow it.
        self.seconds = (self.seconds + time.monotonic() - begin) / 2
        return False

    def _start(self, errors: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*ENVSPEC, "lock", "--offline"],
            cwd=self.project,
            env=self._variables,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )


def kill_often(folder: Path, times: int, seed: int) -> int:
    """How many of `times` runs were killed before their end. Raises AssertionError when something was spoilt."""
    arena, chance, hits = Arena(folder), random.Random(seed), 0
    turn = 0  # the file holds the second text
    for number in range(times):
        arena.write(turn)
        hits += arena.killed(chance.uniform(0, arena.seconds * 1.2))
        text = arena.lock()
        assert text in arena.texts, f"run {number} of seed {seed} left a lock that no whole run makes"
        if text == arena.texts[turn]:
            turn = 1 - turn
        if number % 25 == 24:
            arena.whole()
            assert arena.lock() in arena.texts
            turn = 1 - arena.texts.index(arena.lock())
    arena.write(turn)
    arena.whole()
    assert arena.lock() == arena.texts[turn]
    return hits


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.cli.killing_lock")
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        hits = kill_often(Path(folder), chosen.times, chosen.seed)
    print(f"{hits} of {chosen.times} runs were killed; nothing was lost or spoilt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
