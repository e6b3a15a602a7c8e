"""The rules, one file each. Adding one is a file and a line in `RULES`."""

from __future__ import annotations

from envspec.check.rules import entry_script, missing_file, unpinned_package, user_managed
from envspec.check.rules.rule import Rule, Subject

__all__ = ["RULES", "Rule", "Subject"]

RULES: tuple[Rule, ...] = (
    user_managed.RULE,
    missing_file.RULE,
    entry_script.RULE,
    unpinned_package.RULE,
)
