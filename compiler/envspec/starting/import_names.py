"""Which project on PyPI an import comes from, where the names differ, and which names are no project at all."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable

PROJECTS: dict[str, str] = {
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "git": "gitpython",
    "google": "",
    "jose": "python-jose",
    "lightning_fabric": "lightning",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
    "yaml": "pyyaml",
}
"""Empty for a name that several projects share."""
_THERE = {"__future__", "envspec_run"}
"""What no project brings: the second is there in every run, and a project of that name would be somebody else's."""


def imported_projects(trees: Iterable[ast.Module], local: frozenset[str]) -> list[str]:
    """The projects that programs import, sorted. `local` are names of modules of the folder itself."""
    names: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.partition(".")[0])
    outside = names - local - sys.stdlib_module_names - _THERE
    return sorted({PROJECTS.get(name, name.lower().replace("_", "-")) for name in outside} - {""})
