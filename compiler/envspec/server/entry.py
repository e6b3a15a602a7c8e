"""Check that an entry script can be served, without running it.

Comes in: the text of the script. Goes out: problems with a code of the E10 group and character offsets, for
the caller to make diagnostics of. What always holds: nothing is imported or executed; a script that builds
its functions in a way that cannot be seen (a star import, `__getattr__`) gets the benefit of the doubt.
The rule for parameters is the one of `worker.convention`.
"""

from __future__ import annotations

# The nodes alone: importing `ast` takes longer than reading the script.
import _ast as ast
from collections.abc import Iterator
from typing import NamedTuple, cast

_Function = ast.FunctionDef | ast.AsyncFunctionDef


class EntryProblem(NamedTuple):
    """`start` and `end` are character offsets into the script; `line` and `column` count from 1."""

    code: str
    message: str
    marker: str
    help: str
    start: int
    end: int
    line: int
    column: int


def check_entry(text: str, path: str) -> list[EntryProblem]:
    """The problems of the script `text`; `path` is only for the messages."""
    try:
        tree = cast("ast.Module", compile(text, "<unknown>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True))
    except SyntaxError as error:
        return [_syntax_problem(text, path, error)]
    except (ValueError, RecursionError, MemoryError) as error:
        return [_problem(text, "E1004", f"`{path}` is not Python: {error}", "", "", 1, 0, 1, 0)]
    bound, everything = _bound_names(tree)
    problems = []
    for name, code, example in (
        ("init", "E1001", "def init(): …` is called once, before the first request"),
        ("run", "E1002", "def run(data): …` is called for each request"),
    ):
        node = bound.get(name)
        if node is None and not everything:
            problems.append(
                _problem(text, code, f"`{path}` has no function `{name}`", "", f"`{example}", 1, 0, 1, 0)
            )
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            problems += _parameters(text, node)
    return problems


def _bound_names(tree: ast.Module) -> tuple[dict[str, ast.AST], bool]:
    """What the top level binds (the last binding wins), and whether it binds more than can be seen."""
    bound: dict[str, ast.AST] = {}
    everything = False
    for node in _top_level(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound[node.name] = node
            everything = everything or node.name == "__getattr__"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                everything = everything or alias.name == "*"
                bound[alias.asname or alias.name.partition(".")[0]] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for name in _target_names(target):
                    bound[name] = node
    return bound, everything


def _target_names(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name():
            yield target.id
        case ast.Starred():
            yield from _target_names(target.value)
        case ast.Tuple() | ast.List():
            for part in target.elts:
                yield from _target_names(part)


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is loaded, also inside `if`, `try` and `with`."""
    for node in body:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _top_level(getattr(node, name, []))
        for handler in getattr(node, "handlers", []):
            yield from _top_level(handler.body)


def _parameters(text: str, node: _Function) -> list[EntryProblem]:
    arguments = node.args
    places = [*arguments.posonlyargs, *arguments.args]
    required = len(places) - len(arguments.defaults)
    named = [a for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is None]
    if isinstance(node, ast.AsyncFunctionDef):
        return [_at_name(text, node, f"`{node.name}` is `async`", f"write `def {node.name}(…)`")]
    if node.decorator_list:  # a decorator may change the parameters
        return []
    if node.name == "init":
        if required or named:
            message = "`init` is called without arguments, but it needs some"
            return [_at_name(text, node, message, "write `def init():`")]
        return []
    if required > 2 or named or not (places or arguments.vararg):
        message = "`run` is called with the data, and with the request's headers if it takes two parameters"
        return [_at_name(text, node, message, "write `def run(data):` or `def run(data, request_headers):`")]
    return []


def _at_name(text: str, node: _Function, message: str, help_: str) -> EntryProblem:
    lines = text.split("\n")
    line = lines[node.lineno - 1] if node.lineno <= len(lines) else ""
    before = line.encode("utf-8", "surrogatepass")[: node.col_offset].decode("utf-8", "replace")
    column = line.find(node.name, len(before) + 3)
    column = len(before) if column < 0 else column
    return _problem(
        text, "E1003", message, "", help_, node.lineno, column, node.lineno, column + len(node.name)
    )


def _syntax_problem(text: str, path: str, error: SyntaxError) -> EntryProblem:
    line = error.lineno or 1
    column = max((error.offset or 1) - 1, 0)
    end_line = error.end_lineno or line
    end = max((error.end_offset or 0) - 1, 0)
    reason = (error.msg or "invalid syntax").replace("\n", " ")
    message = f"`{path}` does not parse: {reason[:1].lower()}{reason[1:]}"
    help_ = "mend the script; it is read by the Python that runs `envspec`"
    return _problem(text, "E1004", message, reason, help_, line, column, end_line, end)


def _problem(
    text: str,
    code: str,
    message: str,
    marker: str,
    help_: str,
    line: int,
    column: int,
    end_line: int,
    end: int,
) -> EntryProblem:
    start_offset = _offset(text, line, column)
    end_offset = max(start_offset, _offset(text, end_line, end))
    return EntryProblem(code, message, marker, help_, start_offset, end_offset, line, column + 1)


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        at = text.find("\n", start)
        if at < 0:
            return len(text)
        start = at + 1
    return min(start + column, len(text))
