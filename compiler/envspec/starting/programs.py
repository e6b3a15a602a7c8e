"""Python files that are programs: scoring scripts with `init()` and `run()`, and scripts that run.

They are parsed, never run. What a script takes is read from its `add_argument` calls (and click's `option`);
what it writes, from calls that save to a place written in the script.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.inline_script import has_metadata
from envspec.resolve.names import is_name
from envspec.server.entry import check_entry
from envspec.starting.folder import Folder
from envspec.starting.found import Argument, Entry, Found, Script
from envspec.starting.import_names import imported_projects

_OUTPUT = frozenset(
    {"out", "output", "outputs", "outdir", "save", "dump", "export", "metrics", "checkpoint", "checkpoints",
     "report", "logdir"}
)  # fmt: skip
_INPUT = frozenset(
    {"data", "dataset", "datasets", "input", "inputs", "in", "csv", "features", "images", "corpus", "train",
     "training", "test", "valid", "validation"}
)  # fmt: skip
_PLACE = frozenset(["path", "file", "dir", "directory", "folder", "root"])
_READERS = lazy_pattern(r"pred|eval|score|infer|test|serve|report")
_SUFFIX = lazy_pattern(
    r"\.(?:pkl|pickle|joblib|pt|pth|onnx|h5|keras|bin|safetensors|json|csv|parquet|txt|png|npz?)\Z"
)
_SAVES = frozenset(
    {"dump", "save", "to_csv", "to_parquet", "to_json", "to_pickle", "savefig", "save_model", "save_pretrained",
     "savez", "write_text", "write_bytes"}
)  # fmt: skip
_FITS = frozenset({"fit", "fit_generator", "train"})
_WORK = _SAVES | _FITS | {"print", "main"}
"""What no module does that is only imported."""
_MODEL_VARIABLE = lazy_pattern(r"ENVSPEC_MODEL_([A-Z][A-Z0-9_]*)")
_IS_PLACE = frozenset({"Path", "PurePath"})


def look_at_programs(folder: Folder, found: Found) -> None:
    """Entries of deployments, and scripts, training first."""
    scripts = []
    trees = []
    for path in folder.python_files():
        text = folder.text(path)
        tree = _parsed(text) if text is not None else None
        if text is None or tree is None:
            continue
        functions = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        if {"init", "run"} <= functions and not _is_program(tree):
            problems = check_entry(text, path)
            if problems:
                found.remarks.append(f"`{path}` is not taken as an entry: {problems[0].message}")
            else:
                models = dict.fromkeys(name.lower() for name in _MODEL_VARIABLE.findall(text))
                found.entries.append(Entry(path, tuple(filter(is_name, models))))
                trees.append(tree)
        elif _is_program(tree) or _works(tree) or has_metadata(text):
            scripts.append(_script(path, text, tree))
            if not has_metadata(text):
                trees.append(tree)
    local = {
        part.removesuffix(".py") for path in folder.files if path.endswith(".py") for part in path.split("/")
    }
    found.imports += imported_projects(trees, frozenset(local))
    found.scripts += sorted(scripts, key=lambda s: (not _stem(s.path).startswith(("train", "fit")), s.path))


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".py").lower()


def _is_program(tree: ast.Module) -> bool:
    """Whether it has `if __name__ == "__main__"`, or parses arguments at its top level."""
    for node in tree.body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare):
            names = [n for n in ast.walk(node.test) if isinstance(n, ast.Name) and n.id == "__name__"]
            if names:
                return True
        if isinstance(node, ast.Assign | ast.Expr) and any(
            _called(call) == "parse_args" for call in ast.walk(node) if isinstance(call, ast.Call)
        ):
            return True
    return False


def _works(tree: ast.Module) -> bool:
    """Whether it trains, prints or saves at its top level, as scripts do that are not written as programs."""
    return any(
        isinstance(call, ast.Call) and _called(call) in (_FITS if isinstance(node, ast.Assign) else _WORK)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.Expr | ast.For | ast.While | ast.With)
        for call in ast.walk(node)
    )


def _script(path: str, text: str, tree: ast.Module) -> Script:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    arguments = [a for call in calls for a in _argument(call, _stem(path))]
    outputs = dict.fromkeys(place for call in calls for place in _saved(call))
    commands = any(_called(call) in {"add_subparsers", "add_parser"} for call in calls)
    return Script(path, tuple(arguments), tuple(outputs), has_metadata(text), commands)


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _argument(call: ast.Call, stem: str) -> Iterator[Argument]:
    """The argument that a call declares, when it is a place to read or write, or must be given."""
    is_click = isinstance(call.func, ast.Attribute) and call.func.attr in {"option", "argument"}
    if _called(call) != "add_argument" and not is_click:
        return
    names = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    flags = [name for name in names if name.startswith("-")]
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if not names or "action" in named or "is_flag" in named or "/" in "".join(names):
        return
    flag = max(flags, key=len) if flags else ""
    name = (flag or names[0]).lstrip("-")
    required = not flag or _constant(named.get("required")) is True
    if not flag and _constant(named.get("nargs")) in {"?", "*"}:
        return
    default = _constant(named.get("default"))
    kind = _kind(name, stem, default, named.get("type"), required)
    if kind:
        yield Argument(flag, name, kind, default if isinstance(default, str) else "")
    elif required and default is None:
        yield Argument(flag, name, "", _likely(named))


def _kind(name: str, stem: str, default: object, type_: ast.expr | None, required: bool) -> str:
    words = set(re.split(r"[-_]", name.lower()))
    type_name = _type_name(type_)
    if type_name in {"int", "float", "bool"} or isinstance(default, int | float):
        return ""
    a_place = (
        type_name in _IS_PLACE or bool(words & _PLACE) or (isinstance(default, str) and _is_place(default))
    )
    if words & _OUTPUT and (a_place or required or default is None):
        return "output"
    if "model" in words and (a_place or (required and not words & {"name", "type", "kind"})):
        return "input" if _READERS.search(stem) else "output"
    if words & _INPUT and (a_place or required):
        return "input"
    return ""


def _type_name(node: ast.expr | None) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""


def _constant(node: ast.expr | None) -> object:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Call(func=ast.Name(id="Path"), args=[ast.Constant(value=str(value))]):
            return value
    return None


def _likely(named: dict[str, ast.expr]) -> str:
    """A value that the type of an argument would take."""
    choices = named.get("choices")
    if isinstance(choices, ast.List | ast.Tuple) and choices.elts:
        first = _constant(choices.elts[0])
        if first is not None:
            return str(first)
    return {"int": "1", "float": "0.1"}.get(_type_name(named.get("type")), "")


def _is_place(text: str) -> bool:
    """Whether a text reads as a path inside the working directory."""
    if (
        text.startswith(("/", "~", ".."))
        or "://" in text
        or "\\" in text
        or re.search(r"[\x00-\x1f{}*?%]", text)
    ):
        return False
    return bool(_SUFFIX.search(text)) or ("/" in text.strip("/") and " " not in text)


def _saved(call: ast.Call) -> Iterator[str]:
    """The place to which a call saves, when it is written in the script."""
    texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    called = _called(call)
    if called == "open":
        mode = [*texts[1:], *(_constant(k.value) for k in call.keywords if k.arg == "mode")]
        texts = texts[:1] if mode and isinstance(mode[0], str) and mode[0][:1] in "wx" and mode[0] else []
    elif called in {"write_text", "write_bytes"} and isinstance(call.func, ast.Attribute):
        place = _constant(call.func.value)
        texts = [place] if isinstance(place, str) else []
    elif called == "dump" and len(call.args) > 1:
        texts = [text for text in [_constant(call.args[1])] if isinstance(text, str)]
    elif called not in _SAVES:
        texts = []
    yield from (text for text in texts if _is_place(text))
