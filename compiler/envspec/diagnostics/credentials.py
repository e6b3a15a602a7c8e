"""Texts that have the form of a credential: the rule W0312 finds them, and nothing shows them.

What is masked is more than what is found: a password in a URL has a place, so none is shown, however short it is and
whatever it looks like. The forms are those that the services publish for secret scanning. What is masked keeps its
length in characters, in bytes of UTF-8 and in units of UTF-16, so that every place in the text stays what it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from envspec.diagnostics.diagnostic import Diagnostic, Label
from envspec.diagnostics.span import Source, Span
from envspec.frozen import replace
from envspec.lazy_pattern import lazy_pattern

FORMS: tuple[tuple[str, str, str], ...] = (
    ("an AWS access key", "AKIA", r"\bAKIA[0-9A-Z]{16}\b"),
    ("an AWS access key", "ASIA", r"\bASIA[0-9A-Z]{16}\b"),
    ("a GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    ("a GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{60,}"),
    ("a GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{30,}"),
    ("a PyPI token", "pypi-", r"\bpypi-AgEI[A-Za-z0-9_-]{50,}"),
    ("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a Slack token", "xox", r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    ("an OpenAI or Anthropic key", "sk-", r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}"),
    ("a Google API key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
    ("a Stripe key", "k_live_", r"\b[rs]k_live_[0-9A-Za-z]{24,}"),
    ("an Azure storage key", "AccountKey=", r"\bAccountKey=[A-Za-z0-9+/]{40,}={0,2}"),
    ("a private key", "PRIVATE KEY", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\]*"),
    ("a JSON web token", "eyJ", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    (
        "a password in a URL",
        "://",
        r"(?<=://)[^\s/:@\"'${}<>]{0,100}:[^\s/:@\"'${}<>]{3,200}(?=@(?!sha256:[0-9a-f]))",
    ),
)
"""What it is, a text that stands in every one, and its form."""
_FEWEST = 7
"""Different characters that a credential has at least: `xxxx…` is somebody's example."""
_USER_INFO = lazy_pattern(
    r"(?:(?<=://)|(?<=[A-Za-z0-9+.-]:/)(?!/))"
    r"(?:[^\s/?#]*(?:@(?!sha256:[0-9a-f])|…)"
    r"|[^\s/?#@:\"']*:(?![0-9]*(?:[/?#\s]|\Z)|\$\{)[^\s\"']{0,200}@(?!sha256:[0-9a-f]))"
)
"""Of a URL (RFC 3986: no `/`, `?` or `#`), with the sign after it. A message may have cut it off there, or read it as a
path, of which two `/` are one. What comes after the `@` of a reference to an image is no host. Then that of a URL whose
password has a `/`, `?` or `#` all the same: what comes after the `:` is no port."""
_VARIABLE = lazy_pattern(r"\$\{[^{}\n]*\}")
_QUOTED = lazy_pattern("`([^`]+)`")
_EXAMPLES = ("EXAMPLE", "example", "your", "YOUR", "changeme", "placeholder")
BY_PLACE = frozenset({"E0306", "W0312", "W0313"})
"""Codes whose place is a credential, whatever its form."""


class Credential(NamedTuple):
    """Characters `start` to `end` of a text are `what`."""

    what: str
    start: int
    end: int


def credentials(text: str) -> Iterator[Credential]:
    """What has the form of a credential in a text."""
    for what, sign, form in FORMS:
        if sign not in text:
            continue
        for match in re.finditer(form, text):  # compiled when it is wanted, once
            if len(set(match[0])) >= _FEWEST and not is_example(match[0]):
                yield Credential(what, match.start(), match.end())


def is_example(text: str) -> bool:
    """Whether a text says that it only stands for a credential."""
    return any(word in text for word in _EXAMPLES)


def _passwords(text: str) -> Iterator[tuple[int, int]]:
    """The user information of every URL in a text that has a password there; but for `${…}`, which stands for another
    text."""
    if ":/" not in text:
        return
    for match in _USER_INFO.finditer(text):
        start, end = match.start(), match.end() - 1
        _, colon, password = text[start:end].partition(":")
        if not colon or not _VARIABLE.sub("", password):
            continue
        for variable in _VARIABLE.finditer(text, start, end):
            yield start, variable.start()
            start = variable.end()
        yield start, end


@lru_cache(maxsize=32)
def _passwords_of_file(text: str) -> list[tuple[int, int]]:
    """The same; a file is asked for with each of its findings."""
    return list(_passwords(text))


def masked(text: str, stretches: Iterable[tuple[int, int]] = ()) -> str:
    """The text without its credentials, the passwords of its URLs, and what the stretches of characters hold."""
    some = [*stretches, *((found.start, found.end) for found in credentials(text)), *_passwords(text)]
    if not some:
        return text
    characters = list(text)
    for start, end in some:
        for at in range(max(start, 0), min(end, len(characters))):
            characters[at] = _mask(characters[at])
    return "".join(characters)


def _mask(character: str) -> str:
    """A sign that takes as many bytes in UTF-8, and as many units in UTF-16; line ends and quotes stay."""
    code = ord(character)
    if character in '\r\n"':
        return character
    return "*" if code < 0x80 else "\u00b7" if code < 0x800 else "\u2022" if code < 0x10000 else "\U0001f512"


def without_credentials(finding: Diagnostic, sources: Mapping[str, Source] | None = None) -> Diagnostic:
    """The finding, whose own texts show none. A fix that would have to is not offered. With the `sources` also pieces are
    known that a message cut out of a URL, such as what stands before a comma in its password."""
    written = _with_passwords(finding, sources or {})

    def shown(text: str) -> str:
        text = masked(text)
        for lines, places, near in written:
            text = _without_pieces(text, lines, places, near=near)
        return text

    texts = [finding.message, finding.marker, finding.help, *finding.notes]
    texts += [label.text for label in finding.labels]
    texts += [text for fix in finding.fixes for text in (fix.title, *(edit.text for edit in fix.edits))]
    if all(shown(text) == text for text in texts):
        return finding
    return replace(
        finding,
        message=shown(finding.message),
        marker=shown(finding.marker),
        help=shown(finding.help),
        notes=tuple(shown(note) for note in finding.notes),
        labels=tuple(Label(label.span, shown(label.text)) for label in finding.labels),
        fixes=tuple(
            fix
            for fix in finding.fixes
            if all(shown(text) == text for text in (fix.title, *(edit.text for edit in fix.edits)))
        ),
    )


def _with_passwords(
    finding: Diagnostic, sources: Mapping[str, Source]
) -> list[tuple[str, list[tuple[int, int]], bool]]:
    """The lines that a finding is about, where user information of URLs stands in them; and each file that has any, since
    what a finding speaks of may stand far from it (the value of a param)."""
    found = []
    source = sources.get(finding.span.file) if finding.span is not None else None
    if source is not None and finding.span is not None:
        text, span = source.text, finding.span
        end = text.find("\n", span.end)
        lines = text[text.rfind("\n", 0, span.start) + 1 : len(text) if end < 0 else end]
        found.append((lines, list(_passwords(lines)), True))
    found += [(one.text, _passwords_of_file(one.text), False) for one in sources.values()]
    return [one for one in found if one[1]]


def _without_pieces(text: str, lines: str, places: Sequence[tuple[int, int]], *, near: bool) -> str:
    """Each quoted piece of a text without what of it may be user information there. One that is not written so (it has
    escapes) shows nothing then. Of lines that are not `near` only pieces that look like one end of a URL are."""
    characters = list(text)
    for match in _QUOTED.finditer(text):
        piece = match[1]
        if not near and ":/" not in piece and "@" not in piece:
            continue
        at = lines.find(piece)
        if near and at < 0 and any("\\" in lines[start:end] for start, end in places):
            characters[match.start(1) : match.end(1)] = [_mask(character) for character in piece]
        while at >= 0:
            for start, end in places:
                for place in range(max(start, at), min(end, at + len(piece))):
                    index = match.start(1) + place - at
                    characters[index] = _mask(characters[index])
            at = lines.find(piece, at + 1)
    return "".join(characters)


def masked_sources(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source]) -> dict[str, Source]:
    """The sources to show findings in: the same places, and no credential in any line."""
    places: dict[str, list[Span]] = {}
    for finding in diagnostics:
        if finding.code in BY_PLACE and finding.span is not None:
            places.setdefault(finding.span.file, []).append(finding.span)
    shown = {}
    for file, source in sources.items():
        text = masked(source.text, ((span.start, span.end) for span in places.get(file, ())))
        shown[file] = source if text == source.text else replace(source, text=text)
    return shown
