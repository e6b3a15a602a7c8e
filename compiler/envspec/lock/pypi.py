"""PyPI packages of one environment on one platform: requirements in, exact versions and hashes out.

uv resolves (`uv pip compile`, PEP 751 output) for the Python version and platform asked for, whatever the
machine. What always holds: uv reads no configuration of the machine beyond `uv_settings`; nothing is built
unless `allow_builds`; no credential is in an argument or a file; every kept file has a sha256 and fits the
platform. Previous pins are preferences: what need not change does not.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name

from envspec.diagnostics import Failure
from envspec.ir.types import PipPackage
from envspec.lock.index_arguments import IndexPlan, check_scopes, plan_indexes
from envspec.lock.known_names import suggestion
from envspec.lock.local_paths import path_digest
from envspec.lock.model import LockedFile, LockedPath, LockedPip
from envspec.lock.places import Places, SecretReader
from envspec.lock.platforms import PLATFORMS
from envspec.lock.provided import write_metadata_wheel
from envspec.lock.uv_process import UvResult, run_uv
from envspec.lock.uv_report import diagnose
from envspec.lock.uv_settings import uv_environment
from envspec.lock.wheel_tags import fits


class PypiQuestion(NamedTuple):
    """Everything that decides what is locked. `provided` are the Python packages conda brings."""

    places: Places
    python: str
    platform: str
    root: Path
    provided: Mapping[str, str] = {}
    previous: tuple[LockedPip, ...] = ()
    upgrade: Collection[str] = ()
    allow_builds: bool = False
    offline: bool = False


class PypiAnswer(NamedTuple):
    pip: tuple[LockedPip, ...]
    paths: tuple[LockedPath, ...]


def solve_pypi(question: PypiQuestion, secrets: SecretReader) -> PypiAnswer:
    """Lock the `pip` entries of an environment; raises `Failure` with E0604 to E0620 at their lines."""
    environment = question.places.environment
    if not environment.pip:
        return PypiAnswer((), ())
    with tempfile.TemporaryDirectory(prefix="envspec-lock-") as name:
        folder = Path(name)
        plan = plan_indexes(environment.indexes, secrets)
        _write_inputs(question, folder)
        scoped = plan.scoped_names(_direct_names(question))
        while True:
            plan.write_project(folder, scoped)
            result = _compile(question, folder, plan)
            missed = plan.scoped_names(_names_in(result, folder)) - scoped
            if not missed:
                break
            # A dependency belongs to an index of its own: ask again with that said.
            scoped |= missed
        if result.status != 0:
            raise Failure(
                diagnose(
                    result.errors,
                    question.places,
                    python=question.python,
                    platform=question.platform,
                    provided=question.provided,
                    mentions=_mentions(question),
                    offline=question.offline,
                    meant=lambda name: _meant(name, question, folder),
                )
            )
        packages = _packages(folder)
        origins = plan.origins(folder, _base_arguments(question)) if plan.indexes else {}
        check_scopes(plan, origins, question.places)
        pip = tuple(
            _locked(entry, question, origins)
            for entry in packages
            if not _is_local(entry) and not _provided(entry, question)
        )
        paths = _locked_paths(question, folder, packages)
    return PypiAnswer(tuple(sorted(pip, key=lambda package: package.name)), paths)


def _meant(name: str, question: PypiQuestion, folder: Path) -> str:
    addresses = [index.url for index in question.places.environment.indexes]
    default = uv_environment().get("UV_DEFAULT_INDEX", "")
    return suggestion(name, (package.name for package in question.previous), [*addresses, default], folder)


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
    for name, version in question.provided.items():
        wheel = write_metadata_wheel(folder, name, version)
        lines.append(f"{name} @ {wheel.as_uri()}")
    (folder / "requirements.in").write_text("\n".join(lines) + "\n", encoding="utf-8")
    constraints = [entry.text for entry in environment.constraints if entry.kind == "requirement"]
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
    upgrade = {canonicalize_name(name) for name in question.upgrade}
    lines = ['lock-version = "1.0"', 'created-by = "envspec"']
    for package in question.previous:
        if package.name not in upgrade:
            lines += ["[[packages]]", f'name = "{package.name}"', f'version = "{package.version}"']
    if len(lines) > 2:
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _base_arguments(question: PypiQuestion) -> list[str]:
    arguments = [
        "pip",
        "compile",
        "--no-config",
        "--no-header",
        "--color=never",
        f"--python={sys.executable}",
        f"--python-version={question.python}",
        f"--python-platform={PLATFORMS[question.platform].uv}",
        "--constraints=constraints.txt",
    ]
    if not question.allow_builds:
        arguments.append("--no-build")
    if question.offline:
        arguments.append("--offline")
    return arguments


def _compile(question: PypiQuestion, folder: Path, plan: IndexPlan) -> UvResult:
    arguments = [*_base_arguments(question), "--format=pylock.toml", "--output-file=pylock.toml", "--quiet"]
    arguments += [*plan.arguments, *plan.inputs]
    # `--quiet` keeps the errors and leaves out the result, which is in the file.
    return run_uv(arguments, folder=folder, variables=plan.variables)


def _direct_names(question: PypiQuestion) -> set[str]:
    return {entry.name for entry in question.places.environment.pip if entry.name}


def _names_in(result: UvResult, folder: Path) -> set[str]:
    """The packages of a resolution, or those that one that failed could not find."""
    if result.status == 0:
        return {canonicalize_name(entry["name"]) for entry in _packages(folder)}
    from envspec.lock.uv_report import not_found

    return not_found(result.errors)


def _packages(folder: Path) -> list[dict[str, Any]]:
    parsed = tomllib.loads((folder / "pylock.toml").read_text(encoding="utf-8"))
    packages = parsed.get("packages", [])
    return list(packages)


def _is_local(entry: dict[str, Any]) -> bool:
    return "directory" in entry or "path" in entry.get("archive", {})


def _provided(entry: dict[str, Any], question: PypiQuestion) -> bool:
    return canonicalize_name(entry["name"]) in question.provided


def _locked(entry: dict[str, Any], question: PypiQuestion, origins: Mapping[str, str]) -> LockedPip:
    name = canonicalize_name(entry["name"])
    pointers = question.places.packages("pip").get(name, ())
    if "vcs" in entry:
        raise Failure(
            question.places.diagnostic(
                "E0619",
                f"`{name}` comes from version control, which has no sha256 to lock",
                pointers,
                help="build a wheel of it and name the wheel, or take it from an index",
            )
        )
    archive = entry.get("archive")
    if archive is not None:
        url = archive["url"]
        file = LockedFile(
            url.rsplit("/", 1)[-1].split("#")[0], _sha256(archive, name, question), url.split("#")[0]
        )
        return LockedPip(name, entry.get("version", ""), (file,))
    files = [
        LockedFile(filename, _sha256(wheel, name, question))
        for wheel in entry.get("wheels", [])
        if fits(filename := _filename(wheel), question.python, question.platform)
    ]
    if not files and "sdist" in entry and question.allow_builds:
        files = [LockedFile(_filename(entry["sdist"]), _sha256(entry["sdist"], name, question))]
    if not files:
        raise Failure(
            question.places.diagnostic(
                "E0607",
                f"`{name} {entry['version']}` has no wheel for Python {question.python} on {question.platform}",
                pointers,
                help="choose another version or Python, or lock with `--allow-builds` to build it from source",
            )
        )
    files.sort(key=lambda file: file.filename)
    return LockedPip(name, entry["version"], tuple(files), origins.get(name, ""))


def _filename(file: dict[str, Any]) -> str:
    name = file.get("name") or str(file.get("url") or file.get("path")).split("#")[0].rsplit("/", 1)[-1]
    from urllib.parse import unquote

    return unquote(str(name))


def _sha256(file: dict[str, Any], name: str, question: PypiQuestion) -> str:
    found = file.get("hashes", {}).get("sha256", "")
    if not found:
        raise Failure(
            question.places.diagnostic(
                "E0618",
                f"the index gives no sha256 for `{_filename(file)}`",
                question.places.packages("pip").get(name, ()),
                help="use an index that serves hashes (PEP 503), or download the wheel and name its path",
            )
        )
    return str(found)


def _locked_paths(
    question: PypiQuestion, folder: Path, packages: list[dict[str, Any]]
) -> tuple[LockedPath, ...]:
    """The local entries of the spec, in order of path."""
    names: dict[Path, str] = {}
    for package in packages:
        place = package.get("directory") or package.get("archive") or {}
        if "path" in place:
            # uv writes the path relative to the output file, or absolute.
            names[(folder / place["path"]).resolve()] = canonicalize_name(package["name"])
    found = []
    for entry in question.places.environment.pip:
        if entry.kind == "requirement":
            continue
        path = (question.root / entry.text).resolve()
        kind = "editable" if entry.kind == "editable" else "project" if path.is_dir() else "wheel"
        sha256 = path_digest(question.root, entry.text, kind)
        found.append(LockedPath(entry.text, kind, entry.name or names.get(path, ""), sha256))
    return tuple(sorted(found, key=lambda path: path.path))
