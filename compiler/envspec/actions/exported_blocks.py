"""Which runs and deployments of a file are exported, and the environments that they need."""

from __future__ import annotations

from collections.abc import Iterable

from envspec.actions.loading import Loaded
from envspec.actions.waiting import missing_below, missing_of, needs_param, skipped_line
from envspec.diagnostics import Diagnostic, Failure
from envspec.exporting.table import KINDS
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Deployment, Environment, Run

_WRITTEN = {
    "environment": '`environment NAME { python = ">=3.11" }`',
    "run": '`run NAME { environment = …, command = ["…"] }`',
    "deployment": '`deployment NAME { environment = …, source = "…", entry = "…" }`',
}


@frozen
class Blocks(Frozen):
    """In order of id; those that only wait for a param are not among them."""

    environments: tuple[Environment, ...]
    runs: tuple[Run, ...]
    deployments: tuple[Deployment, ...]


def blocks(loaded: Loaded, name: str, *, runs: bool) -> Blocks:
    """Those of a name or id, all of the file without one; deployments only, unless `runs`.

    Without a name every environment of the file is there too, else those that the blocks use; the name of an environment
    is that environment. What waits for a param is told and left out, or raises `Failure` E0511 when it was named. Raises
    E1204 for a name that is not there.
    """
    project = loaded.project
    found: list[Run | Deployment] = []
    problems: list[Diagnostic] = []
    for kind, items in (("runs", project.runs if runs else {}), ("deployments", project.deployments)):
        for one in items.values():
            if name in ("", one.id, one.name):
                waiting = missing_below(loaded, one)
                problems += [needs_param(missing, f"`{one.id}`") for missing in waiting if name]
                if waiting and not name:
                    loaded.options.say(skipped_line(one.id, waiting[0]))
                if not waiting:
                    found.append(one)
        for missing in project.missing if runs or kind == "deployments" else ():
            if missing.item.startswith(f"/{kind}/") and not name:
                loaded.options.say(skipped_line(missing.item.rpartition("/")[2], missing))
        if name:
            problems += [needs_param(one, f"`{name}`") for one in missing_of(loaded, f"/{kind}/{name}")]
    environments = {
        one.id: one for one in project.environments.values() if runs and name and name in (one.id, one.name)
    }
    if problems:
        raise Failure(problems)
    if name and not found and not environments:
        from envspec.resolve.suggest import did_you_mean, known

        there = [*(project.runs if runs else ()), *project.deployments]
        what = "run, deployment or environment" if runs else "deployment"
        raise Failure(
            Diagnostic("E1204", f"there is no {what} `{name}` in `{loaded.file}`",
                       help=did_you_mean(name, there) or known(there, "it defines none"))
        )  # fmt: skip
    for block in found:
        if isinstance(block.environment, str):
            environments[block.environment] = project.environments[block.environment]
    if runs and not name:
        environments |= project.environments
    return Blocks(
        tuple(environments[key] for key in sorted(environments)),
        tuple(one for one in found if isinstance(one, Run)),
        tuple(one for one in found if isinstance(one, Deployment)),
    )


def nothing_to_export(loaded: Loaded, kind: str, name: str, notes: Iterable[str] = ()) -> Failure:
    """E0638: what there is none of, and what to write."""
    kinds = KINDS[kind].blocks
    none = ", ".join(f"no {one}" for one in kinds[:-1]) + f"{' and ' * (len(kinds) > 1)}no {kinds[-1]}"
    waiting = "; what waits for a param is exported with `--set NAME=VALUE`" if loaded.project.missing else ""
    there = f"`{name}` in `{loaded.file}` has" if name else f"`{loaded.file}` has"
    return Failure(
        Diagnostic(
            "E0638",
            f"there is nothing to export to `{kind}`: {there} {none} for it",
            notes=tuple(notes),
            help=f"write one: {_WRITTEN[kinds[0]]}{waiting}",
        )
    )
