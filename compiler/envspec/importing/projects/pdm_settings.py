"""`[tool.pdm]` of a `pyproject.toml`: development groups, sources, scripts.

Source: PDM's documentation, "PDM configuration in pyproject.toml".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envspec.importing.default_index import NAME
from envspec.importing.entries import Entry
from envspec.importing.fields.pyproject import TOOL_PDM
from envspec.importing.fields.row import OTHER, keys_read, reason_of, reasons
from envspec.importing.projects.document import Document
from envspec.importing.projects.script_runs import script_run
from envspec.importing.projects.uv_settings import add_requirement
from envspec.importing.spec import texts
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node

if TYPE_CHECKING:
    from envspec.importing.projects.pyproject import Project

_REASONS = reasons(TOOL_PDM)
_SCRIPT, _RESOLUTION = reasons(TOOL_PDM, "scripts.*."), reasons(TOOL_PDM, "resolution.")


def read_pdm_sources(project: Project, pdm: Node) -> None:
    """`[[tool.pdm.source]]`, before the packages that come from there."""
    document = project.document
    for row in document.tables("tool.pdm.source", pdm.get("source")):
        url = document.word("tool.pdm.source.url", row.get("url"))
        if not url:
            document.dropped("tool.pdm.source", row, "it has no address")
            continue
        name = row.get("name").text
        if row.get("type").text == "find_links":
            document.dropped(
                "tool.pdm.source.url",
                row.get("url"),
                reason_of(TOOL_PDM, "source[].type", "it is `find_links`"),
            )
            continue
        known = len(project.packages.indexes)
        project.packages.add_index(url, document.entry(url, row.get("url")), only=name == NAME, name=name)
        included = document.words("tool.pdm.source.include_packages", row.get("include_packages"))
        if included and len(project.packages.indexes) > known:
            project.packages.indexes[-1].add("packages", texts(one.text for one in included))
            document.carried("tool.pdm.source.include_packages", row.get("include_packages"), "packages")
        document.rest(
            "tool.pdm.source", row, keys_read(TOOL_PDM, "source[]."), {}, reason_of(TOOL_PDM, "source[].any other key")
        )  # fmt: skip


def read_pdm(project: Project, pdm: Node) -> None:
    document = project.document
    groups = document.entries("tool.pdm.dev-dependencies", pdm.get("dev-dependencies"))
    for group, node in groups.items():
        packages = project.group(group, "group")
        for one in document.words(f"tool.pdm.dev-dependencies.{group}", node):
            local = _local(document, one)
            if local is None:
                add_requirement(document, packages, one, project.sources, group=group)
            else:
                packages.add_pip(local)
    _scripts(project, pdm)
    resolution = pdm.get("resolution")
    overrides = document.entries("tool.pdm.resolution.overrides", resolution.get("overrides"))
    for name, node in overrides.items():
        reason = reason_of(TOOL_PDM, "resolution.overrides.*")
        document.dropped(f"tool.pdm.resolution.overrides.{name}", node, reason)
    document.rest("tool.pdm.resolution", resolution, ("overrides",), {}, _RESOLUTION[OTHER])
    known = keys_read(TOOL_PDM) - (set() if resolution.kind == "mapping" else {"resolution"})
    document.rest("tool.pdm", pdm, known, {"resolution": _RESOLUTION[OTHER], **_REASONS}, _REASONS[OTHER])


def _scripts(project: Project, pdm: Node) -> None:
    """`[tool.pdm.scripts]`: lines, `cmd` with `env`; a `shell`, a `composite` and a `call` stay with PDM."""
    document, spec = project.document, project.spec
    for name, node in document.entries("tool.pdm.scripts", pdm.get("scripts")).items():
        what = f"tool.pdm.scripts.{name}"
        if name == "_":
            document.left_out(what, node, reason_of(TOOL_PDM, "scripts._"))
            continue
        run = script_run(document, spec, project.environment.label, what, name, node)
        if run is None:
            continue
        variables = Variables(document.asked)
        for key, value in document.entries(f"{what}.env", node.get("env")).items():
            if value.kind == "scalar" and not value.plain:
                variables.add(key, value.text, document.shown, value.line)
            else:
                document.left_out(f"{what}.env.{key}", value, "a text is expected here")
        variables.fill(run, spec)
        project.spec.blocks.append(run)
        document.changed(what, node, f"run {run.label}", reason_of(TOOL_PDM, "scripts.*"))
        if node.kind == "mapping":
            document.rest(what, node, ("cmd", "env"), _SCRIPT, _SCRIPT[OTHER])


def _local(document: Document, node: Node) -> Entry | None:
    """`-e file:///${PROJECT_ROOT}/lib#egg=lib`: a folder of the project; None for anything else."""
    match = re.match(r"(-e\s+)?(?:[\w.-]+\s*@\s*)?file:///\$\{PROJECT_ROOT\}/([^#\s]*)", node.text)
    if match is None:
        return None
    return document.entry(f"{match[1] or ''}./{match[2]}", node, what=node.text)
