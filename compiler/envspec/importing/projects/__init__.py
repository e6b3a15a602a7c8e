"""Python projects: `pyproject.toml` in all its dialects, the lock files beside it, Pipfiles, pixi, inline metadata."""
