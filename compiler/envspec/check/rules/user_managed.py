"""E0214: a user-managed environment is used as it is, so it takes no packages."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic

_MAKES = ("python", "conda", "pip", "constraints")


def _check(subject: Subject) -> Iterator[Diagnostic]:
    origins = subject.resolution.origins
    for key, environment in subject.project.environments.items():
        pointer = f"/environments/{key}"
        if environment.managed:
            if environment.interpreter:
                yield Diagnostic(
                    "E0214",
                    "`interpreter` needs `managed = false`",
                    origins.keys.get(f"{pointer}/interpreter") or origins.locate(pointer),
                    "",
                    help="say `managed = false` to use that interpreter, or `python` for a version",
                )
            continue
        for name in _MAKES:
            if getattr(environment, name):
                yield Diagnostic(
                    "E0214",
                    f"a user-managed environment takes no `{name}`",
                    origins.keys.get(f"{pointer}/{name}") or origins.locate(pointer),
                    "nothing is installed into it",
                    help=f"remove `{name}`, or remove `managed = false`",
                )


RULE = Rule("user-managed", ("E0214",), _check)
