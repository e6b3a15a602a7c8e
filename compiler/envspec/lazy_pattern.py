"""Regular expressions that are compiled when they are first used.

A module's patterns are made when it is imported. Compiling them all was a fifth of the time that a short command
takes, and most are for what one file does not have.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile(text, flags)` gives, to be compiled at the first use. A wrong pattern raises `re.error` there."""
    return cast("re.Pattern[AnyStr]", _Lazy(text, flags))


class _Lazy:
    """Has no attribute of its own but the arguments; those of the pattern are kept as they are asked for."""

    def __init__(self, *arguments: Any) -> None:
        self._arguments = arguments

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._arguments), name)
        setattr(self, name, value)
        return value
