"""A real OCI registry with a referrers API, which Debian 12 has none of.

Debian's next suite has the sources of go-containerregistry, whose registry has one, and a Go compiler that runs here.
Both are unpacked into the cache, never installed, and the program is built there once (about two minutes, of which
one is a download of 85 MB); nothing of the Go toolchain is kept. It holds its data in memory.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import EngineMissingError
from tests.engines.apt_sources import debian_sources
from tests.engines.paths import cache_dir, lock
from tests.engines.registry import OciRegistry, serve_program

_SUITE = "trixie"
_GO = "1.24"
_PACKAGES = (
    *(f"golang-{_GO}-go", f"golang-{_GO}-src"),
    "golang-github-google-go-containerregistry-dev",
    "golang-github-klauspost-compress-dev",
    "golang-github-opencontainers-go-digest-dev",
    "golang-github-opencontainers-image-spec-dev",
)
_PROGRAM = """package main

import (
	"io"
	"log"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	quiet := registry.Logger(log.New(io.Discard, "", 0))
	log.Fatal(http.ListenAndServe(os.Args[1], registry.New(registry.WithReferrersSupport(true), quiet)))
}
"""
_APT = """Dir "{root}";
Dir::State::status "{root}/status";
APT::Architecture "amd64";
APT::Sandbox::User "root";
"""
_SECONDS = 600


@contextmanager
def serve_registry_with_referrers(folder: Path) -> Iterator[OciRegistry]:
    """An empty registry that lives as long as the context. Raises EngineMissingError when it cannot be built."""
    program = _built()
    with serve_program(lambda address: [str(program), address], folder / "referrers.log") as registry:
        yield registry


def _built() -> Path:
    program = cache_dir() / f"registry-with-referrers-{_SUITE}-{_GO}"
    with lock("registry-with-referrers"):
        if not program.exists():
            if os.uname().machine != "x86_64" or shutil.which("dpkg-deb") is None:
                raise EngineMissingError("a registry with referrers is built on Debian for amd64 only")
            with tempfile.TemporaryDirectory(dir=cache_dir()) as work:
                _build(Path(work)).replace(program)
    return program


def _build(work: Path) -> Path:
    apt, tree = work / "apt", work / "tree"
    go = tree / f"usr/lib/go-{_GO}"
    for name in (
        *("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d", "debs"),
        *("var/lib/apt/lists/partial", "var/cache/apt/archives/partial"),
    ):
        (apt / name).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "etc/apt/sources.list.d/next.sources").write_text(debian_sources(_SUITE))
    own = "".join(
        file.read_text() for file in sorted(Path("/etc/apt/apt.conf.d").glob("*")) if file.is_file()
    )
    (apt / "apt.conf").write_text(own + _APT.format(root=apt))
    variables = {**os.environ, "APT_CONFIG": str(apt / "apt.conf")}
    _run(["apt-get", "-qq", "update"], apt, variables)
    _run(["apt-get", "-qq", "download", *_PACKAGES], apt / "debs", variables)
    for package in sorted((apt / "debs").glob("*.deb")):
        _run(["dpkg-deb", "-x", str(package), str(tree)], work, variables)
    source = work / "path" / "src" / "ours"
    source.mkdir(parents=True)
    (source / "main.go").write_text(_PROGRAM)
    settings = {
        "GOROOT": str(go),
        "GOPATH": f"{work / 'path'}:{tree / 'usr/share/gocode'}",
        "GOCACHE": str(work / "cache"),
        "GO111MODULE": "off",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }
    _run([str(go / "bin/go"), "build", "-o", str(work / "registry"), "ours"], work, {**variables, **settings})
    return work / "registry"


def _run(command: list[str], folder: Path, variables: dict[str, str]) -> None:
    try:
        subprocess.run(
            command, cwd=folder, env=variables, check=True, capture_output=True, text=True, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip()[-300:]
        raise EngineMissingError(f"no registry with referrers can be built: {said}") from error
