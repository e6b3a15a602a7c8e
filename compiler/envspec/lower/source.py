"""The code of a deployment, as files of its build context and as a digest. Known without lowering anything."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.lower.context import EXECUTABLE, PLAIN, ContextFile, CopyOf
from envspec.lower.files import ProjectFiles, content_digest, tree


def project_source(files: ProjectFiles, folder: str) -> dict[str, ContextFile]:
    """The files of a source folder as they are now, without what version control, caches and builds leave."""
    return {
        relative: ContextFile(CopyOf(path), EXECUTABLE if executable else PLAIN)
        for relative, (path, executable) in tree(files, folder or ".").items()
    }


def source_digest(source: Mapping[str, ContextFile], files: ProjectFiles) -> str:
    """`sha256:…` of the source tree, for `deployment_layer`."""
    return content_digest(
        {path: (file.read(files), file.mode == EXECUTABLE) for path, file in source.items()}
    )
