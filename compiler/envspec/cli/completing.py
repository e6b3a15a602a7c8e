"""What may stand on a command line where only the project knows: the `shell_complete` hooks of parameters.

Every hook takes what click gives it and returns what begins with the text so far. Files are parsed and nothing
else, so a name in a file with mistakes is found like any other. Of a workspace only a database that is there is
read. `shell_completion` deals with what fails here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from click import Context, Parameter

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from envspec.syntax.nodes import Module
    from envspec.workspace.database import Workspace

Hook = Callable[[Context, Parameter, str], "list[CompletionItem]"]


def blocks(*kinds: str, or_file: bool = False) -> Hook:
    """The names of blocks of these kinds; with `or_file` those of spec files too, and any path where none of them fits."""

    def hook(context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
        modules = [module for _, module in _modules(_path(context))]
        names = sorted({name for module in modules for kind in kinds for name in _labels(module, kind)})
        if or_file:
            names += [str(file) for file in _spec_files(Path())]
        given = context.params.get("names") or ()
        found = _beginning(incomplete, (name for name in names if name not in given))
        return found or ([_item(incomplete, type="file")] if or_file else [])

    return hook


def file(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """Any path."""
    return [_item(incomplete, type="file")]


def params(context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """`NAME=` for every param, those of imported files with the alias before them."""
    from envspec.syntax.nodes import Import

    names: list[str] = []
    for path, module in _modules(_path(context)):
        names += _params(module)
        for node in module.statements:
            if isinstance(node, Import) and node.alias is not None and node.path.plain:
                imported = _parsed(path.parent / node.path.plain)
                names += [f"{node.alias.text}.{name}" for name in (_params(imported) if imported else ())]
    return _beginning(incomplete, (f"{name}=" for name in sorted(set(names))))


def codes(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """Every code, with its title; written small where the text so far is."""
    from envspec.diagnostics.codes import codes

    small = incomplete[:1].islower()
    return [
        _item(code.lower() if small else code, help=row.title)
        for code, row in codes().items()
        if code.startswith(incomplete.upper())
    ]


def selectors(context: Context, parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """A list of codes with commas between them: the last one is completed."""
    before, comma, last = incomplete.rpartition(",")
    found = codes(context, parameter, last)
    return [_item(before + comma + item.value, help=item.help) for item in found]


def engines(context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """The engines of this installation, and the targets of the spec."""
    from envspec.engines.table import names

    targets = {name for _, module in _modules(_path(context)) for name in _labels(module, "target")}
    return _beginning(incomplete, sorted({*names(), *targets}))


def registered(names: Callable[[Workspace], Iterable[str]]) -> Hook:
    """What a workspace knows."""

    def hook(context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
        from envspec.resolve.files import find_root
        from envspec.workspace.connection import FILE, FOLDER
        from envspec.workspace.database import Workspace

        root = find_root(_path(context))
        if not (root / FOLDER / FILE).is_file():
            return []
        with Workspace.open(root) as workspace:
            return _beginning(incomplete, dict.fromkeys(names(workspace)))

    return hook


def _item(value: str, *, type: str = "plain", help: str | None = None) -> CompletionItem:
    from click.shell_completion import CompletionItem  # every command imports this module

    return CompletionItem(value, type, help)


def _beginning(text: str, names: Iterable[str]) -> list[CompletionItem]:
    return [_item(name) for name in names if name.startswith(text)]


def _path(context: Context) -> Path:
    """The file or folder that the line is about, as far as it is written."""
    from envspec.cli.arguments import is_path

    given = context.params.get("path")
    if given is None:
        given = next((name for name in context.params.get("names") or () if is_path(name)), ".")
    return Path(given)


def _spec_files(path: Path) -> list[Path]:
    from envspec.kept.questions import SUFFIX

    if not path.is_dir():
        return [path]
    return sorted(found for found in path.iterdir() if found.name.endswith(SUFFIX) and found.is_file())


def _modules(path: Path) -> Iterator[tuple[Path, Module]]:
    for found in _spec_files(path):
        module = _parsed(found)
        if module is not None:
            yield found, module


def _parsed(path: Path) -> Module | None:
    """None where there is no plain file that can be read."""
    from envspec.syntax.parser import decode, parse

    try:
        if not path.is_file():
            return None
        return parse(decode(path.name, path.read_bytes())[0])[0]
    except OSError:
        return None


def _labels(module: Module, kind: str) -> Iterator[str]:
    from envspec.syntax.nodes import Block

    for node in module.statements:
        if isinstance(node, Block) and node.keyword.text == kind and node.label is not None:
            yield node.label.text


def _params(module: Module) -> Iterator[str]:
    from envspec.syntax.nodes import Param

    return (node.name.text for node in module.statements if isinstance(node, Param))
