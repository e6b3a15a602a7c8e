"""The version part of a PEP 508 requirement, and one canonical text for it.

In the canonical text clauses are ordered lower bounds, compatible, exact, excluded, upper bounds, without
spaces and repetitions; versions are in the normal form of PEP 440, except after `===`, which is verbatim.
"""

from __future__ import annotations

from envspec.lazy_pattern import lazy_pattern

_OPERATORS = ("===", "~=", "==", "!=", "<=", ">=", "<", ">")
_ORDER = {">=": 0, ">": 1, "~=": 2, "==": 3, "===": 4, "!=": 5, "<": 6, "<=": 7}
# Versions already in normal form, so that nobody has to be asked.
_NORMAL = r"(?:[1-9][0-9]*!)?(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*"
_SUFFIX = r"(?:(?:a|b|rc)(?:0|[1-9][0-9]*))?(?:\.post(?:0|[1-9][0-9]*))?(?:\.dev(?:0|[1-9][0-9]*))?"
_USUAL_CLAUSE = lazy_pattern(
    rf"(?:(?:==|!=)\s*{_NORMAL}(?:\.\*|{_SUFFIX})|(?:<=|>=|<|>)\s*{_NORMAL}{_SUFFIX}"
    rf"|~=\s*(?:[1-9][0-9]*!)?(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+{_SUFFIX})\Z"
)


def split_clause(clause: str) -> tuple[str, str]:
    """Operator and version; the operator is empty when there is none."""
    for operator in _OPERATORS:
        if clause.startswith(operator):
            return operator, clause[len(operator) :].strip()
    return "", clause


def is_usual(clause: str) -> bool:
    """Whether the clause is valid and its version in normal form, as far as a look can tell."""
    return _USUAL_CLAUSE.match(clause) is not None


def canonical_specifiers(clauses: list[str]) -> str:
    """The canonical text of clauses that are valid (`packaging` has agreed, or `is_usual`)."""
    found = set()
    for clause in clauses:
        operator, version = split_clause(clause.strip())
        found.add((operator, _normal_version(operator, version)))
    return ",".join(o + v for o, v in sorted(found, key=lambda c: (_ORDER[c[0]], c[1])))


def _normal_version(operator: str, version: str) -> str:
    if operator == "===" or is_usual(operator + version):
        return version
    from packaging.version import Version

    if version.endswith(".*"):
        return str(Version(version[:-2])) + ".*"
    return str(Version(version))
