"""A package of a conda file in the form that the language has.

conda takes a version that stands alone (`python 3.8`) for exactly it, and the address of an archive for the package that
it holds; the language wants the first said (`==3.8`), and the second as a channel, a version and a build. In: the text
of conda. Out: a MatchSpec that the language takes, and why it is another one; or the reason why there is none.
"""

from __future__ import annotations

from envspec.frozen import Frozen, frozen
from envspec.importing.fields.conda import ENVIRONMENT_YML
from envspec.importing.fields.row import reason_of
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.conda import parse_match_spec
from envspec.packages.package import CondaPackage, PackageProblem

_ARCHIVE = lazy_pattern(
    r"(?P<channel>[a-z]+://[^\s#]+?)/(?P<subdir>noarch|[a-z]+-[a-z0-9]+)/"
    r"(?P<name>[A-Za-z0-9_.-]+)-(?P<version>[^-/\s]+)-(?P<build>[^-/\s]+?)\.(?:conda|tar\.bz2)(?:#\S*)?"
)
_HOSTED = "https://conda.anaconda.org/"
_MOST = 20
"""Versions of one entry that are mended."""


@frozen
class CondaForm(Frozen):
    """`package` is None where `problem` says why there is none."""

    text: str
    why: str = ""
    package: CondaPackage | None = None
    problem: PackageProblem | None = None


def conda_form(text: str) -> CondaForm:
    """`text` has single spaces."""
    why = ""
    if archive := _ARCHIVE.fullmatch(text):
        channel = archive["channel"].removeprefix(_HOSTED)
        if archive["subdir"] != "noarch" and not archive["subdir"].startswith("linux-"):
            message = f"a package for `{archive['subdir']}`: an image is for Linux"
            return CondaForm(text, problem=PackageProblem("E0301", 0, len(text), message))
        if not channel.startswith("file:"):
            text = f"{channel}::{archive['name']} =={archive['version']} {archive['build']}"
            why = reason_of(ENVIRONMENT_YML, "dependencies[]: an address of an archive")
    found = parse_match_spec(text)
    for _ in range(_MOST):
        if not isinstance(found, PackageProblem) or found.replacement is None:
            break
        written = text[found.start : found.end]
        alone = found.replacement == f"{written}.*"
        text = text[: found.start] + (f"=={written}" if alone else found.replacement) + text[found.end :]
        if not alone:
            why = why or "it was not a MatchSpec as conda has them"
        found = parse_match_spec(text)
    if isinstance(found, PackageProblem):
        return CondaForm(text, problem=found)
    return CondaForm(text, why, found)
