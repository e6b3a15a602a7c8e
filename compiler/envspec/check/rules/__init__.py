"""The rules, one file each. Adding one is a file and a line in `RULES`.

A rule is imported when a project has what it looks at: most have little of all that can be looked at, and a check is
over sooner than all rules are imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

from envspec.check.rules.rule import Rule, Subject
from envspec.resolve.project import Resolution

__all__ = ["RULES", "Rule", "Subject", "all_rules", "rules_about"]


class Listed(NamedTuple):
    """`module` is the file with the `RULE`. Without any of the words of `about`, which `words` knows, it can find
    nothing; no words mean that it always can."""

    module: str
    about: str = ""


RULES: tuple[Listed, ...] = (
    Listed("user_managed", "managed interpreter"),
    Listed("missing_file", "pip docker source sample"),
    Listed("entry_script", "entry"),
    Listed("shared_endpoint", "endpoint"),
    Listed("output_not_kept", "history"),
    Listed("unpinned_package", "pip conda"),
    Listed("duplicate_package", "conda"),
    Listed("pip_over_conda", "conda"),
    Listed("conflicting_bounds", "python pip conda constraints"),
    Listed("python_end_of_life", "python conda"),
    Listed("missing_python", "environments"),
    Listed("base_image", "docker"),
    Listed("unused_environment", "runs deployments"),
    Listed("unused_param", "param"),
    Listed("unused_import", "import"),
    Listed("unused_secret", "secret"),
    Listed("unused_source", "index channel"),
    Listed("secret_literal"),
    Listed("variable_for_secret", "variables docker tags command shell"),
    Listed("shadowed_attribute", "extends"),
    Listed("unreachable_cell", "cell"),
    Listed("dropped_list", "extends"),
    Listed("channel_order", "channels"),
    Listed("unused_output", "outputs"),
    Listed("deployment_name", "deployments"),
    Listed("too_little_memory", "resources"),
    Listed("gpu_without_cuda", "resources"),
    Listed("unfit_wheel", "pip"),
    Listed("misspelt_package", "lock"),
)
"""Those that find errors come first, so that the others know whether there is one."""


def all_rules() -> Iterator[Rule]:
    """Every rule, in order."""
    return map(_load, RULES)


def rules_about(resolution: Resolution, *, locked: bool) -> Iterator[Rule]:
    """The rules that can find something in a project, in order. `locked`: whether it has a lock."""
    there = words(resolution)
    if locked:
        there.add("lock")
    for listed in RULES:
        if not listed.about or not there.isdisjoint(listed.about.split()):
            yield _load(listed)


def words(resolution: Resolution) -> set[str]:
    """What there is: names of attributes and of kinds in the document, and `param`, `import`, `secret` and `extends`
    where the root file writes one."""
    found = {plural for plural, items in resolution.document.items() if items}
    for items in resolution.document.values():
        for item in items.values() if isinstance(items, dict) else ():
            found.update(item)
    module = resolution.modules[resolution.file]
    found |= {word for word, some in (("param", module.params), ("import", module.import_statements)) if some}
    found.update(kind for kind, blocks in module.blocks.items() if blocks)
    if any(block.extends is not None for blocks in module.blocks.values() for block in blocks.values()):
        found.add("extends")
    return found


def _load(listed: Listed) -> Rule:
    rule = import_module(f"envspec.check.rules.{listed.module}").RULE
    assert isinstance(rule, Rule)
    return rule
