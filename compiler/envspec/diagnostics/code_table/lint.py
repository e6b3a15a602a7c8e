"""W03 the lint rules: what is right, and will hurt."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_F = Category.FINDING

ROWS: tuple[Code, ...] = (
    Code("W0301", "warning", _F, "unpinned package",
         "Without a version the package may be another one each time it is resolved. A lock holds it still, but "
         "others who read the spec cannot see what it was written for. Say a range: `\"pillow >=10,<12\"`. Where "
         "`envspec.lock` has the package, the fix is a lower bound of that version. `pip` among conda packages is "
         "left alone."),
    Code("W0302", "warning", _F, "a package in two spellings, or of conda and of pip",
         "conda and pip do not know of each other: what is installed later overwrites files of the other, and the "
         "version is that of the last. Ask for it once, of conda if the environment uses conda.\n\n```\n"
         'conda = ["scikit-learn >=1.5", "numpy >=2"]\n'
         'pip   = ["scikit_learn >=1.5"]      # wrong: the same project\n```\n\n'
         "Names are compared as PyPI spells them (PEP 503), with a table of those that conda calls otherwise "
         "(`pytorch` is `torch`). Requirements with a marker are left alone."),
    Code("W0303", "info", _F, "a pip package that conda has too",
         "In an environment with conda packages, what pip installs is invisible to conda's solver. `envspec.lock` has "
         "this package from a channel, so conda can give it too. Moving it to `conda` lets one solver decide. Only the "
         "lock is asked, no network and no cache."),
    Code("W0304", "warning", _F, "bounds that exclude each other",
         "No version is within all bounds, so the lock will fail.\n\n```\n"
         'pip = ["numpy >=2,<1"]               # wrong: nothing is both\n'
         'pip = ["numpy >=1,<2"]               # right\n```\n\n'
         "Only plain releases are compared (`1.26.4`, `1.26.*`), without markers and alternatives. A contradiction "
         "with a file such as `requirements.txt` is an error: E0406."),
    Code("W0305", "warning", _F, "a Python whose support has ended",
         "Every release that this allows is of a minor version without security fixes, and new versions of packages "
         "stop supporting it. The compiler reads no clock: it knows a table of the minor versions and their ends, "
         "with the date of which it is the state.\n\n```\n"
         'python = "3.8"                       # wrong\n'
         'python = ">=3.11,<3.14"              # right\n```'),
    Code("W0306", "warning", _F, "an environment without a Python version",
         "An environment that does not say its `python` gets what the lock finds, and another one later. Say a prefix "
         "(`python = \"3.12\"`) or a range (`python = \">=3.11,<3.14\"`). It is enough that a base says it."),
    Code("W0307", "warning", _F, "a base image that moves",
         "Without a tag, and with `latest`, an image reference means another image each time somebody pushes one. Say "
         "a version, or a digest.\n\n```\n"
         'docker { image = "debian:latest" }          # wrong\n'
         'docker { image = "debian:bookworm-slim" }   # right\n```'),
    Code("W0308", "info", _F, "an environment that nothing uses",
         "The file has runs or deployments, and neither they nor another environment use this one. It may be there "
         "for `envspec exec` and `envspec shell`; then say so with `# envspec: allow W0308 -- reason`. In a file "
         "without runs and deployments nothing is called unused, and of several files checked at once each counts."),
    Code("W0309", "warning", _F, "a param that nothing uses",
         "A param belongs to its file, and nothing in it reads `param.NAME`: a value given for it would change "
         "nothing. Use it, or take it away."),
    Code("W0310", "warning", _F, "an import that nothing uses",
         "Nothing in the file begins with the import's name, so the other file is read for nothing. Take the line "
         "away."),
    Code("W0311", "warning", _F, "a secret that nothing uses",
         "The file has runs or deployments, and nothing in it names this secret. Use it in `variables`, `password` or "
         "`auth`, or take it away. Of several files checked at once each counts."),
    Code("W0312", "warning", _F, "a text that looks like a credential",
         "The text has the form of a credential of a known service: everybody who can read the file, its history or "
         "an image has it. Revoke it, name the place where it is kept in a `secret` block, and refer to "
         "that.\n\n```\n"
         'secret token { variable = "HF_TOKEN" }\n\n'
         "run train {\n    variables = { HF_TOKEN = secret.token }\n}\n```\n\n"
         "What was found is shown nowhere: in every output `*` stands for it."),
    Code("W0313", "warning", _F, "a secret that is written out",
         "The name of the variable, build argument, label, tag or option of a command ends in a word for a secret (`PASSWORD`, "
         "`TOKEN`, `API_KEY`), and its value stands in the file. It is then in the history, in hashes and in logs. So are the "
         "options and variables of scripts (`shell`, `docker.run`).\n\n```\n"
         'variables = { DB_PASSWORD = "…" }                  # wrong\n\n'
         'secret db-password { variable = "DB_PASSWORD" }    # right: read when it is needed\n\n'
         "variables = { DB_PASSWORD = secret.db-password }\n```\n\n"
         "Values that cannot be one are left alone: empty ones, numbers, `true`, paths, `<…>`; of an option that is not for a "
         "password also those that do not look like a key. In a script `$TOKEN`, `$(cat FILE)`, comments and here-documents are "
         "left alone too."),
    Code("W0314", "info", _F, "an attribute that changes nothing",
         "The block inherits this very value, so saying it again changes nothing, but it will hide a change of the "
         "base one day.\n\n```\n"
         'environment base { python = "3.12" }\n'
         'environment e extends base { python = "3.12" }     # the same without it\n```\n\n'
         "Only values written out are compared, and paths only within one folder."),
    Code("W0315", "info", _F, "a matrix value that nothing uses",
         "Runs and deployments of the file use some cells of this environment, and none with this value: it is locked "
         "and built for nobody. Name the cell (`environment = e[py=\"3.13\"]`), pass the value on from a run's own matrix "
         "(`e[py=matrix.py]`), or take the value away."),
    Code("W0316", "warning", _F, "a matrix key that nothing reads",
         "A block with a `matrix` stands for one item for each combination of values. Nothing in it, in its bases or in "
         "its children reads this key, so its cells are all the same.\n\n```\n"
         "matrix  = { alpha = [0.1, 0.5] }\n"
         'command = ["python", "train.py"]                               # wrong: alpha is never told\n'
         'command = ["python", "train.py", "--alpha", matrix.alpha]      # right\n```'),
    Code("W0317", "warning", _F, "`=` that drops an inherited list",
         "In a block that extends another, `=` replaces what is inherited and `+=` adds to it. Here entries of the base "
         "are lost.\n\n```\n"
         'environment base { pip = ["numpy >=2"] }\n'
         'environment e extends base { pip  = ["pillow >=10"] }      # wrong: no numpy\n'
         'environment e extends base { pip += ["pillow >=10"] }      # right\n```\n\n'
         "`+=` replaces an entry of the same name, so it also changes a version. When dropping them is meant, say so: "
         "`# envspec: allow W0317 -- reason`. A list that names every inherited package again is left alone, and so are "
         "`channels` and `command`, which are sequences."),
    Code("W0318", "warning", _F, "`defaults` mixed with conda-forge",
         "The two channels are built against different libraries and compilers. Together they give environments that "
         "crash, or that cannot be solved. conda-forge has nearly all that `defaults` has."),
    Code("W0319", "warning", _F, "channels in an order that does not work",
         "The solver takes a package from the first channel that has it. `pytorch` behind `conda-forge` is asked in vain, "
         "for conda-forge has those packages too; `bioconda` before `conda-forge` gets libraries that its packages are "
         "not built for.\n\n```\n"
         'channels = ["conda-forge", "pytorch"]       # wrong for the builds of `pytorch`\n'
         'channels = ["pytorch", "conda-forge"]       # right\n'
         'channels = ["conda-forge", "bioconda"]      # right\n```'),
    Code("W0320", "info", _F, "an output that nothing takes",
         "Other outputs of this run become inputs of runs, or models; this one nothing takes, and neither "
         "`command` nor `shell` names it, so perhaps it is not even made. The outputs of a run of which none is taken are "
         "results for people, and not spoken about."),
    Code("W0321", "warning", _F, "a deployment name that Kubernetes refuses",
         "A deployment becomes a service of its name, and a service's name is a DNS label (RFC 1035): at most 63 letters, "
         "digits and `-`, a letter or digit last. `my_model` has to be `my-model`. A deployment whose `target` is `local` "
         "or `docker` is left alone."),
    Code("W0322", "warning", _F, "memory below what is needed",
         "The server may be sent `limits.concurrency` requests of `limits.body` each at once (1 and 10 MiB when not "
         "said), and `resources.memory` cannot hold even these; or `shm_size` is more than the memory it is part "
         "of.\n\n```\n"
         "resources = { memory = 8MiB }        # wrong: MiB for GiB?\n"
         "resources = { memory = 8GiB }        # right\n```"),
    Code("W0323", "warning", _F, "a GPU without CUDA",
         "A GPU is asked for, and neither the base image nor a package brings CUDA: the program will run on the CPU, and "
         "the GPU be paid for. Use an image with CUDA, or packages that bring it.\n\n```\n"
         'docker { image = "nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04" }\n'
         'pip = ["tensorflow[and-cuda] >=2.17"]      # `tensorflow` alone has none\n'
         'pip = ["torch >=2.4"]                      # its wheels for Linux bring CUDA\n```\n\n'
         "Said only when image and packages are all known to have none."),
    Code("W0324", "warning", _F, "a wheel that does not fit",
         "The name of a wheel says which Python and platform it is for (PEP 425): "
         "`x-1.0-cp311-cp311-manylinux_2_28_x86_64.whl` is for CPython 3.11 on Linux on x86-64. This one cannot be "
         "installed in this environment. Take the one that fits, or change `python` or `docker.platforms` (one alone, "
         "`linux/amd64`, when not said)."),
    Code("W0325", "warning", _F, "a package name that is probably misspelt",
         "`envspec.lock` does not have this package, but one whose name differs by a slip of the finger. Names on package "
         "indexes that differ by a slip from a known one are also how malicious packages get installed. When it is meant, "
         "lock again: `envspec lock`."),
    Code("W0326", "warning", _F, "an index or channel that nothing uses",
         "The file has environments, and none of them names this block in `indexes` or `channels`, so nothing is ever "
         "taken from it.\n\n```\n"
         'index corp { url = "https://packages.example/simple" }\n\n'
         'environment e {\n    indexes = [corp]        # without this line, `corp` is unused\n}\n```\n\n'
         "Of several files checked at once each counts."),
    Code("W0390", "warning", _F, "a comment that silences nothing",
         "`# envspec: allow W0301 -- reason` says that a finding is known and meant. This one is about a finding that "
         "is not there, or no more. A stale comment hides the next one: take it away."),
    Code("W0391", "warning", _F, "a comment without a reason",
         "Who silences a finding knows why; the next reader does not. Write the reason after `--`:\n\n```\n"
         'pip = ["pillow"]    # envspec: allow W0301 -- the newest one, on purpose\n```'),
    Code("W0392", "warning", _F, "a comment that is not understood",
         "A comment that begins with `# envspec:` is read by envspec. It knows one word, `allow`, followed by the "
         "codes of warnings and, after `--`, a reason. Errors cannot be silenced."),
)  # fmt: skip
