"""The files of the server, as they go into a build context or beside a local deployment.

Comes in: nothing. Goes out: relative paths and bytes, sorted, the same on every machine with the same
version of this compiler (waitress is pinned for that). What always holds: `SERVER_VERSION` moves when any
of the bytes do; a test keeps the digest of each version.
"""

from __future__ import annotations

SERVER_VERSION = 2
"""Part of the deployment hash."""

_OWN = ("front.py", "worker.py")
_FRONT = "http_front"


def server_files() -> dict[str, bytes]:
    """`front.py`, `worker.py`, `http_front/…`, `lib/waitress/…` and waitress's licence. No bytecode."""
    from importlib import metadata, resources  # as slow to import as it is to answer with what is kept

    files: dict[str, bytes] = {}
    here = resources.files("envspec.server")
    for name in _OWN:
        files[name] = here.joinpath(name).read_bytes()
    for part in here.joinpath(_FRONT).iterdir():
        if part.name.endswith(".py"):
            files[f"{_FRONT}/{part.name}"] = part.read_bytes()
    for path in metadata.distribution("waitress").files or ():
        inside = path.as_posix()
        if inside.startswith("waitress/") and inside.endswith(".py"):
            files[f"lib/{inside}"] = path.read_binary()
        elif ".dist-info/" in inside and "LICENSE" in path.name:
            files["lib/waitress/LICENSE.txt"] = path.read_binary()
    if "lib/waitress/server.py" not in files:
        raise RuntimeError("the installed waitress has no list of its files; install it from its wheel")
    return dict(sorted(files.items()))
