"""E05 params, matrix and secrets."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_F = Category.FINDING

ROWS: tuple[Code, ...] = (
    Code("E0501", "error", _F, "unknown param",
         "A param is declared in the file that uses it: `param epochs = 20`. One of an imported file is set from "
         "outside as `--set alias.epochs=5`."),
    Code("E0502", "error", _F, "type of a param",
         "A param is typed by its default, or by a declared type: `param data : path`. Types are `string`, "
         "`integer`, `number`, `boolean`, `path`, `size`, `duration` and `list`."),
    Code("E0503", "error", _F, "value does not fit its param",
         "The default, or the value given with `--set` or `--params`, is not of the param's type."),
    Code("E0504", "error", _F, "path param in a command",
         "A program may run in a container or on another machine, where a path of this one means nothing. Declare "
         "it as an input and use that:\n\n```\ncommand = [\"python\", \"train.py\", \"--data\", inputs.data]\n"
         "inputs  = { data = param.data }\n```"),
    Code("E0505", "error", _F, "secret where it would leak",
         "A secret can be given as a variable of a run, environment or deployment, as the password of an index or "
         "channel, and as `auth`. Anywhere else it would end up in a command line, an image or a file."),
    Code("E0506", "error", _F, "unknown matrix key",
         "`matrix.x` is the value of `x` in the cell that is being made; `x` must be a key of the block's own "
         "`matrix`."),
    Code("E0507", "error", _F, "which cell?",
         "The block has a `matrix`, so its name alone means several things. Name a cell with all its keys: "
         "`run.tune[alpha=0.1].outputs.model`, or pass your own on: `environment = e[py=matrix.py]`."),
    Code("E0508", "error", _F, "no matrix to choose from",
         "Only a block with a `matrix` has cells to choose from."),
    Code("E0509", "error", _F, "cells collide",
         "On disk and in tags a cell is called after its values (`tune-alpha-0.1`). Two cells of this matrix would "
         "get the same name."),
    Code("E0510", "error", _F, "empty or repeated matrix value",
         "Each key of a `matrix` has at least one value, and each value once."),
    Code("E0511", "error", _F, "param has no value",
         "A param without a default must be given a value by whoever needs it: `--set data=wine.csv`, or in a "
         "file with `--params values.toml`. What does not reach the param can be used without it."),
    Code("E0512", "error", _F, "imported secret runs a command",
         "A secret that runs a program must be defined in the root file, so that an imported file can never start "
         "one."),
    Code("E0513", "error", _F, "params need each other",
         "The default of a param can hold another one, `\"${param.root}/data\"`, but not itself, directly or through "
         "others. Write the value of one of them out."),
)  # fmt: skip
