"""From a project to `envspec.lock`: the one phase that solves, and the file it keeps.

`solve.lock_project` asks `conda` (rattler) and `pypi` (uv) for each environment and platform; `model` is what
they answer, `text` and `file` keep it, `stale` compares it with the spec, `export` hands it to installers.
"""
