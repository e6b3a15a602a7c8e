"""What somebody waits for who types: a real server process, a client on its pipes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.language_server.raw import RawClient

from benchmarks.installed import Installed
from benchmarks.measure import Result

_READY = "language server, ready"
_KEYSTROKE = {420: 0.020, 5_000: 0.050}
"""Lines of a file → the goal for the 95th percentile from a keystroke to its findings, in seconds."""
_BETWEEN = 0.05
"""Seconds between two keystrokes: a fast typist."""
_TYPED = "    timeout = 30m\n"

_BLOCKS = """
environment env-{i} {{
    description = "Number {i}"
    python      = "3.12"
    conda       = ["numpy =1.26", "scipy >=1.11,<2"]
    pip         = ["idna >=3", "requests ==2.32.0"]
    variables   = {{ OMP_NUM_THREADS = "4" }}

    docker {{
        image    = "debian:bookworm-slim"
        shm_size = 2GiB
    }}
}}

run train-{i} {{
    environment = env-{i}
    source      = "."
    command     = ["python", "train.py", "--seed", "{i}", outputs.model]
    outputs     = {{ model = "model.pkl" }}
}}

model wine-{i} {{ from = run.train-{i}.outputs.model }}
"""


def long_spec(lines: int) -> str:
    """A healthy spec of at least so many lines."""
    blocks: list[str] = []
    count = 1
    while count < lines:
        blocks.append(_BLOCKS.format(i=len(blocks)))
        count += blocks[-1].count("\n")
    return "edition = 1\n" + "".join(blocks)


def measure_editor(folder: Path, installed: Installed, rounds: int, only: str) -> list[Result]:
    """Like `measure`, inside one server but for its start."""
    found = []
    if only in _READY:
        found.append(_result(_READY, [_ready(installed) for _ in range(rounds)], statistics.median, 0.4))
    for lines, goal in _KEYSTROKE.items():
        name = f"keystroke to findings, {lines:,} lines, 95th percentile"
        if only in name:
            seconds = list(_keystrokes(folder / f"lines{lines}", installed, lines, rounds))
            found.append(_result(name, seconds, _percentile, goal))
    return found


def _result(
    name: str, seconds: Sequence[float], of: Callable[[Sequence[float]], float], goal: float
) -> Result:
    value = of(seconds)
    return Result(name, min(seconds), value, goal, goal, value <= goal, note=f"{len(seconds)} times")


def _percentile(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.95)]


def _ready(installed: Installed) -> float:
    """From the start of the process to the answer to `initialize`."""
    begin = time.perf_counter()
    with RawClient(installed.envspec, "lsp") as client:
        client.initialize()
        return time.perf_counter() - begin


def _keystrokes(folder: Path, installed: Installed, lines: int, rounds: int) -> Iterator[float]:
    """A line is typed into a block in the middle, again and again; most of the time the file does not parse."""
    (folder / ".git").mkdir(parents=True)
    text = long_spec(lines)
    uri = (folder / "a.envspec").as_uri()
    line = next(
        number
        for number, found in enumerate(text.splitlines(), 1)
        if number > lines // 2 and found.startswith("run ")
    )
    with RawClient(installed.envspec, "lsp") as client:
        client.initialize()
        client.send(
            _message(
                "didOpen", {"textDocument": {"uri": uri, "languageId": "envspec", "version": 0, "text": text}}
            )
        )
        _findings(client, 0)
        version = 0
        for _ in range(rounds):
            place = [line, 0]
            for key in _TYPED:
                version += 1
                time.sleep(_BETWEEN)
                begin = time.perf_counter()
                client.send(_change(uri, version, place, place, key))
                _findings(client, version)
                yield time.perf_counter() - begin
                place = [place[0] + 1, 0] if key == "\n" else [place[0], place[1] + 1]
            version += 1
            client.send(_change(uri, version, [line, 0], [line + 1, 0], ""))
            _findings(client, version)


def _message(method: str, params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "method": f"textDocument/{method}", "params": params}


def _change(uri: str, version: int, start: Sequence[int], end: Sequence[int], text: str) -> dict[str, object]:
    places = {
        name: {"line": place[0], "character": place[1]} for name, place in (("start", start), ("end", end))
    }
    changes = [{"range": places, "text": text}]
    return _message(
        "didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}
    )


def _findings(client: RawClient, version: int) -> None:
    """Waits for those of a version of the document."""
    while True:
        message = client.receive()
        if (
            message.get("method") == "textDocument/publishDiagnostics"
            and message["params"].get("version") == version
        ):
            return
