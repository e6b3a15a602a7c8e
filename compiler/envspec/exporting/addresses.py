"""Where the index serves a locked file, from what came with the request."""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure
from envspec.exporting.interface import ExportRequest
from envspec.lock.model import LockedFile


def address(request: ExportRequest, file: LockedFile) -> str:
    """Raises `Failure` E0633 when no index serves it."""
    found = request.addresses.get(file.sha256, "")
    if not found:
        raise Failure(
            Diagnostic(
                "E0633",
                f"the index does not serve `{file.filename}` with the locked sha256",
                pointer=f"/environments/{request.environment.id}",
                help="lock again with `--upgrade` of the package, or find out who changed the index",
            )
        )
    return found
