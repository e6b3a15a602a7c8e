"""Files that are shipped in a package, such as the grammar."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def package_data(package: str, name: str) -> bytes:
    """What `pkgutil.get_data` gives, also from a zip file, without importing `pkgutil`. Raises `OSError`."""
    # `get_data` there would load the package, but not tell its parent: `envspec.grammar` would be no attribute.
    __import__(package)
    module: Any = sys.modules[package]
    data: bytes = module.__spec__.loader.get_data(str(Path(module.__file__).with_name(name)))
    return data
