"""A deployment for people to finish: comments in the spec.

Models of other tools are classes with methods of their own, where a deployment has a script with `init()` and `run()`
(`docs/spec.md`, 11). Nothing can write that script for them, and a deployment without it does not compile. So what
the other tool says of resources and limits stands in the spec as a comment, ready for the day the script is there.
"""

from __future__ import annotations

import re

from envspec.importing.spec import Block, Spec, Text, Written, text_of

ENTRY = "score.py"
COMMENT = "it is a comment: a deployment needs a script with `init()` and `run(data)`"
_INTRODUCTION = (
    f"A deployment needs a script with `init()` and `run(data)`. When `{ENTRY}` is there, this is the rest:"
)


def new_outline(label: str, source: str = "") -> Block:
    """A deployment of the environment of that name."""
    block = Block("deployment", label)
    block.add("environment", Written(label))
    if source not in ("", "."):
        block.add("source", Text(source))
    block.add("entry", Text(ENTRY))
    return block


def add_outline(spec: Spec, outline: Block, *, always: bool = False) -> None:
    """Writes it below the spec, if it says more than that there could be one."""
    if not always and set(outline.attributes) <= {"environment", "source", "entry"}:
        return
    lines = text_of(Spec(blocks=[outline])).removeprefix("edition = 1").strip("\n").split("\n")
    spec.below += [_INTRODUCTION, "", *lines]


def memory_size(text: str) -> Written | None:
    """A quantity of Kubernetes (`16Gi`, `512M`, a number of bytes) as a size."""
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,3})?)\s*([kKMGT]i?)?B?", text.strip())
    if match is None:
        return None
    unit = (match[2] or "").replace("k", "K") + "B"
    try:
        number = float(match[1])
        factor = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
                  "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}[unit]  # fmt: skip
    except KeyError:
        return None
    if not (number * factor).is_integer() or number * factor > 2**53 - 1:
        return None
    return Written(f"{_plain(match[1])}{unit}")


def cores(text: str) -> Written | None:
    """A quantity of Kubernetes (`4`, `0.5`, `500m`) as a number of cores."""
    match = re.fullmatch(r"([0-9]{1,9})(\.[0-9]{1,6})?(m)?", text.strip())
    if match is None:
        return None
    if match[3]:
        if match[2]:
            return None
        whole, rest = divmod(int(match[1]), 1000)
        return Written(f"{whole}.{rest:03}".rstrip("0").rstrip("."))
    return Written(_plain(match[1] + (match[2] or "")))


def _plain(number: str) -> str:
    """Without leading zeros, and without a fraction of nothing."""
    whole, _, fraction = number.partition(".")
    fraction = fraction.rstrip("0")
    return f"{int(whole)}.{fraction}" if fraction else str(int(whole))
