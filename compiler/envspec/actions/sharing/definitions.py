"""Whether the definition and the lock of an environment are what envspec writes, and which version they make.

In come values of JSON; out comes the version hash, counted anew from them, so that nobody has to be believed. Every text
that would become part of a Dockerfile or of an installer's input has to be one that a spec may hold, in the canonical form
that a spec gives it. Paths must stay in the project. Raises `ValueError` with a clause otherwise.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from envspec.check.acceptance import Acceptance
from envspec.frozen import asdict
from envspec.ir.canonical import canonical_json
from envspec.ir.codec import environment_from_definition
from envspec.ir.identity import definition
from envspec.ir.types import Environment, PackageSource
from envspec.lock.model import LockedEnvironment

_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_MAP: dict[str, Any] = {"type": "object", "additionalProperties": _TEXT}
_SIZE: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 1 << 53}
_SECRET: dict[str, Any] = {
    "type": "object",
    "properties": {"secret": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$(?!\n)"}},
    "required": ["secret"],
    "additionalProperties": False,
}
_SHA256: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$(?!\n)"}


def _record(optional: Iterable[str] = (), **properties: Any) -> dict[str, Any]:
    """An object of exactly these; those of `optional` may be missing."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in set(optional)],
        "additionalProperties": False,
    }


def _all_optional(**properties: Any) -> dict[str, Any]:
    return _record(properties, **properties)


def _list(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


_SOURCE = _record(
    ("url", "username", "password", "packages"),
    name=_TEXT, url=_TEXT, username=_TEXT, password=_SECRET, packages=_TEXTS,
)  # fmt: skip
_PIP = _record(kind={"type": "string", "enum": ["requirement", "path", "editable"]}, text=_TEXT)
_DEFINITION = Acceptance(
    _all_optional(
        python=_TEXT,
        managed={"type": "boolean"},
        interpreter=_TEXT,
        channels=_list(_SOURCE),
        conda=_TEXTS,
        pip=_list(_PIP),
        constraints=_list(_PIP),
        indexes=_list(_SOURCE),
        apt=_TEXTS,
        variables={
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$(?!\n)"},
            "additionalProperties": {"anyOf": [_TEXT, _SECRET]},
        },
        docker=_all_optional(
            image=_TEXT, dockerfile=_TEXT, cuda=_TEXT, user=_TEXT, platforms=_TEXTS, shm_size=_SIZE, arguments=_MAP,
            labels=_MAP, run=_TEXTS,
        ),
        spark=_record(
            ("packages", "repositories", "conf"),
            packages=_TEXTS, repositories=_TEXTS, conf=_MAP, precache={"type": "boolean"},
        ),
    )
)  # fmt: skip
_LOCK = Acceptance(
    _record(
        id=_TEXT,
        definition={"type": "string", "pattern": "^sha256:[0-9a-f]{64}$(?!\n)"},
        image=_TEXT,
        digest={"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$(?!\n)"},
        platforms=_list(
            _record(
                platform=_TEXT,
                python=_TEXT,
                conda=_list(
                    _record(
                        name=_TEXT, version=_TEXT, build=_TEXT, channel=_TEXT, subdir=_TEXT, filename=_TEXT,
                        sha256=_SHA256, size=_SIZE, depends=_TEXTS, build_number=_SIZE, noarch=_TEXT, site_packages=_TEXT,
                    )
                ),
                pip=_list(
                    _record(
                        name=_TEXT, version=_TEXT, index=_TEXT,
                        files=_list(_record(filename=_TEXT, sha256=_SHA256, url=_TEXT, size=_SIZE)),
                    )
                ),
                paths=_list(_record(path=_TEXT, kind=_TEXT, name=_TEXT, sha256=_TEXT)),
            )
        ),
    )
)  # fmt: skip


def version_of(name: str, wanted: Any, locked: Any) -> tuple[str, LockedEnvironment | None]:
    """The version hash of a definition and a lock (None without one), and the lock."""
    from envspec.actions.registered import lock_entry
    from envspec.lower.identity import version_hash

    if not _DEFINITION.accepts(wanted):
        raise ValueError("its definition is not one of an environment")
    if locked is not None and not _LOCK.accepts(locked):
        raise ValueError("its lock is not one of an environment")
    environment = environment_from_definition(name, name, wanted)
    if canonical_json(definition(environment)) != canonical_json(wanted):
        raise ValueError("its definition is not in its canonical form")
    for what, text in _wrong_texts(environment):
        raise ValueError(f"{text[:200]!a} in its definition cannot be {what}")
    if locked is None:
        return version_hash(environment, None), None
    entry = lock_entry(locked)
    for text in _wrong_lock_texts(entry):
        raise ValueError(f"{text[:200]!a} in its lock cannot be right")
    return version_hash(environment, entry), entry


def _wrong_texts(environment: Environment) -> Iterator[tuple[str, str]]:
    """What a text cannot be, and the text."""
    from envspec.packages import apt, conda, image, pip, python_version, sources

    docker, spark = environment.docker, environment.spark
    requirements = [p for p in (*environment.pip, *environment.constraints) if p.kind == "requirement"]
    local = [p.text for p in (*environment.pip, *environment.constraints) if p.kind != "requirement"]
    every: list[tuple[str, Callable[[str], object], Iterable[str]]] = [
        ("a Python version", python_version.parse_python, [environment.python] if environment.python else []),
        ("a conda package", lambda t: getattr(conda.parse_match_spec(t), "spec", None),
         [p.spec for p in environment.conda]),
        ("a requirement", lambda t: getattr(pip.parse_requirement(t), "text", None), [p.text for p in requirements]),
        ("a path of the project", _inside, [*local, *([docker.dockerfile] if docker.dockerfile else [])]),
        ("a Debian package", apt.parse_apt, environment.apt),
        ("an image", image.parse_image, [docker.image] if docker.image else []),
        ("a user", image.parse_user, [docker.user] if docker.user else []),
        ("a platform", image.parse_platform, docker.platforms),
        ("a label", image.parse_label_key, docker.labels),
        ("a build argument", image.parse_variable_name, docker.arguments),
        ("an address", sources.parse_url, [s.url for s in _sources(environment) if s.url]),
        ("a channel", sources.parse_channel, [s.name for s in environment.channels if not s.url]),
        ("a value of one line", _line, _lines(environment)),
        ("a text", _plain, [*docker.run, *(v for v in environment.variables.values() if isinstance(v, str))]),
    ]  # fmt: skip
    if spark is not None:
        every.append(("an address", sources.parse_url, spark.repositories))
    for what, canonical, texts in every:
        for text in texts:
            if canonical(text) != text:
                yield what, text


def _lines(environment: Environment) -> Iterator[str]:
    """What is written into one line somewhere."""
    docker, spark = environment.docker, environment.spark
    yield from (environment.interpreter, docker.cuda, *docker.labels.values(), *docker.arguments.values())
    for source in _sources(environment):
        yield from (source.name, source.username, *source.packages)
    if spark is not None:
        yield from (*spark.packages, *spark.conf, *spark.conf.values())


def _sources(environment: Environment) -> tuple[PackageSource, ...]:
    return (*environment.indexes, *environment.channels)


def _wrong_lock_texts(locked: LockedEnvironment) -> Iterator[str]:
    from envspec.packages import image, sources

    if locked.image and image.parse_image(locked.image) != locked.image:
        yield locked.image
    for platform in locked.platforms:
        for path in platform.paths:
            if _inside(path.path) != path.path:
                yield path.path
        for package in platform.conda:
            files = (package.filename, package.subdir, package.name, package.version, package.build)
            yield from (text for text in files if not _is_name(text))
            if _inside(package.site_packages or "x") is None:
                yield package.site_packages
        for wheel in platform.pip:
            yield from (text for text in (wheel.name, wheel.version) if not _is_name(text))
            for file in wheel.files:
                if not _is_name(file.filename):
                    yield file.filename
                if file.url and sources.parse_url(file.url) != file.url:
                    yield file.url
    yield from (text for text in _all_texts(asdict(locked)) if _line(text) is None)


def _all_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _all_texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _all_texts(inner)


def _is_name(text: str) -> bool:
    """Whether it can be part of a file's name."""
    return bool(text) and "/" not in text and "\\" not in text and not text.startswith(("-", "."))


def _inside(text: str) -> str | None:
    """A path below the root of the project, `.` for the root itself."""
    whole = text and not text.startswith(("/", "-")) and _line(text) is not None
    return text if whole and ".." not in text.split("/") and posixpath.normpath(text) == text else None


def _line(text: str) -> str | None:
    from envspec.packages.image import parse_line

    found = parse_line(text, "this value")
    return found if isinstance(found, str) else None


def _plain(text: str) -> str | None:
    return None if "\0" in text else text
