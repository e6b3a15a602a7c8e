"""Has conda-lock itself lock `environment.yml`, and render what it locked: run by hand, in an environment of its own.

    uv venv /tmp/conda-lock && uv pip install --python /tmp/conda-lock conda-lock py-rattler
    PYTHONPATH=. /tmp/conda-lock/bin/python -m tests.importing.made_by_conda_lock.make

conda-lock asks an executable of conda what a solve would install. Here that is `solver.py`, which asks rattler about the
channel of small packages of `tests/lock`; everything else is conda-lock's own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.importing.made_by_conda_lock.solver import FOLDER
from tests.importing.made_environments import wheel
from tests.lock.small_channel import PACKAGES, SmallPackage, make_channel

HERE = Path(__file__).parent
SOURCES = ("environment.yml", "dev.yml")
PLATFORMS = ("linux-64", "linux-aarch64")
MORE = (
    SmallPackage(
        "scikit-learn", "1.5.2", ("python >=3.10,<3.13", "numpy >=1.20,<2"), "py_1", "linux-aarch64"
    ),
    SmallPackage("libold", "1.0", (), "1", "linux-aarch64"),
    SmallPackage("pip", "24.0", ("python",), "pyh_0", "noarch", "python"),
)


INDEX = "https://index.example"
"""What the index on this machine is called in the files that are kept."""


@contextmanager
def index(folder: Path) -> Iterator[str]:
    """A simple repository (PEP 503) of one wheel, on loopback."""
    page = folder / "simple" / "alpha" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    made = wheel(page.parent, "alpha", "1.0", [])
    hashed = hashlib.sha256(made.read_bytes()).hexdigest()
    page.write_text(f'<a href="{made.name}#sha256={hashed}">{made.name}</a>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def main() -> None:
    make_channel(FOLDER, PACKAGES + MORE)
    solver = FOLDER / "conda"
    solver.write_text(f'#!/bin/sh\nexec {sys.executable} -m tests.importing.made_by_conda_lock.solver "$@"\n')
    solver.chmod(0o755)
    names = FOLDER / "names.json"
    six = {"conda_name": "six", "import_name": "six", "mapping_source": "static", "pypi_name": "six"}
    names.write_text(json.dumps({"six": six}))  # which conda-lock would fetch
    program = str(Path(sys.executable).parent / "conda-lock")
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[2])}
    with index(FOLDER) as address:
        for name in SOURCES:
            (FOLDER / name).write_text((HERE / name).read_text().replace(INDEX, address))
        sources = [word for name in SOURCES for word in ("-f", name)]
        platforms = [word for name in PLATFORMS for word in ("-p", name)]
        lock = [program, "lock", "--conda", str(solver), *sources, *platforms, "--lockfile", "conda-lock.yml"]
        lock += ["--pypi_to_conda_lookup_file", names.as_uri()]
        (FOLDER / "conda-lock.yml").unlink(missing_ok=True)
        subprocess.run(lock, cwd=FOLDER, env=environment, check=True)
        text = (FOLDER / "conda-lock.yml").read_text().replace(address, INDEX)
    (HERE / "conda-lock.yml").write_text(text)
    for name, options in {"main": ["--no-dev-dependencies"], "dev": ["--dev-dependencies"]}.items():
        for kind in ("env", "explicit"):
            words = ["render", "-k", kind, *options, "--filename-template", f"{name}-{{platform}}"]
            subprocess.run([program, *words, "conda-lock.yml"], cwd=HERE, env=environment, check=True)


if __name__ == "__main__":
    main()
