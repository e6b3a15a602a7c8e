"""An explicit list: the address of every conda package with its sha256, for `conda create --file` and micromamba.

One platform. What pip installs has no place in it: `requirements` is its companion.
"""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure
from envspec.exporting.interface import Export, ExportRequest, pip_loss
from envspec.lock.export import explicit_lines
from envspec.lock.platforms import PLATFORMS


def export(request: ExportRequest) -> Export:
    """Raises `Failure` E0632 when there is nothing of conda."""
    platform = request.platform
    if not platform.conda:
        raise Failure(
            Diagnostic(
                "E0632",
                f"`{request.environment.id}` has no conda packages, which are all that an explicit list holds",
                pointer=f"/environments/{request.environment.id}",
                help="export `requirements` or `pylock` instead",
            )
        )
    lines = [
        f"# Made by `envspec export explicit {request.environment.id}`",
        f"# platform: {PLATFORMS[platform.platform].subdir}",
        *explicit_lines(platform),
    ]
    return Export(
        "".join(f"{line}\n" for line in lines), tuple(pip_loss(request.platforms, "an explicit list"))
    )
