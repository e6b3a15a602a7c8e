"""A build context as a value: every file that `docker build` gets to see.

What always holds: paths are relative with `/`, never leave the context, and iteration is sorted; modes are
0644 or 0755; a tar of it has zero owners and times, so that one context has one sequence of bytes.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from envspec.frozen import Frozen, frozen
from envspec.lower.files import ProjectFiles

PLAIN = 0o644
EXECUTABLE = 0o755


@frozen
class CopyOf(Frozen):
    """The content of a project file, by root-relative path; read when it is written."""

    path: str


@frozen
class ContextFile(Frozen):
    content: bytes | CopyOf
    mode: int = PLAIN

    def read(self, files: ProjectFiles) -> bytes:
        return files.read_bytes(self.content.path) if isinstance(self.content, CopyOf) else self.content


@frozen
class BuildContext(Frozen):
    """`files` maps paths to files, in order of path."""

    files: Mapping[str, ContextFile]

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def text(self, path: str) -> str:
        """A file that the lowering made, as text."""
        content = self.files[path].content
        if isinstance(content, CopyOf):
            raise TypeError(f"{path} is a copy of {content.path}")
        return content.decode("utf-8")


def text_file(text: str) -> ContextFile:
    return ContextFile(text.encode("utf-8"))


def build_context(files: Mapping[str, ContextFile]) -> BuildContext:
    """Sort the files and hold what a context promises."""
    for path, file in files.items():
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or file.mode not in (PLAIN, EXECUTABLE):
            raise AssertionError(f"not a file of a build context: {path!r}, mode {file.mode:o}")
    return BuildContext(dict(sorted(files.items())))


def sha256_of(file: ContextFile, files: ProjectFiles) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(file.read(files)).hexdigest()


def tar_stream(context: BuildContext, files: ProjectFiles) -> bytes:
    """The context as an uncompressed tar (POSIX pax): sorted, owner 0, time 0."""
    import tarfile

    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, file in context.files.items():
            content = file.read(files)
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode, entry.mtime = len(content), file.mode, 0
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
