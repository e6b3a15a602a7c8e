"""The entry of this phase: a root file in, its project document out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envspec.diagnostics import Diagnostic, Source
from envspec.frozen import Frozen, field, frozen
from envspec.resolve.blocks import Blocks
from envspec.resolve.context import Context, Scope
from envspec.resolve.evaluated import Origins, escape, to_json
from envspec.resolve.files import ProjectFiles
from envspec.resolve.links import check_links
from envspec.resolve.modules import Loader, ModuleScope
from envspec.resolve.names import declare
from envspec.resolve.params import Given, assign, check_declarations


@frozen
class Resolution(Frozen):
    """`document` is the JSON of `grammar/ir.schema.json`, not checked yet. `modules` are all files read as
    modules by root-relative path, the root first; `sources` also holds package files that were read.
    `used_params` are (file, name) pairs."""

    file: str
    document: dict[str, Any]
    origins: Origins
    diagnostics: list[Diagnostic]
    sources: dict[str, Source]
    modules: dict[str, ModuleScope]
    used_params: set[tuple[str, str]] = field(default_factory=set)


def resolve(
    file: str,
    files: ProjectFiles,
    given: Mapping[str, Given] | None = None,
    overlay: Mapping[str, bytes] | None = None,
) -> Resolution:
    """Resolves the root-relative `file`. Raises `OSError` when that file cannot be read."""
    diagnostics: list[Diagnostic] = []
    loader = Loader(files, diagnostics, overlay or {})
    root = loader.load_root(file)
    for module in loader.modules.values():
        declare(module, diagnostics)
        check_declarations(module, diagnostics)
    assigned, problems = assign(given or {}, root, loader.modules)
    diagnostics.extend(problems)
    for value in (given or {}).values():
        if value.source is not None:
            loader.sources[value.source.file] = value.source
    context = Context(files, diagnostics, assigned, loader.sources)
    blocks = Blocks(context, root)
    blocks.evaluate_all()
    used = set(context.used_params)
    for file_, name in assigned:  # what was given is looked at even if nothing uses it
        module = loader.modules[file_]
        context.param(Scope(context, module), module, name)
    check_links(blocks.document, context)
    origins = Origins()
    document: dict[str, Any] = {"edition": 1}
    for plural, items in sorted(blocks.document.items()):
        document[plural] = {
            key: to_json(fields, f"/{plural}/{escape(key)}", origins) for key, fields in sorted(items.items())
        }
    return Resolution(file, document, origins, diagnostics, loader.sources, loader.modules, used)
