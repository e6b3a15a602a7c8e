"""What a file declares: edition, params and blocks, each name once, all names well formed."""

from __future__ import annotations

import re

from envspec.diagnostics import Diagnostic, Edit, Fix, Label
from envspec.language.attributes import BLOCKS, EDITIONS, RECORDS
from envspec.lazy_pattern import lazy_pattern
from envspec.resolve.modules import ModuleScope
from envspec.resolve.suggest import did_you_mean, is_slip, nearest
from envspec.syntax.nodes import Attribute, Block, Identifier, NumberValue, Param

NAME = lazy_pattern(r"[a-z][a-z0-9_-]*\Z")
_RESERVED = frozenset({"true", "false", "none"})
LONGEST = 100
"""Characters. Names become names of files and tags, together with the values of a matrix."""


def is_name(text: str) -> bool:
    """Whether something can be called so."""
    return NAME.match(text) is not None and text not in _RESERVED and len(text) <= LONGEST


def declare(scope: ModuleScope, diagnostics: list[Diagnostic]) -> None:
    """Fills `scope.params` and `scope.blocks`. What has a bad name is there under it, and a misspelt kind of
    block counts as the one that was meant: so references to it, and what it holds, are looked at as well."""
    edition: Attribute | None = None
    for statement in scope.module.statements:
        match statement:
            case Attribute(name=Identifier(text="edition")) if edition is None:
                edition = statement
                _check_edition(statement, diagnostics)
            case Attribute():
                scope.doubtful.add(statement.name.text)
                _report_attribute(statement, edition, diagnostics)
            case Param():
                _declare_param(scope, statement, diagnostics)
            case Block():
                _declare_block(scope, statement, diagnostics)
    for alias, statement in scope.import_statements.items():
        if statement.alias is not None and not is_name(alias):
            diagnostics.append(bad_name(statement.alias))


def _check_edition(attribute: Attribute, diagnostics: list[Diagnostic]) -> None:
    value = attribute.value
    if attribute.operator == "+=":
        diagnostics.append(
            Diagnostic(
                "E0111", "`edition` cannot be added to", attribute.name.span, "a number", help="write `=`"
            )
        )
    if not isinstance(value, NumberValue) or value.text not in {str(e) for e in EDITIONS}:
        diagnostics.append(
            Diagnostic(
                "E0207",
                "this edition is not known",
                attribute.value.span,
                "",
                help=f"write `edition = {EDITIONS[-1]}`, or use a newer envspec",
            )
        )


def _report_attribute(attribute: Attribute, edition: Attribute | None, diagnostics: list[Diagnostic]) -> None:
    name = attribute.name.text
    if name == "edition" and edition is not None:
        diagnostics.append(
            Diagnostic(
                "E0112",
                "`edition` is given twice",
                attribute.name.span,
                "again here",
                (Label(edition.name.span, "first here"),),
                help="remove one of them",
            )
        )
        return
    meant = nearest(name, ("edition", *BLOCKS, "param", "import"))
    help_ = f"did you mean `{meant}`?" if meant else "put it into a block, or declare it with `param`"
    diagnostics.append(
        Diagnostic(
            "E0202",
            f"`{name}` cannot stand outside a block",
            attribute.name.span,
            "only `edition` can stand here",
            help=help_,
        )
    )


def _declare_param(scope: ModuleScope, param: Param, diagnostics: list[Diagnostic]) -> None:
    if not is_name(param.name.text):
        scope.doubtful.add(param.name.text.lower())
        diagnostics.append(bad_name(param.name))
    first = scope.params.setdefault(param.name.text, param)
    if first is not param:
        diagnostics.append(_twice(f"param `{param.name.text}`", param.name, first.name))


def _declare_block(scope: ModuleScope, block: Block, diagnostics: list[Diagnostic]) -> None:
    keyword = block.keyword
    kind = BLOCKS.get(keyword.text)
    if kind is None:
        diagnostics.append(_unknown_block(keyword))
        kind = BLOCKS.get(nearest(keyword.text, BLOCKS)) if keyword.text not in RECORDS else None
        if kind is None or block.label is None:
            scope.doubtful.update([block.label.text] if block.label else [])
            return
    if block.label is None:
        scope.nameless.add(kind.name)
        if block.damaged:
            return
        diagnostics.append(
            Diagnostic(
                "E0208",
                f"`{keyword.text}` needs a name",
                keyword.span,
                "",
                help=f"write `{keyword.text} my-name {{ … }}`",
            )
        )
        return
    if block.damaged:
        scope.nameless.add(kind.name)
    if not is_name(block.label.text):
        scope.doubtful.add(block.label.text.lower())
        diagnostics.append(bad_name(block.label))
    if block.extends is not None and not kind.extends:
        diagnostics.append(
            Diagnostic(
                "E0209",
                f"`{keyword.text}` takes no `extends`",
                block.extends.span,
                "",
                help="only `environment`, `run` and `deployment` do",
            )
        )
    named = scope.blocks.setdefault(kind.name, {})
    first = named.setdefault(block.label.text, block)
    if first is not block and first.label is not None:
        diagnostics.append(_twice(f"{kind.name} `{block.label.text}`", block.label, first.label))


def _unknown_block(keyword: Identifier) -> Diagnostic:
    if keyword.text in RECORDS:
        return Diagnostic(
            "E0201",
            f"`{keyword.text}` cannot stand outside another block",
            keyword.span,
            "",
            help=f"put `{keyword.text} {{ … }}` inside the block that it belongs to",
        )
    meant = nearest(keyword.text, BLOCKS)
    safe = is_slip(keyword.text, meant, word_of_the_language=True)
    fixes = (Fix(f"write `{meant}`", (Edit(keyword.span, meant),), safe),) if meant else ()
    return Diagnostic(
        "E0201",
        f"unknown block `{keyword.text}`",
        keyword.span,
        "not a kind of block",
        help=did_you_mean(keyword.text, BLOCKS) or "known: " + ", ".join(f"`{name}`" for name in BLOCKS),
        fixes=fixes,
    )


def bad_name(name: Identifier) -> Diagnostic:
    """The finding for something that cannot be called so."""
    if name.text in _RESERVED:
        return Diagnostic("E0101", f"`{name.text}` is a value, it cannot be a name", name.span, "")
    if len(name.text) > LONGEST:
        return Diagnostic(
            "E0101",
            f"this name has {len(name.text)} characters",
            name.span,
            "",
            help=f"a name has at most {LONGEST}; put the rest into `description`",
        )
    better = re.sub(r"[^a-z0-9_-]", "-", name.text.lower()).lstrip("0123456789_-")
    return Diagnostic(
        "E0101",
        f"`{name.text}` is not a name",
        name.span,
        "",
        help="names are lower-case letters, digits, `_` and `-`, and begin with a letter"
        + (f": `{better}`" if better else ""),
    )


def _twice(what: str, again: Identifier, first: Identifier) -> Diagnostic:
    return Diagnostic(
        "E0102",
        f"{what} is defined twice",
        again.span,
        "again here",
        (Label(first.span, "first here"),),
        help="give one of them another name",
    )
