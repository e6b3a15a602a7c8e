"""E04 files that a spec names."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code(
        "E0401",
        "error",
        Category.FINDING,
        "file not found",
        """\
A file or folder that the spec names is not there. Paths are relative to the file that wrote them, not to the
working directory.
""",
    ),
    Code(
        "E0402",
        "error",
        Category.FINDING,
        "path leaves the project",
        """\
A path, after its symbolic links are followed, is outside the project root: the nearest folder above with
`[tool.envspec]`, `envspec.lock` or `.git`, else the folder of the file that is checked. Where none of these is, as in
a folder without version control, a file that others import from above is its own project when it is checked alone:
put an empty `[tool.envspec]` into a `pyproject.toml` at the top. Else move the file into the project, or allow
paths to leave it with `--allow-path`.
""",
    ),
    Code(
        "E0403",
        "error",
        Category.FINDING,
        "file cannot be read as what it is",
        """\
A file that the spec names (`conda_file`, `requirements`, `pyproject`, `constraints`) is not valid in its
format: it is not YAML or TOML, not UTF-8, or has a value of another type where text is expected. YAML tags,
anchors that grow without bound and several documents in one file are not taken.

```yaml
dependencies:
  numpy: 1.26          # wrong: a list is expected
```
```yaml
dependencies:
  - numpy=1.26
```
""",
    ),
    Code(
        "E0404",
        "error",
        Category.FINDING,
        "variable in a file",
        """\
A file that the spec names has `${VAR}`. Nothing is read from the environment of whoever compiles: the same
files give the same result everywhere. Write the value, or give the index a block with
`password = secret.NAME`, where the secret reads the variable `VAR`.
""",
    ),
    Code(
        "E0405",
        "error",
        Category.FINDING,
        "option in a requirements file",
        """\
A requirements file has an option that edition 1 does not take from there.

```
--index-url https://packages.example/simple     # wrong
numpy>=1.26
```

Write an `index` block and name it in `indexes`; hashes belong to `envspec.lock`.
""",
    ),
    Code(
        "E0406",
        "error",
        Category.FINDING,
        "a file and the spec contradict each other",
        """\
An entry of a file and an entry of the spec (or of another file) cannot both hold: no version satisfies
both, or they name different Pythons. Change one of the two lines shown.
""",
    ),
    Code(
        "E0407",
        "error",
        Category.FINDING,
        "absolute path",
        """\
A path in a spec is relative to the file that wrote it and uses `/`; an absolute one names a place on one
machine. Write it relative, or allow the place with `--allow-path`.
""",
    ),
    Code(
        "E0408",
        "error",
        Category.FINDING,
        "something in a file that is not taken",
        """\
An `environment.yml`, `pyproject.toml` or requirements file has a kind of entry that edition 1 does not take, and
that would change what is installed if it were left out: a list other than `pip:` among conda's dependencies,
dependencies that only the build backend knows, a requirements file by URL, a dependency group that includes
one that is not there. The message says what to write in its place.
""",
    ),
    Code(
        "W0408",
        "warning",
        Category.FINDING,
        "a key that conda does not read",
        """\
An `environment.yml` has a key that neither conda nor `envspec` reads, such as `python: 3.11` beside
`dependencies`. It has no effect, though it looks as if it had.

```yaml
python: 3.11                  # no effect
dependencies:
  - python=3.11               # this has
```
""",
    ),
    Code(
        "E0409",
        "error",
        Category.FINDING,
        "file includes itself",
        """\
Requirements files include each other with `-r` or `-c` in a circle. Take one of the includes out.
""",
    ),
)
