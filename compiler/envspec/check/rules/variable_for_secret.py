"""W0313: a variable, build argument, label, tag, option or word of a script that is a secret by its name, with its value
written out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from envspec.check.rules.rule import Rule, Subject
from envspec.check.secret_names import is_written_out, plain_name, secret_arguments
from envspec.check.secret_scripts import SecretWord, secret_words
from envspec.diagnostics import Diagnostic, Edit, Fix, Span
from envspec.diagnostics.credentials import credentials
from envspec.resolve.evaluated import escape


def _check(subject: Subject) -> Iterator[Diagnostic]:
    project = subject.project
    for plural, items in (("environments", project.environments), ("runs", project.runs),
                          ("deployments", project.deployments)):  # fmt: skip
        for key, item in items.items():
            yield from _of(subject, f"/{plural}/{escape(key)}/variables", item.variables)
    for key, environment in project.environments.items():
        yield from _of(subject, f"/environments/{escape(key)}/docker/arguments", environment.docker.arguments)
    for plural, tagged in (("environments", project.environments), ("runs", project.runs),
                           ("deployments", project.deployments), ("models", project.models)):  # fmt: skip
        for key, one in tagged.items():
            yield from _tags(subject, f"/{plural}/{escape(key)}/tags", one.tags)
    for key, environment in project.environments.items():
        yield from _tags(subject, f"/environments/{escape(key)}/docker/labels", environment.docker.labels)
    for key, run in project.runs.items():
        yield from _command(subject, f"/runs/{escape(key)}/command", run.command)
        if run.shell:
            yield from _script(subject, f"/runs/{escape(key)}/shell", run.shell)
    for key, environment in project.environments.items():
        for at, script in enumerate(environment.docker.run):
            yield from _script(subject, f"/environments/{escape(key)}/docker/run/{at}", script)


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
        yield _finding(subject, f"{pointer}/{escape(name)}", name, help_, fixes)


def _tags(subject: Subject, pointer: str, tags: Mapping[str, str]) -> Iterator[Diagnostic]:
    for name, value in tags.items():
        place = f"{pointer}/{escape(name)}"
        if not is_written_out(plain_name(name), value) or not _is_literal(subject, place):
            continue
        if next(credentials(value), None) is None:
            goes = (
                "a label goes wherever the image goes"
                if pointer.endswith("/labels")
                else "a tag goes wherever the thing goes that has it"
            )
            help_ = f"{goes}: take it out, and write a `secret` for what reads it"
            yield _finding(subject, place, name, help_)


def _command(subject: Subject, pointer: str, words: Sequence[object]) -> Iterator[Diagnostic]:
    for at, name in secret_arguments(words):
        place = f"{pointer}/{at}"
        if next(credentials(str(words[at])), None) is None and _is_literal(subject, place):
            variable = plain_name(name).upper()
            help_ = (
                "every process of the machine can see it: let the program read a variable, "
                f"`variables = {{ {variable} = secret.{_block(variable)} }}`"
            )
            yield _finding(subject, place, name, help_)


def _script(subject: Subject, pointer: str, script: str) -> Iterator[Diagnostic]:
    span = subject.resolution.origins.values.get(pointer)
    module = subject.resolution.modules.get(span.file) if span is not None else None
    if span is None or module is None or module.source.text[span.start : span.start + 1] != '"':
        return
    places: dict[str, tuple[int, int]] = {}
    for found in secret_words(script):
        value = script[found.start : found.end]
        if next(credentials(value), None) is None:
            block = _block(plain_name(found.name))
            help_ = (
                "a script of an image stays in its history: let the run or deployment read a secret variable"
                if "/docker/run/" in pointer
                else f"read a variable in the script, `variables = {{ {plain_name(found.name).upper()} = secret.{block} }}`"
            )
            yield _finding(
                subject,
                pointer,
                found.name,
                help_,
                place=_written(module.source.text, span, script, found, places),
            )


def _written(
    text: str, span: Span, script: str, found: SecretWord, places: dict[str, tuple[int, int]]
) -> Span:
    """Where a word of a script stands in the file; the whole script where it is not written as it is read. `places` has how
    far the words before it were followed, in the script and in the file (-1: not any more), for each text."""
    value = script[found.start : found.end]
    for needle in (value, value[1:-1] if value[:1] in ("'", '"') else ""):
        if needle and "\n" not in needle:
            seen, at = places.get(needle, (0, span.start - 1))
            steps = script.count(needle, seen, found.start) + (needle not in places)
            while steps and at >= 0:
                at = text.find(needle, at + 1, span.end)
                steps -= 1
            places[needle] = found.start, at
            if at >= 0:
                return span._replace(start=at, end=at + len(needle))
    return span


def _is_literal(subject: Subject, pointer: str) -> bool:
    """Whether the text stands there, and is not that of a param."""
    span = subject.resolution.origins.values.get(pointer)
    module = subject.resolution.modules.get(span.file) if span is not None else None
    if span is None or module is None:
        return False
    written = module.source.text[span.start : span.end]
    return written.startswith('"') and "${" not in written


def _finding(
    subject: Subject,
    pointer: str,
    name: str,
    help_: str,
    fixes: tuple[Fix, ...] = (),
    place: Span | None = None,
) -> Diagnostic:
    return Diagnostic(
        "W0313",
        f"`{name}` is a secret by its name, but its value is written here",
        place or subject.resolution.origins.locate(pointer),
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
