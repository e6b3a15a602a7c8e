"""What a container prints, as one text: its stdout and its stderr come here by two pipes.

In come the pieces of both as the engine sends them; out goes one text in which every line is of one stream. The engine
sends a line in as many pieces as the program wrote it in (an unbuffered `print(a, b)` writes four), and those of
stderr may come between. What always holds: the bytes of a stream keep their order, none is lost, and no secret value
is in the text: each stream is masked by itself, so that the other one tears no value, and then both joined, which may
make one. Which stream's line comes first is the engine's to say: it does not keep the order of two pipes.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterable

from envspec.engines.masking import Masker

_PATIENCE_SECONDS = 2.0
"""So long a stream waits for the end of the other one's line: a program may never end it (a question, a bar)."""
_MOST_HELD = 64 * 1024
_READ_AHEAD = 64
"""Pieces."""

Piece = tuple[bytes | None, bytes | None]
"""Of stdout and of stderr; one of them is None."""


class WholeLines:
    """Joins two streams, numbered 0 and 1. While a line of one is open, what the other one says is held."""

    def __init__(self) -> None:
        self._open: int | None = None
        self._held = b""

    @property
    def awaited(self) -> int | None:
        """The stream for the end of whose line something waits; None where nothing does."""
        return self._open if self._held else None

    def feed(self, stream: int, piece: bytes) -> bytes:
        """What can be given out now."""
        if self._open is not None and stream != self._open:
            self._held += piece
            return self.release() if len(self._held) > _MOST_HELD else b""
        if not self._held:
            return self._shown(stream, piece)
        if piece.startswith(b"\r") and not piece.startswith(b"\r\n"):  # a bar is drawn anew
            return self.release() + self.feed(stream, piece)
        line, end, rest = piece.partition(b"\n")
        if not end:
            return piece
        return line + end + self.release() + self.feed(stream, rest)

    def release(self) -> bytes:
        """What is held, wherever the open line stands."""
        held, self._held = self._held, b""
        return self._shown(1 - self._open, held) if held and self._open is not None else held

    def _shown(self, stream: int, piece: bytes) -> bytes:
        if piece:
            self._open = None if piece.endswith((b"\n", b"\r")) else stream
        return piece


def one_text(pieces: Iterable[Piece], secret_values: Iterable[str]) -> Generator[bytes]:
    """The text of both streams, masked, as it comes. Raises what `pieces` raises, and an interrupt, after what was held.
    Whoever stops before its end closes it."""
    values = tuple(secret_values)
    maskers, joined = (Masker(values), Masker(values)), Masker(values)
    lines = WholeLines()
    latest = 0.0
    broken: BaseException | None = None
    source = _ReadAhead(pieces)
    try:
        while True:
            out = b""
            awaited = lines.awaited
            try:
                piece = source.next(None if awaited is None else max(0.0, latest - time.monotonic()))
            except queue.Empty:
                out = lines.release()
            except BaseException as error:  # noqa: BLE001 - raised below
                broken = error
                break
            else:
                if piece is None:
                    break
                for stream, part in enumerate(piece):
                    out += lines.feed(stream, maskers[stream].feed(part)) if part else b""
                if lines.awaited not in (None, awaited):
                    latest = time.monotonic() + _PATIENCE_SECONDS
            if out := joined.feed(out):
                yield out
        if broken is not None:
            if rest := joined.feed(lines.release()):  # not what may be the beginning of a value
                yield rest
            raise broken
        rest = b"".join(lines.feed(stream, masker.finish()) for stream, masker in enumerate(maskers))
        if rest := joined.feed(rest + lines.release()) + joined.finish():
            yield rest
    finally:
        source.close()


class _ReadAhead:
    """Reads in a thread, so that whoever waits can stop waiting."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._pieces = pieces
        self._found: queue.Queue[Piece | BaseException | None] = queue.Queue(_READ_AHEAD)
        self._closed = threading.Event()
        threading.Thread(target=self._read, name="envspec-output", daemon=True).start()

    def next(self, seconds: float | None) -> Piece | None:
        """The next piece, None at the end. Raises what reading raised, and `queue.Empty` after `seconds`."""
        found = self._found.get(timeout=seconds)
        if isinstance(found, BaseException):
            raise found
        return found

    def close(self) -> None:
        self._closed.set()

    def _read(self) -> None:
        try:
            for piece in self._pieces:
                if not self._put(piece):
                    return
        except Exception as error:  # noqa: BLE001 - raised again in `next`
            self._put(error)
        else:
            self._put(None)

    def _put(self, found: Piece | BaseException | None) -> bool:
        while not self._closed.is_set():
            try:
                self._found.put(found, timeout=1)
            except queue.Full:
                continue
            return True
        return False
