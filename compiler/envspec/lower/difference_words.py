"""How a difference between two environments is said: the table of kinds, and the clause of each.

A `Fact` on one side or both comes in, a clause without a full stop goes out. Names and versions are shown as they
are; whoever prints them to a terminal escapes them.
"""

from __future__ import annotations

from typing import NamedTuple

DOCKER_SCALARS = ("image", "dockerfile", "cuda", "user", "platforms", "shm_size")

_DOCKER_LAYERS = {"image": "request", "platforms": "request", "shm_size": "start"}
"""`docker.image` is asked for: what a lock resolves it to is the base."""

KINDS: dict[str, str] = {
    "platform": "python",
    "python": "python",
    "package": "python",
    "path": "python",
    "index": "python",
    "index order": "python",
    "managed": "python",
    "interpreter": "python",
    "python recipe": "python",
    "other of python": "python",
    "python layer": "python",
    "base": "image",
    "apt": "image",
    "script": "image",
    "argument": "image",
    "label": "image",
    **{f"docker.{key}": _DOCKER_LAYERS.get(key, "image") for key in DOCKER_SCALARS},
    "other of docker": "image",
    "editable": "image",
    "spark": "image",
    "unlocked": "image",
    "image recipe": "image",
    "other of image": "image",
    "variable": "start",
    "asked of python": "request",
    "channel": "request",
    "channel order": "request",
    "asked of conda": "request",
    "asked of pip": "request",
    "constraint": "request",
    "lock platform": "request",
    "other attribute": "request",
}
"""Kind → the layer that a change of it touches. In this order changes are told."""


class Fact(NamedTuple):
    """`shown` is what people see of it; `detail` what else decides whether it is the same. A tuple, because a history
    compares thousands."""

    shown: str
    detail: str = ""


_SENTENCES: dict[str, tuple[str, str, str]] = {
    "path": ("`{name}` was added", "`{name}` was taken away", "the content of `{name}` changed"),
    "index": ("index `{name}` was added", "index `{name}` was taken away", "index `{name}` changed"),
    "channel": ("channel `{name}` was added", "channel `{name}` was taken away", "channel `{name}` changed"),
    "apt": (
        "system package `{name}` was added",
        "system package `{name}` was taken away",
        "system package `{name}` changed",
    ),
    "lock platform": (
        "`{name}` of `lock_platforms` was added",
        "`{name}` of `lock_platforms` was taken away",
        "`{name}` of `lock_platforms` changed",
    ),
    "script": (
        "script {name} of `docker.run` was added",
        "script {name} of `docker.run` was taken away",
        "script {name} of `docker.run` changed",
    ),
    "argument": (
        "build argument `{name}` was added",
        "build argument `{name}` was taken away",
        "build argument `{name}` changed",
    ),
    "label": ("label `{name}` was added", "label `{name}` was taken away", "label `{name}` changed"),
    "variable": (
        "variable `{name}` was added",
        "variable `{name}` was taken away",
        "variable `{name}` changed",
    ),
    "editable": (
        "the editable `{name}` was added",
        "the editable `{name}` was taken away",
        "the code of the editable `{name}` changed",
    ),
    "asked of conda": (
        "`conda` asks for `{after}`",
        "`conda` no longer asks for `{before}`",
        "`conda` asks for `{after}` where it was `{before}`",
    ),
    "asked of pip": (
        "`pip` asks for `{after}`",
        "`pip` no longer asks for `{before}`",
        "`pip` asks for `{after}` where it was `{before}`",
    ),
    "constraint": (
        "`constraints` has `{after}`",
        "`constraints` no longer has `{before}`",
        "`constraints` has `{after}` where it was `{before}`",
    ),
}
"""Kind → how one that was added, taken away or changed is said."""

_FIXED: dict[str, str] = {
    "index order": "the order of `indexes` changed",
    "channel order": "the order of `channels` changed",
    "managed": "`managed` changed",
    "python recipe": "this envspec installs packages in another way",
    "image recipe": "this envspec makes images in another way",
    "python layer": "the packages in it changed",
    "unlocked": "what it asks for changed",
}
"""Kind → the only thing that can be said of a change of it."""

_SUBJECTS: dict[str, str] = {
    "platform": "the platform",
    "python": "Python",
    "base": "the base image",
    "asked of python": "`python`",
    "interpreter": "`interpreter`",
    **{f"docker.{key}": f"`docker.{key}`" for key in DOCKER_SCALARS},
}
"""Kind → what went from one value to another."""


def words(kind: str, name: str, was: Fact | None, now: Fact | None) -> str:
    """The change as a clause. One of the two facts is there, and they are not the same."""
    if kind == "package":
        return _package(name, was, now)
    if kind in _FIXED:
        return _FIXED[kind]
    before, after = (was.shown if was else ""), (now.shown if now else "")
    if kind in _SUBJECTS:
        return _went(_SUBJECTS[kind], before, after)
    sentences = _SENTENCES.get(kind)
    if sentences is None:
        prefix = {"spark": "spark.", "other of docker": "docker."}.get(kind, "")
        return f"`{prefix}{name}` changed"
    at = 0 if was is None else 1 if now is None else 2
    return sentences[at].format_map({"name": name, "before": before, "after": after})


def _package(name: str, was: Fact | None, now: Fact | None) -> str:
    name = name.removesuffix(" again")
    if was is None or now is None:
        one = now or was
        assert one is not None
        return f"`{name}` {one.shown} was {'added' if was is None else 'taken away'}"
    if was.shown != now.shown:
        return f"`{name}` went from {was.shown} to {now.shown}"
    (old_source, old_build), (source, build) = was.detail.split(" ")[:2], now.detail.split(" ")[:2]
    if old_source != source:
        return f"`{name}` {now.shown} comes by {source} instead of {old_source}"
    if old_build != build:
        return f"`{name}` {now.shown} went from build `{old_build}` to `{build}`"
    return f"`{name}` {now.shown} has other files"


def _went(subject: str, before: str, after: str) -> str:
    if not before:
        return f"{subject} is now {after}"
    if not after:
        return f"{subject} is no longer {before}"
    return f"{subject} went from {before} to {after}"
