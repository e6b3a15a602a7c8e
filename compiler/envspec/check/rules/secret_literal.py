"""W0312: a text that has the form of a credential.

The forms are those that the services publish for secret scanning; a match says which service it is, never what
was matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic
from envspec.resolve.evaluated import escape

FORMS: tuple[tuple[str, str], ...] = (
    ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})"),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}"),
    ("a PyPI token", r"\bpypi-AgEI[A-Za-z0-9_-]{50,}"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a Slack token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    ("an OpenAI or Anthropic key", r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}"),
    ("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("a Stripe key", r"\b[rs]k_live_[0-9A-Za-z]{24,}"),
    ("an Azure storage key", r"\bAccountKey=[A-Za-z0-9+/]{40,}={0,2}"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("a password in a URL", r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/:@$]{3,}@"),
)
_FORMS = tuple((what, re.compile(form)) for what, form in FORMS)
_ANY = re.compile("|".join(f"(?:{form})" for _, form in FORMS))


def credential(text: str) -> str:
    """What kind of credential is in a text; empty when there is none."""
    if not _ANY.search(text):
        return ""
    return next((what for what, form in _FORMS if form.search(text)), "")


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for plural in ("environments", "runs", "deployments", "models", "indexes", "channels", "targets"):
        for key, item in subject.resolution.document.get(plural, {}).items():
            for text, pointer in _texts(item, f"/{plural}/{escape(key)}"):
                what = credential(text)
                if what:
                    yield Diagnostic(
                        "W0312",
                        f"this looks like {what}",
                        subject.resolution.origins.locate(pointer),
                        "everybody who can read the file has it",
                        help="revoke it, write a `secret` block, and name that here: `secret.NAME`",
                    )


def _texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield value, pointer
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{pointer}/{index}")


RULE = Rule("secret-literal", ("W0312",), _check)
