"""The environment of a run as the text of a spec, which any project can take: what is known besides stands in remarks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envspec.workspace.environments import EnvironmentVersion
    from envspec.workspace.runs import RunRecord


def spec_text(root: Path, record: RunRecord, version: EnvironmentVersion) -> str:
    from envspec.actions.environment_history import names_of_packages
    from envspec.api.environment import Environment
    from envspec.api.workspace import Workspace
    from envspec.cli.show import one_line

    lines = [f"What run {record.id} had: {version.reference}, {version.version_hash}"]
    for platform, packages in names_of_packages(version.lock).items():
        lines.append(f"Locked for {platform}: {'' if packages else 'no packages'}".rstrip())
        lines += [f"    {package}" for package in packages]
    remarks = "".join(f"# {one_line(line)}\n" for line in lines)
    environment = Environment.get(version.name, version.number, workspace=Workspace(root))
    return f"{remarks}{environment}"
