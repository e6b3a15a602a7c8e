"""`check` of many files: each one's result is kept, and what has to be computed is shared among the processors.

The result of a file is made of its text, of the texts that it imports or names, and of what else was asked of the
file system: see `kept`. One file below the user's cache folder holds the results of a project; it is read whole,
and replaced whole, so that of two commands at once the later one wins and nothing is mixed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from envspec import __version__
from envspec.actions.options import Options
from envspec.atomic_file import write_atomically
from envspec.check.project import ALONE
from envspec.diagnostics import Diagnostic, Failure, Source, Span, in_order
from envspec.diagnostics.codec import from_json, to_json
from envspec.diagnostics.selection import Selection
from envspec.frozen import Mutable, field, mutable
from envspec.kept.folder import cache_folder, read_own
from envspec.kept.invocation import code_of_this_tree
from envspec.kept.questions import digest, still_true

T = TypeVar("T")
_SCHEMA = 1
_WORTH_PROCESSES = 40
"""Files to be compiled from which on another process is worth its start."""
_MOST = 20_000
"""Results of one project that are kept."""


@mutable
class FileResult(Mutable):
    """`used` is as in `Checked`; `answers` are those of the file system. A result that is not `complete` is
    never kept."""

    file: str
    diagnostics: list[Diagnostic]
    used: frozenset[Span]
    answers: dict[str, str]
    complete: bool = True


@mutable
class Report(Mutable):
    """What `check` says about files of one root. `answers` are all that it was made of."""

    diagnostics: list[Diagnostic]
    sources: dict[str, Source] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    complete: bool = True


def check_files(
    root: Path, files: Sequence[str], options: Options, selection: Selection, *, keep: bool = True
) -> Report:
    """Checks root-relative files, and takes kept results where nothing has changed."""
    store = _Store.of(root, options) if keep else None
    kept = store.still_true(files) if store is not None else {}
    missing = [file for file in files if file not in kept]
    new = _compile_all(root, missing, options)
    if store is not None and new:
        store.keep(new)
    by_file = kept | {result.file: result for result in new}
    results = [by_file[file] for file in files]
    used = frozenset[Span]().union(*(result.used for result in results))
    found = in_order(
        finding
        for result in results
        for finding in result.diagnostics
        if selection.wants(finding) and not (finding.code in ALONE and finding.span in used)
    )
    answers: dict[str, str] = {}
    for result in results:
        answers.update(result.answers)
    return Report(found, _sources(root, options, found), answers, all(r.complete for r in results))


def _sources(root: Path, options: Options, found: Iterable[Diagnostic]) -> dict[str, Source]:
    """The texts in which there are findings."""
    from envspec.plain_file import read_plain
    from envspec.syntax.text import decode

    names = {span.file for finding in found for span in _spans(finding)}
    sources = {given.source.file: given.source for given in options.given.values() if given.source}
    for name in sorted(names - set(sources)):
        try:
            sources[name] = decode(name, read_plain(root / name))[0]
        except OSError:
            continue
    return sources


def _spans(finding: Diagnostic) -> Iterable[Span]:
    places = [finding.span, finding.context, *(label.span for label in finding.labels)]
    places += [edit.span for fix in finding.fixes for edit in fix.edits]
    return [place for place in places if place is not None]


def _compile_all(root: Path, files: Sequence[str], options: Options) -> list[FileResult]:
    processes = min(processors(), len(files) // (_WORTH_PROCESSES // 2))
    if processes < 2:
        return [_compile(root, file, options) for file in files]
    parts = [files[at :: processes * 4] for at in range(processes * 4)]
    portable = _portable(options)
    done = in_processes(processes, _compile_part, [(root, part, portable) for part in parts])
    return [_from_kept(file, value) for part in done for file, value in json.loads(part)]


def _portable(options: Options) -> Options:
    """What of the options a compilation needs: nothing that belongs to a terminal."""
    return Options(path=options.path, given=options.given, allow_outside=options.allow_outside)


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_processes(count: int, work: Callable[..., T], calls: Iterable[tuple[Any, ...]]) -> list[T]:
    """What `work` gives for each call, in order, done by so many processes. One who is interrupted does not wait for what
    they are doing."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children, get_context

    # A fork is ready at once; where threads make it unsafe, or there is none, a new interpreter is started.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    before = set(active_children())
    with ProcessPoolExecutor(count, mp_context=context, initializer=_ignore_interrupts) as pool:
        # Not `map`, which cancels what the pool then finds to be broken, and says so in a traceback.
        waiting = [pool.submit(work, *call) for call in calls]
        try:
            return [one.result() for one in waiting]
        except BaseException:
            for process in set(active_children()) - before:
                process.terminate()
            raise


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal; the one that started the others ends them, by SIGTERM."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def _compile_part(root: Path, files: Sequence[str], options: Options) -> str:
    return json.dumps([(file, _to_kept(_compile(root, file, options))) for file in files])


def _compile(root: Path, file: str, options: Options) -> FileResult:
    from envspec.actions.loading import compile_file
    from envspec.actions.recording import RecordingFiles

    files = RecordingFiles(root, options.allow_outside)
    try:
        checked = compile_file(root, file, options, files)
    except Failure as failure:
        return FileResult(file, list(failure.diagnostics), frozenset(), {}, complete=False)
    whole = not any(question.startswith("walk ") for question in files.answers)
    return FileResult(file, list(checked.diagnostics), checked.used, files.answers, whole)


def _to_kept(result: FileResult) -> list[Any]:
    findings = [to_json(finding) for finding in result.diagnostics]
    return [findings, sorted(result.used), result.answers, result.complete]


def _from_kept(file: str, value: list[Any]) -> FileResult:
    findings, used, answers, complete = value
    return FileResult(
        file,
        [from_json(finding) for finding in findings],
        frozenset(Span(*place) for place in used),
        answers,
        complete,
    )


@mutable
class _Store(Mutable):
    """The kept results of one project, under one set of options."""

    root: Path
    path: Path
    results: dict[str, list[Any]]

    @classmethod
    def of(cls, root: Path, options: Options) -> _Store | None:
        """None when nothing can be kept, or options have places that are not kept."""
        folder = cache_folder()
        if folder is None or any(given.source is not None for given in options.given.values()):
            return None
        key = json.dumps(
            [_SCHEMA, __version__, code_of_this_tree(), str(root), _asked(options)], sort_keys=True
        )
        path = Path(folder) / "projects" / f"{digest(key.encode('utf-8', 'surrogateescape'))[:32]}.json"
        data = read_own(str(path))
        try:
            found = json.loads(data) if data is not None else {}
            results = found["results"] if found.get("key") == key else {}
        except (ValueError, KeyError, TypeError, AttributeError):
            results = {}
        store = cls(root, path, results)
        store._key = key
        return store

    _key: str = ""

    def still_true(self, files: Iterable[str]) -> dict[str, FileResult]:
        """The results of those files for which nothing has changed."""
        known: dict[str, str] = {}
        found = {}
        for file in files:
            value = self.results.get(file)
            try:
                if value is not None and still_true(str(self.root), value[2].items(), known):
                    found[file] = _from_kept(file, value)
            except (ValueError, TypeError, IndexError, AttributeError):
                continue
        return found

    def keep(self, results: Iterable[FileResult]) -> None:
        """That it cannot be written is no error."""
        self.results.update({r.file: _to_kept(r) for r in results if r.complete})
        if len(self.results) > _MOST:
            self.results = dict(list(self.results.items())[-_MOST:])
        try:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            text = json.dumps({"key": self._key, "results": self.results})
            write_atomically(self.path, text.encode(), 0o600, durable=False)  # damaged, it is no JSON
        except (OSError, UnicodeError):
            return


def _asked(options: Options) -> Mapping[str, Any]:
    given = {name: [repr(value.value), value.is_text, value.folder] for name, value in options.given.items()}
    return {"given": given, "allow_outside": options.allow_outside}
