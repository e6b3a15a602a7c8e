"""Docker as Debian's next suite has it, beside the one of this machine: its programs, in a folder of the cache.

They are taken from the packages without installing them: programs written in Go run on this Debian too. The next
suite's runc does not, and is not among them: this machine's is used.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.engines import EngineMissingError
from tests.engines.apt_sources import debian_sources
from tests.engines.paths import cache_dir, lock

_SUITE = "trixie"
_PACKAGES = ("docker.io", "docker-cli", "docker-buildx", "containerd")
_PLUGIN = Path("usr/libexec/docker/cli-plugins/docker-buildx")


def programs() -> Path:
    """A folder with `dockerd`, `containerd` and a `docker` that has buildx. Raises EngineMissingError."""
    folder = cache_dir() / f"docker-{_SUITE}"
    with lock("newer-docker"):
        if not (folder / "bin").is_dir():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            _unpack(unfinished)
            (unfinished / "bin").mkdir()
            for program in [*unfinished.glob("usr/bin/*"), *unfinished.glob("usr/sbin/*")]:
                (unfinished / "bin" / program.name).symlink_to(f"../{program.relative_to(unfinished)}")
            plugins = unfinished / "configuration" / "cli-plugins"
            plugins.mkdir(parents=True)
            (plugins / "docker-buildx").symlink_to(f"../../{_PLUGIN}")
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)
    return folder / "bin"


def configuration(folder: Path) -> Path:
    """The `DOCKER_CONFIG` with which the `docker` of `programs` finds its plugin."""
    return folder.parent / "configuration"


def _unpack(folder: Path) -> None:
    """Downloads with an apt of its own, whose lists and status are in `folder`."""
    apt, packages = folder / "apt", folder / "packages"
    for path in ("etc/apt/sources.list.d", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial"):
        (apt / path).mkdir(parents=True)
    status = apt / "status"
    status.touch()
    packages.mkdir()
    sources = "\n\n".join(
        stanza for stanza in debian_sources(_SUITE).split("\n\n") if "-security" not in stanza
    )
    kind = "sources" if "Types:" in sources else "list"
    (apt / "etc" / "apt" / "sources.list.d" / f"next.{kind}").write_text(sources)
    options = [f"-oDir={apt}", f"-oDir::State::status={status}", "-oAPT::Sandbox::User=root"]
    _run(["apt-get", *options, "-qq", "update"], packages)
    _run(["apt-get", *options, "-qq", "download", *_PACKAGES], packages)
    for package in packages.glob("*.deb"):
        _run(["dpkg-deb", "-x", str(package), str(folder)], packages)
    shutil.rmtree(apt)
    shutil.rmtree(packages)


def _run(command: list[str], folder: Path) -> None:
    if shutil.which(command[0]) is None:
        raise EngineMissingError(f"there is no `{command[0]}` to get a newer Docker with")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EngineMissingError(f"`{' '.join(command)}` failed:\n{done.stderr[-2000:]}")
