"""E0214: a user-managed environment is used as it is, so it takes no packages."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Label

_MAKES = ("python", "conda", "conda_file", "pip", "requirements", "pyproject", "constraints")


def _check(subject: Subject) -> Iterator[Diagnostic]:
    origins = subject.resolution.origins
    for key, environment in subject.project.environments.items():
        pointer = f"/environments/{key}"
        if environment.managed:
            if environment.interpreter and not subject.unsure(pointer, "managed"):
                yield Diagnostic(
                    "E0214",
                    "`interpreter` needs `managed = false`",
                    origins.keys.get(f"{pointer}/interpreter") or origins.locate(pointer),
                    "",
                    help="say `managed = false` to use that interpreter, or `python` for a version",
                )
            continue
        given = [name for name in _MAKES if f"{pointer}/{name}" in origins.keys]
        if given:
            names = " and no ".join(f"`{name}`" for name in given)
            places = [origins.keys[f"{pointer}/{name}"] for name in given]
            yield Diagnostic(
                "E0214",
                f"a user-managed environment takes no {names}",
                places[0],
                "nothing is installed into it",
                tuple(Label(place, "nor this") for place in places[1:]),
                help=f"remove {' and '.join(f'`{name}`' for name in given)}, or remove `managed = false`",
            )


RULE = Rule("user-managed", ("E0214",), _check)
