"""Bytes to text: in come the bytes of a file, out come its `Source` and what is wrong with the encoding.

A byte order mark is dropped. Line ends stay as they are, `\\r\\n` means no more than `\\n`. What cannot be
decoded is reported and replaced, so that the rest of the file can still be looked at; what is no text at
all, or too large, becomes an empty source.
"""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Source, Span

LARGEST_FILE = 512 * 1024
"""In bytes, some 15,000 lines: what is larger was not written by a person, and would take seconds."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def decode(file: str, data: bytes) -> tuple[Source, list[Diagnostic]]:
    """Never raises."""
    start = Span(file, 0, 0)
    if len(data) > LARGEST_FILE:
        return Source.of(file, ""), [too_large(file, len(data))]
    if data.startswith(_UTF16):
        problem = Diagnostic(
            "E0015",
            "the file is UTF-16",
            start,
            help="save it as UTF-8",
        )
        return Source.of(file, ""), [problem]
    if b"\0" in data:
        problem = Diagnostic("E0016", "the file is not text", start, help="is this the right file?")
        return Source.of(file, ""), [problem]
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return Source.of(file, data.decode("utf-8")), []
    except UnicodeDecodeError as error:
        before = len(data[: error.start].decode("utf-8"))
        text = data.decode("utf-8", "replace")
        problem = Diagnostic(
            "E0015",
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            Span(file, before, before + 1),
            marker="shown as a replacement character",
            help="save the file as UTF-8",
        )
        return Source.of(file, text), [problem]


def too_large(file: str, size: int) -> Diagnostic:
    """`size` is in bytes."""
    return Diagnostic(
        "E0017",
        f"the file has {size} bytes",
        Span(file, 0, 0),
        help=f"a specification has at most {LARGEST_FILE} bytes; is this the right file?",
    )
