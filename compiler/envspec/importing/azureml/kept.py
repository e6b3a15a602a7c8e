"""Keeps as tags what the language has no word for and Azure ML needs again (see `packages.azureml_tags`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from envspec.importing.secret_values import IMAGE_LOGIN, has_credential, is_secret
from envspec.importing.spec import Block, Table, Text, whole_characters
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.azureml_tags import PREFIX, text_of, with_paths

_LONGEST = 4000
_PART = lazy_pattern(r"[A-Za-z0-9_$-]+")
_FOREIGN = lazy_pattern(r"\$\{\{(?!\s*(?:name|default_datastore)\s*\}\})|\$\[\[")
"""A placeholder that only what stands around it could fill."""


def keep(block: Block, path: str, node: Node, placed: Callable[[str], str] = str) -> str:
    """Keeps the value of a key, and gives the name of the tag; empty where it cannot be: a secret, a long text, a
    placeholder, a name that is no path. `placed` gives a path as the spec has it."""
    if not _is_path(path):
        return ""
    value = with_paths(path, node.value, placed)
    text = whole_characters(text_of(value))
    if len(text) > _LONGEST or not text.isprintable() or _FOREIGN.search(text) or _has_secret(path, value):
        return ""
    return keep_text(block, path, text)


def keep_text(block: Block, path: str, text: str) -> str:
    """The same for a text that is one."""
    if not _is_path(path):
        return ""
    entries = entries_of(block)
    tag = f"{PREFIX}{path}"
    if tag in entries:
        return ""
    block.add("tags", Table({**entries, tag: Text(text)}))
    return tag


def _is_path(path: str) -> bool:
    return all(map(_PART.fullmatch, path.split(".")))


def entries_of(block: Block) -> dict[str, Text]:
    """The tags of a block."""
    tags = block.attributes.get("tags")
    found: dict[str, Text] = {}
    if isinstance(tags, Table):
        found = {key: value for key, value in tags.entries.items() if isinstance(value, Text)}
    return found


def _has_secret(name: str, value: Any) -> bool:
    """Whether one of its texts is a secret, or an address with a query, where signatures are."""
    if isinstance(value, dict):
        return any(has_credential(key) or _has_secret(key, one) for key, one in value.items())
    if isinstance(value, list):
        return any(_has_secret(name, one) for one in value)
    text = re.sub(r"^((?:wasbs?|abfss?)://)[a-z0-9-]+@", r"\1", str(value))  # a container, and no user
    if IMAGE_LOGIN.search(text) or re.search(r"://\S+\?\S", text):
        return True
    return is_secret(name.rpartition(".")[2], text)
