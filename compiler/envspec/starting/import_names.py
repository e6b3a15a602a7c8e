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


def imported_projects(trees: Iterable[ast.Module], local: frozenset[str]) -> list[str]:
    """The projects that programs import, sorted. `local` are names of modules of the folder itself."""
    names: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.partition(".")[0])
    outside = names - local - sys.stdlib_module_names - {"__future__"}
    return sorted({PROJECTS.get(name, name.lower().replace("_", "-")) for name in outside} - {""})
