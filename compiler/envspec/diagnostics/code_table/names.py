"""E01 names, references, imports and extends."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_F = Category.FINDING

ROWS: tuple[Code, ...] = (
    Code("E0101", "error", _F, "not a name",
         "Names of blocks, params and imports are lower-case ASCII letters, digits, `_` and `-`, and begin with "
         "a letter, because they become folder names, image names and tags. `true`, `false` and `none` are values."),
    Code("E0102", "error", _F, "defined twice",
         "Each name is unique for its kind in a file: two environments cannot share one, an environment and a "
         "run can."),
    Code("E0103", "error", _F, "reserved name",
         "`param`, `matrix`, `inputs`, `outputs`, `run`, `secret`, `target` and `deployment` begin references of "
         "the language, so no import can be called so. Choose another name after `as`."),
    Code("E0104", "error", _F, "undefined reference",
         "A bare name is a reference to something that is defined in this file or, as `alias.name`, in an "
         "imported one. Text is written in quotes.\n\n```\nenvironment = sklearn      # a reference\n"
         'python      = "3.11"       # text\n```\n\nImports are not re-exported: import the file that defines the '
         "name."),
    Code("E0105", "error", _F, "imports go in a circle",
         "A file cannot import itself, directly or through others. Move what both need into a file of its own."),
    Code("E0106", "error", _F, "empty path", "A path names a file or folder and cannot be empty."),
    Code("E0107", "error", _F, "known only when the run starts",
         "`inputs.x` and `outputs.x` are filled in by the engine, so they can stand in `command` and `variables` "
         "of the run that declares them, and nowhere else."),
    Code("E0108", "error", _F, "no interpolation here",
         "Scripts (`shell`, `docker.run`), import paths and keys take no `${…}`: nothing from a spec becomes part "
         "of a script. Put the value into `variables` and read `$NAME`; for a literal `${` write `$${`."),
    Code("E0109", "error", _F, "`extends` goes in a circle",
         "A block cannot extend itself, directly or through others. The whole circle is shown."),
    Code("E0110", "error", _F, "import without a name",
         "What an imported file defines is reached by the name of the import.\n\n"
         "```\nimport \"common/base.envspec\"               # wrong\n"
         "import \"common/base.envspec\" as common\n\n"
         "environment sklearn extends common.base { }\n```"),
    Code("E0111", "error", _F, "nothing to add to",
         "`+=` adds to a list or map that is inherited through `extends`. Without one, or for a single value, "
         "write `=`."),
    Code("E0112", "error", _F, "given twice",
         "An attribute can be given once in a block, and a key once in a map."),
    Code("E0113", "error", _F, "runs wait for each other",
         "A run whose input is another run's output follows it. Here the runs wait for each other in a circle."),
    Code("I0114", "info", _F, "environment found in the source",
         "A run or deployment that names no environment gets one from its source: inline script metadata, "
         "`pyproject.toml`, `requirements.txt` or `environment.yml`, the first that is there."),
)  # fmt: skip
