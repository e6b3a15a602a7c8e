"""What was pushed or pulled, as text and as JSON, for all kinds.

Names and references of a registry may hold anything: nothing of them drives a terminal or begins a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envspec.actions.sharing.exchange import Pulled, Pushed


def show_pushed(pushed: Pushed, format_: str) -> int:
    from envspec.cli.show import one_line, result, result_json, say
    from envspec.frozen import asdict

    if format_ == "json":
        result_json({"schema": 1, "pushed": {**asdict(pushed), "reference": pushed.reference}})
        return 0
    done = "there already" if pushed.there else "pushed"
    result(
        one_line(
            f"{pushed.name}:{pushed.here}  {done}  {pushed.repository}:{pushed.number}  {pushed.reference}"
        )
    )
    if pushed.here != pushed.before:
        why = "has it under that number" if pushed.there else f"has another {pushed.before}"
        say(
            one_line(
                f"{pushed.name}:{pushed.before} is {pushed.name}:{pushed.here} now: {pushed.repository} {why}"
            )
        )
    elif pushed.here != pushed.number:
        say(
            one_line(
                f"it is number {pushed.number} there, and stays {pushed.here} here, where {pushed.number} is another"
            )
        )
    if pushed.label:
        say(one_line(f"the label {pushed.label} is at it"))
    if pushed.documents:
        some = "a document" if pushed.documents == 1 else f"{pushed.documents} documents"
        say(f"{some} about what was built of it attached")
    return 0


def show_pulled(pulled: Pulled, format_: str) -> int:
    from envspec.cli.show import one_line, result, result_json, say
    from envspec.frozen import asdict

    if format_ == "json":
        result_json({"schema": 1, "pulled": {**asdict(pulled), "reference": pulled.reference}})
        return 0
    done = "pulled" if pulled.new else "here already"
    result(one_line(f"{pulled.name}:{pulled.number}  {done}  {pulled.identity}  {pulled.reference}"))
    if pulled.there and pulled.there != pulled.number:
        say(one_line(f"it is number {pulled.there} in {pulled.repository}, and {pulled.number} here"))
    return 0


def lineage_lines(lineage: Mapping[str, Any]) -> Iterator[str]:
    """Where a model was made that was pulled: names and numbers are those of the workspace there."""
    if lineage.get("run"):
        yield f"made there by run {lineage['run']}, output {lineage.get('output', '')}"
    used = lineage.get("environment")
    if used:
        yield f"in environment {used['name']}:{used['number']}, {used['version']}"
    if lineage.get("source"):
        yield f"from source {lineage['source']}"
    for name, digest in sorted(lineage.get("inputs", {}).items()):
        yield f"from input {name}, {digest}"
