"""From a path to a checked project, with the result kept while nothing it was made of has changed.

Only a result without errors is kept, in `.envspec/cache/` under the root: the document, and the answer to
every question that was asked of the file system on the way. Then `run` and `build` need neither parser nor
schema. When a place in a file is wanted after all, the file is resolved again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envspec import __version__
from envspec.actions.options import Options
from envspec.actions.recording import RecordingFiles
from envspec.diagnostics import Diagnostic, Failure, Severity, Source, Span
from envspec.frozen import Mutable, field, mutable, replace
from envspec.ir.codec import project_from_json
from envspec.ir.types import Project
from envspec.kept.questions import SUFFIX, spec_files
from envspec.plain_file import not_plain
from envspec.resolve.files import ProjectFiles, find_root
from envspec.state_folder import STATE_FOLDER

if TYPE_CHECKING:
    from envspec.check.project import Checked
    from envspec.lock.model import Lock

CACHE_SCHEMA = 3
_SPEC = "name a file that ends in `.envspec`, or a folder that has one"


@mutable
class Loaded(Mutable):
    """A project without errors. `file` is its root file, root-relative; `state` is `ROOT/.envspec`.

    `project` may have environments that are registered and not written here (`actions.registered`);
    `written` is what the files say. `made` is what this process has built: (engine, hash of the layer).
    `given_lock` counts instead of `envspec.lock`, and is never changed."""

    root: Path
    file: str
    files: ProjectFiles
    project: Project
    document: dict[str, Any]
    options: Options
    warnings: tuple[Diagnostic, ...] = ()
    made: set[tuple[str, str]] = field(default_factory=set)
    given_lock: Lock | None = None
    _places: tuple[Callable[[str], Span | None], dict[str, Source]] | None = None
    _written: Project | None = None

    @property
    def written(self) -> Project:
        return self._written or self.project

    def with_environments(self, project: Project) -> Loaded:
        """The same, with a project that has more environments than are written."""
        return replace(self, project=project, _written=self.written)

    @property
    def state(self) -> Path:
        return self.root / STATE_FOLDER

    def locate(self, pointer: str) -> Span | None:
        """Where the part of the document at a JSON pointer was written."""
        return self.places()[0](pointer)

    def places(self) -> tuple[Callable[[str], Span | None], dict[str, Source]]:
        if self._places is None:
            checked = compile_file(self.root, self.file, self.options)
            self._places = (checked.resolution.origins.locate, checked.resolution.sources)
        return self._places

    def placed(self, failure: Failure) -> tuple[tuple[Diagnostic, ...], dict[str, Source]]:
        """The findings of an engine at their lines, and the texts to show them with."""
        if not any(d.pointer and d.span is None for d in failure.diagnostics):
            known = failure.sources
            ours = any(d.span is not None and d.span.file not in known for d in failure.diagnostics)
            return failure.diagnostics, {**(self.places()[1] if ours else {}), **known}
        locate, sources = self.places()
        return (
            tuple(
                replace(d, span=locate(d.pointer)) if d.pointer and d.span is None else d
                for d in failure.diagnostics
            ),
            {**sources, **failure.sources},
        )


def find_files(path: Path) -> list[Path]:
    """The `.envspec` files that a path means: itself, or all below a folder but hidden ones."""
    if not os.path.isdir(path):  # noqa: PTH112 - says no where pathlib raises, as for a name that is too long
        return [path]
    return [Path(file) for file in spec_files(str(path))]


def root_file(path: Path) -> Path:
    """The one file that a path means. Raises `Failure` when there is none or more than one."""
    if os.path.isfile(path):  # noqa: PTH113
        return path
    if not os.path.isdir(path):  # noqa: PTH112
        near = ""
        if (word := _word(path)) is not None:
            raise Failure(
                Diagnostic("E1201", f"`{path}` is no spec: it is {word}, not a plain file", help=_SPEC)
            )
        if os.path.isdir(path.parent):  # noqa: PTH112
            from envspec.resolve.suggest import did_you_mean

            near = did_you_mean(path.name, (p.name for p in path.parent.iterdir() if p.name[0] != "."))
        raise Failure(Diagnostic("E1201", f"there is no file or folder `{path}`", help=near))
    found = sorted(p for p in path.iterdir() if p.name.endswith(SUFFIX) and p.name != SUFFIX and p.is_file())
    if not found:
        raise Failure(
            Diagnostic(
                "E1201",
                f"there is no `.envspec` file in `{path}`",
                help="name one, or have one written: `envspec init`",
            )
        )
    if len(found) > 1:
        names = ", ".join(f"`{p.name}`" for p in found[:8])
        raise Failure(
            Diagnostic(
                "E1202", f"there are several `.envspec` files in `{path}`", help=f"name one of them: {names}"
            )
        )
    return found[0]


def compile_file(root: Path, file: str, options: Options, files: ProjectFiles | None = None) -> Checked:
    """Resolves and checks a root-relative file, from nothing."""
    from envspec.check.project import check
    from envspec.resolve.project import resolve

    files = files or ProjectFiles(root, options.allow_outside)
    try:
        resolution = resolve(file, files, options.given)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        stdin = "`-` is a file's name here; only `envspec fmt -` reads standard input"
        path = root / file
        word = _word(path)
        help_ = stdin if file == "-" else _SPEC if word else ""
        # Alone, the name of what lies in a folder of its own, such as `/dev/null`, says little.
        shown = file if root == Path.cwd() else str(path)
        raise Failure(Diagnostic("E1201", f"`{shown}` cannot be read: {reason}", help=help_)) from error
    return check(resolution, files)


def _word(path: Path) -> str | None:
    """What a path leads to, where that is neither a file nor a folder: `a device`."""
    try:
        return not_plain(path.stat().st_mode) or None
    except (OSError, ValueError):
        return None


class NotUsable(Failure):
    """A file with errors, with the texts to show them in."""

    def __init__(self, checked: Checked) -> None:
        super().__init__(checked.diagnostics)
        self.sources = checked.resolution.sources


def load(options: Options, *, keep: bool = True) -> Loaded:
    """The project of `options.path`; without `keep` nothing is written, not even what saves work next time.
    Raises `NotUsable` with all findings when it has errors."""
    path = root_file(options.path)
    root = find_root(path)
    file = Path(os.path.abspath(path)).relative_to(root).as_posix()  # noqa: PTH100 - keeps symlinks
    files = RecordingFiles(root, options.allow_outside)
    cache = root / STATE_FOLDER / "cache" / f"{_cache_key(file, options)}.json"
    kept = _read_cache(cache, files, keep)
    if kept is not None:
        known = project_from_json(kept)
        plain = ProjectFiles(root, options.allow_outside)
        return Loaded(root, file, plain, known, kept, _with_engine(options, known))
    checked = compile_file(root, file, options, files)
    project = checked.usable
    if project is None:
        raise NotUsable(checked)
    document = checked.resolution.document
    if keep:
        _write_cache(cache, document, files.answers)
    warnings = tuple(d for d in checked.diagnostics if d.severity is not Severity.ERROR)
    return Loaded(
        root,
        file,
        ProjectFiles(root, options.allow_outside),
        project,
        document,
        _with_engine(options, project),
        warnings,
        _places=(checked.resolution.origins.locate, checked.resolution.sources),
    )


def _with_engine(options: Options, project: Project) -> Options:
    """`--target` may name a target of the spec; from here on it is the engine behind it."""
    target = project.targets.get(options.engine)
    return options if target is None else replace(options, engine=target.kind)


def _cache_key(file: str, options: Options) -> str:
    given = {
        name: [repr(value.value), value.is_text, value.folder]
        for name, value in sorted(options.given.items())
    }
    key = json.dumps([CACHE_SCHEMA, __version__, file, given, options.allow_outside], sort_keys=True)
    import hashlib

    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _read_cache(cache: Path, files: RecordingFiles, keep: bool) -> dict[str, Any] | None:
    try:
        kept = json.loads(cache.read_bytes())
        if files.still_true(kept["answers"]):
            document = dict(kept["document"])
            if files.answers and keep:
                _write_cache(cache, document, {**kept["answers"], **files.answers})
            return document
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None


def _write_cache(cache: Path, document: dict[str, Any], answers: dict[str, str]) -> None:
    """Losing the cache loses nothing, so a folder that cannot be written is no error."""
    from envspec.atomic_file import write_atomically

    if any(question.startswith("walk ") for question in answers):
        return
    try:
        write_atomically(cache, json.dumps({"document": document, "answers": answers}).encode())
    except OSError:
        return
