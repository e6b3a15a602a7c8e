"""W0324: a wheel whose file name says that it is for another Python, or for another platform."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Label
from envspec.ir.types import PipPackage
from envspec.packages.python_version import minor_versions
from envspec.packages.wheel import unfit_for_platform, unfit_for_python
from envspec.resolve.evaluated import escape


def _check(subject: Subject) -> Iterator[Diagnostic]:
    locate = subject.resolution.origins.values.get
    for key, environment in subject.project.environments.items():
        pointer = f"/environments/{escape(key)}"
        for index, package in enumerate(environment.pip):
            filename = _wheel(package)
            if not filename:
                continue
            place = locate(f"{pointer}/pip/{index}/text") or locate(f"{pointer}/pip/{index}")
            made_for = (
                unfit_for_python(filename, minor_versions(environment.python)) if environment.python else ""
            )
            if made_for:
                python = locate(f"{pointer}/python")
                yield Diagnostic(
                    "W0324",
                    f"this wheel is for {made_for}, and the environment has Python `{environment.python}`",
                    place,
                    "cannot be installed",
                    (Label(python, "the Python of the environment"),) if python is not None else (),
                    help="take the wheel for this Python, or change `python`",
                )
            tags = {platform: unfit_for_platform(filename, platform) for platform in environment.platforms}
            refused = [platform for platform, tag in tags.items() if tag]
            if refused:
                said = [
                    locate(f"{pointer}/docker/platforms/{environment.platforms.index(p)}") for p in refused
                ]
                yield Diagnostic(
                    "W0324",
                    f"this wheel is for `{tags[refused[0]]}`, not for "
                    + " and ".join(f"`{platform}`" for platform in refused),
                    place,
                    "cannot be installed there",
                    tuple(Label(wanted, "asked for here") for wanted in said if wanted is not None),
                    help="take the wheel for this platform, or one for each with a marker",
                    notes=()
                    if environment.docker.platforms
                    else ("when no platform is said, it is `linux/amd64`",),
                )


def _wheel(package: PipPackage) -> str:
    """The file name of the wheel that is asked for; empty for anything else, or for one with a marker."""
    if package.kind == "path":
        address = package.text
    elif package.kind == "requirement" and " @ " in package.text and ";" not in package.text:
        address = package.text.partition(" @ ")[2].partition("#")[0].partition("?")[0]
    else:
        return ""
    filename = unquote(address.rpartition("/")[2])
    return filename if filename.endswith(".whl") else ""


RULE = Rule("unfit-wheel", ("W0324",), _check)
