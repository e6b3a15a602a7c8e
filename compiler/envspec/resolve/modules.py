"""Files as modules: reading, parsing and imports.

Each file is read once whatever its aliases. A file that cannot be read or that imports itself in a circle
leaves a finding at the `import`, and the rest is still understood.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from envspec.diagnostics import Diagnostic, Label, Source, Span
from envspec.frozen import Mutable, field, mutable
from envspec.language.attributes import ROOTS
from envspec.resolve.files import OutsideRoot, ProjectFiles
from envspec.syntax.nodes import Block, Import, Module, Param
from envspec.syntax.parser import parse
from envspec.syntax.strings import quote
from envspec.syntax.text import decode


@mutable
class ModuleScope:
    """One file with what it declares. `alias` is the dotted name by which the root file reaches it first,
    empty for the root itself. `folder` is root-relative, empty for the root folder. `doubtful` are names that
    a mistake may have kept from being defined, `nameless` the kinds of which a block has no name, and `torn`
    says that anything may have been lost: see `may_define`."""

    file: str
    folder: str
    source: Source
    module: Module
    alias: str = ""
    imports: dict[str, ModuleScope | None] = field(default_factory=dict)
    import_statements: dict[str, Import] = field(default_factory=dict)
    params: dict[str, Param] = field(default_factory=dict)
    blocks: dict[str, dict[str, Block]] = field(default_factory=dict)
    used_imports: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    nameless: set[str] = field(default_factory=set)
    wrong_params: set[str] = field(default_factory=set)
    torn: bool = False

    def may_define(self, name: str, kind: str = "") -> bool:
        """Whether a mistake that has been told may be why `name` is not defined; then nobody else tells."""
        return self.torn or name in self.doubtful or kind in self.nameless

    def qualified(self, name: str) -> str:
        """The name under which something of this module is known in the project."""
        return f"{self.alias}.{name}" if self.alias else name


@mutable
class Loader(Mutable):
    """Loads the root file and all that it imports. `overlay` holds unsaved texts by root-relative path."""

    files: ProjectFiles
    diagnostics: list[Diagnostic]
    overlay: Mapping[str, bytes] = field(default_factory=dict)
    modules: dict[str, ModuleScope] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)

    def load_root(self, file: str) -> ModuleScope:
        """Raises `OSError` when the root file itself cannot be read."""
        return self._load(file, "", ())

    def _read(self, file: str) -> bytes:
        return self.overlay[file] if file in self.overlay else self.files.read_bytes(file)

    def _load(self, file: str, alias: str, path: tuple[str, ...]) -> ModuleScope:
        source, undecoded = decode(file, self._read(file))
        self.diagnostics.extend(undecoded)
        module, problems = parse(source)
        self.diagnostics.extend(problems)
        scope = ModuleScope(file, posixpath.dirname(file), source, module, alias)
        scope.doubtful |= module.lost
        scope.torn = module.torn or bool(undecoded)
        self.modules[file] = scope
        self.sources[file] = source
        for statement in module.statements:
            if isinstance(statement, Import):
                self._import(scope, statement, (*path, file))
        return scope

    def _import(self, scope: ModuleScope, statement: Import, path: tuple[str, ...]) -> None:
        alias = statement.alias
        if alias is None:
            self._report(
                "E0110",
                "this import has no name",
                statement.span,
                "",
                help_=f"write `import {quote(statement.path.plain or '')} as {_name_for(statement)}`",
            )
            return
        if alias.text in ROOTS or alias.text == "deployment":
            scope.doubtful.add(alias.text)
            self._report(
                "E0103",
                f"`{alias.text}` cannot be the name of an import",
                alias.span,
                "reserved for references",
                help_="choose another name after `as`",
            )
            return
        if alias.text in scope.import_statements:
            first = scope.import_statements[alias.text].alias
            assert first is not None
            self._report(
                "E0102",
                f"`{alias.text}` is imported twice",
                alias.span,
                "again here",
                (Label(first.span, "first here"),),
                "give one of them another name",
            )
            return
        scope.import_statements[alias.text] = statement
        scope.imports[alias.text] = None
        target = self._target(scope, statement)
        if target is None:
            return
        if target in path:
            circle = " → ".join(f"`{file}`" for file in (*path[path.index(target) :], target))
            self._report(
                "E0105",
                f"imports go in a circle: {circle}",
                statement.path.span,
                "closes the circle",
                help_="move what both need into a file of its own",
            )
            return
        if target in self.modules:
            scope.imports[alias.text] = self.modules[target]
            return
        try:
            scope.imports[alias.text] = self._load(target, scope.qualified(alias.text), path)
        except IsADirectoryError:
            self._report(
                "E0401",
                f"`{target}` is a folder, not a file",
                statement.path.span,
                "",
                help_="name the `.envspec` file",
            )
        except OSError as error:
            reason = "does not exist" if isinstance(error, FileNotFoundError) else str(error.strerror)
            self._report(
                "E0401",
                f"the file `{target}` cannot be read: it {reason}"
                if reason == "does not exist"
                else f"the file `{target}` cannot be read: {reason}",
                statement.path.span,
                "imported here",
                help_=self._similar(target, scope.file),
            )

    def _target(self, scope: ModuleScope, statement: Import) -> str | None:
        written = statement.path.plain
        if not written:
            self._report("E0106", "the path of an import is empty", statement.path.span, "")
            return None
        try:
            return self.files.locate(written, scope.folder)
        except OutsideRoot as error:
            self.diagnostics.append(outside_root(error, statement.path.span))
            return None

    def _similar(self, target: str, importing: str) -> str:
        from envspec.resolve.suggest import did_you_mean

        folder = self.files.path(posixpath.dirname(target))
        try:
            own = (
                posixpath.basename(importing)
                if posixpath.dirname(importing) == posixpath.dirname(target)
                else ""
            )
            names = [
                entry.name
                for entry in folder.iterdir()
                if entry.name.endswith(".envspec") and entry.name != own
            ]
        except OSError:
            return "the path is relative to the file that imports it"
        return did_you_mean(posixpath.basename(target), names) or (
            "the path is relative to the file that imports it"
        )

    def _report(
        self,
        code: str,
        message: str,
        span: Span,
        marker: str,
        labels: tuple[Label, ...] = (),
        help_: str = "",
    ) -> None:
        self.diagnostics.append(Diagnostic(code, message, span, marker, labels, help=help_))


def _name_for(statement: Import) -> str:
    """A name that suits an import, after its file."""
    stem = posixpath.basename(statement.path.plain or "").partition(".")[0].lower()
    return re.sub(r"[^a-z0-9_-]", "-", stem).lstrip("0123456789_-") or "common"


def outside_root(error: OutsideRoot, span: Span) -> Diagnostic:
    """The finding for a path that leaves the project root."""
    if error.kind == "absolute":
        return Diagnostic(
            "E0407",
            f"`{error.path}` is an absolute path",
            span,
            "differs from machine to machine",
            help="write it relative to this file, or allow it with `--allow-path`",
        )
    why = "leads out of the project root" + (" through a symlink" if error.kind == "symlink" else "")
    return Diagnostic(
        "E0402",
        f"`{error.path}` {why}",
        span,
        "outside the project root",
        help="move it into the project, say where that begins (an empty `[tool.envspec]` in its `pyproject.toml`), "
        "or allow it with `--allow-path`",
    )
