"""`conda_file`, `requirements`, `pyproject` and `constraints`: files of other tools that stay the source.

Their entries become entries of `conda`, `pip` and `constraints`, with the place in that file. They are
further constraints: one that contradicts the spec is a finding that shows both lines.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from typing import Any

from envspec.diagnostics import Diagnostic, Label, Source, Span
from envspec.frozen import replace
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.image import parse_line, parse_variable_name
from envspec.packages.package import PackageProblem
from envspec.packages.sources import parse_channel
from envspec.resolve.context import Context
from envspec.resolve.evaluated import Atom, Evaluated, Fields, Items
from envspec.resolve.files import OutsideRoot
from envspec.resolve.modules import ModuleScope, outside_root
from envspec.resolve.suggest import did_you_mean

_VARIABLE = lazy_pattern(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


def read_package_files(fields: Fields, context: Context, module: ModuleScope) -> None:
    """Takes the four attributes out of an environment and puts their entries in."""
    reader = _Reader(context, module, fields)
    for attribute, read in _ATTRIBUTES:
        value = fields.entries.pop(attribute, None)
        paths = value.items if isinstance(value, Items) else [value] if value is not None else []
        for path in paths:
            if isinstance(path, Atom) and isinstance(path.json, str):
                read(reader, path.json, path.span)
            elif not (isinstance(path, Atom) and isinstance(path.json, dict) and "$param" in path.json):
                context.report(
                    "E0204",
                    "expected a path in quotes",
                    path.span,
                    "",
                    help=f'write `{attribute} = "…"` with the path of the file',
                )
            else:
                fields.entries[attribute] = path
    reader.finish()


class _Reader:
    """Collects the entries of all files of one environment."""

    def __init__(self, context: Context, module: ModuleScope, fields: Fields) -> None:
        self.context, self.module, self.fields = context, module, fields
        self.conda: list[Evaluated] = []
        self.pip: list[Evaluated] = []
        self.constraints: list[Evaluated] = []
        self.seen: set[tuple[str, bool]] = set()
        self.including: list[str] = []

    def _text(self, path: str, place: Span) -> str | None:
        """The text of a file, or a finding at the place that names it."""
        try:
            data = self.context.files.read_bytes(path)
        except OSError as error:
            self._missing(path, place, error)
            return None
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.context.report("E0403", f"`{path}` is not UTF-8 text", place, "", help="save it as UTF-8")
            return None
        self.context.sources.setdefault(path, Source.of(path, text))
        return text

    def _missing(self, path: str, place: Span, error: OSError) -> None:
        folder, name = posixpath.split(path)
        try:
            near = [entry.name for entry in self.context.files.path(folder).iterdir()]
        except OSError:
            near = []
        message = f"there is no file `{path}`"
        if not isinstance(error, FileNotFoundError):
            message = f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}"
        self.context.report("E0401", message, place, "named here", help=did_you_mean(name, near))

    def _span(self, path: str, start: int, end: int) -> Span:
        """At least one character, where the file has one."""
        length = len(self.context.sources[path].text)
        return Span(path, min(start, length), min(max(end, start + 1), length))

    def _problems(self, path: str, problems: Iterable[Any]) -> None:
        for problem in problems:
            self.context.diagnostics.append(
                Diagnostic(
                    problem.code,
                    problem.message,
                    self._span(path, problem.start, problem.end),
                    help=problem.help,
                )
            )

    def requirements(self, path: str, place: Span, *, constraint: bool = False) -> None:
        from envspec.packages.requirements_file import parse_requirements

        if path in self.including:
            self.context.report(
                "E0409",
                f"`{path}` includes itself",
                place,
                "included here",
                help="take one of the includes out",
            )
            return
        if (path, constraint) in self.seen:
            return
        self.seen.add((path, constraint))
        text = self._text(path, place)
        if text is None:
            return
        entries, problems = parse_requirements(text)
        self._problems(path, problems)
        self._options(path, entries.options)
        self._pip(path, entries.pip, constraint=constraint)
        self._pip(path, entries.constraints, constraint=True)
        self.including.append(path)
        for include in entries.includes:
            span = Span(path, include.start, include.end)
            target = self._relative(path, include.text, span)
            if target is not None:
                self.requirements(target, span, constraint=constraint or include.kind == "constraint")
        self.including.pop()

    def constraints_file(self, path: str, place: Span) -> None:
        self.requirements(path, place, constraint=True)

    def conda_file(self, path: str, place: Span) -> None:
        from envspec.packages.conda import parse_match_spec
        from envspec.packages.conda_file import parse_conda_file

        text = self._text(path, place)
        if text is None:
            return
        entries, problems = parse_conda_file(text)
        self._problems(path, problems)
        self._options(path, entries.options)
        for entry in entries.conda:
            span = Span(path, entry.start, entry.end)
            found = parse_match_spec(entry.text)
            if hasattr(found, "code"):
                self._problems(path, [_shifted(found, entry)])
            else:
                self.conda.append(Atom({"name": found.name, "spec": found.spec}, span))
        self._pip(path, entries.pip, constraint=False)
        for include in entries.includes:
            span = Span(path, include.start, include.end)
            target = self._relative(path, include.text, span)
            if target is not None:
                self.requirements(target, span, constraint=include.kind == "constraint")
        channels = self._read(path, entries.channels, parse_channel)
        if "channels" not in self.fields.entries and channels:
            self.fields.entries["channels"] = Items(list(channels), place)
        self._variables(path, entries.variables, place)

    def _read(
        self, path: str, entries: Iterable[Any], parse: Callable[[str], str | PackageProblem]
    ) -> list[Atom]:
        """The entries that `parse` takes, and findings for the others."""
        read = []
        for entry in entries:
            found = parse(entry.text)
            if isinstance(found, str):
                read.append(Atom(found, Span(path, entry.start, entry.end)))
            else:
                self._problems(path, [_shifted(found, entry)])
        return read

    def _variables(self, path: str, variables: Iterable[Any], place: Span) -> None:
        """Variables of the file; the spec's own win."""
        own = self.fields.entries.get("variables")
        merged = Fields({}, place)
        for entry in variables:
            problem = parse_variable_name(entry.name)
            if not isinstance(problem, str):
                self._problems(path, [replace(problem, start=entry.start, end=entry.end)])
                continue
            for value in self._read(path, [entry], lambda text: parse_line(text, "a variable")):
                merged.entries[entry.name] = value
        if isinstance(own, Fields):
            merged.entries.update(own.entries)
            merged.keys.update(own.keys)
            merged.span = own.span
        if merged.entries:
            self.fields.entries["variables"] = merged

    def pyproject(self, path: str, place: Span) -> None:
        from envspec.packages.pyproject import parse_pyproject

        text = self._text(path, place)
        if text is None:
            return
        entries, problems = parse_pyproject(text)
        self._problems(path, problems)
        self._pip(path, entries.pip, constraint=False)
        if entries.python is not None:
            self._python(path, entries.python)

    def _python(self, path: str, entry: Any) -> None:
        """The Python of a file holds where the spec has none, and must not contradict the spec's."""
        from envspec.packages.contradiction import overlap, python_set
        from envspec.packages.python_version import parse_python

        found = parse_python(entry.text)
        if not isinstance(found, str):
            self._problems(path, [_shifted(found, entry)])
            return
        span = Span(path, entry.start, entry.end)
        own = self.fields.entries.get("python")
        if own is None:
            if "python" not in self.fields.keys:
                self.fields.entries["python"] = Atom(found, span)
        elif not isinstance(own, Atom) or not isinstance(own.json, str):
            return
        elif not overlap(python_set(own.json), python_set(found)):
            self._contradiction(own.json, own.span, found, span)

    def _contradiction(self, own: str, own_span: Span, other: str, other_span: Span) -> None:
        self.context.report(
            "E0406",
            f"`{other}` contradicts `{own}`",
            own_span,
            "this line",
            labels=(Label(other_span, "and this line"),),
            help="no version can be both; change one",
        )

    def inline_script(self, path: str, place: Span) -> None:
        """PEP 723 metadata of a script."""
        from envspec.packages.inline_script import parse_inline_script

        text = self._text(path, place)
        if text is None:
            return
        entries, problems = parse_inline_script(text)
        self._problems(path, problems)
        self._pip(path, entries.pip, constraint=False)
        if entries.python is not None:
            self._python(path, entries.python)

    def _relative(self, path: str, written: str, span: Span) -> str | None:
        try:
            return self.context.files.locate(written, posixpath.dirname(path))
        except OutsideRoot as error:
            self.context.diagnostics.append(outside_root(error, span))
            return None

    def _options(self, path: str, options: Iterable[Any]) -> None:
        from envspec.packages.requirements_file import option_help

        for option in options:
            name = option.text.partition("=")[0].partition(" ")[0]
            self.context.report(
                "E0405",
                f"the option `{name}` is not taken from a file",
                Span(path, option.start, option.end),
                "",
                help=option_help(option.text),
            )

    def _pip(self, path: str, entries: Iterable[Any], *, constraint: bool) -> None:
        from envspec.packages.pip import parse_requirement

        for entry in entries:
            span = Span(path, entry.start, entry.end)
            if _VARIABLE.search(entry.text):
                self.context.report(
                    "E0404",
                    "a variable of the environment stands in a requirement",
                    span,
                    "means something else on each machine",
                    help="credentials belong into a `secret`, versions into the file",
                )
                continue
            found = parse_requirement(entry.text)
            if hasattr(found, "code"):
                self._problems(path, [_shifted(found, entry)])
                continue
            text = found.text
            if found.kind != "requirement":
                target = self._relative(path, text, span)
                if target is None:
                    continue
                text = target
            value = Atom({"kind": found.kind, "name": found.name, "text": text}, span)
            (self.constraints if constraint else self.pip).append(value)

    def finish(self) -> None:
        """Puts what was collected behind what the spec itself lists."""
        for attribute, added in (("conda", self.conda), ("pip", self.pip), ("constraints", self.constraints)):
            if not added:
                continue
            own = self.fields.entries.get(attribute)
            items = list(own.items) if isinstance(own, Items) else []
            for item in added:
                earlier = _contradicted(items, item)
                if earlier is not None and isinstance(item, Atom) and isinstance(earlier, Atom):
                    self._contradiction(_shown(earlier), earlier.span, _shown(item), item.span)
                if all(_json(item) != _json(other) for other in items):
                    items.append(item)
            span = own.span if own is not None else added[0].span
            self.fields.entries[attribute] = Items(items, span)


def _json(value: Evaluated) -> Any:
    return value.json if isinstance(value, Atom) else None


def _shown(value: Atom) -> str:
    return str(value.json.get("spec") or value.json.get("text"))


def _shifted(problem: Any, entry: Any) -> Any:
    """A problem inside an entry, placed in the file."""
    return replace(
        problem, start=entry.start + problem.start, end=entry.start + max(problem.end, problem.start + 1)
    )


def _contradicted(items: list[Evaluated], item: Evaluated) -> Evaluated | None:
    """An entry of the same name that no version can satisfy together with this one."""
    from envspec.packages.contradiction import contradict

    if not isinstance(item, Atom):
        return None
    for other in items:
        if (
            isinstance(other, Atom)
            and isinstance(other.json, dict)
            and other.json.get("name") == item.json["name"]
            and contradict(other.json, item.json)
        ):
            return other
    return None


_ATTRIBUTES: tuple[tuple[str, Callable[[_Reader, str, Span], None]], ...] = (
    ("conda_file", _Reader.conda_file),
    ("requirements", _Reader.requirements),
    ("pyproject", _Reader.pyproject),
    ("constraints", _Reader.constraints_file),
)


def environment_of(path: str, kind: str, context: Context, module: ModuleScope, place: Span) -> Fields:
    """An environment made of one file: `script`, `pyproject`, `requirements` or `conda`."""
    fields = Fields({}, place)
    reader = _Reader(context, module, fields)
    read = {
        "script": reader.inline_script,
        "pyproject": reader.pyproject,
        "requirements": reader.requirements,
        "conda": reader.conda_file,
    }[kind]
    read(path, place)
    reader.finish()
    return fields
