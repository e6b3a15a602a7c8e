"""The default index of Python packages, in files that have its address.

uv, PDM, Pipenv and pixi write down even the index that they ask unless told otherwise. A spec has no block for it: which
one is the default is for the machine that locks to say. So two addresses are the default: that of the Python Package
Index, known by its name (a host called `pypi` directly below `.org`, in old files below `.python.org`), and the one that
this machine has in its place, `Asked.default_index`. Any other address is an index of the project.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from envspec.importing.asked import Asked

NAME = "pypi"
"""What Poetry, PDM and Pipenv call it."""
_FILES = ("files", "pythonhosted", "org")
_ABOVE = (["org"], ["python", "org"])


def is_default(asked: Asked, url: str) -> bool:
    """Whether the address is that of the default index. A login in it makes no difference to the machine's own."""
    if is_public(url):
        return True
    own = asked.default_index()
    return bool(own) and _bare(own) == _bare(url)


def is_file_of_default(asked: Asked, url: str) -> bool:
    """Whether the address of a file is one of the default index: a host called `files` of the Python Package Index, or the
    host of the machine's own."""
    try:
        host = urlsplit(url).hostname or ""
        own = urlsplit(asked.default_index()).hostname
    except ValueError:
        return False
    return host == own or tuple(host.split(".")) == _FILES


def is_public(url: str) -> bool:
    """Whether it is the Python Package Index."""
    try:
        parts = urlsplit(url)
        name, *above = (parts.hostname or "").split(".")
    except ValueError:  # a host with a bracket too many
        return False
    return name == NAME and above in _ABOVE and parts.path.strip("/") == "simple" and "@" not in parts.netloc


def _bare(url: str) -> str:
    scheme, mark, rest = url.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2].lower()}{slash}{path}".rstrip("/")
