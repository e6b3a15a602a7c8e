"""A line of a requirements file in the form that the language has.

In: a line as pip takes it: quoted, editable, an address of a repository or a file, a path. Out: a requirement (PEP 508)
or a path, and why it is another text; or no text and the reason. What always holds: a path that comes out is there, and
inside the project; the fragment of an address keeps all but `egg`.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from envspec.frozen import Frozen, frozen
from envspec.importing.asked import Asked, is_there
from envspec.importing.fields.pip import REQUIREMENTS_TXT
from envspec.importing.fields.row import reason_of
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.pip import is_path, wheel_name

_VCS = lazy_pattern(r"(?:(git|hg|svn|bzr)\+[a-z+]+|git)://\S+")
_EGG = lazy_pattern(r"[#&]egg=([A-Za-z0-9._-]+)(\[[^\]]*\])?")
_LAST_PART = lazy_pattern(r"[^/]+://[^/]*/(?:[^@#]*/)?([A-Za-z0-9._-]+?)(?:\.git)?/?(?:@[^#]*)?(?:#.*)?\Z")
_URL = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_SDIST = lazy_pattern(
    r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>[0-9][A-Za-z0-9.!+_]*)\.(?:tar\.gz|zip|tgz|tar\.bz2)\Z"
)
_PATH_EXTRAS = lazy_pattern(r"(?P<path>[^\[\]]+)\[(?P<extras>[^\]]*)\]\Z")
_LITERAL = lazy_pattern(r"""(?P<quote>['"])(?P<inner>.*)(?P=quote),?\Z|(?P<bare>[^,'"]+),\Z""")
_GIT_LOGIN = lazy_pattern(r"(?<=git\+https://)git@|(?<=git\+http://)git@")
_LOCAL = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[^\]]*\])?\s*@\s*(file:/[^\s;]+)\Z")
_SEMICOLON = lazy_pattern(r"\s;|;\s")
_MACHINE = reason_of(REQUIREMENTS_TXT, "an address", "it is a file of another machine")
_NO_LOGIN = reason_of(REQUIREMENTS_TXT, "a repository", "it has `git@` without SSH")
"""It is no login where a server needs none: `git@host:…` becomes that by hand."""
_NOT_EDITED = reason_of(REQUIREMENTS_TXT, "`-e`", "it is a repository")
_NO_MARKER = reason_of(REQUIREMENTS_TXT, "a path", "it has a marker")
_NO_URL = reason_of(REQUIREMENTS_TXT, "an address", "it is a file of the project")
_IN_FRONT = reason_of(REQUIREMENTS_TXT, "an address")


@frozen
class Form(Frozen):
    """`text` is empty where there is none, and `why` says the reason then. `extras` are those of the project at a path,
    in `folder`. `absent` is a path at which there is nothing."""

    text: str = ""
    why: str = ""
    folder: Path | None = None
    extras: tuple[str, ...] = ()
    absent: str = ""


def requirement_form(asked: Asked, line: str, folder: Path) -> Form:
    """`folder` is what paths of the line are relative to."""
    text, why = line.strip(), ""
    if literal := _LITERAL.fullmatch(text):
        text = (literal["inner"] or literal["bare"] or "").strip()
        why = reason_of(REQUIREMENTS_TXT, "a requirement", "it is in quotes")
    editable = re.match(r"(-e|--editable)[\s=]+", text)
    body = text[editable.end() :].strip() if editable else text
    if editable and body[:1] in "'\"" and body[-1:] == body[:1]:
        body = body[1:-1]
    if "${" in body:
        return Form(why=reason_of(REQUIREMENTS_TXT, "`${VARIABLE}`"))
    if _VCS.match(body):
        return _repository(body, why or (_NOT_EDITED if editable else _IN_FRONT))
    machine = False
    if local := _LOCAL.match(body):
        body, machine = f"{local[2]}{local[1] or ''}", True
    if body.startswith("file:/"):
        body, why = (
            unquote(urlsplit(body).path),
            why or _NO_URL,
        )
    elif _URL.match(body):
        address, marker = _parted(body)
        if not address.split("#")[0].strip().endswith(".whl"):
            return _archive(body, why or _IN_FRONT)
        name = wheel_name(posixpath.basename(unquote(urlsplit(address).path))) if marker else None
        if name is not None:
            return Form(f"{name} @ {address}{marker}", why or _IN_FRONT)
    if editable or _names_path(body):
        found = _path(asked, re.sub(r"#egg=[^#]*\Z", "", body), folder, bool(editable), why)
        return Form(why=_MACHINE, absent=found.absent) if machine and not found.text else found
    if _GIT_LOGIN.search(text):
        return Form(_GIT_LOGIN.sub("", text), why or _NO_LOGIN)
    return Form(text, why)


def _repository(body: str, why: str) -> Form:
    address, marker = _parted(body)
    named = _EGG.search(address)
    name = named or _LAST_PART.match(address)
    if name is None:
        return Form(why="its address does not say what package it is")
    if _GIT_LOGIN.search(address):
        address, why = _GIT_LOGIN.sub("", address), f"{why}, and {_NO_LOGIN}"
    if address.startswith("git://"):
        address = f"git+{address}"
    extras = named[2] or "" if named else ""
    return Form(f"{name[1]}{extras} @ {_without_egg(address)}{marker}", why)


def _archive(body: str, why: str) -> Form:
    address, marker = _parted(body)
    named = _SDIST.search(posixpath.basename(unquote(urlsplit(address).path)))
    egg = _EGG.search(address)
    if egg is None and named is None:
        return Form(why="its address does not say what package it is")
    name = f"{egg[1]}{egg[2] or ''}" if egg else named["name"] if named else ""
    return Form(f"{name} @ {_without_egg(address)}{marker}", why)


def _parted(body: str) -> tuple[str, str]:
    """An address or a path, and its marker as ` ; marker`: white space on either side of the semicolon parts them, as pip
    has it."""
    parts = _SEMICOLON.split(body, maxsplit=1)
    return parts[0].strip(), f" ; {parts[1].strip()}" if len(parts) > 1 else ""


def _without_egg(address: str) -> str:
    """`#subdirectory=…` and hashes stay; they are parted by `&`."""
    base, _, fragment = address.strip().partition("#")
    kept = [part for part in fragment.split("&") if part and not part.startswith("egg=")]
    return f"{base}#{'&'.join(kept)}" if kept else base


def _path(asked: Asked, body: str, folder: Path, editable: bool, why: str) -> Form:
    body, marker = _parted(body)
    if marker:
        why = "; ".join(filter(None, (why, _NO_MARKER.replace("…", marker.removeprefix(" ; ")))))
    extras: tuple[str, ...] = ()
    if found := _PATH_EXTRAS.match(body):
        body = found["path"].strip()
        extras = tuple(filter(None, (extra.strip() for extra in found["extras"].split(","))))
    if body.startswith("/"):
        body, why = (
            os.path.relpath(body, folder),
            why or reason_of(REQUIREMENTS_TXT, "a path", "it is absolute"),
        )
    place = asked.place(body, folder)
    if place is None:
        return Form(why="it is outside of the project")
    if not is_there(folder / body):
        return Form(why=f"there is nothing at `{body}`", absent=body)
    return Form(f"-e {place}" if editable else place, why, folder / body, extras)


def _names_path(text: str) -> bool:
    text = _parted(text)[0]
    wheel = text.endswith(".whl") and "@" not in text and "://" not in text
    return wheel or text.startswith((".", "/", "~")) or is_path(re.sub(r"\[[^\]]*\]\Z", "", text))
