"""The end of a spec that `up` and `plan` are tried on: what follows an environment `e` and a run `first` with an output
`text`. The second run reads what the first one made, and a deployment serves what the second one made of it."""

from __future__ import annotations

from tests.engines.free_port import free_port

_SECOND = """
run second {
    environment = e
    source      = "more"
    command     = ["python", "second.py", inputs.text, outputs.text]
    inputs      = { text = run.first.outputs.text }
    outputs     = { text = "text.txt" }
}

model words { from = run.second.outputs.text }

deployment scorer {
    environment = e
    source      = "SOURCE"
    entry       = "score.py"
    models      = [words]
    port        = PORT
}
"""


def with_second(spec: str, source: str) -> str:
    """The whole spec, with a port of its own; `source` is the folder of `score.py`."""
    return spec + _SECOND.replace("SOURCE", source).replace("PORT", str(free_port()))
