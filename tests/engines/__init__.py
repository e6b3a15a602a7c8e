"""The real engines that the tests run against: a Docker engine, a conda channel, an OCI registry.

Each module gives one of them. An engine that answers already is used as it is; otherwise a private one
is made from what the machine has. What cannot be had raises `EngineMissingError`, whose text says what
is missing and what to do; `tests/conftest.py` turns that into a skip, and under `CI=true` into a failure.

`python -m tests.engines --help` starts, stops and shows them by hand.
"""

from __future__ import annotations


class EngineMissingError(Exception):
    """An engine cannot be had on this machine; the message says why and what to do."""
