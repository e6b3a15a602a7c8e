"""The types of attribute values, as data.

A `Type` says how a value is evaluated (`resolve.evaluate`), which JSON Schema it has (`language.schema`) and
how it is named to people (`describe`). Types are compared by value and never changed.
"""

from __future__ import annotations

from envspec.frozen import Frozen, frozen


@frozen
class Type(Frozen):
    """`kind` is one of the constructors below. `item` is what a list or map holds; `choices` the words of
    an enumeration; `target` the kind of block that a reference names, or the name of a record's table;
    `minimum` and `maximum` bound numbers, sizes (in bytes) and durations (in seconds), and `minimum` the length of a
    string or list; `options` are the alternatives
    of `either`; `keys` says what the keys of a map are: `name`, `variable`, `label`, or empty for any text."""

    kind: str
    item: Type | None = None
    choices: tuple[str, ...] = ()
    target: str = ""
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[Type, ...] = ()
    keys: str = ""


STRING = Type("string")
NONEMPTY = Type("string", minimum=1)
"""A string of at least one character."""
TEXT = Type("text")
"""A string in which an engine fills `inputs` and `outputs`."""
ARGUMENT = Type("argument")
"""Text, or a number or boolean in its one canonical form."""
SCRIPT = Type("script")
NONEMPTY_SCRIPT = Type("script", minimum=1)
"""A shell script: no `${}` in it."""
BOOLEAN = Type("boolean")
SCALAR = Type("scalar")
SIZE = Type("size")
DURATION = Type("duration")
PATH = Type("path")
OUTPUT_PATH = Type("output_path")
"""A path inside the run's working directory."""
PYTHON = Type("python")
CONDA_PACKAGE = Type("conda_package")
PIP_PACKAGE = Type("pip_package")
APT_PACKAGE = Type("apt_package")
IMAGE = Type("image")
PLATFORM = Type("platform")
LOCK_PLATFORM = Type("lock_platform")
"""A platform that can be locked for, of an image or of a machine."""
USER = Type("user")
RUN_INPUT = Type("run_input")
URL = Type("url")
CHANNEL_NAME = Type("channel_name")
"""The name or address of a conda channel."""
REGISTRY = Type("registry")
LABEL = Type("label")
"""A string that a Dockerfile line can carry: no control characters."""


def integer(minimum: int | None = None, maximum: int | None = None) -> Type:
    return Type("integer", minimum=minimum, maximum=maximum)


def number(minimum: float | None = None, maximum: float | None = None) -> Type:
    return Type("number", minimum=minimum, maximum=maximum)


def size(minimum: int) -> Type:
    """In bytes."""
    return Type("size", minimum=minimum)


def duration(minimum: float, maximum: float) -> Type:
    """In seconds."""
    return Type("duration", minimum=minimum, maximum=maximum)


def list_of(item: Type, minimum: int | None = None) -> Type:
    return Type("list", item=item, minimum=minimum)


def map_of(item: Type, keys: str = "") -> Type:
    return Type("map", item=item, keys=keys)


def one_of(*choices: str) -> Type:
    return Type("enumeration", choices=choices)


def reference(target: str) -> Type:
    return Type("reference", target=target)


def either(*options: Type) -> Type:
    return Type("either", options=options)


def record(target: str) -> Type:
    """A nested block (or the same written as a map) whose attributes are a table of their own."""
    return Type("record", target=target)


_NAMES = {
    "string": "a string",
    "text": "a string",
    "argument": "a string or a number",
    "script": "a string",
    "boolean": "`true` or `false`",
    "scalar": "a string, a number or a boolean",
    "size": "a size such as `2GiB`",
    "duration": "a duration such as `30m`",
    "path": "a path in quotes",
    "output_path": "a path in quotes",
    "python": 'a Python version in quotes, such as `"3.11"`',
    "conda_package": "a conda package in quotes",
    "pip_package": "a pip requirement in quotes",
    "apt_package": "a Debian package in quotes",
    "image": "an image reference in quotes",
    "platform": 'a platform such as `"linux/amd64"`',
    "lock_platform": 'a platform such as `"darwin/arm64"`',
    "user": 'a user such as `"1000:1000"`',
    "run_input": "a path in quotes, or another run's output such as `run.train.outputs.model`",
    "label": "a string",
    "url": "an address in quotes",
    "channel_name": "the name or address of a channel in quotes",
    "registry": "a registry in quotes",
    "integer": "a whole number",
    "number": "a number",
}

_PLURALS = {
    "string": "strings",
    "text": "strings",
    "argument": "strings and numbers",
    "script": "strings",
    "label": "strings",
    "scalar": "strings, numbers and booleans",
    "path": "paths in quotes",
    "output_path": "paths in quotes",
    "conda_package": "conda packages in quotes",
    "pip_package": "pip requirements in quotes",
    "apt_package": "Debian packages in quotes",
    "platform": "platforms in quotes",
    "lock_platform": "platforms in quotes",
    "url": "addresses in quotes",
    "channel_name": "names or addresses of channels in quotes",
    "run_input": "paths or outputs of runs",
}


def describe(kind: Type) -> str:
    """The type in words, as in `expected a list of strings`."""
    match kind.kind:
        case "list":
            return f"a list of {_plural(kind.item)}"
        case "map":
            return f"a map of {_plural(kind.item)}"
        case "enumeration":
            return "one of " + ", ".join(f"`{choice}`" for choice in kind.choices)
        case "reference":
            article = "an" if kind.target[0] in "aeiou" else "a"
            return f"the name of {article} {kind.target}"
        case "either":
            return " or ".join(describe(option) for option in kind.options)
        case "record":
            return f"a block `{kind.target} {{ … }}`"
        case other:
            return _NAMES[other]


def _plural(kind: Type | None) -> str:
    if kind is None:
        return "values"
    if kind.kind == "either":
        return " or ".join(_plural(option) for option in kind.options)
    if kind.kind == "reference":
        return f"names of {kind.target} blocks"
    if kind.kind == "list":
        return "lists"
    return _PLURALS.get(kind.kind, describe(kind))
