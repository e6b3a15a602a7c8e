"""W0313: a variable or build argument whose name says that it is a secret, with its value written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Edit, Fix
from envspec.diagnostics.credentials import credentials, is_example
from envspec.lazy_pattern import lazy_pattern
from envspec.resolve.evaluated import escape

_WORDS = frozenset(
    {"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "CREDENTIAL", "CREDENTIALS"}
)
_OF_TEXT = frozenset(
    {"PAD", "MASK", "CLS", "EOS", "BOS", "SEP", "UNK", "SPECIAL", "STOP", "START", "END", "IMAGE"}
)
"""Before `TOKEN`: one of a tokenizer's."""
_BEFORE_KEY = frozenset({"API", "ACCESS", "SECRET", "PRIVATE", "ACCOUNT", "ENCRYPTION", "SIGNING"})
_HARMLESS = lazy_pattern(
    r"(?i)\s*|true|false|yes|no|on|off|none|null|[0-9.]+|\$\{?\w+\}?|[./~].*|<.*>|\[.*\]|\*+"
)


def says_secret(name: str) -> bool:
    """Whether the name of a variable ends in a word for a secret: `HF_TOKEN`, not `MAX_TOKENS`, `TOKEN_FILE`."""
    words = re.split(r"_+", name.upper().strip("_"))
    before = words[-2] if len(words) > 1 else ""
    if words[-1] == "KEY":
        return before in _BEFORE_KEY
    return words[-1] in _WORDS and not (words[-1] == "TOKEN" and before in _OF_TEXT)


def is_written_out(name: str, value: str) -> bool:
    """Whether a variable is a secret by its name, with a value that is one: not a path, a number or a placeholder."""
    return says_secret(name) and _HARMLESS.fullmatch(value) is None and not is_example(value)


def _check(subject: Subject) -> Iterator[Diagnostic]:
    project = subject.project
    for plural, items in (("environments", project.environments), ("runs", project.runs),
                          ("deployments", project.deployments)):  # fmt: skip
        for key, item in items.items():
            yield from _of(subject, f"/{plural}/{escape(key)}/variables", item.variables)
    for key, environment in project.environments.items():
        yield from _of(subject, f"/environments/{escape(key)}/docker/arguments", environment.docker.arguments)


def _of(subject: Subject, pointer: str, variables: Mapping[str, object]) -> Iterator[Diagnostic]:
    for name, value in variables.items():
        if not isinstance(value, str) or not is_written_out(name, value):
            continue
        if next(credentials(value), None):  # W0312 has it
            continue
        help_ = f'write `secret {_block(name)} {{ variable = "{name}" }}` and `secret.{_block(name)}` here'
        fixes: tuple[Fix, ...] = ()
        if pointer.endswith("/arguments"):
            help_ = "a build argument stays in the image: read a secret variable when it runs"
        else:
            fixes = _fixes(subject, f"{pointer}/{escape(name)}", name)
        yield Diagnostic(
            "W0313",
            f"`{name}` is a secret by its name, but its value is written here",
            subject.resolution.origins.locate(f"{pointer}/{escape(name)}"),
            "stored, hashed and shown like any other text",
            help=help_,
            fixes=fixes,
        )


def _block(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]", "-", name.lower()).strip("_-")


def _fixes(subject: Subject, pointer: str, name: str) -> tuple[Fix, ...]:
    """A secret block before the block that holds the variable."""
    span = subject.resolution.origins.values.get(pointer)
    module = subject.resolution.modules.get(span.file) if span is not None else None
    if span is None or module is None or module.source.text[span.start : span.start + 1] != '"':
        return ()
    if not re.match(r"[a-z][a-z0-9_-]*\Z", _block(name)):
        return ()
    known = module.blocks.get("secret", {})
    edits = [Edit(span, f"secret.{_block(name)}")]
    around = next((s for s in module.module.statements if s.span.start <= span.start < s.span.end), None)
    if _block(name) not in known and around is not None:
        at = span._replace(start=around.span.start, end=around.span.start)
        ending = "\r\n" if "\r\n" in module.source.text else "\n"
        text = f'secret {_block(name)} {{ variable = "{name}" }}{ending}{ending}'
        edits.insert(0, Edit(at, text))
    return (Fix("read it from a secret", tuple(edits), safe=False),)


RULE = Rule("variable-for-secret", ("W0313",), _check, fix="unsafe")
