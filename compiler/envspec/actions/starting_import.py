"""A first spec that begins with another tool's file: what its importer makes, and the programs of the folder beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from envspec.actions.first_spec import Next, Start, Started, checked
from envspec.actions.importing import Imported, import_spec
from envspec.importing.detecting import Seen
from envspec.importing.spec import Block, Spec, text_of
from envspec.starting.draft import Draft
from envspec.starting.plan import plan_beside
from envspec.starting.writing import blocks_of

_BLOCKS = ("run", "model", "deployment")


def imported_start(begun: Start, taken: Seen) -> Started:
    """The spec that begins with `taken`. Raises `Failure`: of the importer, and E1210."""
    root = begun.folder.root
    # An environment that is there belongs to no project: what is made of it is for the folder where somebody works.
    folder = Path.cwd() if taken.file in ("conda-meta/history", "pyvenv.cfg") else root
    target = begun.target(folder)
    made = import_spec(taken.kind, root / taken.path, output=target)
    made.spec.above[:0] = [f"{begun.name}: from `{taken.file}`", *([""] if made.spec.above else [])]
    remarks = list(begun.found.remarks)
    draft = Draft("")
    if target.parent == root and folder == root:
        draft, remarks = _programs(begun, made.spec)
    text, findings, sources = checked(folder, target, _text(made.spec, draft))
    return Started(
        target, text, tuple(remarks), findings, sources, _next(made.spec, draft),
        taken, made.report, _aside(begun, taken, made),
    )  # fmt: skip


def _programs(begun: Start, spec: Spec) -> tuple[Draft, list[str]]:
    """Programs that no run or deployment of the import speaks of, in its first environment; and the remarks."""
    environments = spec.labels("environment")
    said = _words([block for block in spec.blocks if block.kind in ("run", "deployment")])
    found = replace(
        begun.found,
        scripts=[one for one in begun.found.scripts if posixpath.basename(one.path) not in said],
        entries=[one for one in begun.found.entries if posixpath.basename(one.path) not in said],
        remarks=list(begun.found.remarks),
    )
    if not environments:
        programs = [*(one.path for one in found.scripts), *(one.path for one in found.entries)]
        found.remarks += [f"`{path}` is a program too: it needs an `environment`" for path in programs]
        return Draft(""), found.remarks
    taken = {kind: spec.labels(kind) for kind in _BLOCKS}
    taken["param"] = [one.partition(":")[0].strip() for one in spec.params]
    draft = plan_beside(begun.name, begun.folder, found, begun.ask, environments[0], taken)
    return draft, found.remarks


def _words(blocks: Sequence[Block]) -> frozenset[str]:
    """Names of files in the blocks, without their folders."""
    text = text_of(Spec(blocks=list(blocks)))
    return frozenset(re.findall(r"[^\s/\"'=]+\.py\b", text))


def _text(spec: Spec, draft: Draft) -> str:
    blocks = blocks_of(draft).strip()
    return text_of(spec) + (f"\n{blocks}\n" if blocks else "")


def _aside(begun: Start, taken: Seen, made: Imported) -> tuple[Seen, ...]:
    """What else there is, and was not read on the way."""
    if begun.named:
        return ()
    read = {line.file for line in made.report.lines} | {taken.file}
    read |= {path.removeprefix("./") for path in re.findall(r'"([^"\n]+)"', made.text)}
    names = {posixpath.basename(path) for path in read}
    found: dict[str, Seen] = {}
    for one in begun.seen:
        if one.file not in read and one.kind != "script" and posixpath.basename(one.file) not in names:
            found.setdefault(one.file, one)
    return tuple(found.values())


def _next(spec: Spec, draft: Draft) -> Next:
    """What can be tried first: a program that was seen, else a run of the import."""
    deployments = [*(one.name for one in draft.deployments), *spec.labels("deployment")]
    params = {one.partition(":")[0].strip(): "=" in one for one in spec.params}
    params |= {one.name: bool(one.default) for one in draft.params}
    runs = [block for block in spec.blocks if block.kind == "run"]
    rows = [(one.name, " ".join(one.inputs.values())) for one in draft.runs]
    rows += [(block.label, text_of(Spec(blocks=[block]))) for block in runs]
    for name, text in rows:
        if re.search(r"\brun\.[a-z]", text):
            continue
        used = dict.fromkeys(re.findall(r"\bparam\.([\w-]+)", text))
        missing = tuple(one for one in used if not params.get(one, True))
        return Next(name, missing, deployments[0] if deployments else "")
    return Next(deployment=deployments[0] if deployments else "")
