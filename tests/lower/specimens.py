"""Environments, locks and deployments in the IR's own words, and project files that live in a dict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from envspec.ir.identity import definition_hash
from envspec.ir.types import (
    CondaPackage,
    Deployment,
    Docker,
    Environment,
    Health,
    PackageSource,
    PipPackage,
    Project,
    Resources,
    Secret,
    SecretRef,
)
from envspec.lock.model import (
    LockedConda,
    LockedEnvironment,
    LockedFile,
    LockedPath,
    LockedPip,
    LockedPlatform,
)
from envspec.lower.context import BuildContext
from envspec.lower.files import ProjectFiles

DIGEST = "sha256:" + "ab" * 32


class DictFiles:
    """Project files by root-relative path; those in `executable` have mode 0755."""

    def __init__(self, contents: Mapping[str, bytes] = {}, executable: Iterable[str] = ()) -> None:
        self.contents = dict(contents)
        self.executable = set(executable)

    def read_bytes(self, path: str) -> bytes:
        return self.contents[path]

    def walk(self, path: str) -> Iterable[tuple[str, int]]:
        # Backwards: the order is no promise of the protocol.
        for name in sorted(self.contents, reverse=True):
            if path == "." or name == path or name.startswith(path.rstrip("/") + "/"):
                yield name, 0o755 if name in self.executable else 0o644


FILES = DictFiles(
    {
        "dist/features-1.2-py3-none-any.whl": b"not really a wheel",
        "libs/tools/pyproject.toml": b'[project]\nname = "tools"\nversion = "1"\n',
        "libs/tools/tools/__init__.py": b"VALUE = 1\n",
        "libs/tools/tools/__pycache__/__init__.cpython-311.pyc": b"left behind",
        "docker/Dockerfile": b"FROM debian:12\nCOPY tools requirements.txt /opt/\nUSER 1001\n",
        "docker/requirements.txt": b"theirs\n",
        "docker/tools/one.sh": b"one\n",
        "docker/unused.txt": b"in no context\n",
        "src/score.py": b"def init(): pass\ndef run(data): return data\n",
        "src/lib/names.txt": b"a\n",
    },
    executable=["src/score.py"],
)


def requirement(text: str) -> PipPackage:
    return PipPackage("requirement", text.split(" ")[0].split("[")[0], text)


PIP_ONLY = Environment(
    "sklearn",
    "sklearn",
    python="3.11",
    pip=(requirement("six ==1.16.0"), requirement("idna >=3")),
    apt=("libgomp1=12.2.0-14",),
    variables={"OMP_NUM_THREADS": "4"},
    docker=Docker(
        labels={"org.example.team": 'ML "core" $HOME'},
        arguments={"FLAVOUR": "plain"},
        run=("echo one > /opt/one", "echo two > /opt/two\n"),
    ),
)

CONDA = Environment(
    "conda",
    "conda",
    python="3.11",
    channels=(PackageSource("conda-forge"),),
    conda=(CondaPackage("numpy", "numpy >=1.26,<3"), CondaPackage("scikit-learn", "scikit-learn =1.5")),
    pip=(
        requirement("pillow ==10.4.0"),
        PipPackage("path", "features", "dist/features-1.2-py3-none-any.whl"),
    ),
)

LOCAL = Environment(
    "local",
    "local",
    python="3.12",
    pip=(
        requirement("six ==1.16.0"),
        PipPackage("path", "features", "dist/features-1.2-py3-none-any.whl"),
        PipPackage("editable", "tools", "libs/tools"),
    ),
    docker=Docker(image="registry.example/base:1", user="2000:2000"),
)

PLATFORMS = Environment(
    "both",
    "both",
    python="3.11",
    pip=(requirement("six ==1.16.0"), requirement("corp-tools")),
    indexes=(PackageSource("corp", "https://packages.example/simple", packages=("corp-*",)),),
    docker=Docker(platforms=("linux/amd64", "linux/arm64")),
)

PRIVATE = Environment(
    "private",
    "private",
    python="3.11",
    channels=(
        PackageSource("corp", "https://conda.example/corp", password=SecretRef("common.token")),
        PackageSource("unused", "https://conda.example/unused", password=SecretRef("unused")),
    ),
    conda=(CondaPackage("numpy", "numpy"),),
    pip=(requirement("six ==1.16.0"), requirement("corp-tools")),
    indexes=(PackageSource("corp", "https://packages.example/simple", "ci", SecretRef("corp_token")),),
)

OWN_BASE = Environment(
    "made",
    "made",
    python="3.11",
    pip=(requirement("six ==1.16.0"),),
    docker=Docker(dockerfile="docker/Dockerfile"),
)

USERS_OWN = Environment(
    "given",
    "given",
    managed=False,
    interpreter="python3",
    docker=Docker(image="registry.example/ml:2"),
)

_SIX = LockedPip("six", "1.16.0", (LockedFile("six-1.16.0-py2.py3-none-any.whl", "8a" * 32),))
_IDNA = LockedPip("idna", "3.10", (LockedFile("idna-3.10-py3-none-any.whl", "94" * 32),))
_FEATURES = LockedPath("dist/features-1.2-py3-none-any.whl", "wheel", "features", "11" * 32)
_TOOLS = LockedPath("libs/tools", "editable", "tools", "22" * 32)


def _conda(name: str, version: str, build: str, subdir: str = "linux-64") -> LockedConda:
    filename = f"{name}-{version}-{build}.conda"
    return LockedConda(name, version, build, "conda-forge", subdir, filename, "cd" * 32)


def locked(environment: Environment, *platforms: LockedPlatform, digest: str = DIGEST) -> LockedEnvironment:
    return LockedEnvironment(environment.id, definition_hash(environment), platforms, "", digest)


LOCKS: dict[str, LockedEnvironment] = {
    "sklearn": locked(PIP_ONLY, LockedPlatform("linux/amd64", "3.11", pip=(_SIX, _IDNA))),
    "conda": locked(
        CONDA,
        LockedPlatform(
            "linux/amd64",
            "3.11.9",
            conda=(
                _conda("numpy", "2.1.3", "py311h1_0"),
                _conda("python", "3.11.9", "h2_0_cpython"),
                _conda("tzdata", "2025a", "h3_0", "noarch"),
            ),
            pip=(LockedPip("pillow", "10.4.0", (LockedFile("pillow-10.4.0-cp311.whl", "55" * 32),)),),
            paths=(_FEATURES,),
        ),
    ),
    "local": locked(LOCAL, LockedPlatform("linux/amd64", "3.12", pip=(_SIX,), paths=(_FEATURES, _TOOLS))),
    "made": locked(OWN_BASE, LockedPlatform("linux/amd64", "3.11", pip=(_SIX,)), digest=""),
    "private": locked(
        PRIVATE,
        LockedPlatform(
            "linux/amd64",
            "3.11.9",
            conda=(replace(_conda("numpy", "2.1.3", "py311h1_0"), channel="https://conda.example/corp"),),
            pip=(LockedPip("corp-tools", "1.0", (LockedFile("corp.whl", "66" * 32),), "corp"), _SIX),
        ),
    ),
    "both": locked(
        PLATFORMS,
        *(
            LockedPlatform(
                name,
                "3.11",
                pip=(
                    LockedPip(
                        "corp-tools", "1.0", (LockedFile(f"corp_tools-1.0-{at}.whl", "66" * 32),), "corp"
                    ),
                    _SIX,
                ),
            )
            for at, name in enumerate(("linux/amd64", "linux/arm64"))
        ),
    ),
}

ENVIRONMENTS = {e.id: e for e in (PIP_ONLY, CONDA, LOCAL, PLATFORMS, PRIVATE, OWN_BASE, USERS_OWN)}

SCORER = Deployment(
    "scorer",
    "scorer",
    "sklearn",
    source="src",
    entry="score.py",
    models=("wine",),
    port=9000,
    replicas=2,
    variables={"MODE": "a$b", "API_KEY": SecretRef("corp_token")},
    resources=Resources(cpu=1, memory=1 << 30),
    health=Health(start_period=120),
    auth=SecretRef("front_door"),
)

SECRETS = {
    "corp_token": Secret("corp_token", "variable", "CORP_TOKEN"),
    "front_door": Secret("front_door", "keyring", "envspec/front"),
}


def project(*environments: Environment, deployments: Iterable[Deployment] = ()) -> Project:
    return Project({e.id: e for e in environments}, {}, {}, {d.id: d for d in deployments}, SECRETS, {})


def write(context: BuildContext, folder: Path, files: ProjectFiles) -> Path:
    """The context on disk, for tools that want a folder."""
    for path, file in context.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read(files))
        target.chmod(file.mode)
    return folder
