"""What is a secret in a file of another tool: what no spec holds and no report shows.

An importer decides as the rules do that look at specs (W0312, W0313), so that what is imported has no finding of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

from envspec.diagnostics.credentials import credentials
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.text import credentials_span

_IN_A_TAG = "a spec holds no credentials, and a tag goes wherever the thing goes that has it"
IMAGE_LOGIN = lazy_pattern(r"(?<!\S)[^\s/@:]+:[^\s/@]+@(?!sha)(?=[^\s/@]+/)")
"""User and password before the registry of an image, which nothing takes."""


def has_credential(text: str) -> bool:
    """Whether something in the text has the form of a credential."""
    return next(credentials(text), None) is not None or credentials_span(text) is not None


def is_secret(name: str, value: str) -> bool:
    """Whether a value that is called so must not be shown: by its own form, or because the name says that it is a secret
    and the value does not say that it only stands for one. `name` may have hyphens and dots between its words."""
    from envspec.check.secret_names import is_written_out, plain_name

    return has_credential(value) or is_written_out(plain_name(name), value)


def in_script(text: str) -> bool:
    """The same of a script of a shell, in which a word may stand for another text."""
    from envspec.check.secret_scripts import secret_words

    return has_credential(text) or next(secret_words(text), None) is not None


def in_line(text: str) -> bool:
    """The same of a command as a shell reads it."""
    import shlex

    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    return in_command(words) or has_credential(text)


def in_command(words: Sequence[str]) -> bool:
    """Whether a word of a command is a secret, by its form or by the option that it is the value of."""
    from envspec.check.secret_names import secret_arguments

    return has_credential(" ".join(words)) or next(secret_arguments(words), None) is not None


def why_no_tag(key: str, value: str) -> str:
    """Why a tag of another tool is none of a spec; empty when it is one."""
    if not key or not key.isprintable():
        return "a key of `tags` is one line of printable characters"
    return _IN_A_TAG if is_secret(key, value) else ""
