"""Where something is pushed to or pulled from: `HOST[:PORT]/PATH[:TAG|@sha256:DIGEST]`, and the registry there.

A reference comes in, or none: then the repository where the name is already, else that of the project
(`[tool.envspec.sharing]` of `pyproject.toml`). Raises `Failure` E1110.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from envspec.actions.settings import ca_bundle, tool_table
from envspec.actions.sharing.numbers import is_number_tag
from envspec.actions.wrong_settings import Wrong, refused
from envspec.diagnostics import Diagnostic, Failure
from envspec.registry.client import Registry
from envspec.registry.credentials import Credentials, CredentialsOf, docker_credentials
from envspec.registry.references import ImageReference, image_name
from envspec.workspace.database import Workspace
from envspec.workspace.shared import Kind

Item = TypeVar("Item")

_AT_ONCE = 6
"""Blobs on their way at once: most of the time of a small one is waiting."""
_WHERE = "`[tool.envspec.sharing]` of `pyproject.toml`"
_SAY = (
    "give a REFERENCE such as `registry.example/team/NAME`, or write "
    '`registry = "registry.example/team"` into ' + _WHERE
)


def parsed(text: str) -> ImageReference:
    from envspec.packages.image import parse_image

    found = parse_image(text)
    if not isinstance(found, str):
        raise Failure(
            Diagnostic(
                "E1110",
                f"this is not a place in a registry: {found.message}",
                help=found.help or "write HOST/PATH, such as `registry.example/team/NAME`",
            )
        )
    return image_name(found)


def to_push_to(workspace: Workspace, kind: Kind, name: str, text: str) -> ImageReference:
    """`tag` is a label to put on the version besides, or empty."""
    place = parsed(text) if text else _default(workspace, kind, name)
    if place.digest:
        raise Failure(
            Diagnostic(
                "E1110",
                f"`{text}` says what it is to be called by its digest, which it has by itself",
                help=f"push to `{place.name}`",
            )
        )
    if place.tag and (is_number_tag(place.tag) or _label_problem(place.tag)):
        why = "numbers are given by pushing" if is_number_tag(place.tag) else _label_problem(place.tag)
        raise Failure(
            Diagnostic(
                "E1110",
                f"`{place.tag}` cannot be the label of a version: {why}",
                help=f"push to `{place.name}`: the version has its own number there, or the next",
            )
        )
    return place


def _label_problem(tag: str) -> str:
    from envspec.language.environment_reference import label_problem

    return label_problem(tag)


def _default(workspace: Workspace, kind: Kind, name: str) -> ImageReference:
    from envspec.engines.docker.names import repository_component

    known = workspace.shared_versions(kind, name)
    if known:
        return parsed(known[0].repository)
    registry = project_registry(workspace.root)
    if not registry:
        raise Failure(
            Diagnostic("E1110", f"nothing says where the {kind} `{name}` is to be pushed", help=_SAY)
        )
    part = "models/" if kind == "model" else ""
    return parsed(f"{registry}/{part}{repository_component(name)}")


def project_registry(root: Path) -> str:
    """`registry` of `[tool.envspec.sharing]`, empty when it says none. Raises `Failure` E1208."""
    from envspec.packages.sources import parse_registry

    found = tool_table(root, "sharing")
    unknown = next((key for key in found if key != "registry"), None)
    if unknown is not None:
        wrong = Wrong(
            ("sharing", unknown), f"unknown key `{unknown}` in {_WHERE}", "the only key is `registry`"
        )
        raise refused(root, [wrong])
    registry = found.get("registry", "")
    if registry and (not isinstance(registry, str) or not isinstance(parse_registry(registry), str)):
        wrong = Wrong(
            ("sharing", "registry"),
            f"`registry` in {_WHERE} has a wrong value",
            "it has to be HOST/PATH without a scheme, such as `registry.example/team`",
        )
        raise refused(root, [wrong])
    return str(registry).rstrip("/")


@contextmanager
def registry_of(root: Path, place: ImageReference, rights: str) -> Iterator[Registry]:
    """The client, with docker's logins. `rights` are `pull` or `pull,push`."""
    registry = _client(root, place, rights, docker_credentials)
    try:
        yield registry
    finally:
        registry.close()


def for_each(
    root: Path,
    place: ImageReference,
    rights: str,
    items: Sequence[Item],
    work: Callable[[Registry, Item], None],
) -> None:
    """Does the work for each of many blobs, several at once, each with a client of its own; one helper is asked once.
    What fails first is raised, and what has not begun then is left out."""
    from concurrent.futures import ThreadPoolExecutor

    own = threading.local()
    clients: list[Registry] = []
    turn = threading.Lock()
    known: dict[str, Credentials] = {}

    def credentials(host: str) -> Credentials:
        with turn:
            if host not in known:
                known[host] = docker_credentials(host)
            return known[host]

    def one(item: Item) -> None:
        if not hasattr(own, "registry"):
            own.registry = _client(root, place, rights, credentials)
            clients.append(own.registry)
        work(own.registry, item)

    pool = ThreadPoolExecutor(min(_AT_ONCE, max(len(items), 1)))
    try:
        for _ in pool.map(one, items):
            pass
    finally:
        pool.shutdown(cancel_futures=True)
        for registry in clients:
            registry.close()


def _client(root: Path, place: ImageReference, rights: str, known: CredentialsOf) -> Registry:
    from envspec.registry.login import Login

    login = Login(place.host, f"repository:{place.repository}:{rights}", known)
    return Registry(place.host, login, ca_bundle(root, ""))
