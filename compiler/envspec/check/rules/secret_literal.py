"""W0312: a text that has the form of a credential, anywhere in a file: a comment is as readable as a value.

A finding says which service it is for, never what was found.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Span
from envspec.diagnostics.credentials import credentials


def _check(subject: Subject) -> Iterator[Diagnostic]:
    told = [d.span for d in subject.resolution.diagnostics if d.code == "E0306" and d.span is not None]
    for file, source in subject.resolution.sources.items():
        for found in credentials(source.text):
            span = Span(file, found.start, found.end)
            if any(
                other.file == file and other.start < span.end and span.start < other.end for other in told
            ):
                continue
            yield Diagnostic(
                "W0312",
                f"this looks like {found.what}",
                span,
                "everybody who can read the file has it",
                help="revoke it, write a `secret` block, and name that here: `secret.NAME`",
            )


RULE = Rule("secret-literal", ("W0312",), _check)
