"""E12 the command line."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_U = Category.USAGE

ROWS: tuple[Code, ...] = (
    Code("E1201", "error", _U, "no such file",
         "The file or folder named on the command line is not there, or cannot be read, or holds no `.envspec` "
         "file. PATH may be a file or a folder; none means the current folder."),
    Code("E1202", "error", _U, "several files",
         "A folder with more than one `.envspec` file does not say which is meant. Name the file."),
    Code("E1203", "error", _U, "params file",
         "`--params FILE` reads a TOML, JSON or YAML file (by its ending) of names and values; params of an "
         "imported file are nested under its alias."),
    Code("E1204", "error", _U, "no such name",
         "The name is not defined in the file. Cells of a matrix are named as on disk: `tune-alpha-0.1`; the "
         "plain name means all of them."),
    Code("E1205", "error", _U, "not a command here", "The command cannot be done with what was asked for."),
    Code("E1206", "error", Category.FINDING, "output is out of date",
         "`compile --check` compares what would be written with what is in the folder. Run `compile` again and "
         "commit the result."),
    Code("E1207", "error", _U, "cannot write",
         "The file or folder cannot be written. Nothing was left half-written."),
    Code("E1208", "error", _U, "settings in pyproject.toml",
         "`[tool.envspec.docker]`, `[tool.envspec.build]`, `[tool.envspec.snapshot]` and `[tool.envspec.check]` in the "
         "`pyproject.toml` of the project root say what the command line need not say each time:\n\n```\n[tool.envspec.docker]\n"
         'host      = "unix:///run/user/1000/docker.sock"    # where the engine is; DOCKER_HOST wins over it\n'
         'network   = "host"                                 # the network of build steps\n'
         'ca-bundle = "certificates.pem"                     # what build steps trust, relative to this file\n'
         'builder   = "buildkit"                             # or "classic", or "auto"\n```\n\n'
         "```\n[tool.envspec.build]\njobs = 4                                            # builds at once\n```\n\n"
         '```\n[tool.envspec.snapshot]\nlargest-file = "250MB"                              # of a source\n```\n\n'
         "```\n[tool.envspec.check]\n"
         'select = ["ALL"]                                   # codes, or their beginnings: what is shown\n'
         'ignore = ["W0306"]                                 # what is not; the longer of two selectors wins\n'
         'per-file-ignores = { "legacy/*" = ["W03"] }        # the same, in files of these names\n```\n\n'
         "There are no other keys. Errors are shown whatever is selected. None of it decides what is built."),
    Code("E1209", "error", _U, "a part is not installed",
         "Some commands need packages that most machines do without: `envspec lsp` needs "
         '`pip install "envspec[lsp]"`.'),
    Code("E1210", "error", _U, "there is a spec already",
         "`init` writes a first spec and never overwrites one. `envspec init --print` shows what it would write, and "
         "`-o FILE` writes it elsewhere. A folder is best with one spec, or each command must be told which is meant."),
    Code("E1220", "error", _U, "a workspace of an older envspec",
         "`plan` and what else only looks changes nothing, so it cannot take the tables of an older workspace along. "
         "Any other command that uses the workspace does: `envspec env list`, `envspec runs list`, `envspec up`."),
    Code("E1221", "error", _U, "a kernel needs ipykernel",
         "`envspec kernel` lets Jupyter start its kernels in an environment. What Jupyter talks to there is the package "
         "`ipykernel`, so the environment must have it:\n\n```\nenvironment notebook extends sklearn {\n"
         '    pip += ["ipykernel >=6,<8"]\n}\n```\n\nand then `envspec kernel notebook`.'),
    Code("E1299", "error", Category.BUG, "a bug in envspec",
         "Something happened that should be impossible. Please report it with the file that is named; the input "
         "that caused it helps most."),
)  # fmt: skip
