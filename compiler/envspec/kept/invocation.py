"""Whole command lines: what one printed, as long as it would print the same again.

What a command line prints depends on its arguments, the working folder, whether it writes to a terminal, the
version of envspec, and the answers that it was given by the file system. All but the last name the file that it is
kept in, and stand in it again, whole, in case two names are alike. A record is a list of texts with their lengths
before them; one that is damaged in any way is no record. It is renamed into place, so a reader sees all or nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence

from envspec import __version__
from envspec.kept.folder import cache_folder, read_own
from envspec.kept.questions import digest, still_true

_SCHEMA = "envspec invocation 1"
_MOST = 200
"""Records that are kept; the oldest go first."""


def recall(arguments: Sequence[str]) -> int | None:
    """Prints what this command line printed the last time, and gives its exit status; None when it has to be
    run. Only `check` is kept."""
    if not arguments or arguments[0] != "check":
        return None
    folder = cache_folder()
    if folder is None:
        return None
    key = _key(arguments)
    data = read_own(_file(folder, key))
    texts = None if data is None else _unpacked(data)
    if not texts or len(texts) < 4 or texts[0] != key:
        return None
    known: dict[str, str] = {}
    for at in range(4, len(texts), 2):
        lines = texts[at + 1].split("\0") if at + 1 < len(texts) else [""]
        if not still_true(texts[at], zip(lines[::2], lines[1::2], strict=False), known):
            return None
    return _print(texts[1], texts[2], texts[3])


def remember(
    arguments: Sequence[str], status: int, output: str, errors: str, answers: Mapping[str, Mapping[str, str]]
) -> None:
    """Keeps what a command line printed. `answers` are those of each root, by question. That it cannot be kept
    is no error."""
    folder = cache_folder()
    if folder is None or _vague(answers.values()):
        return
    key = _key(arguments)
    texts = [key, str(status), output, errors]
    for root, some in answers.items():
        texts += [root, "\0".join(part for pair in some.items() for part in pair)]
    try:
        path = _file(folder, key)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120
        _replace(path, _packed(texts))
        _forget_oldest(os.path.dirname(path))  # noqa: PTH120
    except (OSError, UnicodeError):
        return


def _vague(answers: Iterable[Mapping[str, str]]) -> bool:
    """Whether something was asked that has no short answer."""
    return any("\0" in question or question.startswith("walk ") for some in answers for question in some)


def _key(arguments: Sequence[str]) -> str:
    colour = not os.environ.get("NO_COLOR") and sys.stdout is not None and sys.stdout.isatty()
    parts = [_SCHEMA, __version__, code_of_this_tree(), sys.version, _here(), str(colour), *arguments]
    return "\0".join(parts)


def _here() -> str:
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return ""


def code_of_this_tree() -> str:
    """What a version is not enough for: a source tree changes without one. Empty when this is installed."""
    package = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120
    if not os.path.exists(os.path.join(package, "..", "..", "pyproject.toml")):  # noqa: PTH110, PTH118
        return ""
    newest = 0
    for tree in (package, os.path.join(package, "..", "..", "grammar")):  # noqa: PTH118
        for folder, names, files in os.walk(tree):
            names[:] = [name for name in names if name != "__pycache__"]
            for file in files:
                newest = max(newest, os.stat(os.path.join(folder, file)).st_mtime_ns)  # noqa: PTH116, PTH118
    return str(newest)


def _file(folder: str, key: str) -> str:
    return os.path.join(folder, "check", digest(key.encode("utf-8", "surrogateescape"))[:32])  # noqa: PTH118


def _packed(texts: Sequence[str]) -> bytes:
    parts = []
    for text in texts:
        data = text.encode("utf-8", "surrogateescape")
        parts.append(b"%d:" % len(data) + data)
    body = b"".join(parts)
    return b"%s\n%s" % (digest(body).encode(), body)


def _unpacked(data: bytes) -> list[str] | None:
    checksum, _, body = data.partition(b"\n")
    if checksum.decode("ascii", "replace") != digest(body):
        return None
    texts, at = [], 0
    while at < len(body):
        colon = body.index(b":", at)
        end = colon + 1 + int(body[at:colon])
        texts.append(body[colon + 1 : end].decode("utf-8", "surrogateescape"))
        at = end
    return texts


def _replace(path: str, data: bytes) -> None:
    """Like `atomic_file`, without waiting for the disk: a record that a crash has damaged is no record."""
    temporary = f"{path}.{os.getpid()}.part"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise


def _forget_oldest(folder: str) -> None:
    with os.scandir(folder) as found:
        entries = list(found)
    if len(entries) <= _MOST:
        return
    for entry in sorted(entries, key=lambda entry: entry.stat().st_mtime)[: len(entries) - _MOST // 2]:
        os.unlink(entry.path)  # noqa: PTH108


def _print(status: str, output: str, errors: str) -> int | None:
    try:
        for stream, text in ((sys.stdout, output), (sys.stderr, errors)):
            text.encode(stream.encoding or "utf-8", stream.errors or "strict")
    except (UnicodeError, AttributeError):  # where a terminal cannot show it, click knows what to do
        return None
    try:
        sys.stdout.write(output)
        sys.stdout.flush()
        sys.stderr.write(errors)
    except BrokenPipeError:  # the reader has gone, as `head` does: that is no error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return int(status)
