"""E03 package strings and other values with a syntax of their own."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code

ROWS: tuple[Code, ...] = (
    Code(
        "E0301",
        "error",
        Category.FINDING,
        "invalid conda MatchSpec",
        """\
An entry of `conda` is a MatchSpec: a name, optionally a channel before it, a version and a build after it.

```
conda = ["numpy 1.26"]                 # wrong: exactly 1.26, or any 1.26?
conda = ["numpy 1.26.*"]               # any 1.26
conda = ["numpy ==1.26.4"]             # exactly 1.26.4
conda = ["numpy >=1.26,<3"]            # bounds are joined by commas, alternatives by `|`
conda = ["conda-forge::numpy 1.26.*"]  # from one channel
conda = ["blas * openblas"]            # any version, a build
conda = ["pytorch[build_number='>=1']"]
```

`name=1.26`, `name=1.26.*` and `name==1.26.*` are taken too and mean `1.26.*`; `name=1.26.4=py311_0` is exact.
Regular expressions, `*` inside a version, namespaces and URLs of package archives are not taken.
""",
    ),
    Code(
        "E0302",
        "error",
        Category.FINDING,
        "invalid pip requirement",
        """\
An entry of `pip` is a requirement as in PEP 508, a path to a wheel or project, or `-e` and a path.

```
pip = ["pillow=10.4"]                  # wrong: `=` is conda's
pip = ["pillow ==10.4.0"]
pip = ["uvicorn[standard] >=0.30,<1"]
pip = ["tomli ; python_version < '3.11'"]
pip = ["features @ https://packages.example/features-1.2-py3-none-any.whl"]
pip = ["./dist/features-1.2-py3-none-any.whl", "../library", "-e ./project"]
```

A URL has the name of its package before it; a source archive or an extra of a path is not taken.
""",
    ),
    Code(
        "E0303",
        "error",
        Category.FINDING,
        "invalid Python version",
        """\
`python` is a version, which means everything that begins with it, or a set of bounds as in PEP 440.

```
python = "^3.11"            # wrong
python = "3.11"             # any 3.11
python = "3.11.7"           # exactly that
python = ">=3.11,<3.13"
```

It is an error when no Python that this version of `envspec` knows satisfies it.
""",
    ),
    Code(
        "E0304",
        "error",
        Category.FINDING,
        "invalid apt package",
        """\
An entry of `apt` is the name of a Debian package, with `=` and a version or `/` and a suite
where one is meant.

```
apt = ["libgomp1 >=12"]     # wrong: apt takes no bounds
apt = ["libgomp1", "git=1:2.39.5-0+deb12u2", "cmake/bookworm-backports"]
```

What apt reads as an instruction (`name-` removes a package) or as a file is not taken.
""",
    ),
    Code(
        "E0305",
        "error",
        Category.FINDING,
        "invalid image reference",
        """\
An image is named as in the OCI distribution specification: `[host[:port]/]path[:tag][@sha256:digest]`.

```
image = "https://registry.example/Team/Base"      # wrong: a scheme, capital letters
image = "registry.example/team/base:2024.1"
image = "debian:bookworm-slim"
```
""",
    ),
    Code(
        "E0306",
        "error",
        Category.FINDING,
        "credentials in a URL",
        """\
A user name, password or token inside a URL would end in the lock, in image layers and in logs.

```
index corp { url = "https://ci:hunter2@packages.example/simple" }      # wrong

secret corp_token { variable = "CORP_TOKEN" }
index corp { url = "https://packages.example/simple", username = "ci", password = secret.corp_token }
```

Change a password that has been in a file: it is in that file's history.
""",
    ),
    Code(
        "E0307",
        "error",
        Category.FINDING,
        "option in a package entry",
        """\
An entry of `conda`, `pip` or `apt` is a package. Options of the installers have attributes of their own.

```
pip = ["-r requirements.txt", "--index-url https://packages.example/simple"]     # wrong

requirements = ["requirements.txt"]
indexes      = [corp]
```

The one exception is `-e ./project` in `pip`.
""",
    ),
    Code(
        "E0308",
        "error",
        Category.FINDING,
        "invalid platform",
        """\
A platform is `os/architecture` or `os/architecture/variant`, as in an OCI image index.

```
platforms = ["x86_64"]                          # wrong
platforms = ["linux/amd64", "linux/arm64"]
```
""",
    ),
    Code(
        "E0309",
        "error",
        Category.FINDING,
        "invalid variable name",
        """\
The name of an environment variable or build argument is made of letters, digits and `_` and does not begin
with a digit.

```
variables = { "MY-VAR" = "1" }      # wrong
variables = { MY_VAR = "1" }
```
""",
    ),
    Code(
        "E0310",
        "error",
        Category.FINDING,
        "control character not allowed here",
        """\
A line break, NUL or another control character is in a value that has to travel through a Dockerfile, a
requirements file or a command's environment, where it could not be carried unchanged, or would begin
something new. Take it out. Longer scripts belong in `docker.run` or `shell`, which travel as files.
""",
    ),
    Code(
        "E0311",
        "error",
        Category.FINDING,
        "invalid user",
        """\
`docker.user` is the user that the image's programs run as: a number or a name, optionally `:` and a group.

```
user = "John Doe"          # wrong
user = "1000:1000"
user = "app"
```
""",
    ),
    Code(
        "E0312",
        "error",
        Category.FINDING,
        "not the name of a wheel",
        """\
A wheel is installed by what its file name says (PEP 427): `name-version(-build)-python-abi-platform.whl`.

```
pip = ["./dist/features.whl"]                           # wrong: renamed
pip = ["./dist/features-1.2-py3-none-any.whl"]
```
""",
    ),
    Code(
        "E0313",
        "error",
        Category.FINDING,
        "one package twice in one list",
        """\
A package is named once in a list. Two entries would be two constraints that nobody sees together.

```
conda = ["numpy >=1.26", "numpy <3"]     # wrong
conda = ["numpy >=1.26,<3"]
```

Names that differ only in case or in `-`, `_`, `.` are one package for pip. A child environment replaces an
inherited entry with `+=`.
""",
    ),
    Code(
        "E0314",
        "error",
        Category.FINDING,
        "invalid label key",
        """\
The key of a label is made of letters, digits, `.`, `-`, `_` and `/`, and begins and ends with a letter or
digit.

```
labels = { "my label" = "x" }               # wrong
labels = { "org.example.team" = "x" }
```
""",
    ),
    Code(
        "E0315",
        "error",
        Category.FINDING,
        "invalid channel",
        """\
A channel is the name of a conda channel, such as `conda-forge`, or the URL of one; what needs a user name
or password is a `channel` block.
""",
    ),
    Code(
        "E0316",
        "error",
        Category.FINDING,
        "invalid address",
        """\
The `url` of an index or channel, and a Maven repository, is an address with `https://`, `http://` or `file://`.
The first two have a host, and a port is a number up to 65535.

```
index corp { url = "packages.example" }                  # wrong
index corp { url = "https://packages.example/simple" }
```
""",
    ),
)
