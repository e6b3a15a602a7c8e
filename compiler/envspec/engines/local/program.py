"""What exactly a run starts: its argument vector and its variables.

What comes in is a `RunRequest`; what goes out is a `Program` without holes. What always holds: a value of
the spec becomes one argument or one variable as it is, and `shell` text travels as a script file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.in_run import METRICS, WORK, with_module, write_module
from envspec.engines.in_run.logging_place import place_of
from envspec.engines.interface import RunRequest
from envspec.engines.local import marker
from envspec.engines.local.leftovers import MARK
from envspec.engines.local.variables import PROGRAM, chosen
from envspec.engines.tracking import URI, remember, tracking_of
from envspec.ir.canonical import number_text
from envspec.ir.types import InputRef, OutputRef, SecretRef, Template, Text

_DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_MAX_THREADS")


@dataclass(frozen=True, slots=True)
class Program:
    """`executable` is the file that is started under the name `argv[0]`; `secret_values` are to be masked; `metrics` is
    the file that it logs to."""

    executable: str
    argv: tuple[str, ...]
    variables: Mapping[str, str]
    secret_values: tuple[str, ...]
    metrics: Path


def program_of(request: RunRequest, folder: Path) -> Program:
    """The program of a run. `folder` is a private folder that lives as long as the run. Raises `Failure`
    E0813 or E0814 when there is nothing that could be started."""
    run = request.run
    location = Path(request.built.location)
    values: list[str] = []

    def text(value: Text | SecretRef) -> str:
        if isinstance(value, SecretRef):
            values.append(request.secrets(value))
            return values[-1]
        return filled(value, request.inputs, request.outputs)

    variables = environment_variables(location, folder)
    variables |= thread_variables(run.resources.cpu)
    variables |= {name: text(value) for name, value in request.environment.variables.items()}
    variables |= {name: text(value) for name, value in run.variables.items()}
    for name, path in request.inputs.items():
        variables[f"ENVSPEC_INPUT_{variable_part(name)}"] = str(path)
    for name, path in request.outputs.items():
        variables[f"ENVSPEC_OUTPUT_{variable_part(name)}"] = str(path)
    variables["ENVSPEC_RUN_ID"] = request.id
    variables[WORK] = str(request.work)
    tracking = tracking_of(variables, values)
    variables |= tracking.variables
    values += tracking.secret_values
    remember(request.log.parent, tracking)
    with_module(variables, str(write_module(folder, plugin=bool(variables.get(URI)))))
    variables[MARK] = folder.name
    if run.shell:
        script = folder / "script.sh"
        script.write_text(run.shell if run.shell.endswith("\n") else run.shell + "\n", encoding="utf-8")
        argv: tuple[str, ...] = ("/bin/sh", str(script))
    else:
        argv = tuple(text(part) for part in run.command)
    executable = find_program(argv, variables["PATH"], request.work, f"/runs/{run.id}/command/0")
    metrics = place_of(request.log.parent, folder, values)
    variables[METRICS] = str(metrics)
    return Program(executable, argv, variables, tuple(values), metrics)


def thread_variables(cpu: float | None) -> dict[str, str]:
    """How many threads numeric libraries start, for a run that may use `cpu` processors."""
    if cpu is None:
        return {}
    return dict.fromkeys((*_THREADS, "PYTHON_CPU_COUNT"), number_text(max(1, int(cpu))))


def filled(value: Text, inputs: Mapping[str, Path], outputs: Mapping[str, Path]) -> str:
    """Text with its holes filled by paths."""
    if isinstance(value, str):
        return value
    assert isinstance(value, Template)
    parts = []
    for part in value.parts:
        if isinstance(part, InputRef):
            parts.append(str(inputs[part.name]))
        elif isinstance(part, OutputRef):
            parts.append(str(outputs[part.name]))
        else:
            parts.append(part)
    return "".join(parts)


def variable_part(name: str) -> str:
    """`train-data` as it is written in `$ENVSPEC_INPUT_TRAIN_DATA`."""
    return name.upper().replace("-", "_")


def environment_variables(location: Path, folder: Path | None = None) -> dict[str, str]:
    """What a program in the environment at `location` (a prefix or an interpreter) sees of the machine.
    `folder` may get a `python` for an interpreter that has another name."""
    variables = chosen(PROGRAM)
    variables["PYTHONUNBUFFERED"] = "1"
    if location.is_dir():
        first = str(location / "bin")
        variables["PYTHONNOUSERSITE"] = "1"  # a conda interpreter would see ~/.local otherwise
        found = marker.read(location)
        variables |= found.activation if found is not None else {}
        kind = "CONDA_PREFIX" if (location / "conda-meta").is_dir() else "VIRTUAL_ENV"
        variables[kind] = str(location)
    else:
        first = str(location.parent)
        if folder is not None and not _is_python(location.parent / "python", location):
            first = f"{_named_python(location, folder)}:{first}"
    variables["PATH"] = f"{first}:{variables.get('PATH') or _DEFAULT_PATH}"
    return variables


def _is_python(path: Path, interpreter: Path) -> bool:
    return path.exists() and path.samefile(interpreter)


def _named_python(interpreter: Path, folder: Path) -> Path:
    """A folder with a `python` that is the interpreter. A script, not a symlink: a virtual environment is
    found by the folder its interpreter was started from."""
    import shlex

    names = folder / "bin"
    names.mkdir(exist_ok=True)
    for name in ("python", "python3"):
        script = names / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(str(interpreter))} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return names


def find_program(argv: Sequence[str], path: str, work: Path, pointer: str) -> str:
    """The file that `argv[0]` means on `path`, or from `work`. Raises `Failure` E0813 or E0814."""
    name = argv[0] if argv else ""
    if "/" in name:
        candidate = os.path.join(work, name)  # noqa: PTH118 - `./x` has to stay as it is
        if os.path.isfile(candidate):  # noqa: PTH113
            if os.access(candidate, os.X_OK):
                return candidate
            raise not_executable(name, pointer, "it has no execute permission")
    elif name and (found := shutil.which(name, path=path)):
        return found
    beside = "/" not in name and bool(name) and (work / name).is_file()
    if name.endswith(".py"):
        help_text = f'write `command = ["python", "{name}", …]`'
    elif beside:
        help_text = f'a file of the source folder is written `"./{name}"`'
    else:
        help_text = "check the name, or add the package that brings it to the environment"
    where = "from the source folder" if "/" in name else "in the environment or on `PATH`"
    raise Failure(Diagnostic("E0813", f"no program `{name}` {where}", pointer=pointer, help=help_text))


def not_executable(name: str, pointer: str, reason: str) -> Failure:
    help_text = (
        f'write `command = ["python", "{name}", …]`'
        if name.endswith(".py")
        else "make it executable (`chmod +x`) and give it a first line such as `#!/bin/sh`"
    )
    return Failure(
        Diagnostic(
            "E0814", f"the program `{name}` cannot be executed: {reason}", pointer=pointer, help=help_text
        )
    )
