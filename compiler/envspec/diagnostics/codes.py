"""The table of codes, put together from one file for each group of `code_table/`.

Adding a code is adding a row to a group. A number is never reused. Groups: E00 syntax, E01 names and
references, E02 the schema, E03 values and packages, E04 files, E05 params and matrix, E06 lock, E07
lowering, E08 local engine and runs, E09 docker engine, E10 deployments, E11 workspace, E12 command line,
E13 importing, E14 supply chain; W03 and up are lint rules.

The groups are read when somebody asks for a row: a `check` that finds nothing never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from envspec.diagnostics.code import Category, Code

__all__ = ["Category", "Code", "codes", "groups"]


@cache
def groups() -> Mapping[str, tuple[Code, ...]]:
    """The rows under their headings in `docs/codes.md`."""
    from envspec.diagnostics.code_table import (
        command_line,
        deployments,
        docker,
        files,
        importing,
        lint,
        local,
        lock,
        lowering,
        names,
        packages,
        params,
        schema,
        supply_chain,
        syntax,
        workspace,
    )

    return {
        "The text does not parse": syntax.ROWS,
        "Names, references, imports and `extends`": names.ROWS,
        "Blocks, attributes and the types of values": schema.ROWS,
        "Package strings and other values with a syntax of their own": packages.ROWS,
        "Files that a spec names": files.ROWS,
        "Params, matrix and secrets": params.ROWS,
        "Lint rules": lint.ROWS,
        "Locking": lock.ROWS,
        "Build contexts": lowering.ROWS,
        "This machine, and runs": local.ROWS,
        "Docker": docker.ROWS,
        "Deployments": deployments.ROWS,
        "The workspace": workspace.ROWS,
        "The command line": command_line.ROWS,
        "Importing": importing.ROWS,
        "The supply chain": supply_chain.ROWS,
    }


@cache
def codes() -> Mapping[str, Code]:
    """Every row by its code."""
    table: dict[str, Code] = {}
    for rows in groups().values():
        for row in rows:
            if row.code in table:
                raise AssertionError(f"code {row.code} is in the table twice")
            table[row.code] = row
    return table
