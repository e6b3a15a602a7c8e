"""Compiled templates, kept in the user's cache folder.

jinja2 makes a Python module of a template: for those of a build that takes longer than an engine takes to build a
changed file. What always holds: what is kept was made from exactly this template by this jinja2 and this Python, and
lies in a folder that nobody else may write to (`kept.folder`); anything else is as if nothing were kept.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from types import CodeType
from zlib import crc32

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from envspec import __version__
from envspec.atomic_file import write_atomically
from envspec.kept.folder import cache_folder, read_own


class KeptTemplates(BytecodeCache):
    def load_bytecode(self, bucket: Bucket) -> None:
        path = _place(bucket)
        data = read_own(str(path)) if path is not None else None
        if data is not None:
            with suppress(Exception):  # cut short, it may be no pickle, no code, or none of this Python
                bucket.bytecode_from_string(data)
            if not isinstance(bucket.code, CodeType):
                bucket.code = None

    def dump_bytecode(self, bucket: Bucket) -> None:
        path = _place(bucket)
        if path is not None:
            with suppress(OSError):
                write_atomically(path, bucket.bytecode_to_string(), 0o600, durable=False)


def _place(bucket: Bucket) -> Path | None:
    folder = cache_folder()
    made_by = f"{jinja2.__version__} {__version__} {sys.version}".encode()
    return Path(folder, "templates", f"{bucket.key}-{crc32(made_by):08x}") if folder else None
