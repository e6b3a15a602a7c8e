"""Which kind of `envspec import` a file or a folder is for.

A table of signs: what a file is called, and where a name says too little, what its beginning says. Its order is the order
in which `envspec init` takes what it sees in a folder. What always holds: only the folder itself and the few places in
it where tools keep their files are looked at; of a file at most its beginning is read; symbolic links, pipes and
devices are passed over; nothing is raised.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from envspec.lazy_pattern import lazy_pattern
from envspec.plain_file import read_plain

_BEGINNING = 64 << 10
_MOST_NAMES, _MOST_READ = 5_000, 200
_PLACES = (
    ".devcontainer",
    ".azureml",
    "aml_config",
    "binder",
    ".binder",
    "conda-meta",
    ".venv",
    "venv",
    "env",
    ".env",
)
"""Folders of a project in which tools keep their files."""
_KEY = lazy_pattern(r"^[\"']?([A-Za-z_$][\w.$-]*)[\"']?[ \t]*:(?=\s|\Z)", re.MULTILINE)
_JOB = lazy_pattern(r"azureml:|\$\{\{ ?(inputs|outputs|parent|search_space)\b")
_BOUND = r"(?:===?|[<>!~]=|[<>])[ \t]*[\w.*+!-]+[ \t]*"
_REQUIREMENT = lazy_pattern(
    rf"[A-Za-z0-9][\w.-]*(?:\[[\w, -]*\])?[ \t]*(?P<bound>{_BOUND}(?:,[ \t]*{_BOUND})*|@[ \t]*\S+[ \t]*)?"
    r"(?:;[^#]*)?(?:#.*)?\Z"
)
_CONDA_KEYS = frozenset({"name", "channels", "dependencies", "prefix", "variables", "platforms", "category"})
_COG_KEYS = frozenset({"build", "image", "predict", "train", "concurrency", "environment"})
_TRUSS_KEYS = frozenset(
    {"model_class_name", "model_class_filename", "model_module_dir", "external_package_dirs", "bundled_packages_dir",
     "docker_server", "trt_llm", "model_cache", "live_reload"}
)  # fmt: skip
"""Keys that no other tool's `config.yaml` has."""


class Seen(NamedTuple):
    """A file (or folder) of a folder, by its path relative to it, that is of a kind. `path` is what `envspec import` is
    given: `.` when the kind reads the folder as a whole, and `file` the file by which it was seen. `own` says that
    `envspec init` reads it by itself, and has the language name it."""

    kind: str
    path: str
    file: str
    own: bool = False


class _Sign(NamedTuple):
    """`shown` are the names for people, `names` is matched by a path relative to the folder, or by the name of a file that
    is given. `holds` is asked about the beginning of the file, and `says` what that looks for. `whole`: the kind reads the
    folder. `own`: `init` reads it by itself."""

    kind: str
    shown: str
    names: re.Pattern[str]
    says: str
    holds: Callable[[str], bool] | None = None
    whole: bool = False
    own: bool = False


def _keys(text: str) -> frozenset[str]:
    """The keys at the left margin."""
    return frozenset(_KEY.findall(text))


def _is_cog(text: str) -> bool:
    return bool(_keys(text) & _COG_KEYS)


def _is_truss(text: str) -> bool:
    keys = _keys(text)
    python = re.search(r"^python_version:[ \t]*[\"']?py[23]", text, re.MULTILINE)
    return bool(keys & _TRUSS_KEYS or python) or keys >= {"model_name", "requirements", "resources"}


def _schema(text: str) -> str:
    """The name of an Azure ML schema, in lower case."""
    found = re.search(r"^[\"']?\$schema[\"']?:\s*\S*azureml\S*/(\w+)\.schema\.json", text, re.MULTILINE)
    return found[1].lower() if found else ""


def _is_served(text: str) -> bool:
    """An endpoint or a deployment."""
    if schema := _schema(text):
        return schema.endswith(("deployment", "endpoint"))
    keys = _keys(text)
    if "endpoint_name" in keys and keys & {"model", "environment", "code_configuration", "instance_type"}:
        return True
    return bool(re.search(r"^auth_mode:[ \t]*(key|aml_token|aad_token)\b", text, re.MULTILINE))


def _is_pipeline(text: str) -> bool:
    if schema := _schema(text):
        return schema.startswith("pipeline") and not schema.endswith("deployment")
    return "jobs" in _keys(text) and bool(re.search(r"^type:[ \t]*pipeline\b", text, re.MULTILINE))


def _is_job(text: str) -> bool:
    if schema := _schema(text):
        return schema.endswith(("job", "component"))
    keys = _keys(text)
    if keys >= {"trial", "search_space"} or re.search(
        r"^type:[ \t]*(command|sweep|spark)\b", text, re.MULTILINE
    ):
        return bool(keys & {"trial", "command", "entry"})
    return keys >= {"command", "environment"} and bool(keys & {"compute", "code"} or _JOB.search(text))


def _is_environment(text: str) -> bool:
    if schema := _schema(text):
        return schema == "environment"
    return _keys(text) >= {"image", "conda_file"}


def _is_conda(text: str) -> bool:
    """`dependencies` with nothing beside it that conda does not know, as a chart of Helm or a role of Ansible has."""
    keys = _keys(text)
    listed = re.search(r"^dependencies[ \t]*:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*-|^dependencies[ \t]*:[ \t]*\[",
                       text, re.MULTILINE)  # fmt: skip
    return "dependencies" in keys and ("channels" in keys or keys <= _CONDA_KEYS) and listed is not None


def _is_conda_lock(text: str) -> bool:
    return _keys(text) >= {"metadata", "package"}


def _is_python_env(text: str) -> bool:
    keys = _keys(text)
    return bool(keys) and keys <= {"python", "build_dependencies", "dependencies"}


def _builds(text: str) -> bool:
    return "build_dependencies" in _keys(text) and _is_python_env(text)


def _is_dockerfile(text: str) -> bool:
    return re.search(r"^[ \t]*FROM[ \t]+\S", text, re.MULTILINE | re.IGNORECASE) is not None


def _says_more(text: str) -> bool:
    """A Dockerfile that says more than what `FROM` does."""
    return (
        re.search(r"^[ \t]*(RUN|COPY|ADD|ENV|CMD|ENTRYPOINT)[ \t]", text, re.MULTILINE | re.IGNORECASE)
        is not None
    )


def _is_script(text: str) -> bool:
    return re.search(r"^# /// script[ \t]*\r?$", text, re.MULTILINE) is not None


def _is_saved_environment(text: str) -> bool:
    return '"condaDependencies' in text


def _is_list(text: str) -> bool:
    """Nothing but requirements, one of them with a bound: notes of one word a line are none."""
    lines = [line.strip() for line in text.splitlines()]
    found = [_REQUIREMENT.match(line) for line in lines if line and not line.startswith(("#", "-"))]
    return bool(found) and all(found) and any(one is not None and one["bound"] for one in found)


def _table(name: str) -> Callable[[str], bool]:
    """Whether a TOML file has a table of this name, or one inside it."""
    pattern = re.compile(rf"^[ \t]*\[+[ \t]*{re.escape(name)}[ \t]*[.\]]", re.MULTILINE)
    return lambda text: pattern.search(text) is not None


def _is_poetry(text: str) -> bool:
    """Dependencies in Poetry's own tables, and none as PEP 621 has them, which `pyproject = …` would read."""
    if not (_table("tool.poetry.dependencies")(text) or _table("tool.poetry.group")(text)):
        return False
    project = re.search(r"^\[project\][^\n]*\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL)
    return project is None or re.search(r"^[ \t]*dependencies[ \t]*=", project[1], re.MULTILINE) is None


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_YAML = r"[^/]*\.ya?ml"
_LISTS = r"requirements(?:[-_.][\w.-]+)?\.(?:txt|in)|requirements/[\w.-]+\.txt"
_BINDER = r"\.?binder/[^/]+|apt\.txt|postBuild|install\.R"
_DOCKERFILES = r"(?:[\w.-]+\.)?(?:Dockerfile|Containerfile|dockerfile)(?:\.[\w-]+)?"

SIGNS: tuple[_Sign, ...] = (
    _Sign(
        "conda-env", "`conda-meta/`", _named(r"conda-meta/history"), "it is a conda environment", whole=True
    ),
    _Sign("venv", "`pyvenv.cfg`", _named(r"pyvenv\.cfg"), "it is a virtual environment", whole=True),
    _Sign("mlproject", "`MLproject`", _named(r"(?i:mlproject)"), ""),
    _Sign("mlproject", "`MLmodel`", _named(r"MLmodel"), ""),
    _Sign("cog", "`cog.yaml`", _named(r"cog\.ya?ml"), "a key of Cog", _is_cog),
    _Sign("bentofile", "`bentofile.yaml`", _named(r"bentofile\.ya?ml"), ""),
    _Sign(
        "bentofile",
        "`pyproject.toml`",
        _named(r"pyproject\.toml"),
        "`[tool.bentoml.build]`",
        _table("tool.bentoml.build"),
    ),
    _Sign("truss", "`config.yaml`", _named(r"config\.ya?ml"), "keys that only Truss has", _is_truss),
    _Sign(
        "azureml",
        "any YAML file",
        _named(_YAML),
        "an endpoint or deployment, by `$schema` or its keys",
        _is_served,
        whole=True,
    ),
    _Sign(
        "azureml",
        "any YAML file",
        _named(_YAML),
        "a pipeline, by `$schema` or `type`",
        _is_pipeline,
        whole=True,
    ),
    _Sign(
        "azureml",
        "any YAML file",
        _named(_YAML),
        "a job or component, by `$schema` or its keys",
        _is_job,
        whole=True,
    ),
    _Sign(
        "azureml",
        "any YAML file",
        _named(_YAML),
        "an environment, by `$schema` or its keys",
        _is_environment,
        whole=True,
    ),
    _Sign("azureml-v1", "`azureml_environment.json`", _named(r"azureml_environment\.json"), ""),
    _Sign(
        "azureml-v1",
        "`*.runconfig`, also in `.azureml/`",
        _named(r"(?:(?:\.azureml|aml_config)/)?[^/]+\.runconfig"),
        "",
        whole=True,
    ),
    _Sign("pixi", "`pixi.toml`", _named(r"pixi\.toml"), ""),
    _Sign("pixi", "`pyproject.toml`", _named(r"pyproject\.toml"), "`[tool.pixi]`", _table("tool.pixi")),
    _Sign("pipfile", "`Pipfile`", _named(r"Pipfile"), ""),
    _Sign(
        "pyproject",
        "`pyproject.toml`",
        _named(r"pyproject\.toml"),
        "dependencies in Poetry's tables alone",
        _is_poetry,
    ),
    _Sign(
        "binder",
        "`binder/`, `.binder/`, `apt.txt`, `postBuild`, `install.R`",
        _named(_BINDER),
        "",
        whole=True,
    ),
    # What `init` reads by itself, in the order of `starting.table`.
    _Sign(
        "pyproject",
        "`pyproject.toml`",
        _named(r"pyproject\.toml"),
        "`[project]`",
        _table("project"),
        own=True,
    ),
    _Sign("pip", "`requirements*.txt`", _named(_LISTS), "", own=True),
    _Sign(
        "conda",
        "`environment*.yml`, `conda*.yml`, `env*.yml`",
        _named(r"(?:environment|conda|env)[\w.-]*\.ya?ml"),
        "`dependencies`",
        _is_conda,
        own=True,
    ),
    _Sign(
        "pyproject",
        "`setup.cfg`",
        _named(r"setup\.cfg"),
        "`install_requires`",
        lambda text: "install_requires" in text,
        own=True,
    ),
    # What nobody writes by hand, or what says less: only where there is none of the above.
    _Sign("pipfile", "`Pipfile.lock`", _named(r"Pipfile\.lock"), ""),
    _Sign("poetry", "`poetry.lock`", _named(r"poetry\.lock"), ""),
    _Sign("uv", "`uv.lock`", _named(r"uv\.lock"), ""),
    _Sign("pylock", "`pylock.toml`, `pylock.*.toml`", _named(r"pylock(?:\.[\w-]+)?\.toml"), ""),
    _Sign("pixi", "`pixi.lock`", _named(r"pixi\.lock"), ""),
    _Sign(
        "conda-lock",
        "`conda-lock.yml`",
        _named(r"(?:[\w.-]+\.)?conda-lock\.ya?ml"),
        "`metadata` and `package`",
        _is_conda_lock,
    ),
    _Sign(
        "mlproject", "`python_env.yaml`", _named(r"python_env\.ya?ml"), "a key of MLflow's", _is_python_env
    ),
    _Sign(
        "mlproject",
        "any YAML file",
        _named(_YAML),
        "`build_dependencies` of MLflow's `python_env.yaml`",
        _builds,
    ),
    _Sign(
        "conda",
        "any YAML file",
        _named(_YAML),
        "`dependencies`, and `channels` or only keys of conda",
        _is_conda,
    ),
    _Sign(
        "pip",
        "any `.txt` or `.in` file",
        _named(r"[^/]*\.(?:txt|in)"),
        "only requirements, one with a bound",
        _is_list,
    ),
    _Sign(
        "azureml-v1", "any `.json` file", _named(r"[^/]*\.json"), "`condaDependencies`", _is_saved_environment
    ),
    _Sign(
        "devcontainer",
        "`devcontainer.json`, also in `.devcontainer/`",
        _named(r"(?:\.devcontainer/)?\.?devcontainer\.json"),
        "",
    ),
    _Sign(
        "dockerfile",
        "`Dockerfile`, `Containerfile`, `*.Dockerfile`",
        _named(_DOCKERFILES),
        "an instruction besides `FROM`",
        lambda text: _is_dockerfile(text) and _says_more(text),
    ),
    _Sign("venv", "`.venv/`, `venv/`, `env/`, `.env/`", _named(r"\.?v?env/pyvenv\.cfg"), ""),
    _Sign(
        "dockerfile",
        "`Dockerfile`, `Containerfile`, `*.Dockerfile`",
        _named(_DOCKERFILES),
        "`FROM` alone",
        _is_dockerfile,
        own=True,
    ),
    _Sign(
        "script",
        "a Python file that is named",
        _named(r"[^/]*\.py"),
        "inline metadata (PEP 723)",
        _is_script,
        own=True,
    ),
)
"""The first that holds for a file is what it is; of several files in a folder, the one with the first sign counts."""


def kind_of(path: Path) -> Seen | None:
    """What a file is, or the first of what is in a folder; None when it is nothing known. `path` of the result is
    relative to the folder, or the name of the file."""
    if os.path.isdir(path):  # noqa: PTH112 - no, and no error, for a name that is too long
        return next(iter(seen_in(path)), None)
    first = next(_signs_of(path.name, lambda: _beginning(path)), None)
    return None if first is None else _seen(SIGNS[first], path.name, whole=False)


def seen_in(folder: Path) -> list[Seen]:
    """Everything in a folder that is of a kind, in the order of `SIGNS`, then by name."""
    left = _MOST_READ
    found: list[tuple[int, str, Seen]] = []
    for name in sorted(_names(folder), key=lambda name: (not _says_kind(name), name)):
        if name.endswith(".py"):  # `init` looks for programs itself
            continue

        def text(name: str = name) -> str:
            nonlocal left
            left -= 1
            return _beginning(folder / name) if left >= 0 else ""

        found += [(sign, name, _seen(SIGNS[sign], name, whole=True)) for sign in _signs_of(name, text)]
    found.sort(key=lambda row: row[:2])
    return [seen for _, _, seen in found]


def _says_kind(name: str) -> bool:
    """Whether a name alone says something: these are read first."""
    return any(sign.names.fullmatch(name) for sign in SIGNS if not sign.names.pattern.startswith("[^/]*"))


def _seen(sign: _Sign, name: str, *, whole: bool) -> Seen:
    return Seen(sign.kind, "." if whole and sign.whole else name, name, sign.own)


def _signs_of(name: str, text: Callable[[], str]) -> Iterator[int]:
    """The signs that hold for a file: the first, and where it is one of a `pyproject.toml`, also the others."""
    read: list[str] = []
    for number, sign in enumerate(SIGNS):
        if not sign.names.fullmatch(name):
            continue
        if sign.holds is not None:
            read = read or [text()]
            if not sign.holds(read[0]):
                continue
        yield number
        if name != "pyproject.toml":
            return


def _names(folder: Path) -> list[str]:
    """Plain files of the folder and of the places of tools in it, links passed over."""
    found: list[str] = []
    for place in ("", *_PLACES):
        try:
            with os.scandir(folder / place) as entries:
                for count, entry in enumerate(entries):
                    if count >= _MOST_NAMES:
                        break
                    if entry.is_file(follow_symlinks=False) and (place == "" or not _is_link(folder / place)):
                        found.append(f"{place}/{entry.name}" if place else entry.name)
        except OSError:
            continue
    return sorted(found)


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114 - no, and no error, for a name that is too long


def _beginning(path: Path) -> str:
    """The beginning of a text file, empty for what is none."""
    try:
        data = read_plain(path, most=_BEGINNING)
    except OSError:
        return ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")
