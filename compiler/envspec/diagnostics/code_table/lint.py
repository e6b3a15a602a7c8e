"""W03 the lint rules: what is right, and will hurt."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

_F = Category.FINDING

ROWS: tuple[Code, ...] = (
    Code("W0301", "warning", _F, "unpinned package",
         "Without a version the package may be another one each time it is resolved. A lock holds it still, but "
         "others who read the spec cannot see what it was written for. Say a range: `\"pillow >=10,<12\"`."),
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
    Code("W0313", "warning", _F, "a variable that belongs in a secret",
         "The variable's name ends in a word for a secret (`PASSWORD`, `TOKEN`, `API_KEY`), and its value stands in "
         "the file. It is then in the history, in hashes and in logs.\n\n```\n"
         'variables = { DB_PASSWORD = "…" }                  # wrong\n\n'
         'secret db-password { variable = "DB_PASSWORD" }    # right: read when it is needed\n\n'
         "variables = { DB_PASSWORD = secret.db-password }\n```\n\n"
         "Values that cannot be one are left alone: empty ones, numbers, `true`, paths, `<…>`."),
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
