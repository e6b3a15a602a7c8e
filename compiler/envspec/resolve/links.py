"""What can only be checked when every block is in the document: outputs of runs, and circles of runs."""

from __future__ import annotations

from envspec.resolve.context import Context
from envspec.resolve.evaluated import Atom, Evaluated, Fields
from envspec.resolve.suggest import did_you_mean, known


def check_links(document: dict[str, dict[str, Fields]], context: Context) -> None:
    """Findings about inputs and models that name an output of a run."""
    runs = document.get("runs", {})
    for fields in (*runs.values(), *document.get("models", {}).values()):
        for value in _origins(fields):
            _check_output(value, runs, context)
    _check_circles(runs, context)


def _origins(fields: Fields) -> list[Atom]:
    values: list[Evaluated] = []
    inputs = fields.entries.get("inputs")
    if isinstance(inputs, Fields):
        values.extend(inputs.entries.values())
    if "from" in fields.entries:
        values.append(fields.entries["from"])
    return [
        value
        for value in values
        if isinstance(value, Atom) and isinstance(value.json, dict) and "run" in value.json
    ]


def _check_output(value: Atom, runs: dict[str, Fields], context: Context) -> None:
    run = runs.get(value.json["run"])
    if run is None:
        return
    outputs = run.entries.get("outputs")
    if run.damaged or (outputs is None and "outputs" in run.keys):
        return
    if outputs is not None and (not isinstance(outputs, Fields) or outputs.damaged):
        return
    names = outputs.entries if isinstance(outputs, Fields) else {}
    name = value.json["output"]
    if name not in names:
        context.report(
            "E0104",
            f"run `{value.json['run']}` has no output `{name}`",
            value.span,
            "",
            help=did_you_mean(name, names) or known(names, "it declares no `outputs`"),
        )


def _check_circles(runs: dict[str, Fields], context: Context) -> None:
    needs = {
        key: {str(value.json["run"]): value for value in _origins(fields)} for key, fields in runs.items()
    }
    done: set[str] = set()
    for start in sorted(needs):
        path: list[str] = []
        _walk(start, needs, path, done, context)


def _walk(
    key: str, needs: dict[str, dict[str, Atom]], path: list[str], done: set[str], context: Context
) -> None:
    """Depth first without recursion: `path` is the way to the run that is looked at."""
    stack = [(key, iter(sorted(needs.get(key, {}))))]
    path.append(key)
    while stack:
        current, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            stack.pop()
            path.pop()
            done.add(current)
        elif following in path:
            circle = [*path[path.index(following) :], following]
            context.report(
                "E0113",
                "runs wait for each other: " + " → ".join(f"`{name}`" for name in circle),
                needs[current][following].span,
                "closes the circle",
                help="take one of these inputs away",
            )
        elif following not in done:
            path.append(following)
            stack.append((following, iter(sorted(needs.get(following, {})))))
