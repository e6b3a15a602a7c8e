"""`environment.yml` of conda.

In: the text. Out: name, channels, conda entries, the entries of every `pip:` list (lines of a requirements
file, so `-r`, `-e` and options are there), variables, with their places. The file is composed to nodes by
PyYAML and never constructed to objects: a tag is refused, and so is an alias, because a few of them can
stand for more entries than a machine has memory. `prefix` (a place on somebody's machine), `platforms` and
`category` (conda-lock's) change nothing in an environment and are passed over; any other key has no effect
in conda either, which whoever wrote it may not know: a warning.
"""

from __future__ import annotations

from typing import Any

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.file_entries import Entry, FileEntries, Variable, unreadable, variable_problems
from envspec.packages.package import PackageProblem
from envspec.packages.requirements_file import parse_requirements
from envspec.packages.yaml_nodes import by_libyaml
from envspec.packages.yaml_places import error_place

_MAX_NODES = 100_000
_MAX_DEPTH = 64  # a conda file has three levels; PyYAML's time is quadratic in the levels of brackets
_WITHOUT_EFFECT = frozenset({"prefix", "platforms", "category"})
_SELECTOR = lazy_pattern(r"sel\((linux|unix|osx|win)\)")
_SHAPE = "an `environment.yml` has `name`, `channels` and `dependencies`"


class _Refused(Exception):  # noqa: N818 - carries a value, never leaves this module
    def __init__(self, problem: PackageProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse_conda_file(text: str) -> tuple[FileEntries, list[PackageProblem]]:
    """The entries of an `environment.yml`."""
    entries = FileEntries()
    problems: list[PackageProblem] = []
    try:
        root = _compose(text)
    except _Refused as refused:
        return entries, [refused.problem]
    if root is None:
        return entries, [unreadable(0, len(text), "the file is empty", _SHAPE)]
    if root.id != "mapping":
        return entries, [_expected(root, "a mapping", _SHAPE)]
    _root(entries, problems, root, text)
    problems += variable_problems([*entries.channels, *entries.conda, *entries.includes])
    problems.sort(key=lambda problem: (problem.start, problem.end))
    return entries, problems


def _compose(text: str) -> Any:
    """The one document of the text as nodes."""
    read = by_libyaml(text, _MAX_DEPTH - 1, only=True)
    if read is not None and _taken(read.node):
        return read.node
    import yaml

    loader: Any = None
    count = 0
    depth = 0
    try:
        loader = yaml.SafeLoader(text)  # which refuses control characters here
        while not loader.check_event(yaml.StreamEndEvent):
            event: Any = loader.get_event()
            count += 1
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise _Refused(unreadable(*_place(event), "the file is nested too deeply"))
            if isinstance(event, yaml.AliasEvent):
                raise _Refused(unreadable(*_place(event), "an alias is not taken", "write it out"))
            if getattr(event, "tag", None) is not None:
                raise _Refused(unreadable(*_place(event), "a tag is not taken", "leave it out"))
            if count > _MAX_NODES:
                raise _Refused(unreadable(0, len(text), "the file has more than 100000 entries"))
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        reason, _, at = error_place(text, error)
        raise _Refused(unreadable(at, min(at + 1, len(text)), f"not YAML: {reason}")) from None
    except yaml.YAMLError as error:
        at = getattr(error, "position", 0)
        raise _Refused(
            unreadable(at, at + 1, "a character that YAML does not allow", "take it out")
        ) from None
    except RecursionError:
        raise _Refused(unreadable(0, len(text), "the file is nested too deeply")) from None
    finally:
        if loader is not None:
            loader.dispose()


def _taken(root: Any) -> bool:
    """Whether there is nothing to refuse: no alias (there are no tags), and few nodes, which are two events at most."""
    seen: set[int] = set()
    left = [root] if root is not None else []
    while left and len(seen) <= _MAX_NODES // 2 - 2:
        node = left.pop()
        if id(node) in seen:  # an alias
            return False
        seen.add(id(node))
        if node.id == "sequence":
            left += node.value
        elif node.id == "mapping":
            left += [part for entry in node.value for part in entry]
    return not left


def _root(entries: FileEntries, problems: list[PackageProblem], root: Any, text: str) -> None:
    seen: set[str] = set()
    for key, value in root.value:
        name = key.value if key.id == "scalar" else ""
        if name in seen:
            problems.append(unreadable(*_place(key), f"`{name}` is given twice"))
            continue
        seen.add(name)
        if name == "name":
            entries.name = value.value if value.id == "scalar" else ""
        elif name == "channels":
            entries.channels += _strings(value, problems, "channels")
        elif name == "dependencies":
            _dependencies(entries, problems, value, text)
        elif name == "variables":
            _variables(entries, problems, value)
        elif name in _WITHOUT_EFFECT:
            entries.others += _others(value, name)
        else:
            entries.others += _others(value, name)
            problems.append(
                PackageProblem(
                    "W0408",
                    *_place(key),
                    f"conda does not read the key `{name}` of an `environment.yml`",
                    "take it out, or say what it means in the spec",
                )
            )


def _dependencies(entries: FileEntries, problems: list[PackageProblem], node: Any, text: str) -> None:
    if _is_null(node):
        return
    if node.id != "sequence":
        problems.append(_expected(node, "a list", "write every package on a line with `-` before it"))
        return
    for item in node.value:
        if item.id == "scalar":
            entries.conda.append(_entry(item))
            continue
        if item.id != "mapping":
            problems.append(_expected(item, "a package", "write its name and version"))
            continue
        for key, value in item.value:
            if key.id == "scalar" and key.value == "pip":
                _pip(entries, problems, value)
            elif key.id == "scalar" and (selector := _SELECTOR.fullmatch(key.value)):
                named = _strings(value, problems, key.value) if value.id == "sequence" else [_entry(value)]
                entries.selected += [one._replace(kind=selector[1]) for one in named]
                problems.append(
                    PackageProblem(
                        "E0408",
                        *_place(key),
                        f"`{key.value}:` is micromamba's, and conda does not read it",
                        "write what an image for Linux needs as packages of its own",
                    )
                )
            else:
                problems.append(
                    PackageProblem(
                        "E0408",
                        *_place(key),
                        f"`{key.value}:` is not taken among the dependencies"
                        if key.id == "scalar"
                        else "expected `pip:` or a package",
                        "only `pip:` has a list of its own; a version follows the name, as in `numpy=1.26`",
                    )
                )


def _pip(entries: FileEntries, problems: list[PackageProblem], node: Any) -> None:
    """Each entry is a line of a requirements file (conda writes them to one and runs `pip -r`)."""
    for entry in _strings(node, problems, "pip"):
        found, wrong = parse_requirements(entry.text)
        plain = len(entry.text) == entry.end - entry.start

        def moved(item: Entry, of: Entry = entry, plain: bool = plain) -> Entry:
            if not plain:
                return item._replace(start=of.start, end=of.end)
            return item._replace(start=of.start + item.start, end=of.start + item.end)

        entries.pip += map(moved, found.pip)
        entries.includes += map(moved, found.includes)
        entries.options += map(moved, found.options)
        entries.hashes += map(moved, found.hashes)
        for problem in wrong:
            place = moved(Entry("", problem.start, problem.end))
            problems.append(
                PackageProblem(problem.code, place.start, place.end, problem.message, problem.help)
            )


def _variables(entries: FileEntries, problems: list[PackageProblem], node: Any) -> None:
    if _is_null(node):
        return
    if node.id != "mapping":
        problems.append(_expected(node, "a mapping", "write `NAME: value`"))
        return
    for key, value in node.value:
        if key.id == "scalar" and value.id == "scalar":
            value_entry = _entry(value)
            entries.variables.append(
                Variable(key.value, value_entry.text, value_entry.start, value_entry.end)
            )
        else:
            problems.append(_expected(value, "a text", "write `NAME: value`"))


def _others(node: Any, name: str) -> list[Entry]:
    """The texts of a key that is passed over, one for each element of a list."""
    nodes = node.value if node.id == "sequence" else [node]
    return [
        _entry(one)._replace(kind=name) if one.id == "scalar" else Entry("", *_place(one), name)
        for one in nodes
    ]


def _strings(node: Any, problems: list[PackageProblem], name: str) -> list[Entry]:
    if _is_null(node):
        return []
    if node.id != "sequence":
        problems.append(
            _expected(node, "a list", f"write every entry of `{name}` on a line with `-` before it")
        )
        return []
    found = []
    for item in node.value:
        if item.id == "scalar" and not _is_null(item):
            found.append(_entry(item))
        else:
            problems.append(_expected(item, "a text", f"`{name}` is a list of texts"))
    return found


def _is_null(node: Any) -> bool:
    return bool(node.id == "scalar" and node.tag == "tag:yaml.org,2002:null")


def _place(node: Any) -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def _entry(node: Any) -> Entry:
    """A scalar; the place of a quoted one is inside its quotes, so that problems in it can be placed."""
    start, end = _place(node)
    if node.style in ("'", '"') and end - start == len(node.value) + 2:
        return Entry(node.value, start + 1, end - 1)
    return Entry(node.value, start, end)


def _expected(node: Any, what: str, help: str) -> PackageProblem:
    start, end = _place(node)
    return unreadable(start, max(start + 1, end), f"expected {what}", help)
