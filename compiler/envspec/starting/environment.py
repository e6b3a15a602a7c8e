"""The environment of a first spec: files that list packages stay the source where the language can name them."""

from __future__ import annotations

import posixpath
import re

from envspec.diagnostics.credentials import masked
from envspec.packages.conda import parse_match_spec
from envspec.packages.package import PackageProblem
from envspec.packages.pip import parse_requirement
from envspec.packages.python_version import parse_python
from envspec.packages.sources import parse_channel, parse_url
from envspec.starting.draft import Draft, EnvironmentDraft, IndexDraft
from envspec.starting.found import Found, PackageFile
from envspec.starting.names import unique
from envspec.starting.questions import Ask, packages_in, which_file, which_packages, which_python

_INDEX_OPTIONS = ("--index-url", "--extra-index-url", "-i", "--pypi-url")


def add_environment(draft: Draft, name: str, found: Found, ask: Ask, written_out: frozenset[str]) -> None:
    """Decides the one shared environment. Files of `written_out` are not named, but what they say is."""
    environment = EnvironmentDraft(name)
    draft.environments.append(environment)
    file = _package_file(found, ask)
    says_python = False
    if file is not None:
        says_python = bool(file.python) or any(_is_python(entry) for entry in file.conda)
        if file.attribute and file.path not in written_out:
            _name(environment, file)
        else:
            _write_out(draft, environment, file, found)
            if file.python and not isinstance(parse_python(file.python), PackageProblem):
                environment.python = file.python
    elif not found.wheels:
        environment.pip += packages_in(ask(which_packages(found.imports)))
    environment.pip += found.wheels
    if not says_python:
        environment.python = _python(environment, found, ask)
    if found.image is not None:
        environment.image = found.image.value
        environment.comments["docker"] = f"from {found.image.path}"


def _package_file(found: Found, ask: Ask) -> PackageFile | None:
    if len(found.packages) < 2:
        return found.packages[0] if found.packages else None
    chosen = ask(which_file(tuple(file.path for file in found.packages)))
    return next(file for file in found.packages if file.path == chosen)


def _is_python(entry: str) -> bool:
    spec = parse_match_spec(entry)
    return not isinstance(spec, PackageProblem) and spec.name == "python"


def _python(environment: EnvironmentDraft, found: Found, ask: Ask) -> str:
    for clue in found.python:
        version = parse_python(clue.value)
        if isinstance(version, str):
            environment.comments["python"] = f"from {clue.path}"
            return clue.value
        found.remarks.append(f"`{clue.path}` asks for a Python that is not known: {version.message}")
    return ask(which_python())


def _name(environment: EnvironmentDraft, file: PackageFile) -> None:
    if file.attribute == "requirements":
        environment.requirements = [file.path]
    elif file.attribute == "pyproject":
        environment.pyproject = file.path
    else:
        environment.conda_file = file.path


def _write_out(draft: Draft, environment: EnvironmentDraft, file: PackageFile, found: Found) -> None:
    """What the file says, as far as the language takes it; the rest is told."""
    _packages(environment, file, found)
    for channel in file.channels:
        if isinstance(parse_channel(channel), str):
            environment.channels.append(channel)
        else:
            found.remarks.append(f"the channel `{_bare(channel)}` of `{file.path}` is not taken")
    found.remarks += [
        f"`{path}`, which `{file.path}` includes, is not taken: list its packages too"
        for path in file.includes
    ]
    for option in file.options:
        _option(draft, environment, file, option, found)
    environment.variables.update(file.variables)
    first = next((n for n in ("conda", "pip") if getattr(environment, n)), "pip")
    environment.comments[first] = f"from {file.path}"


def _packages(environment: EnvironmentDraft, file: PackageFile, found: Found) -> None:
    folder = posixpath.dirname(file.path)
    seen: set[str] = set()
    for text in file.conda:
        spec = parse_match_spec(text)
        if isinstance(spec, PackageProblem):
            found.remarks.append(_not_taken(text, file, spec.message))
            continue
        if spec.name in seen:
            found.remarks.append(f"`{file.path}` has `{spec.name}` twice; the first one counts")
            continue
        seen.add(spec.name)
        environment.conda.append(text)
    seen.clear()
    for text in file.pip:
        package = parse_requirement(text)
        if isinstance(package, PackageProblem):
            found.remarks.append(_not_taken(text, file, package.message))
            continue
        if "${" in text:
            found.remarks.append(_not_taken(text, file, "a variable of whoever installs is in it"))
            continue
        if package.kind == "requirement" and package.name in seen:
            found.remarks.append(f"`{file.path}` has `{package.name}` twice; the first one counts")
            continue
        seen.add(package.name)
        if package.kind == "requirement":
            environment.pip.append(text)
            continue
        path = posixpath.normpath(posixpath.join(folder, package.text))
        path = path if path.startswith("..") else f"./{path}"
        environment.pip.append(f"-e {path}" if package.kind == "editable" else path)


def _option(
    draft: Draft, environment: EnvironmentDraft, file: PackageFile, option: str, found: Found
) -> None:
    name, _, value = option.replace("=", " ", 1).partition(" ")
    url = parse_url(value.strip(), "an index") if name in _INDEX_OPTIONS else None
    if isinstance(url, str):
        index = IndexDraft(unique("other", [i.name for i in draft.indexes]), url)
        draft.indexes.append(index)
        environment.indexes.append(index.name)
    elif isinstance(url, PackageProblem) and url.code == "E0306":
        found.remarks.append(
            f"an index of `{file.path}` has credentials in its address: write an `index` block with a `secret`"
        )
    else:
        found.remarks.append(f"the option `{name}` of `{file.path}` is not taken")


def _not_taken(text: str, file: PackageFile, why: str) -> str:
    return f"`{_bare(text)}` of `{file.path}` is not taken: {_bare(why)}"


def _bare(text: str) -> str:
    """Without logins and tokens in addresses, which terminals and logs of CI would show."""
    text = re.sub(r"://[^/\s]*@", "://…@", " ".join(text.split()))
    return masked(re.sub(r"(://[^/\s]+/t/)[^/\s]+", r"\1…", text))
