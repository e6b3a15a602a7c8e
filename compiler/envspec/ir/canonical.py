"""Canonical JSON (RFC 8785) and schema-tagged SHA-256: the ground of every identity.

A hash is taken over `{"schema": tag, "value": value}` in canonical form, so every field is delimited and two
kinds of thing never share a hash by accident.
"""

from __future__ import annotations

from typing import Any

# Both libraries are imported when they are needed: most checks need neither.


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Tuples count as lists."""
    import rfc8785

    return rfc8785.dumps(value)


def tagged_preimage(schema: str, value: Any) -> bytes:
    """The exact bytes that `digest` hashes; kept as a label on images, so that reuse can compare them."""
    return canonical_json({"schema": schema, "value": value})


def tagged_preimage_of_texts(schema: str, value: list[Any]) -> bytes:
    """The same of lists of lists, strings and booleans: JSON has one way to write those, and the encoder of Python is
    written in C. Of the manifest of 10,000 files it takes a tenth of a second less. Raises `UnicodeEncodeError`."""
    import json

    return json.dumps({"schema": schema, "value": value}, ensure_ascii=False, separators=(",", ":")).encode()


def digest(schema: str, value: Any) -> str:
    """`sha256:` and 64 digits over the tagged canonical form."""
    import hashlib

    return "sha256:" + hashlib.sha256(tagged_preimage(schema, value)).hexdigest()


def number_text(value: int | float) -> str:
    """The one text of a number, in argv and templates as in the IR: `20`, `0.1`, `0.001`."""
    if type(value) is int and abs(value) < 2**53:
        return str(value)  # as RFC 8785 has it
    import rfc8785

    return rfc8785.dumps(value).decode("ascii")
