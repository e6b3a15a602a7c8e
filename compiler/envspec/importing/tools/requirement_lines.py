"""Lines of a requirements file that stand in another file: in a list of packages, in a key that names the file, or as
options of pip."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.importing.entries import Entry, Packages
from envspec.importing.pip import add_requirements, include
from envspec.importing.tools.document import Keys
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.requirements_file import option_help, parse_requirements

_SHELL = lazy_pattern(r"[\n|&;$`()<]|>(?!=)|\s>")
_INSTALLERS = (
    ("pip", "install"), ("pip3", "install"), ("python", "-m", "pip", "install"),
    ("python3", "-m", "pip", "install"), ("uv", "pip", "install"),
)  # fmt: skip
_NO_MATTER = ("-U", "--upgrade", "-q", "--quiet", "--no-cache-dir", "--no-cache", "--system")


def add_lines(keys: Keys, name: str, packages: Packages, nodes: Sequence[Node]) -> None:
    """Each scalar is one or more lines as a requirements file has them."""
    for node in nodes:
        found, problems = parse_requirements(node.text)
        for entry in (*found.pip, *found.includes, *found.options):
            given = keys.document.entry(node, entry.text)
            if entry in found.includes:
                include(packages.asked, packages, given, entry.kind)
            elif entry in found.options:
                packages.add_option(given)
            else:
                packages.add_pip(given)
        keys.document.asked.report.hashes(len(found.hashes), keys.document.shown, node.line)
        for problem in problems:
            keys.dropped(name, problem.message, node)
        if not (found.pip or found.includes or found.options or problems):
            keys.dropped(name, "it names no package", node)


def add_file(keys: Keys, name: str, packages: Packages) -> None:
    """A key that names a requirements file of the project: what it has is written out."""
    file = keys.file(name)
    if file is not None:
        keys.carried(name, "pip")
        add_requirements(keys.document.asked, packages, file)


def pip_install(script: str) -> list[str]:
    """The requirements of a script that is one `pip install` with nothing that `pip` of a spec could not say; else none."""
    import shlex

    if _SHELL.search(script.strip()):
        return []
    try:
        words = shlex.split(script)
    except ValueError:
        return []
    start = next((len(one) for one in _INSTALLERS if tuple(words[: len(one)]) == one), 0)
    found = [word for word in words[start:] if word not in _NO_MATTER]
    return [] if not start or any(word.startswith("-") for word in found) else found


def add_options(keys: Keys, name: str, packages: Packages) -> None:
    """Options of pip's command line, such as `--pre -i URL`."""
    import shlex

    node = keys.scalar(name)
    try:
        words = shlex.split(node.text)
    except ValueError:
        keys.dropped(name, "its quotes do not match")
        return
    while words:
        option = words.pop(0)
        if words and "=" not in option and not words[0].startswith("-"):
            option = f"{option} {words.pop(0)}"
        entry = keys.document.entry(node, option)
        if option.startswith(("-i", "--index-url", "--extra-index-url")):
            packages.add_option(entry)
        else:
            reason = option_help(option, in_file=False)
            keys.document.asked.report.dropped(option, entry.file, entry.line, reason)


def add_indexes(keys: Keys, name: str, packages: Packages, *, only: bool = False) -> None:
    """A key with the address of an index, or a list of them; `only`: in place of the default index."""
    for node in keys.scalars(name, alone=True):
        if node.text:
            entry = keys.document.entry(node)
            packages.add_index(
                node.text, Entry(f"{name}: {node.text}", entry.file, entry.line, entry.folder), only=only
            )
