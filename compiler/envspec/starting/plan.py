"""From what was seen, and answers, to a draft."""

from __future__ import annotations

from envspec.starting.draft import DeploymentDraft, Draft, ModelDraft, ParamDraft, RunDraft
from envspec.starting.environment import add_environment
from envspec.starting.folder import Folder
from envspec.starting.found import Found
from envspec.starting.questions import Ask
from envspec.starting.work import add_deployments, add_first_run, add_runs


def plan(
    name: str, folder: Folder, found: Found, ask: Ask, written_out: frozenset[str] = frozenset()
) -> Draft:
    """A draft of a first spec called `name`. `found.remarks` grows by what is not taken."""
    draft = Draft(f"{name}: environments, runs and deployments as code")
    programs = [script for script in found.scripts if not script.metadata]
    environment = ""
    if programs or found.entries or not found.scripts:
        add_environment(draft, name, found, ask, written_out)
        environment = name
    add_runs(draft, environment, found, ask, frozenset(folder.files))
    add_deployments(draft, name, environment, found, folder.files)
    if not draft.runs and not draft.deployments:
        add_first_run(draft, environment)
    found.remarks += [f"`{path}` lists packages too" for path in found.others]
    return draft


def plan_beside(
    name: str, folder: Folder, found: Found, ask: Ask, environment: str, taken: dict[str, list[str]]
) -> Draft:
    """The runs and deployments of a folder whose `environment` another tool's file says. `taken` are the names of what
    that file has already, by the kind of block; a model of such a name is that one."""
    draft = Draft(
        "",
        params=[ParamDraft(one, likely="\0") for one in taken.get("param", [])],  # no value is like this one
        runs=[RunDraft(one, "", []) for one in taken.get("run", [])],
        models=[ModelDraft(one, "", "") for one in taken.get("model", [])],
        deployments=[DeploymentDraft(one, "", "") for one in taken.get("deployment", [])],
    )
    add_runs(draft, environment, found, ask, frozenset(folder.files))
    add_deployments(draft, name, environment, found, folder.files)
    draft.params = [one for one in draft.params if one.likely != "\0"]
    draft.runs = [one for one in draft.runs if one.command]
    draft.models = [one for one in draft.models if one.origin or one.path]
    draft.deployments = [one for one in draft.deployments if one.entry]
    return draft
