"""E02 blocks, attributes and the types of values."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_F = Category.FINDING

ROWS: tuple[Code, ...] = (
    Code("E0201", "error", _F, "unknown block",
         "The kinds of block are `environment`, `run`, `deployment`, `endpoint`, `model`, `index`, `channel`, `secret` "
         "and `target`. `docker`, `spark`, `resources`, `health` and `limits` stand inside others."),
    Code("E0202", "error", _F, "attribute outside a block",
         "Only `edition` stands at the top of a file. Everything else belongs into a block; values to reuse are "
         "declared with `param`."),
    Code("E0203", "error", _F, "unknown attribute",
         "The block has no attribute of this name. `docs/spec.md` lists the attributes of every block."),
    Code("E0204", "error", _F, "wrong type",
         "The attribute takes a value of another type.\n\n```\nconda = \"numpy\"      # wrong: a string\n"
         "conda = [\"numpy\"]    # right: a list of strings\n```"),
    Code("E0205", "error", _F, "a version is text",
         "Unquoted, `3.10` is a number, and the same number as `3.1`. Write versions in quotes:\n\n"
         "```\npython = \"3.10\"\n```"),
    Code("E0206", "error", _F, "attribute is missing",
         "The block needs this attribute, or exactly one of the attributes named."),
    Code("E0207", "error", _F, "unknown edition",
         "`edition` says which edition of the language the file is written in. This version knows edition 1."),
    Code("E0208", "error", _F, "a block's name is missing or too many",
         "Top-level blocks have a name: `environment sklearn { … }`. Blocks inside others have none: "
         "`docker { … }`."),
    Code("E0209", "error", _F, "`extends` is not possible here",
         "`environment`, `run` and `deployment` can extend another block of the same kind."),
    Code("E0210", "error", _F, "not one of the words",
         "The attribute takes one of a few words, written without quotes."),
    Code("E0211", "error", _F, "out of range", "The number is smaller or larger than the attribute allows."),
    Code("E0212", "error", _F, "not valid",
         "The value does not have the form that the schema of the IR (`grammar/ir.schema.json`) asks for."),
    Code("E0214", "error", _F, "user-managed environment",
         "With `managed = false`, `interpreter` is used as it is: nothing is installed into it, so it takes neither "
         "packages nor `python`. A managed environment (the default) makes its own interpreter."),
    Code("E0215", "error", _F, "deployments that share no endpoint",
         "Deployments of one `endpoint` serve the same requests: together they have at most all of them, and who asks "
         "brings one token.\n\n```\nendpoint shop { auth = secret.key }\n\n"
         "deployment blue  { …, endpoint = shop, traffic = 90 }\n"
         "deployment green { …, endpoint = shop, traffic = 20 }   # wrong: 110 percent\n"
         "deployment green { …, endpoint = shop, traffic = 10 }   # right\n```\n\n"
         "`auth` is said once, by the endpoint."),
    Code("E0216", "error", _F, "an output that is not kept",
         "Of a run with `history = false` nothing is kept, so no other run can take its outputs, and no deployment can "
         "serve a model that is one. The model is registered all the same.\n\n"
         "```\nrun prepare { …, history = false, outputs = { table = \"table.csv\" } }\n\n"
         "run train { …, inputs = { table = run.prepare.outputs.table } }   # wrong, as long as that stands above\n```"),
)  # fmt: skip
