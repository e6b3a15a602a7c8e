"""Environments that add to another: what an extra, a dependency group or a feature is in a spec.

In an environment that extends another, `+=` takes out every inherited entry of the same name. So a group begins with
what its base has, every bound of both holds, and all entries of a name that it touches are written.
"""

from __future__ import annotations

from envspec.importing.asked import Asked
from envspec.importing.entries import Packages
from envspec.importing.spec import Block, Item, Items, Spec
from envspec.packages.pip import normalized_name
from envspec.starting.names import name_of, unique


def based_on(asked: Asked, base: Packages) -> Packages:
    """Packages that begin with those of `base`, and share its indexes and secrets."""
    return Packages(
        asked,
        conda=dict(base.conda),
        pip=dict(base.pip),
        constraints=list(base.constraints),
        indexes=base.indexes,
        secrets=base.secrets,
    )


def group_name(base: str, name: str) -> str:
    """What a group is called: after its base and itself, unless it is called after its base already."""
    return name_of(name if name.startswith(f"{base}-") else f"{base}-{name}", f"{base}-group")


def block_of(spec: Spec, base: str, name: str) -> Block:
    """The block of a group, called after its base and itself; it is not in the spec yet."""
    label = unique(group_name(base, name), spec.labels("environment"))
    return Block("environment", label, extends=base)


def fill_extending(block: Block, base: Packages, more: Packages) -> None:
    """Writes what `more` has beyond `base` into a block that extends that of `base`."""
    for attribute, old, new in (("conda", base.conda, more.conda), ("pip", base.pip, more.pip)):
        added = _added(old, new)
        if added:
            block.add(attribute, Items(tuple(added)))
            if old:  # there is nothing to add to otherwise
                block.appended.add(attribute)
    added_files = [one for one in more.constraints if one not in base.constraints]
    if added_files:
        from envspec.importing.spec import texts

        block.add("constraints", texts(added_files))
        if base.constraints:
            block.appended.add("constraints")


def _added(old: dict[str, Item], new: dict[str, Item]) -> list[Item]:
    touched = {_name(key) for key, item in new.items() if key not in old or old[key].value != item.value}
    touched |= {_name(key) for key in old if key not in new}
    return [item for key, item in new.items() if _name(key) in touched]


def _name(key: str) -> str:
    """The name in a key of `Packages`: `name;marker`, a path, or the name alone."""
    return normalized_name(key.partition(";")[0])


def forget(packages: Packages, name: str) -> None:
    """Takes every entry of a pip package out."""
    for key in [key for key in packages.pip if _name(key) == normalized_name(name)]:
        del packages.pip[key]
