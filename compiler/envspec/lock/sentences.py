"""The clauses for causes that have nothing to do with what is locked or built: said alike wherever they happen.

`{source}` is the index, channel or mirror, `{machine}` whose disk it is, `{package}` a name in backticks, `{detail}` what
is missing or was answered.
"""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "disk full": "the disk of {machine} is full",
    "credentials refused": "{source} refused the credentials",
    "index in trouble": "{source} answered with an error: {detail}",
    "network": "{source} cannot be reached",
    "broken off": "{source} broke off in the middle of an answer",
    "needs a compiler": "{package} has to be compiled here, and {detail} is not there",
    "build fails": "{package} cannot be built",
}
