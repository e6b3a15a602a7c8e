"""E08 the local engine and runs."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code(
        "E0801",
        "error",
        Category.ENGINE,
        "the environment could not be built",
        "A step of making the environment on this machine failed, for a reason that has no code of its own. "
        "The end of the installer's output is shown and the whole of it is in the log that the message "
        "names.\n\n"
        "When a project of yours is being installed, look there for the error of its own build backend. "
        "Nothing half-made stays behind: the next build starts from nothing.",
    ),
    Code(
        "E0802",
        "error",
        Category.ENGINE,
        "the engine is not available yet",
        "The language knows the targets `slurm`, `kubernetes` and `spark`, and files that name them are "
        "checked and compiled, but this version of `envspec` cannot submit to them.\n\n"
        "Use `--target local` or `--target docker`, or install a package that brings the engine (entry point "
        "group `envspec.engines`).",
    ),
    Code(
        "E0803",
        "error",
        Category.ENGINE,
        "no such Python interpreter on this machine",
        "An environment with pip packages only is made from an interpreter that is installed on this machine; "
        "`envspec` does not download one. The message lists those that were found.\n\n"
        "Install the version, write one that is there, or let conda bring it:\n\n"
        '```\nconda = ["python =3.11"]\n```',
    ),
    Code(
        "E0804",
        "error",
        Category.USAGE,
        "a user-managed environment names no interpreter",
        "`managed = false` means that an interpreter which is already there is used as it is, so it has to be "
        "named.\n\n"
        "```\nenvironment mine {\n    managed     = false\n"
        '    interpreter = "/opt/python/bin/python3"\n}\n```',
    ),
    Code(
        "E0805",
        "error",
        Category.ENGINE,
        "the interpreter cannot be used",
        "The `interpreter` of a user-managed environment is missing, may not be executed, or is not a Python "
        "interpreter. A name without `/` is looked for on `PATH`; a path is relative to the project root.",
    ),
    Code(
        "E0806",
        "error",
        Category.ENGINE,
        "a package is not the one that was locked",
        "Every file that is installed must have a sha256 that `envspec.lock` lists. The index or channel gave "
        "another file under the same name, the lock was edited by hand, or a wheel of the project was built "
        "again since.\n\n"
        "If the change is meant, lock again with `envspec lock`. If not, find out who changed the file before "
        "you install it.",
    ),
    Code(
        "E0807",
        "error",
        Category.ENGINE,
        "a locked package is not to be had",
        "The index has no file of this package that is locked and that fits this machine and interpreter: the "
        "release was taken away, or the lock was made for another platform or another Python.\n\n"
        "Lock again with `envspec lock`, and add this machine's platform to `docker.platforms` when the lock "
        "has to serve it too.",
    ),
    Code(
        "E0808",
        "error",
        Category.ENGINE,
        "the package index cannot be reached",
        "A connection to a package index or conda channel failed, or it refused the credentials. Proxies "
        "(`HTTPS_PROXY`), CA bundles (`SSL_CERT_FILE`) and the default index (`UV_DEFAULT_INDEX`) are taken "
        "from your shell; other settings of pip and uv are not read.",
    ),
    Code(
        "E0809",
        "error",
        Category.ENGINE,
        "the disk is full",
        "There was no space left for the environment. `envspec prune` removes environments that nothing uses "
        "any more; `uv cache prune` makes uv's cache smaller.",
    ),
    Code(
        "E0810",
        "error",
        Category.ENGINE,
        "the engine cannot do this yet",
        "The attribute is part of the language and is checked, but the engine that was chosen has no way to "
        "give it, and leaving it out silently would make another environment than the one that was written. "
        "Take the attribute away for this target, or choose another engine.",
    ),
    Code(
        "E0811",
        "error",
        Category.USAGE,
        "there is no such engine",
        "The built-in engines are `local` and `docker`. Other packages bring theirs through the entry point "
        "group `envspec.engines`; the package has to be installed beside `envspec` and to load without error.",
    ),
    Code(
        "E0812",
        "error",
        Category.ENGINE,
        "the lock has nothing for this platform",
        "`envspec.lock` holds packages for each platform of the environment (`docker.platforms`, by default "
        "`linux/amd64`). This machine is another one.\n\n"
        '```\ndocker {\n    platforms = ["linux/amd64", "linux/arm64"]\n}\n```\n\nThen run `envspec lock`.',
    ),
    Code(
        "E0813",
        "error",
        Category.ENGINE,
        "the program of a run was not found",
        "The first word of `command` is a program in the environment's `bin` folder, on `PATH`, or a path "
        "relative to the run's source folder. It is not there: the name is misspelt, or the package that "
        "brings it is missing from the environment.",
    ),
    Code(
        "E0814",
        "error",
        Category.ENGINE,
        "the program of a run cannot be executed",
        "The file is there, but it has no execute permission, or its first line names no interpreter that "
        "exists. A Python script is run by writing the interpreter:\n\n"
        '```\ncommand = ["python", "train.py"]\n```',
    ),
    Code(
        "E0815",
        "error",
        Category.USAGE,
        "a secret cannot be had",
        "A secret is read only when something needs its value, from the place that its block names: a "
        "variable of your shell, a file, the keyring, or the output of a command. The message says which of "
        "them failed. Values are never shown.",
    ),
    Code(
        "E0816",
        "error",
        Category.ENGINE,
        "a wheel or project of the environment is not there",
        "A path in `pip` was there when the environment was locked and is gone now. Build the wheel again, "
        "or take the entry away and lock.",
    ),
    Code(
        "E0817",
        "error",
        Category.ENGINE,
        "the folder for environments cannot be written",
        "Environments of this machine live in `.envspec/environments/` beside the spec, each in a folder that is "
        "named by its hash. The system refused to make or change one: the message says why. Nothing half-made "
        "stays behind.",
    ),
    Code(
        "E0820",
        "error",
        Category.FINDING,
        "an output is missing",
        "The run ended well, but did not leave a file or folder where its `outputs` say. Paths of outputs are "
        "relative to the run's working directory, which begins as a copy of its `source`.",
    ),
    Code(
        "E0821",
        "error",
        Category.FINDING,
        "an input is missing",
        "The file or folder given as an input of the run is not there, or the run that makes it has not "
        "succeeded yet.",
    ),
    Code(
        "E0822",
        "error",
        Category.ENGINE,
        "the engine cannot be used here",
        "The engine asked for is not there, does not answer, or does not let this user in. The message says "
        "which. `--target local` needs no server.",
    ),
    Code(
        "E0823",
        "error",
        Category.ENGINE,
        "the engine cannot do this",
        "The attribute means something to other engines, and this one would have to ignore it. The engines "
        "`local` and `docker` use one machine: they start one process for a run, and each deployment gets all "
        "requests that come to its address.",
    ),
    Code(
        "E0840",
        "error",
        Category.ENGINE,
        "an index refused the credentials",
        "A package index or conda channel answered 401 or 403 while an environment was installed. Give `username` "
        "and `password` of the `index` or `channel` block, and check the secret that they name.",
    ),
    Code(
        "E0841",
        "error",
        Category.ENGINE,
        "an index answers with an error",
        "A package index or conda channel was reached and answered with a status of 500 or more: it is in trouble, "
        "or a proxy between is. Nothing is wrong with the spec, and nothing half-made stays: build again later.",
    ),
    Code(
        "E0842",
        "error",
        Category.ENGINE,
        "a package needs a compiler that is not there",
        "A package or project of the environment has no wheel that fits, so it is built on this machine, and its "
        "build asks for a compiler, a tool or a header that is not installed.\n\n"
        "Choose a version that has a wheel, take the package from conda, or install what is missing: "
        "`build-essential` on Debian and Ubuntu, `xcode-select --install` on macOS.",
    ),
)
