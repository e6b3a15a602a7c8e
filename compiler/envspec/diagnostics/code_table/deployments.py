"""E10 deployments."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code("E1001", "error", Category.FINDING, "entry has no `init`",
         "The entry script of a deployment defines `init()`, called once before the first request: the place to "
         "load models. The script is read, never run, to find this out."),
    Code("E1002", "error", Category.FINDING, "entry has no `run`",
         "The entry script of a deployment defines `run(data)` or `run(data, request_headers)`, called for each "
         "request; what it returns is the answer."),
    Code("E1003", "error", Category.FINDING, "wrong parameters of the entry",
         "`init()` is called without arguments, `run` with the data, or with the data and the request's headers. "
         "Further parameters need defaults."),
    Code("E1004", "error", Category.FINDING, "entry does not parse",
         "The entry script is not valid Python, so it could not be served."),
)
