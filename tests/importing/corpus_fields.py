"""Every field of the real files in `corpus`, and what becomes of it.

`python -m tests.importing.corpus_fields docs/corpus-fields.md` writes the page (`corpus_page`).

Which fields there are is found by readers that are not ours: PyYAML's nodes for conda and Azure ML, a line at a time for
pip. What becomes of each is read from the report of the import, which names the line of everything. A field that the
report says nothing of has no outcome, and fails a test.
"""

from __future__ import annotations

import functools
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from packaging.requirements import InvalidRequirement, Requirement

from tests.importing.imported import CORPUS, imported

KINDS = ("conda", "pip", "azureml")
OWN_KEYS = frozenset(
    {
        "inputs", "outputs", "environment_variables", "variables", "tags", "jobs", "search_space", "conf", "traffic",
        "properties", "labels",
    }
)  # fmt: skip
"""Mappings whose keys are names that the author chose: `*` in a path."""
NOT_BESIDE = re.compile(
    r"there is no (file|folder|such script)|there is nothing at|nothing is known of what it names"
)
"""The files of the corpus stand alone: what they name is in their own repository, not here."""


@dataclass(frozen=True)
class Place:
    """One occurrence: `path` with `*` and `[]`, `own` with the names that are really there, its lines from 1. A `leaf` has
    nothing in it; `many` is a list."""

    path: str
    own: str
    first: int
    last: int
    leaf: bool
    many: bool = False


@dataclass
class Count:
    """What became of a field in all files. `lost` are those where it is dropped, or `noted`: only a comment or a tag.
    `became` and `reasons` count words of the report."""

    files: set[str] = field(default_factory=set)
    outcomes: dict[str, int] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    became: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)


def corpus() -> Iterator[tuple[str, Path]]:
    """The kind and the path of each file."""
    for kind in KINDS:
        for path in sorted((CORPUS / kind).rglob("*")):
            if path.is_file():
                yield kind, path


@functools.cache
def counted(kind: str) -> Mapping[str, Count]:
    """The fields of all files of a kind, by path."""
    found: dict[str, Count] = {}
    for one, path in corpus():
        if one != kind:
            continue
        for place, lines in outcomes(kind, path):
            count = found.setdefault(place.path, Count())
            count.files.add(path.name)
            for outcome, became, reason in lines or [("untold", "", "")]:
                if outcome != "carried" and NOT_BESIDE.search(reason):
                    outcome = "elsewhere"
                word = attribute(place.path, became)
                if outcome == "changed" and word in ("a comment", "tags"):
                    outcome = "noted"
                count.outcomes[outcome] = count.outcomes.get(outcome, 0) + 1
                if outcome in ("dropped", "noted"):
                    count.lost.add(path.name)
                if word:
                    count.became[word] = count.became.get(word, 0) + 1
                if reason:
                    reason = (
                        re.sub(r"`[^`]*[a-z0-9][^`]*`", "`…`", reason) if outcome == "elsewhere" else reason
                    )
                    count.reasons[reason] = count.reasons.get(reason, 0) + 1
    return found


def outcomes(kind: str, path: Path) -> list[tuple[Place, list[tuple[str, str, str]]]]:
    """The fields of a file, each with what the report says of it: outcome, what it became, reason."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".git").mkdir()
        name = "requirements.txt" if kind == "pip" else path.name
        shutil.copy(path, Path(folder) / name)
        report = imported(kind, Path(folder) / name).report
    told = [one for one in report.lines if one.file == name]
    places = list(lines_of_pip(path.read_text()) if kind == "pip" else fields_of_yaml(path.read_text()))
    mappings = {place.own: place for place in places if not place.leaf}
    found = []
    for place in places:
        mine = [one for one in told if place.first <= one.line <= place.last]
        if kind == "azureml":
            exact = [one for one in mine if _is_about(one.what, place.own)]
            key = place.own.rpartition(".")[2]  # an environment is called so wherever it stands
            mine = exact or [one for one in mine if one.what.partition(": ")[0] == key]
        if not place.leaf:
            mine = [one for one in mine if one.what.partition(": ")[0] == place.own]
            if not mine or place.many:  # what is in it is told by itself
                continue
        if not mine:
            mine = [one for one in told if _is_about(one.what, place.own)]
        above = place.own
        while not mine and above:
            above = re.sub(r"(\.[^.]*|\[\]|^[^.]*)\Z", "", above)
            over = mappings.get(above)
            mine = [one for one in told if one.what.partition(": ")[0] == above] if over or above else []
        found.append((place, [(one.outcome, one.became, one.reason) for one in mine]))
    return found


def _is_about(what: str, own: str) -> bool:
    """Whether the report names a field, or what it is in."""
    return own in (what, what.partition(": ")[0]) or own.startswith(f"{what}.")


def attribute(path: str, became: str) -> str:
    """The block or attribute of the spec that the report names, without the name or value that is in it."""
    text = became.partition(" = ")[0]
    if block := re.match(r"(environment|run|deployment|param|secret|model|index)(\s|\Z)", text):
        return block[1]
    if text.startswith("#") or text == "a comment":
        return "a comment"
    if re.search(r"dependencies|a line", path):
        return "conda" if re.match(r"dependencies\[\] ", path) else "pip"
    if path.endswith("environment"):  # a registered one, by name and version
        return "environment"
    return re.sub(r"^(outputs|tags|matrix)\.\S+", r"\1", text)


def fields_of_yaml(text: str) -> Iterator[Place]:
    """Keys and elements as PyYAML has them. Templates of notebooks have `{{ x }}`, which is no YAML, as values."""
    text = re.sub(r"\{\{[^}]*\}\}", lambda match: "x" * len(match[0]), text)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    yield from _places(root, "", "", "")


def _places(node: yaml.Node, path: str, own: str, key: str) -> Iterator[Place]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            word = "*" if key in OWN_KEYS else name.value
            inner = f"{path}.{word}" if path else word
            named = f"{own}.{name.value}" if own else name.value
            if isinstance(value, yaml.ScalarNode):
                yield Place(inner, named, value.start_mark.line + 1, value.start_mark.line + 1, leaf=True)
                continue
            first, last = value.start_mark.line + 1, value.end_mark.line + 1
            many = isinstance(value, yaml.SequenceNode)
            yield Place(inner, named, first, last, leaf=not value.value, many=many)
            yield from _places(value, inner, named, name.value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            line = value.start_mark.line + 1
            if isinstance(value, yaml.ScalarNode):
                form = form_of(value.value, path)
                yield Place(f"{path}[]{form}", f"{own}[]", line, line, leaf=True)
            else:
                yield from _places(value, f"{path}[]", f"{own}[]", "")


def form_of(text: str, path: str) -> str:
    """In what form a package of conda or pip is written; empty for other lists."""
    if path.endswith("pip") or ("dependencies" in path and re.match(r"-[rce] |--", text)):
        return f" ({pip_form(text)})"
    if not path.endswith("dependencies"):
        return ""
    if "::" in text:
        return " (with its channel)"
    if re.fullmatch(r"[\w.-]+=[^=<>!]+=\S+", text):
        return " (with a build)"
    if re.fullmatch(r"[\w.-]+\s*=\s*[^=<>!|,]+", text):
        return " (with `=`)"
    return " (with bounds)" if re.search(r"[<>=!]", text) else " (a name)"


def pip_form(text: str) -> str:
    """In what form a line of a requirements file is."""
    text = text.split(" #")[0].strip()
    if option := re.match(r"--?[a-z][a-z-]*", text):
        return f"`{option[0]}`"
    if re.match(r"(git|hg|svn|bzr)\+", text):
        return "a repository"
    if "://" in text:
        return "an address"
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return "no requirement of PEP 508"
    parts = ["extras"] if requirement.extras else []
    parts += ["a marker"] if requirement.marker else []
    versions = str(requirement.specifier)
    parts += ["`==`"] if re.fullmatch("==[^,*]+", versions) else ["bounds"] if versions else []
    return f"with {', '.join(parts)}" if parts else "a name"


def lines_of_pip(text: str) -> Iterator[Place]:
    """The lines of a requirements file that say something."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        hashes = re.search(r"--hash", line)
        form = "`--hash`" if hashes and line.lstrip().startswith("--hash") else pip_form(line.rstrip("\\ "))
        yield Place(f"a line ({form})", line, number, number, leaf=True)


if __name__ == "__main__":
    from tests.importing.corpus_page import page

    Path(sys.argv[1]).write_text(page(), encoding="utf-8", newline="\n")
