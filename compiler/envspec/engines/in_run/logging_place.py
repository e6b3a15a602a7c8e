"""Where a program logs, and the way from there into the run's folder, on which secret values are masked.

All of `os.environ` is quickly logged. What comes in are the secret values of a run; without any the program writes into
the run's folder. With some it writes into a private temporary one, and what it has written is copied, masked, while it
runs: so `runs show` sees it, and whoever is killed leaves no value in the workspace.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from envspec.engines.in_run import METRICS_FILE

_SECONDS = 0.5
_PIECE = 1 << 20


def place_of(run_folder: Path, private: Path, values: Collection[str]) -> Path:
    """The file that the program is to write."""
    return (private if any(values) else run_folder) / METRICS_FILE


@contextmanager
def brought(written: Path, run_folder: Path, values: Collection[str]) -> Iterator[None]:
    """While the body runs the program, what it writes arrives in the folder of its run; all of it when the body is
    over. Values are looked for as they are and as JSON writes them. Raises `OSError` for what could not be written."""
    target = run_folder / METRICS_FILE
    if written == target:
        yield
        return
    from envspec.engines.masking import Masker

    found = {value for value in values if value}
    masker = Masker(found | {json.dumps(value)[1:-1] for value in found})
    over = threading.Event()
    failures: list[OSError] = []

    def bring() -> None:
        try:
            with written.open("rb") as source, target.open("ab", buffering=0) as kept:
                while True:
                    last = over.wait(_SECONDS)  # asked before the last reading, so that nothing is missed
                    while piece := source.read(_PIECE):
                        kept.write(masker.feed(piece))
                    if last:
                        kept.write(masker.finish())
                        return
        except OSError as error:
            failures.append(error)

    written.touch()
    thread = threading.Thread(target=bring, name="envspec-metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]
