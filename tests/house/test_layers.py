"""The house rules that a machine can hold: direction of imports, the schema file, the list of packages."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "compiler" / "envspec"
LAYERS = (
    "state_folder",
    "plain_file",
    "lazy_pattern",
    "counted",
    "package_data",
    "kept",
    "atomic_file",
    "held_folder",
    "frozen",
    "diagnostics",
    "syntax",
    "formatting",
    "language",
    "highlighting",
    "editions",
    "packages",
    "ir",
    "server",
    "resolve",
    "check",
    "starting",
    "importing",
    "registry",
    "lock",
    "lower",
    "exporting",
    "engines",
    "supply_chain",
    "workspace",
    "actions",
    "api",
    "editor",
    "language_server",
    "cli",
    "__main__",
)


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All statements of a module, without their expressions, which are most of it."""
    rest: list[ast.AST] = [tree]
    while rest:
        node = rest.pop()
        yield node
        for field in ("body", "orelse", "handlers", "finalbody", "cases"):
            inner = getattr(node, field, None)
            rest.extend(inner if isinstance(inner, list) else ())


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found.update(name.split(".")[1] for name in names if name.startswith("envspec."))
    return found


def test_imports_go_one_way() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        layer = relative.parts[0].removesuffix(".py")
        if layer == "__init__":
            continue
        later = [
            imported
            for imported in imports(path) - {"grammar", "templates", "__version__"}
            if LAYERS.index(imported) > LAYERS.index(layer)
        ]
        wrong.extend(f"{relative} imports {imported}" for imported in later)
    assert wrong == []


def test_an_import_is_found_wherever_it_is() -> None:
    places = """
if a:
    import one
elif b:
    import two
else:
    with c:
        import three
try:
    import four
except E:
    import five
else:
    import six
finally:
    import seven
match d:
    case 1:
        import eight
for e in f:
    class G:
        async def h():
            import nine
"""
    tree = ast.parse(places)
    found = [node for node in statements(tree) if isinstance(node, ast.Import)]
    assert len(found) == len([node for node in ast.walk(tree) if isinstance(node, ast.Import)]) == 9


def test_the_schema_file_is_made_from_the_table() -> None:
    from envspec.language.schema import schema_text

    assert (ROOT / "grammar" / "ir.schema.json").read_text(encoding="utf-8") == schema_text()


def test_pyproject_lists_every_package() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    there = {
        ".".join(("envspec", *path.parent.relative_to(PACKAGE).parts))
        for path in PACKAGE.rglob("__init__.py")
    }
    assert listed == there | {"envspec.grammar", "envspec.templates"}


def test_every_code_in_the_source_has_a_row() -> None:
    import re

    from envspec.diagnostics.codes import codes

    used = {
        code
        for path in PACKAGE.rglob("*.py")
        if "code_table" not in path.parts
        for code in re.findall(r'"([EWI]\d{4})"', path.read_text(encoding="utf-8"))
    }
    assert used - set(codes()) == set()


def test_the_reference_has_the_table_of_attributes_as_it_is() -> None:
    from envspec.language.reference import with_tables

    text = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
    assert with_tables(text) == text
