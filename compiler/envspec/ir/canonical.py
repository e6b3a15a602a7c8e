"""Canonical JSON (RFC 8785) and schema-tagged SHA-256: the ground of every identity.

A hash is taken over `{"schema": tag, "value": value}` in canonical form, so every field is delimited and two
kinds of thing never share a hash by accident.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Tuples count as lists."""
    return rfc8785.dumps(value)


def tagged_preimage(schema: str, value: Any) -> bytes:
    """The exact bytes that `digest` hashes; kept as a label on images, so that reuse can compare them."""
    return canonical_json({"schema": schema, "value": value})


def digest(schema: str, value: Any) -> str:
    """`sha256:` and 64 digits over the tagged canonical form."""
    return "sha256:" + hashlib.sha256(tagged_preimage(schema, value)).hexdigest()


def number_text(value: int | float) -> str:
    """The one text of a number, in argv and templates as in the IR: `20`, `0.1`, `0.001`."""
    return rfc8785.dumps(value).decode("ascii")
