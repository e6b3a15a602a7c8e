"""Inline metadata of a Python script (PEP 723): its environment, and a run of it.

Only the block between `# /// script` and `# ///` is read, never the program. The source of the run is the folder of the
script.
"""

from __future__ import annotations

from envspec.importing.asked import Asked, read_text, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.fields.script import THE_BLOCK_SCRIPT
from envspec.importing.projects.document import Document, toml_document
from envspec.importing.projects.uv_settings import add_requirement, read_uv
from envspec.importing.spec import Block, Spec, Text, Written, texts
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of

_OPENING = lazy_pattern(r"# /// ([a-zA-Z0-9-]+)[ \t]*\r?\n?")
_CLOSING = lazy_pattern(r"# ///[ \t]*\r?\n?")
_REASONS = reasons(THE_BLOCK_SCRIPT)


def read(asked: Asked) -> Spec:
    """An environment and a run."""
    text = read_text(asked.path)
    blocks = _blocks(text)
    if not blocks:
        raise unreadable(asked, asked.path, "it has no `# /// script` block (PEP 723)")
    if len(blocks) > 1:
        raise unreadable(asked, asked.path, "it has two `script` blocks, which PEP 723 forbids", blocks[1][0])
    first, content = blocks[0]
    document = toml_document(asked, asked.path, content, first)
    spec, packages = Spec(), Packages(asked)
    environment = Block("environment", name_of(asked.path.stem, asked.name))
    _metadata(document, environment, packages)
    spec.blocks.append(environment)
    packages.fill(environment, spec)
    spec.blocks.append(_run(asked, environment.label))
    return spec


def _blocks(text: str) -> list[tuple[int, str]]:
    """The `script` blocks: the line on which the metadata begins, and the metadata. A block is lines of comments up to
    the first that closes it; without one it is none."""
    found: list[tuple[int, str]] = []
    inside: list[str] = []
    kind, first = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r")
        if not kind:
            opening = _OPENING.fullmatch(line)
            if opening is not None:
                kind, inside, first = opening[1], [], number + 1
        elif inside and _CLOSING.fullmatch(line):
            if kind == "script":
                found.append((first, "\n".join(inside) + "\n"))
            kind = ""
        elif line == "#" or line.startswith("# "):
            inside.append(line[2:])
        else:
            kind = ""
    return found


def _metadata(document: Document, environment: Block, packages: Packages) -> None:
    root = document.root
    tools = document.entries("tool", root.get("tool"))
    uv = tools.get("uv", Node())
    if uv.kind not in ("mapping", ""):
        document.dropped("tool.uv", uv, "a table is expected here")
        uv = Node()
    sources = read_uv(document, packages, uv, "tool.uv")
    node = root.get("requires-python")
    if text := document.word("requires-python", node):
        problem = parse_python(text)
        if isinstance(problem, PackageProblem):
            document.dropped("requires-python", node, problem.message)
        else:
            environment.add("python", Text(text))
            document.carried("requires-python", node, "python")
    for one in document.words("dependencies", root.get("dependencies")):
        add_requirement(document, packages, one, sources)
    for one in document.words("tool.uv.dev-dependencies", uv.get("dev-dependencies")):
        document.dropped(one.text, one, reason_of(THE_BLOCK_SCRIPT, "tool.uv.dev-dependencies"))
    for name, node in tools.items():
        if name != "uv":
            document.left_out(f"tool.{name}", node, reason_of(THE_BLOCK_SCRIPT, "tool.*"))
    document.rest("", root, keys_read(THE_BLOCK_SCRIPT), _REASONS, _REASONS[OTHER])


def _run(asked: Asked, environment: str) -> Block:
    run = Block("run", environment)
    run.add("environment", Written(environment))
    place = asked.place(".", asked.path.parent)
    if place is None:
        asked.report.dropped(
            asked.path.name, asked.shown(asked.path), 0, "its folder is outside of the project"
        )
    elif place != ".":
        run.add("source", Text(place))
    run.add("command", texts(["python", asked.path.name]))
    asked.report.carried(asked.path.name, asked.shown(asked.path), 0, f"run {environment}")
    return run
