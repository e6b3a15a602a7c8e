"""E06 locking."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code(
        "E0601",
        "error",
        Category.SYNTAX,
        "the lock file is damaged",
        "`envspec.lock` is written by `envspec lock` and read as TOML. It was changed by hand, cut short, or "
        "merged wrongly.\n\nTake it back from version control, `git checkout envspec.lock`, or remove it and run "
        "`envspec lock`; the packages may then change.",
    ),
    Code(
        "E0602",
        "error",
        Category.USAGE,
        "the lock file is newer than this envspec",
        "The `version` of `envspec.lock` is one that this envspec does not know. Install the envspec that "
        "wrote it, or remove the file and lock again; the packages may then change.",
    ),
    Code(
        "E0603",
        "error",
        Category.SYNTAX,
        "the lock file holds merge conflicts",
        "Version control left `<<<<<<<`, `=======` and `>>>>>>>` in `envspec.lock`. Both sides locked "
        "something.\n\nFinish the merge of the spec, then run `envspec lock` and add the file: environments that both "
        "sides changed are solved again, and keep the versions that either side had pinned; the rest stays as it is.",
    ),
    Code(
        "E0604",
        "error",
        Category.FINDING,
        "no such package on the index",
        'The index has no package of that name.\n\n```\npip = ["scikit-lern"]      # wrong\n'
        'pip = ["scikit-learn"]     # right\n```\n\n'
        "A package of your own needs its `index` block in `indexes`.",
    ),
    Code(
        "E0605",
        "error",
        Category.FINDING,
        "no such version on the index",
        "The package exists, and no version of it satisfies the requirement. Versions that were yanked, that "
        "are pre-releases, or that need another Python do not count.\n\n"
        '```\npip = ["six ==99"]        # wrong\npip = ["six >=1.16"]      # right\n```',
    ),
    Code(
        "E0606",
        "error",
        Category.FINDING,
        "the pip packages contradict each other",
        "No set of versions satisfies every requirement, those of dependencies included. The notes hold the "
        "solver's chain of reasons; every entry that takes part is marked. Loosen one of them. A version "
        "that conda brings is final for pip: change it in `conda`.",
    ),
    Code(
        "E0607",
        "error",
        Category.FINDING,
        "no wheel fits",
        "A lock holds built files only, because building a source distribution runs code of its authors on "
        "the machine that locks. The package has no wheel for this Python and platform.\n\n"
        "Choose another version of the package or of `python`, take the package from conda, or lock with "
        "`--build-sdists`. For a project folder, static `version` and `dependencies` in `[project]` of its "
        "`pyproject.toml` are enough.",
    ),
    Code(
        "E0608",
        "error",
        Category.ENGINE,
        "the package index cannot be reached",
        "No answer came from the index. Check the network, `HTTPS_PROXY` and the address. The default index "
        "is taken from the first of `UV_DEFAULT_INDEX`, `UV_INDEX_URL`, `PIP_INDEX_URL`, the configuration "
        "of uv, and that of pip; behind a proxy of your own, `SSL_CERT_FILE` names its certificates.",
    ),
    Code(
        "E0609",
        "error",
        Category.FINDING,
        "no such package in the channels",
        "None of the environment's channels has a conda package of that name for the platform.\n\n"
        '```\nconda = ["sklearn"]           # wrong\nconda = ["scikit-learn"]      # right\n```\n\n'
        "Some packages are only on PyPI: write those into `pip`.",
    ),
    Code(
        "E0610",
        "error",
        Category.FINDING,
        "no such version in the channels",
        "The channels have the package, but no version or build that the entry allows, for this platform. "
        "Channels have strict priority: when an earlier channel has the package, later ones are not asked.",
    ),
    Code(
        "E0611",
        "error",
        Category.FINDING,
        "the conda packages contradict each other",
        "No set of packages satisfies every entry. The notes hold the solver's reasons. Loosen one of the "
        "entries that take part, `python` among them: not every build exists for every Python.",
    ),
    Code(
        "E0612",
        "error",
        Category.ENGINE,
        "a conda channel cannot be reached",
        "The package list (`repodata.json`) of a channel could not be had. Check the channel's name, the "
        "address of its `channel` block, its credentials, the network and the proxy.",
    ),
    Code(
        "E0613",
        "error",
        Category.FINDING,
        "no Python that fits",
        "An environment without conda packages uses a Python that the machine or the base image has. To lock "
        "it, envspec must know the minor version. When `python` is a range or not said, the newest on this "
        'machine that fits is taken, and there is none.\n\n```\npython = "3.12"     # locks everywhere\n```',
    ),
    Code(
        "E0614",
        "error",
        Category.FINDING,
        "a platform that cannot be locked",
        "The platforms are `linux/amd64`, `linux/arm64`, `darwin/amd64` and `darwin/arm64`.",
    ),
    Code(
        "E0615",
        "error",
        Category.FINDING,
        "a local package cannot be read",
        "An entry of `pip` names a wheel or a project folder that is not there, or that is neither. Build "
        "the wheel before locking; a project folder needs a `pyproject.toml`.",
    ),
    Code(
        "E0616",
        "error",
        Category.ENGINE,
        "the solver stopped for a reason of its own",
        "uv or the conda solver ended with an error that envspec does not know. Its own words are shown. "
        "When they make no sense, please report it together with them.",
    ),
    Code(
        "E0618",
        "error",
        Category.FINDING,
        "a file without a sha256",
        "Builds install with hashes enforced, so the index must serve a sha256 for each file (PEP 503 link "
        "fragments or PEP 691). Channels must have `sha256` in their `repodata.json`.",
    ),
    Code(
        "E0619",
        "error",
        Category.FINDING,
        "a package from a place that cannot be trusted",
        "Either a package that an `index` claims with its `packages` was found on another index, where "
        "anyone may have put that name, or it comes from version control, which has no sha256 to check.",
    ),
    Code(
        "E0620",
        "error",
        Category.ENGINE,
        "the credentials were refused",
        "The index or channel answered 401 or 403. The `index` and `channel` blocks take `username` and "
        '`password`, the latter from a `secret`:\n\n```\nsecret corp { variable = "CORP_TOKEN" }\n'
        'index corp { url = "https://packages.example/simple", username = "ci", '
        "password = secret.corp }\n```",
    ),
    Code(
        "E0621",
        "error",
        Category.FINDING,
        "a registered environment that is not locked",
        '`environment = "sklearn:3"` is resolved only through `envspec.lock`, which has no entry for it. '
        "Run `envspec lock` where that version is registered: `envspec env list` says which are. What only another "
        "workspace knows, such as an environment of Azure ML, is written as a block, or built and registered here first.",
    ),
    Code(
        "E0622",
        "error",
        Category.USAGE,
        "the lock file cannot be written or read",
        "`envspec.lock` lies in the project root. It must be readable, and for `envspec lock` the folder "
        "writable.",
    ),
    Code(
        "E0625",
        "error",
        Category.FINDING,
        "a conda package differs from the lock",
        "A package of a `file://` channel has another sha256 than it had when it was locked, or is gone. When "
        "the channel was made again on purpose, lock with `--upgrade` of that package; otherwise find out who "
        "changed it.",
    ),
    Code(
        "E0630",
        "error",
        Category.USAGE,
        "nothing of that name is locked",
        "`envspec lock --upgrade NAME` looks for a newer version of a package, or for what the tag of a base image "
        "means now. The name has to be in `envspec.lock`.\n\n"
        "```\nenvspec lock --upgrade scikit-lern     # wrong\nenvspec lock --upgrade scikit-learn    # right\n"
        "envspec lock --upgrade                 # everything\n```",
    ),
    Code(
        "E0631",
        "error",
        Category.USAGE,
        "what is to be exported is not known",
        "A kind of the lock is made from `envspec.lock`, and the environment is not locked for the platform that was asked "
        "for. Or the environment has no packages of its own (`managed = false`), or is a registered one, of which the spec "
        "says only the name.\n\n"
        "```\nenvspec export pylock sklearn --platform linux/arm64\n```\n\n"
        'needs `docker { platforms = ["linux/amd64", "linux/arm64"] }` in the environment.',
    ),
    Code(
        "E0632",
        "error",
        Category.USAGE,
        "nothing for an explicit list",
        "`envspec export explicit` lists conda packages, and the environment has none.\n\n"
        "```\nenvspec export explicit web         # wrong, `web` is pip only\n"
        "envspec export requirements web     # right\n```",
    ),
    Code(
        "E0633",
        "error",
        Category.FINDING,
        "a locked file is not served any more",
        "`pylock.toml` and `conda-lock.yml` hold the address of every file. The index or channel no longer has one with "
        "the sha256 that is locked: it was removed, or replaced.\n\nLock with `--upgrade` of the package when that is "
        "meant; otherwise find out who changed it.",
    ),
    Code(
        "E0634",
        "error",
        Category.ENGINE,
        "the addresses of locked files cannot be had",
        "`pylock.toml` and `conda-lock.yml` hold the address of every file, which `envspec.lock` does not keep, so the "
        "indexes are asked. They did not answer. Export `requirements` or `explicit`, which need no network, or try "
        "again when the index can be reached.",
    ),
    Code(
        "E0635",
        "error",
        Category.USAGE,
        "several things to export",
        "The file defines more than one environment, or deployment, and an export of this kind is of one.\n\n"
        "```\nenvspec export pylock             # wrong, with two environments\n"
        "envspec export pylock sklearn     # right\n```",
    ),
    Code(
        "E0638",
        "error",
        Category.USAGE,
        "nothing to export",
        "The file, or what was named, has nothing that the form of the other tool is made of: an environment for a list of "
        "packages, a run for a workflow or a Kubernetes Job, a deployment for `compose`. Nothing was written.",
    ),
    Code(
        "E0636",
        "error",
        Category.USAGE,
        "the exported file cannot be written",
        "The file named by `-o`, or one in that folder, cannot be written where it is to be: the folder is missing its "
        "permissions, the disk is full, or a folder has that name. That file was not written.",
    ),
    Code(
        "E0637",
        "error",
        Category.ENGINE,
        "no place for the files of a resolution",
        "Locking writes what it asks uv into a folder of the temporary ones (`TMPDIR`, else `/tmp`), and "
        "may not write there. `envspec.lock` is as it was.",
    ),
    Code(
        "E0623",
        "error",
        Category.FINDING,
        "the lock is stale",
        "`envspec.lock` does not hold what the spec asks for now, and `--check` or `--frozen` forbids to change "
        "it. Run `envspec lock` and commit the file.",
    ),
    Code(
        "E0640",
        "error",
        Category.ENGINE,
        "an index or channel answers with an error",
        "It was reached and answered with a status of 500 or more: it is in trouble, or a proxy between is. Nothing "
        "is wrong with the spec, and `envspec.lock` is as it was: lock again later, or use a mirror.",
    ),
    Code(
        "E0641",
        "error",
        Category.ENGINE,
        "locking needs a compiler that is not there",
        "With `--build-sdists`, a package without a wheel, or a project whose metadata is not static, is built to "
        "learn its requirements, and its build asks for a compiler, a tool or a header that this machine does not "
        "have.\n\nChoose a version that has a wheel, take the package from conda, or install what is missing.",
    ),
    Code(
        "E0642",
        "error",
        Category.ENGINE,
        "a package cannot be built while locking",
        "With `--build-sdists`, the build backend of a package or project ran and ended with an error. The end of "
        "what it said is shown.",
    ),
    Code(
        "E0643",
        "error",
        Category.ENGINE,
        "the disk is full",
        "There was no space left while locking: for the caches of uv and rattler, for temporary files, or for "
        "`envspec.lock`, which is as it was. `uv cache prune` makes uv's cache smaller.",
    ),
)
