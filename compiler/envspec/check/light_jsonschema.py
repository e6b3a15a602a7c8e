"""jsonschema, imported without the grammar of IRIs.

Where `rfc3987_syntax` is installed, and JupyterLab brings it, `import jsonschema` compiles its whole grammar into parsers:
two seconds of a processor in every process, for the two formats `iri` and `iri-reference`. No schema here has them. While
jsonschema is imported the package's place is held by one function that imports it when somebody first checks such a format,
so for whoever else uses jsonschema in this process nothing is lost.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_GRAMMAR = "rfc3987_syntax"


def draft_2020_12() -> type[Validator]:
    """The validator of JSON Schema 2020-12."""
    if "jsonschema" in sys.modules or _GRAMMAR in sys.modules or find_spec(_GRAMMAR) is None:
        from jsonschema import Draft202012Validator

        return Draft202012Validator
    holder = ModuleType(_GRAMMAR)
    holder.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
    sys.modules[_GRAMMAR] = holder
    try:
        from jsonschema import Draft202012Validator
    finally:
        del sys.modules[_GRAMMAR]
    return Draft202012Validator


def _is_valid_syntax(term: str, value: str) -> bool:
    valid: bool = import_module(_GRAMMAR).is_valid_syntax(term, value)
    return valid
