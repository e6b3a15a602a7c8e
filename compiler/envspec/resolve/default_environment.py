"""The environment of a run or deployment that names none: found in its source.

The order: inline script metadata (PEP 723) of the script that the command or `entry` names, `pyproject.toml`,
`requirements.txt`, `environment.yml`. Which one it was is said by a note of code I0114.
"""

from __future__ import annotations

import posixpath

from envspec.diagnostics import Diagnostic, Span
from envspec.resolve.context import Context
from envspec.resolve.evaluated import Atom, Fields, Items
from envspec.resolve.modules import ModuleScope
from envspec.resolve.package_files import environment_of

_FILES = (
    ("pyproject.toml", "pyproject"),
    ("requirements.txt", "requirements"),
    ("environment.yml", "conda"),
    ("environment.yaml", "conda"),
)


def default_environment(
    fields: Fields, context: Context, module: ModuleScope, header: Span, who: str
) -> Fields | None:
    """The environment found, or None with a finding."""
    source = fields.entries.get("source")
    if not isinstance(source, Atom) or not isinstance(source.json, str):
        return None
    if not context.files.is_dir(source.json):
        return None  # the missing folder has a finding of its own
    for path, kind in _candidates(fields, source.json, context):
        context.diagnostics.append(
            Diagnostic(
                "I0114",
                f"{who} names no environment: `{path}` in its source makes one",
                header,
                "",
                help="name one with `environment = …` to choose yourself",
            )
        )
        return environment_of(path, kind, context, module, header)
    context.report(
        "E0206",
        f"{who} needs an environment",
        header,
        "",
        help="add `environment = …`; one is found by itself in a script's inline metadata, `pyproject.toml`, "
        "`requirements.txt` or `environment.yml` in its source",
    )
    return None


def _candidates(fields: Fields, source: str, context: Context) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    script = _script(fields, source, context)
    if script:
        found.append((script, "script"))
    for name, kind in _FILES:
        path = posixpath.normpath(posixpath.join(source, name))
        if context.files.is_file(path):
            found.append((path, kind))
    return found


def _script(fields: Fields, source: str, context: Context) -> str:
    """The Python file that runs, when it carries metadata."""
    names: list[str] = []
    entry, command = fields.entries.get("entry"), fields.entries.get("command")
    if isinstance(entry, Atom) and isinstance(entry.json, str):
        names.append(entry.json)
    if isinstance(command, Items):
        names += [
            item.json for item in command.items if isinstance(item, Atom) and isinstance(item.json, str)
        ]
    for name in names:
        path = posixpath.normpath(posixpath.join(source, name))
        if name.endswith(".py") and not path.startswith(("/", "..")) and context.files.is_file(path):
            if b"# /// script" in context.files.read_bytes(path):
                return path
            return ""
    return ""
