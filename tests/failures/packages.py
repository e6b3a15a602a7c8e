"""What the index of these tests serves: wheels, and source distributions whose builds fail in various ways."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

# name, version, tag, what it needs
WHEELS = (
    ("alpha", "1.0", "py3-none-any", ()),
    ("alpha", "1.4", "py3-none-any", ()),
    ("alpha", "2.0", "py3-none-any", ()),
    ("beta", "1.0", "py3-none-any", ()),
    ("beta", "2.0", "py3-none-any", ()),
    ("gamma", "1.0", "py3-none-any", ("beta<2",)),
    ("upper", "1.0", "py3-none-any", ("gamma",)),
    ("narrow", "1.0", "py3-none-any", ()),
    ("narrow", "1.1", "cp311-cp311-win_amd64", ()),
    ("foreign", "1.0", "cp311-cp311-win_amd64", ()),
    ("needs-ghost", "1.0", "py3-none-any", ("ghost>=1",)),
    ("needs-future", "1.0", "py3-none-any", ("beta>=9",)),
    ("needs-foreign", "1.0", "py3-none-any", ("foreign",)),
    ("wide", "1.0", "py3-none-any", ()),
)
WIDE_BYTES = 16 * 2**20
"""The size of `wide` once it is installed: more than the small disks of these tests have."""

_COMPILES = 'subprocess.check_call(["gcc", "-c", "m.c", "-o", "m.o"])'
_GIVES_UP = 'raise RuntimeError("the flux is missing")'
# name, version of the metadata (2.2 is known without a build), what building does, the C source
SDISTS = (
    ("compiled", "2.2", _COMPILES, "int main(void) { return 0; }\n"),
    ("headed", "2.2", _COMPILES, "#include <flux/flux.h>\n"),
    ("broken", "2.2", _GIVES_UP, ""),
    ("compiled-early", "2.1", _COMPILES, "int main(void) { return 0; }\n"),
    ("headed-early", "2.1", _COMPILES, "#include <flux/flux.h>\n"),
    ("broken-early", "2.1", _GIVES_UP, ""),
)
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = "import subprocess\n\n\ndef build_wheel(folder, settings=None, metadata=None):\n    {does}\n"


def write_wheel(
    folder: Path, name: str, version: str, tag: str, needs: tuple[str, ...], salt: str = ""
) -> Path:
    """A wheel with one module. `salt` makes another file of the same name and version."""
    folder.mkdir(parents=True, exist_ok=True)
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {need}" for need in needs]
    files = {
        f"{module}.py": f"# {salt}\n",
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n",
    }
    if name == "wide":
        files["wide.bin"] = "\0" * WIDE_BYTES
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    path = folder / f"{module}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text, zipfile.ZIP_DEFLATED)
    return path


def write_sdist(folder: Path, name: str, metadata: str, does: str, source: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{name.replace('-', '_')}-1.0"
    files = {
        "PKG-INFO": f"Metadata-Version: {metadata}\nName: {name}\nVersion: 1.0\n",
        "pyproject.toml": PYPROJECT,
        "backend.py": BACKEND.format(does=does),
        "m.c": source,
    }
    path = folder / f"{stem}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for file, text in files.items():
            member = tarfile.TarInfo(f"{stem}/{file}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def write_project(folder: Path, name: str, does: str, source: str = "") -> Path:
    """A project folder whose metadata is known without a build."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1.0"\n{PYPROJECT}')
    (folder / "backend.py").write_text(BACKEND.format(does=does))
    (folder / "m.c").write_text(source)
    return folder


def write_index(folder: Path) -> Path:
    """A PEP 503 index with all of them."""
    for wheel in WHEELS:
        write_wheel(folder / wheel[0], *wheel)
    for sdist in SDISTS:
        write_sdist(folder / sdist[0], *sdist)
    for page in folder.iterdir():
        list_files(page)
    return folder


def list_files(page: Path) -> None:
    """Write the page of a package anew, with what is in its folder, the hashes of now, and metadata beside (PEP 658):
    without it uv reads parts of wheels, which a server without ranges makes slow."""
    for old in page.glob("*.metadata"):
        old.unlink()
    links = []
    for file in sorted(path for path in page.iterdir() if path.suffix in (".whl", ".gz")):
        beside = ""
        if file.suffix == ".whl":
            with zipfile.ZipFile(file) as archive:
                (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
                metadata = archive.read(name)
            file.with_name(f"{file.name}.metadata").write_bytes(metadata)
            beside = f' data-core-metadata="sha256={hashlib.sha256(metadata).hexdigest()}"'
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        links.append(f'<a href="{file.name}#sha256={digest}"{beside}>{file.name}</a>')
    (page / "index.html").write_text("\n".join(links))
