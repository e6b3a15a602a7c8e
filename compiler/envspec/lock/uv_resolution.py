"""One resolution by uv: the question as files and arguments of `uv pip compile`, its PEP 751 answer parsed.

What always holds: uv reads no configuration of the machine beyond `uv_settings`; nothing is built unless
`allow_builds`; no credential is in an argument or a file. What was locked before is a preference: what need not
change does not. A `Target` says what is resolved for: one platform, or several at once.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name

from envspec.diagnostics import Diagnostic, Failure, Label
from envspec.frozen import replace
from envspec.ir.types import PipPackage
from envspec.lock.index_arguments import IndexPlan, check_scopes, plan_indexes
from envspec.lock.model import LockedConda, LockedPip
from envspec.lock.nearest import Fits, pip_versions, versions_in_words
from envspec.lock.places import Places, SecretReader
from envspec.lock.provided import brought_by, write_metadata_wheel
from envspec.lock.pylock import packages_in
from envspec.lock.uv_process import UvResult, run_uv
from envspec.lock.uv_settings import uv_environment
from envspec.state_folder import STATE_FOLDER


class PypiQuestion(NamedTuple):
    """Everything that decides what is locked. `python` is the minor, or the exact version where conda brings it;
    `provided` are the Python packages conda brings, `conda` all that it does. `previous` are the pins that are
    preferred, but for those of `upgrade`; `everything` says that none is."""

    places: Places
    python: str
    platform: str
    root: Path
    provided: Mapping[str, str] = {}
    previous: tuple[LockedPip, ...] = ()
    upgrade: Collection[str] = ()
    allow_builds: bool = False
    offline: bool = False
    conda: tuple[LockedConda, ...] = ()
    everything: bool = False


class Target(NamedTuple):
    """What a resolution is for. `settings` are lines of `[tool.uv]`; without any, uv reads no configuration.
    `name` is for people."""

    name: str
    arguments: tuple[str, ...]
    settings: tuple[str, ...] = ()


class Resolution(NamedTuple):
    """`packages` are the tables of the PEP 751 answer; `origins` the ids of the indexes of those that are not from
    the default one."""

    packages: list[dict[str, Any]]
    origins: Mapping[str, str]


def resolve(question: PypiQuestion, target: Target, folder: Path, secrets: SecretReader) -> Resolution:
    """Asks uv in `folder`, which is empty; raises `Failure` with E0604 to E0620 at the lines of the spec."""
    plan = plan_indexes(question.places.environment.indexes, secrets)
    _write_inputs(question, folder)
    scoped = plan.scoped_names({e.name for e in question.places.environment.pip if e.name})
    while True:
        plan.write_project(folder, scoped, target.settings)
        result = _compile(question, target, folder, plan)
        packages = _packages(folder) if result.status == 0 else []
        missed = plan.scoped_names(_names_in(result, packages)) - scoped
        if not missed:
            break
        # A dependency belongs to an index of its own: ask again with that said.
        scoped |= missed
    if result.status != 0:
        from envspec.lock.uv_report import Asked, diagnose

        raise Failure(
            _with_conda_lines(
                question,
                result.errors,
                diagnose(
                    result.errors,
                    Asked(
                        question.places,
                        question.python,
                        target.name,
                        question.provided,
                        _mentions(question),
                        question.offline,
                        meant=lambda name: _meant(name, question, folder),
                        versions=lambda name, bound: _versions(name, bound, question, secrets),
                        keep=lambda output: _kept(question, output),
                    ),
                ),
            )
        )
    origins = plan.origins(folder, _base_arguments(question, target), _variables(target, folder, plan))
    check_scopes(plan, origins, question.places)
    return Resolution(packages, origins)


def _kept(question: PypiQuestion, output: str) -> str:
    """The log of a build that failed while locking, beside those of other builds; empty when it cannot be written."""
    name = f"lock-{question.places.environment.id}.log"
    log = question.root / STATE_FOLDER / "logs" / name.replace("/", "-")
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(output, encoding="utf-8")
    except OSError:
        return ""
    return str(log)


def _versions(name: str, bound: str, question: PypiQuestion, secrets: SecretReader) -> str:
    """What there is of a package near a bound, in words."""
    if question.offline:
        return ""
    fits = Fits(question.python, question.platform)
    found = pip_versions(str(canonicalize_name(name)), bound, question.places.environment, fits, secrets)
    return versions_in_words(name, found)


def _with_conda_lines(question: PypiQuestion, errors: str, told: Diagnostic) -> Diagnostic:
    """A conflict with what conda brought is also about the line of `conda` that brought it."""
    from envspec.lock.uv_report import packages_named

    entries = question.places.packages("conda")
    labels = list(told.labels)
    for name in packages_named(errors, {name: [] for name in question.provided}):
        entry = brought_by(name, entries, question.conda)
        for pointer in entries.get(entry, ())[:1]:
            span = question.places.locate(pointer)
            if span is not None:
                labels.append(Label(span, f"this brings `{name} {question.provided[name]}`"))
    return replace(told, labels=tuple(labels))


def _write_inputs(question: PypiQuestion, folder: Path) -> None:
    environment = question.places.environment
    lines = []
    for entry in environment.pip:
        match entry.kind:
            case "requirement":
                lines.append(entry.text)
            case "editable":
                lines.append(f"-e {_uri(question, entry)}")
            case _:
                lines.append(_uri(question, entry))
    (folder / "requirements.in").write_text("\n".join(lines) + "\n", encoding="utf-8")
    constraints = [entry.text for entry in environment.constraints if entry.kind == "requirement"]
    for name, version in question.provided.items():
        # A constraint, not a requirement: uv looks only at those that something asks for.
        wheel = write_metadata_wheel(folder, name, version)
        constraints.append(f"{name} @ {wheel.as_uri()}")
    (folder / "constraints.txt").write_text("\n".join(constraints) + "\n", encoding="utf-8")
    if question.previous:
        _write_preferences(question, folder / "pylock.toml")


def _mentions(question: PypiQuestion) -> dict[str, str]:
    """The addresses by which uv speaks of entries that have no name."""
    environment = question.places.environment
    found = {
        (question.root / entry.text).resolve().as_uri(): question.places.pointer("pip", at)
        for at, entry in enumerate(environment.pip)
        if entry.kind != "requirement"
    }
    for at, index in enumerate(environment.indexes):
        if index.url:
            found[index.url.rstrip("/")] = question.places.pointer("indexes", at)
    return found


def _uri(question: PypiQuestion, entry: PipPackage) -> str:
    path = question.root / entry.text
    if not path.exists():
        raise Failure(
            question.places.diagnostic(
                "E0615",
                f"`{entry.text}` is not there",
                [question.places.pointer("pip", question.places.environment.pip.index(entry))],
                help="build the wheel first, or correct the path",
            )
        )
    return path.resolve().as_uri()


def _write_preferences(question: PypiQuestion, file: Path) -> None:
    """What was locked before, in the form in which uv prefers it."""
    lines = ['lock-version = "1.0"', 'created-by = "envspec"']
    for package in question.previous:
        if package.name not in question.upgrade:
            lines += ["[[packages]]", f'name = "{package.name}"', f'version = "{package.version}"']
    if len(lines) > 2:
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _base_arguments(question: PypiQuestion, target: Target) -> list[str]:
    arguments = [
        "pip",
        "compile",
        "--no-header",
        "--color=never",
        f"--python={sys.executable}",
        f"--python-version={question.python}",
        "--constraints=constraints.txt",
        *target.arguments,
    ]
    if not target.settings:
        arguments.append("--no-config")
    if not question.allow_builds:
        arguments.append("--no-build")
    if question.offline:
        arguments.append("--offline")
    return arguments


def _variables(target: Target, folder: Path, plan: IndexPlan) -> dict[str, str]:
    """With settings of our own, those of the machine and its user must be kept out in another way."""
    if not target.settings:
        return plan.variables
    return {**plan.variables, "UV_NO_SYSTEM_CONFIG": "1", "XDG_CONFIG_HOME": str(folder / "nothing")}


def _compile(question: PypiQuestion, target: Target, folder: Path, plan: IndexPlan) -> UvResult:
    arguments = [*_base_arguments(question, target), "--format=pylock.toml", "--output-file=pylock.toml"]
    # `--quiet` keeps the errors and leaves out the result, which is in the file.
    arguments += ["--quiet", *_refreshed(question), *plan.arguments, *plan.inputs]
    return run_uv(arguments, folder=folder, variables=_variables(target, folder, plan))


def _refreshed(question: PypiQuestion) -> list[str]:
    """What is to be upgraded is looked for on the index, however fresh the pages in uv's cache are, as by `uv --upgrade`."""
    if question.offline:
        return []
    if question.everything:
        return ["--refresh"]
    names = {package.name for package in question.previous}.intersection(question.upgrade)
    return [f"--refresh-package={name}" for name in sorted(names)]


def _names_in(result: UvResult, packages: list[dict[str, Any]]) -> set[str]:
    """The packages of a resolution, or those that one that failed could not find."""
    if result.status == 0:
        return {canonicalize_name(entry["name"]) for entry in packages}
    from envspec.lock.uv_report import not_found

    return not_found(result.errors)


def _packages(folder: Path) -> list[dict[str, Any]]:
    return packages_in((folder / "pylock.toml").read_text(encoding="utf-8"))


def _meant(name: str, question: PypiQuestion, folder: Path) -> str:
    from envspec.lock.known_names import suggestion

    addresses = [index.url for index in question.places.environment.indexes]
    default = uv_environment().get("UV_DEFAULT_INDEX", "")
    return suggestion(name, (package.name for package in question.previous), [*addresses, default], folder)
