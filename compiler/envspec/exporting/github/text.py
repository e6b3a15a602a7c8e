"""Strings of a workflow: GitHub fills in `${{ … }}` wherever it stands."""

from __future__ import annotations

from typing import Any

from envspec.lower.yaml_text import Lines


class Expression(str):
    """Text that is an expression of ours, and stays one."""

    __slots__ = ()


def escaped(value: Any) -> Any:
    """Every string but our own expressions with `${{` as the expression that gives it."""
    if isinstance(value, dict):
        return {key: escaped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [escaped(one) for one in value]
    if isinstance(value, Expression):
        return str(value)
    if isinstance(value, str):
        text = value.replace("${{", "${{ '${{' }}")
        return Lines(text) if isinstance(value, Lines) else text
    return value


def secret_name(name: str) -> str:
    """Letters, digits and `_` are what GitHub allows; names that begin with `GITHUB_` or a digit are its own."""
    legal = "".join(
        character if character.isalnum() and character.isascii() else "_" for character in name
    ).upper()
    return f"SECRET_{legal}" if legal.startswith("GITHUB_") or legal[:1].isdigit() else legal
