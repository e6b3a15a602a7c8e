"""What is different between two environments, as a list of changes that can be said in words.

In come two `Made`: an environment's definition, and the preimages of its layers as far as they are known. Out
come `Change`s, in a fixed order. What always holds: two equal values have no change; a preimage that moved has at
least one change of its layer; whatever is said did change. A key of a preimage that this file knows nothing about
is said by its name, so a layer that gets a new part later is still told. No value of a variable, argument or
label is shown: people put into them what they would not print.

Everything is flattened into facts first: `kind → name → Fact`. Two facts of the same kind and name are the same
thing on both sides; a kind that only one side knows (a preimage that is gone) is not compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from envspec.frozen import Frozen, frozen, replace
from envspec.ir.canonical import canonical_json
from envspec.lower.difference_words import DOCKER_SCALARS, KINDS, Fact, words

REQUEST, PYTHON, IMAGE, START = "request", "python", "image", "start"
"""What a change touches: what is asked of the resolver, the installed packages, the image around them, or only how
a program is started in it."""


@frozen
class Change(Frozen):
    """`action` is `added`, `removed` or `changed`; `before` and `after` are what people call the two, empty where
    there is none or where it is not to be shown. `words` is the whole as a clause."""

    layer: str
    kind: str
    action: str
    name: str
    before: str
    after: str
    words: str


@frozen
class Made(Frozen):
    """What an environment is made of: `definition` as `ir.identity.definition` gives it, `python` and `image` the
    values in the preimages of these layers (`lower.identity`). None where nobody knows."""

    definition: Mapping[str, Any] | None = None
    python: Mapping[str, Any] | None = None
    image: Mapping[str, Any] | None = None


Facts = dict[str, dict[str, Fact]]


def preimage_value(preimage: bytes | str) -> Mapping[str, Any] | None:
    """The value in a preimage; None for what is none."""
    try:
        value = json.loads(preimage)["value"]
    except (ValueError, KeyError, TypeError):
        return None
    return value if isinstance(value, dict) else None


def differences(before: Made, after: Made) -> tuple[Change, ...]:
    """Every change from one to the other: by layer, then in the order of `KINDS`, then by name."""
    old, new = _facts(before), _facts(after)
    same = {
        layer
        for layer, was, now in ((PYTHON, before.python, after.python), (IMAGE, before.image, after.image))
        if was is not None and was == now
    }
    found = [
        # What is written differently and comes to the same layer touches only what is asked for.
        replace(change, layer=REQUEST) if change.layer in same else change
        for kind in KINDS
        if kind in old and kind in new
        for change in _of_kind(kind, old[kind], new[kind])
    ]
    kinds = {change.kind for change in found}
    return tuple(change for change in found if not _said_better(change.kind, kinds))


def _said_better(kind: str, kinds: set[str]) -> bool:
    """Whether another change says the same thing more exactly: of a digest only that it moved is known."""
    if kind == "python layer":
        return any(other != kind and KINDS[other] == PYTHON for other in kinds)
    return kind == "docker.image" and "base" in kinds


def _of_kind(kind: str, old: Mapping[str, Fact], new: Mapping[str, Fact]) -> Iterator[Change]:
    layer = KINDS[kind]
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was == now or (kind.endswith(" order") and (was is None or now is None)):
            continue  # an order is that of the same things
        action = "added" if was is None else "removed" if now is None else "changed"
        before, after = (was.shown if was else ""), (now.shown if now else "")
        yield Change(layer, kind, action, name, before, after, words(kind, name, was, now))


def _facts(made: Made) -> Facts:
    facts: Facts = {}
    for value, flatten in (
        (made.python, _of_python),
        (made.image, _of_image),
        (made.definition, _of_definition),
    ):
        if value is not None:
            # Kinds that a layer has from the definition are the same there.
            facts |= flatten(value)
    return facts


def _of_definition(value: Mapping[str, Any]) -> Facts:
    known: dict[str, Callable[[Any], Facts]] = {
        "channels": lambda v: _sources("channel", v),
        "indexes": lambda v: _sources("index", v),
        "conda": lambda v: {"asked of conda": _named((_leading_name(spec), Fact(spec)) for spec in v)},
        "pip": lambda v: {"asked of pip": _pip(v)},
        "constraints": lambda v: {"constraint": _pip(v)},
        "apt": lambda v: {"apt": _named((name, Fact("")) for name in v)},
        "variables": lambda v: {"variable": _hidden(v)},
        "lock_platforms": lambda v: {"lock platform": _named((name, Fact("")) for name in v)},
        "docker": _docker,
        "spark": lambda v: {"spark": _hidden(v or {})},
    }
    facts: Facts = {}
    for key in known:
        facts |= known[key](value.get(key) or {})
    facts["asked of python"] = _one(value.get("python"))
    facts["interpreter"] = _one(value.get("interpreter"))
    facts["managed"] = {"": Fact("" if value.get("managed", True) else "no")}
    rest = {"python", "interpreter", "managed"}
    facts["other attribute"] = _hidden({k: v for k, v in value.items() if k not in known.keys() | rest})
    return facts


def _of_python(value: Mapping[str, Any]) -> Facts:
    packages = [
        (p["name"], Fact(str(p["version"]), f"conda {p['build']} {p['sha256']}"))
        for p in value.get("conda", ())
    ]
    packages += [
        (p["name"], Fact(str(p["version"]), f"pip - {' '.join(p['sha256'])}")) for p in value.get("pip", ())
    ]
    rest = {
        "conda", "pip", "paths", "indexes", "python", "platform", "recipe", "managed", "interpreter",
    }  # fmt: skip
    facts: Facts = {}
    if "managed" in value:
        facts["managed"] = {"": Fact("no")}
        facts["interpreter"] = _one(value.get("interpreter"))
    return {
        **facts,
        **_sources("index", value.get("indexes", ())),
        "platform": _one(value.get("platform")),
        "python": _one(value.get("python")),
        "package": _named(packages),
        "path": _named((p["path"], Fact("", _text(p))) for p in value.get("paths", ())),
        "python recipe": _one(value.get("recipe")),
        "other of python": _hidden({k: v for k, v in value.items() if k not in rest}),
    }


def _of_image(value: Mapping[str, Any]) -> Facts:
    rest = {"python", "unlocked", "platform", "base", "docker", "apt", "editables", "spark", "recipe"}
    docker = _docker(value.get("docker") or {})
    # What only starting needs is in no image; the definition says it.
    facts = {kind: found for kind, found in docker.items() if KINDS[kind] == IMAGE and kind != "docker.image"}
    return {
        **facts,
        "python layer": {"": Fact("", _text(value.get("python")))},
        "unlocked": {"": Fact("", _text(value.get("unlocked", "")))},
        "platform": _one(value.get("platform")),
        "base": _one(value.get("base")),
        "apt": _named((name, Fact("")) for name in value.get("apt", ())),
        "editable": _hidden(value.get("editables") or {}),
        "spark": _hidden(value.get("spark") or {}),
        "image recipe": _one(value.get("recipe")),
        "other of image": _hidden({k: v for k, v in value.items() if k not in rest}),
    }


def _docker(value: Mapping[str, Any]) -> Facts:
    scripts = [(str(number), Fact("", text)) for number, text in enumerate(value.get("run", ()), start=1)]
    rest = {"run", "arguments", "labels", *DOCKER_SCALARS}
    return {
        **{f"docker.{key}": _one(value.get(key)) for key in DOCKER_SCALARS},
        "script": dict(scripts),
        "argument": _hidden(value.get("arguments") or {}),
        "label": _hidden(value.get("labels") or {}),
        "other of docker": _hidden({k: v for k, v in value.items() if k not in rest}),
    }


def _sources(kind: str, value: Any) -> Facts:
    """Indexes or channels: each of them, and their order (which counts) when there are the same ones."""
    names = [str(source.get("name", "")) for source in value]
    order = " ".join(names)
    return {
        kind: _named((str(s.get("name", "")), Fact("", _text(s))) for s in value),
        f"{kind} order": {" ".join(sorted(names)): Fact("", order)} if len(names) > 1 else {},
    }


def _pip(value: Any) -> dict[str, Fact]:
    return _named(
        (_leading_name(p["text"]) if p["kind"] == "requirement" else p["text"], Fact(p["text"], p["kind"]))
        for p in value
    )


def _named(rows: Any) -> dict[str, Fact]:
    """By name; a second one of a name (conda and pip may both have it) gets a mark of its own."""
    facts: dict[str, Fact] = {}
    for name, fact in sorted(rows, key=lambda row: (row[0], row[1].detail, row[1].shown)):
        while name in facts:
            name += " again"
        facts[name] = fact
    return facts


def _hidden(value: Mapping[str, Any]) -> dict[str, Fact]:
    """A map whose values are compared and not shown."""
    return {str(name): Fact("", _text(one)) for name, one in value.items()}


def _one(value: Any) -> dict[str, Fact]:
    """A single thing; nothing said and nothing there are the same."""
    if value in (None, "", [], {}):
        return {"": Fact("")}
    return {
        "": Fact(value if isinstance(value, str) else ", ".join(value) if _are_texts(value) else _text(value))
    }


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _text(value: Any) -> str:
    return canonical_json(value).decode()


def _leading_name(text: str) -> str:
    """The name at the head of a canonical MatchSpec (behind its channel) or requirement."""
    head = text.rpartition("::")[2]
    return next((head[:at] for at, one in enumerate(head) if one in " [=<>!~;@"), head)
