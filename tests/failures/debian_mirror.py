"""A mirror of Debian packages as apt wants it (a flat repository), of packages that hold nothing but their names."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

# name, version, further fields
PACKAGES = (
    ("wanted", "1.0", "Provides: anything\n"),
    ("libflux1", "1.0", ""),
    ("flux-dev", "1.0", "Provides: anything\n"),
    ("hostile", "1.0", "Conflicts: wanted\n"),
)


def write_mirror(folder: Path) -> Path:
    folder.mkdir(parents=True)
    index = ""
    for name, version, fields in PACKAGES:
        control = (
            f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Tests <tests@example.org>\n"
            f"{fields}Description: a package of the tests\n"
        )
        file = folder / f"{name}_{version}_all.deb"
        file.write_bytes(_deb(control))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        index += f"{control}Filename: ./{file.name}\nSize: {file.stat().st_size}\nSHA256: {digest}\n\n"
    (folder / "Packages").write_text(index)
    return folder


def _deb(control: str) -> bytes:
    """An archive of `ar` (deb(5)) with the two tars that a package is."""
    members = (
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", _tar({"./control": control.encode()})),
        ("data.tar.gz", _tar({})),
    )
    made = b"!<arch>\n"
    for name, content in members:
        made += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        made += content + b"\n" * (len(content) % 2)
    return made


def _tar(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return made.getvalue()
