"""`requirements.txt` with a hash of every file, for `pip install --require-hashes -r` and `uv pip sync`.

One platform and Python: the hashes are those of its files. Wheels of the project are named by path; a project folder
has no hash, so it is left out and said. Indexes of the spec are named without credentials: a file that is not locked
has the wrong hash wherever it comes from.
"""

from __future__ import annotations

from envspec.exporting.interface import Export, ExportRequest, beside, conda_loss
from envspec.lock.export import requirements_lines


def export(request: ExportRequest) -> Export:
    platform = request.platform
    lines = [
        f"# Made by `envspec export requirements {request.environment.id}`",
        f"# for Python {platform.python} on {platform.platform}.",
    ]
    used = {package.index for package in platform.pip}
    lines += [
        f"--extra-index-url {index.url}"
        for index in request.environment.indexes
        if index.url and index.name in used
    ]
    lines += requirements_lines(platform)
    lines += [
        f"{beside(request, path)} --hash=sha256:{path.sha256}"
        for path in platform.paths
        if path.kind == "wheel"
    ]
    losses = conda_loss(request.platforms, "requirements.txt")
    losses += [
        f"`{path.path}`: a folder has no hash; install it afterwards with `--no-deps`"
        for path in platform.paths
        if path.kind != "wheel"
    ]
    return Export("".join(f"{line}\n" for line in lines), tuple(losses))
