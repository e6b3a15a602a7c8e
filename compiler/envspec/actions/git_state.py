"""Where a source is in git: what people look for when they have the id of a run."""

from __future__ import annotations

import os
from pathlib import Path

_SECONDS = 10


def git_state(source: Path) -> dict[str, object]:
    """`commit`, `branch` (empty when none is checked out) and whether anything there is `dirty`; empty without git, or
    outside of a repository."""
    commit = _git(source, "rev-parse", "HEAD")
    if commit is None:
        return {}
    branch = _git(source, "symbolic-ref", "--short", "-q", "HEAD") or ""
    return {
        "commit": commit,
        "branch": branch,
        "dirty": bool(_git(source, "status", "--porcelain", "--", ".")),
    }


def _git(source: Path, *arguments: str) -> str | None:
    """What git prints; None when it fails. It takes no lock, asks nobody, and runs no hook and no monitor of the
    repository's own configuration."""
    import subprocess  # what is only planned needs none

    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]
    variables = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, cwd=source, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
