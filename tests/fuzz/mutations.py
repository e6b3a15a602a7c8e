"""Inputs for the fuzzer: real files, and what a random hand makes of them. The same seed gives the same inputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
_TOKEN = re.compile(rb'"""|"|#[^\n]*|[A-Za-z0-9_.-]+|\s+|.', re.DOTALL)

_WORDS = """edition import as param environment run deployment model index channel secret target extends none true false
    docker spark resources health limits matrix conda pip apt python inputs. outputs. param. matrix. secret. run.
    = += { } [ ] ( ) , . : ; " \"\"\" # $ ${ } $${ \\ \\u{ \\u{110000} \\n ' ` | & < > ! @ % ^ * ~ / -- // \x00 \x1b \x7f
    1 0 -1 1e999 1e-3 3.10 0x10 1_000 99999999999999999999999999 2GiB 30m 2Gib 1.5h "" [] {} {{ [[ ]] }}
    "a" "3.11" "numpy >=1" "-e ." "../x" "/etc" "${param.x}" "${matrix.x}" é 😀"""
_RAW = (
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n\n",
    b"\t",
    b" ",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\0",
)
_MARKS = ("\u202e", "\ufeff", "\u2028", "\x85")
WORDS: tuple[bytes, ...] = (*_WORDS.encode().split(), *_RAW, *(mark.encode() for mark in _MARKS))


def corpus() -> list[bytes]:
    """Every spec of the examples and of the conformance cases, and what was found before."""
    found = [
        path
        for folder in ("examples", "tests/conformance/cases")
        for path in (ROOT / folder).rglob("*.envspec")
    ]
    found += (Path(__file__).parent / "cases").glob("*.envspec")
    return [path.read_bytes() for path in sorted(found) if path.stat().st_size < 1500]


def mutate(data: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    """Some changes, one after the other. Small inputs, so that there can be many."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        data = random.choice(MUTATIONS)(data, seeds, random)
    return data[:20_000]


def _tokens(data: bytes) -> list[bytes]:
    return _TOKEN.findall(data) or [b""]


def _without(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    tokens = _tokens(data)
    at = random.randrange(len(tokens))
    del tokens[at : at + random.choice((1, 1, 1, 2, 5))]
    return b"".join(tokens)


def _twice(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    tokens = _tokens(data)
    at = random.randrange(len(tokens))
    part = tokens[at : at + random.choice((1, 2, 10, 60))]
    tokens[at:at] = part * random.choice((1, 1, 2, 30))
    return b"".join(tokens)


def _inserted(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    tokens = _tokens(data)
    tokens.insert(random.randrange(len(tokens) + 1), random.choice(WORDS))
    return b"".join(tokens)


def _replaced(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    tokens = _tokens(data)
    tokens[random.randrange(len(tokens))] = random.choice((random.choice(WORDS), random.choice(tokens)))
    return b"".join(tokens)


def _swapped(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    tokens = _tokens(data)
    one, other = random.randrange(len(tokens)), random.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return b"".join(tokens)


def _spliced(data: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    other = random.choice(seeds)
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]


def _byte(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + bytes((random.randrange(256),)) + data[at + random.choice((0, 1)) :]


def _cut(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _lines(data: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    other = random.choice(seeds).splitlines(keepends=True) or [b""]
    lines.insert(
        random.randrange(len(lines) + 1), random.choice((random.choice(lines), random.choice(other)))
    )
    if random.random() < 0.5:
        del lines[random.randrange(len(lines))]
    return b"".join(lines)


def _endings(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\r", b"", b" ")))


def _nested(data: bytes, _seeds: Sequence[bytes], random: Random) -> bytes:
    tokens = _tokens(data)
    at, depth = random.randrange(len(tokens) + 1), random.choice((2, 2, 2, 5, 40, 300, 3000))
    opening, closing = random.choice(((b"[", b"]"), (b"{ a = ", b"}"), (b"a {\n", b"}\n"), (b'"${', b'}"')))
    tokens.insert(at, opening * depth + closing * random.choice((0, depth, depth - 1)))
    return b"".join(tokens)


MUTATIONS: tuple[Callable[[bytes, Sequence[bytes], Random], bytes], ...] = (
    _without, _without, _twice, _inserted, _inserted, _replaced, _replaced, _swapped, _spliced, _byte, _cut, _lines,
    _endings, _nested,
)  # fmt: skip
