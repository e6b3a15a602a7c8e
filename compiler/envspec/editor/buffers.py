"""Files as the editor sees them: unsaved texts before what is on disk."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.frozen import field, frozen
from envspec.resolve.files import ProjectFiles


@frozen
class BufferedFiles(ProjectFiles):
    """`buffers` are the texts of open files by root-relative path, whether they are on disk or not."""

    buffers: Mapping[str, str] = field(default_factory=dict)

    def read_bytes(self, relative: str) -> bytes:
        if relative in self.buffers:
            return self.buffers[relative].encode("utf-8", "surrogatepass")
        return ProjectFiles.read_bytes(self, relative)

    def is_file(self, relative: str) -> bool:
        return relative in self.buffers or ProjectFiles.is_file(self, relative)

    def exists(self, relative: str) -> bool:
        return relative in self.buffers or ProjectFiles.exists(self, relative)
