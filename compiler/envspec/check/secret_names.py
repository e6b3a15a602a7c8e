"""What is a secret by its name: of a variable, a label, a tag, an option of a command.

In: a name and the value that is written out for it. Out: whether everybody who reads it has a secret then. What always
holds: a value that cannot be one, such as a path, a number or a placeholder, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from envspec.diagnostics.credentials import is_example
from envspec.lazy_pattern import lazy_pattern

_WORDS = frozenset(
    {"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "CREDENTIAL", "CREDENTIALS"}
)
_OF_TEXT = frozenset(
    {
        "PAD",
        "MASK",
        "CLS",
        "EOS",
        "BOS",
        "SEP",
        "UNK",
        "SPECIAL",
        "STOP",
        "START",
        "END",
        "IMAGE",
        "PAGE",
        "NEXT",
    }
)
"""Before `TOKEN`: one of a tokenizer's, or the place in a list that is shown by pages."""
_BEFORE_KEY = frozenset({"API", "ACCESS", "SECRET", "PRIVATE", "ACCOUNT", "ENCRYPTION", "SIGNING"})
_HARMLESS = lazy_pattern(
    r"(?i)\s*|true|false|yes|no|on|off|none|null|[0-9.]+|\$\{?\w+\}?|[./~].*|<.*>|\[.*\]|\*+"
)

_ASSIGNED = lazy_pattern(r"(?:-{1,2}(?=[A-Za-z]))?(?P<name>[A-Za-z_][\w.-]*)=(?P<value>[\s\S]*)")
_OPTION = lazy_pattern(r"-{1,2}(?P<name>[A-Za-z][\w.-]*)")
_KEPT_AT = lazy_pattern(r"(?:id|type|env|src|source)=|projects/|arn:")
"""Where a secret is: what `--secret` of `docker build` takes, names at Google Cloud and AWS."""
_OF_PEOPLE = ("PASSWORD", "PASSWD", "PASSPHRASE")
_LIKE_A_KEY = lazy_pattern(r"(?=.*[0-9])(?=.*[A-Za-z])[!-~]{8,}")


def says_secret(name: str) -> bool:
    """Whether the name of a variable ends in a word for a secret: `HF_TOKEN`, not `MAX_TOKENS`, `TOKEN_FILE`."""
    words = re.split(r"_+", name.upper().strip("_"))
    before = words[-2] if len(words) > 1 else ""
    if words[-1] == "KEY":
        return before in _BEFORE_KEY
    return words[-1] in _WORDS and not (words[-1] == "TOKEN" and before in _OF_TEXT)


def is_written_out(name: str, value: str) -> bool:
    """Whether a variable is a secret by its name, with a value that is one: not a path, a number or a placeholder."""
    return says_secret(name) and _HARMLESS.fullmatch(value) is None and not is_example(value)


def plain_name(name: str) -> str:
    """With `_` between its words, where a tag or option has hyphens and dots."""
    return re.sub(r"[-.]", "_", name)


def secret_arguments(words: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Which words of a command hold a secret, with its name: `--api-key=X`, the word after `--api-key`, `API_KEY=X`. What
    is no text (`Template`) holds none.

    Options are for much else (`--trigger-token sks`), so a value that is no password has to look like a key too."""
    for at, word in enumerate(words):
        if not isinstance(word, str):
            continue
        assigned = _ASSIGNED.fullmatch(word)
        if assigned is not None:
            if _is_argument(assigned["name"], assigned["value"]):
                yield at, assigned["name"]
            continue
        option, value = _OPTION.fullmatch(word), words[at + 1] if at + 1 < len(words) else ""
        after = option is not None and isinstance(value, str) and not value.startswith("-")
        if option is not None and after and _is_argument(option["name"], str(value)):
            yield at + 1, option["name"]


def _is_argument(name: str, value: str) -> bool:
    name, value = plain_name(name), value.strip().strip("\"'")
    if "$" in value or "`" in value or "{{" in value or _KEPT_AT.match(value):  # it stands for another text
        return False
    if not is_written_out(name, value):
        return False
    return name.upper().endswith(_OF_PEOPLE) or _LIKE_A_KEY.fullmatch(value) is not None
