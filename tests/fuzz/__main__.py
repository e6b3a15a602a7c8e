"""`python -m tests.fuzz --inputs 1000000`: looks for inputs that break a promise, on every processor.

What is found is written to `--out`, and printed. A fixed bug's input goes to `tests/fuzz/cases`, which the tests
replay.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.fuzz.examine import broken_promise, make_project
from tests.fuzz.mutations import corpus, mutate


def work(part: tuple[int, int, str]) -> tuple[int, int, float]:
    """Examines so many inputs of one seed: how many, how many broke a promise, the longest in seconds of a processor."""
    seed, inputs, out = part
    random, seeds = Random(seed), corpus()
    broken, longest = 0, 0.0
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_project(root)
        for _ in range(inputs):
            data = mutate(random.choice(seeds), seeds, random)
            began = time.process_time()
            what = broken_promise(root, data)
            longest = max(longest, time.process_time() - began)
            if what:
                broken += 1
                name = hashlib.sha256(data).hexdigest()[:16]
                Path(out).mkdir(parents=True, exist_ok=True)
                (Path(out) / f"{name}.envspec").write_bytes(data)
                (Path(out) / f"{name}.txt").write_text(what)
                print(f"{name}: {what.strip().splitlines()[-1][:200]}", flush=True)
    return inputs, broken, longest


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", default="build/fuzz")
    chosen = parser.parse_args()
    size = 2_000
    parts = [
        (chosen.seed + at, min(size, chosen.inputs - at * size), chosen.out)
        for at in range(-(-chosen.inputs // size))
    ]
    began, done, broken, longest = time.monotonic(), 0, 0, 0.0
    with multiprocessing.Pool(chosen.processes) as pool:
        for inputs, some, seconds in pool.imap_unordered(work, parts):
            done, broken, longest = done + inputs, broken + some, max(longest, seconds)
            spent = time.monotonic() - began
            line = f"{done} inputs, {broken} broke a promise, longest {longest * 1000:.0f} ms, {spent:.0f} s"
            if done % 50_000 < size:
                print(line, file=sys.stderr, flush=True)
    print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
