"""Which findings are wanted: codes, or beginnings of codes, chosen and left out.

In come selectors such as `W0301`, `W03` or `ALL`; out comes the decision about one finding. What always holds:
an error is shown whatever is chosen. Where `select` and `ignore` both name a finding, the longer selector wins,
and of two alike the one that leaves out. Patterns of `per_file_ignores` are shell patterns for the whole path
from the project root; `*` matches `/` too.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from envspec.diagnostics.codes import codes
from envspec.diagnostics.diagnostic import Diagnostic, Severity
from envspec.frozen import Frozen, frozen

ALL = "ALL"


@frozen
class Selection(Frozen):
    """`per_file_ignores` are pairs of a pattern and the selectors left out in files that it matches."""

    select: tuple[str, ...] = (ALL,)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def wants(self, finding: Diagnostic) -> bool:
        """Whether a finding is shown, counts, and is mended. Its file is relative to the project root."""
        if finding.severity is Severity.ERROR:
            return True
        ignored = list(self.ignore)
        if finding.span is not None:
            for pattern, selectors in self.per_file_ignores:
                if fnmatchcase(finding.span.file, pattern):
                    ignored.extend(selectors)
        return _strength(finding.code, self.select) > _strength(finding.code, ignored)


def _strength(code: str, selectors: Iterable[str]) -> int:
    """The length of the longest selector that names a code; `ALL` counts 0, none of them -1."""
    return max((0 if s == ALL else len(s) for s in selectors if s == ALL or code.startswith(s)), default=-1)


def problem(selector: str, *, ignoring: bool) -> str:
    """What is wrong with a selector, as one clause; empty when nothing is."""
    if selector == ALL:
        return ""
    named = [code for code in codes() if selector and code.startswith(selector)]
    if not named:
        return f"no code begins with `{selector}`" if selector else "a selector is empty"
    if ignoring and all(codes()[code].severity == "error" for code in named):
        return f"`{selector}` names errors, which cannot be left out"
    return ""
