"""E11 the workspace."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code(
        "E1101",
        "error",
        Category.USAGE,
        "the workspace cannot be written",
        "The folder `.envspec/` under the project root holds versions, runs, models and deployments. "
        "It must be a folder that the user running `envspec` may write to, on a disk with room. Commands that "
        "only read (`runs list`, `env list`) work without that.",
    ),
    Code(
        "E1102",
        "error",
        Category.USAGE,
        "the workspace database is damaged",
        "`.envspec/workspace.sqlite` is not the database that `envspec` wrote: something else was written "
        "over it, or the disk lost a part.\n\nMove it away. What it remembered (numbers of versions, the list "
        "of runs) is lost; the store beside it, images and `envspec.lock` are not touched, and the next "
        "command begins a new one. `sqlite3 FILE .recover` can often save the rows.",
    ),
    Code(
        "E1103",
        "error",
        Category.USAGE,
        "the workspace is of a newer envspec",
        "A newer `envspec` has used this project and changed the tables of its workspace; this one would not "
        "understand them. Use the newer one, or move `.envspec/workspace.sqlite` away.",
    ),
    Code(
        "E1104",
        "error",
        Category.USAGE,
        "the workspace is in use",
        "Another process has been writing to the workspace for a minute. Writes take milliseconds: it hangs, "
        "was stopped (`kill -STOP`, a debugger), or the folder is on a network disk that lost a lock.",
    ),
    Code(
        "E1105",
        "error",
        Category.USAGE,
        "not in the workspace",
        "No version, run, model or deployment of that name or number is remembered here. The lists are "
        "`envspec env list`, `envspec runs list`, `envspec models list`, `envspec images list` and `envspec "
        "deployments list`; each project has its own. Of what `envspec prune` took away the message says when, "
        "and of a log that is not there, why.",
    ),
    Code(
        "E1106",
        "error",
        Category.USAGE,
        "stored content is missing or changed",
        "Snapshots, outputs and models are kept in `.envspec/store` under the SHA-256 of their bytes. One of "
        "them is gone, or its bytes are no longer those that its name says, so it is not used.\n\nRemove the "
        "file that the message names and run again what made it.",
    ),
    Code(
        "E1107",
        "error",
        Category.FINDING,
        "a file cannot be part of a snapshot",
        "The source of a run is stored before it starts, so that what ran can be had again. A file in it "
        "cannot be read, is a socket or device, has a name that is not UTF-8, or is a symbolic link that leads "
        "out of the source, where anything may change it.\n\nCopy it, make it an input, or name it in "
        "`.envspecignore` (same lines as `.gitignore`).",
    ),
    Code(
        "E1108",
        "error",
        Category.USAGE,
        "a run cannot be ended, deleted or repeated",
        "`runs cancel` ends a run that goes on, `runs delete` takes away one that does not, and `runs rerun` needs "
        "all that a run was made of: the version of its environment, its source and its inputs. The message says "
        "what is in the way, or what is gone.",
    ),
    Code(
        "E1109",
        "error",
        Category.USAGE,
        "the workspace is where nobody can lock it",
        "Several commands may use a workspace at once, so its database needs locks. Folders of the network such as NFS, SMB, "
        "Ceph and Lustre have them, and `envspec` keeps a journal there that works between machines. On others, such as `sshfs`, "
        "GlusterFS, or a bucket that is mounted, one machine does not see the locks or the latest pages of another, and some "
        "are mounted without locks (`nolock`, `nobrl`): a database there would be spoilt some day, so nothing is "
        "written.\n\nKeep the project on a disk of this machine. Where it has to stay on a folder that follows links, its workspace can be elsewhere: "
        "`ln -s /var/lib/me/project .envspec`.",
    ),
    Code(
        "E1110",
        "error",
        Category.USAGE,
        "no place in a registry",
        "`env push` and `models push` want to know where to: `HOST/PATH`, as in the name of an image. Without it they "
        "push to where the name was pushed to or pulled from before, else to what the project says:\n\n"
        '```toml\n[tool.envspec.sharing]\nregistry = "registry.example/team"\n```\n\n'
        "A tag in it is a label that moves to what is pushed. Numbers are given by pushing, and a digest is what a thing "
        "has by itself, so neither is written there.",
    ),
    Code(
        "E1111",
        "error",
        Category.USAGE,
        "nothing of the kind is there",
        "The registry has nothing under this name, number, label or digest, or what it has is not an environment (or a "
        "model) that `envspec` pushed, but an image or an artifact of another tool.",
    ),
    Code(
        "E1112",
        "error",
        Category.FINDING,
        "what was pulled is damaged or forged",
        "Everything that is pulled is checked before anything of it is kept: every digest and size, that definition and "
        "lock make the version which the artifact says, and that every path stays where it belongs. Something does not "
        "fit; the note says what. Bytes that a registry changed are E1404.\n\nNothing was registered. Whoever has the "
        "version can push it again, and whoever did not expect this should find out who pushed it.",
    ),
    Code(
        "E1113",
        "error",
        Category.USAGE,
        "what was pulled is of a newer envspec",
        "The type of the artifact ends with a number that this `envspec` does not know. Use the one that pushed it, or "
        "a newer one.",
    ),
    Code(
        "E1114",
        "error",
        Category.FINDING,
        "this cannot be pushed",
        "What is pushed can be read by everybody who may read the registry, and has to be what others can pull. It holds "
        "something with the form of a password or token, a path that leads out of the project, or more files than one "
        "manifest can name; the message says which.",
    ),
    Code(
        "E1115",
        "error",
        Category.ENGINE,
        "others took every number first",
        "A version has a number in a registry that nothing else ever has. Others pushed at the same time and took each "
        "one that was tried. Nothing of theirs was changed; push again.",
    ),
    Code(
        "E1116",
        "error",
        Category.FINDING,
        "a source is too large for a snapshot",
        "The source of a run is stored with it, and that of a deployment goes into its image. Data, models and environments "
        "that lie there too would be stored with each change of them; the notes name the largest files and folders.\n\n"
        "Name what is no part of the program in the `.envspecignore` of the source (same lines as `.gitignore`), make data "
        "an input, or let the project allow more. These are the limits without a word:\n\n"
        '```toml\n[tool.envspec.snapshot]\nlargest-file   = "100MB"   # of one file\nlargest-source = "1GB"     # of all '
        "of a source\n```\n\n`snapshot = false` of a run stores nothing of it; then it cannot be repeated.",
    ),
)
