"""What uv (0.13) prints when the build backend of a package or project fails: patterns, and what they mean.

The backend's own output follows uv's sentence, indented. What is missing is told by whoever looked for it: Python's
`subprocess` and setuptools for a program, a shell for a command, the compiler for a header.
"""

from __future__ import annotations

import re

from envspec.frozen import Frozen, frozen

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_TOOLS = (
    r"(?:[\w-]+-linux-gnu-)?(?:gcc|g\+\+|clang\+\+|clang|c\+\+|cc|gfortran)|cargo|rustc|cmake|make|ninja|meson|swig|nvcc|"
    r"pkg-config"
)
BUILT = rf"Failed to build `(?P<package>{_NAME})(?: @ [^`]*|==[^`]*)?`"
MISSING = (
    rf"{BUILT}.*?No such file or directory: '(?P<detail>(?:[^'\n]*/)?(?:{_TOOLS})(?:-\d+)?)'",
    rf"{BUILT}.*?error: command '(?P<detail>[^'\n]+)' failed: No such file or directory",
    rf"{BUILT}.*?(?P<detail>\b(?:{_TOOLS})): (?:command )?not found",
    rf"{BUILT}.*?fatal error: (?P<detail>[\w./+-]+\.h\w*): No such file or directory",
)
# Greedy: the last error of the backend is the one that ended it.
ENDED = rf"{BUILT}.*\n *(?P<detail>(?:[\w.]*(?:Error|Exception)|error): [^\n]+)"


@frozen
class BuildFailure(Frozen):
    """`missing` is the tool or header that is not there, in words; else `said` is the backend's last error."""

    package: str
    missing: str = ""
    said: str = ""


def build_failure(output: str) -> BuildFailure | None:
    """The build that failed, None when none did."""
    for pattern in MISSING:
        found = re.search(pattern, output, re.DOTALL)
        if found is not None:
            return BuildFailure(found["package"], missing=missing_in_words(found["detail"]))
    found = re.search(ENDED, output, re.DOTALL) or re.search(BUILT, output)
    if found is None:
        return None
    return BuildFailure(found["package"], said=found.groupdict().get("detail") or "")


def missing_in_words(detail: str) -> str:
    """`gcc`, or a header."""
    return f"the header `{detail}`" if re.search(r"\.h\w*$", detail) else f"`{detail}`"
