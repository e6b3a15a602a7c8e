"""What is measured: the goals of the project, their yardsticks, and peers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.cli.test_bad_input import FILES

from benchmarks import importing, locking
from benchmarks.editor import long_spec
from benchmarks.installed import ROOT, Installed
from benchmarks.measure import Case
from envspec.kept.folder import VARIABLE as CACHE
from envspec.lock.uv_process import uv_program
from envspec.lock.uv_settings import uv_environment

EMPTY, IMPORTS, BARE = "python -c pass", "import lark, click, jsonschema", "the bare script"
_STATED = 0.160
"""What the imports took on the machine that the goals of `check` and `compile` were set on."""

SPEC = """edition = 1

environment small {
    python = ">=3.11"
    pip    = ["six ==1.17.0"]
}

run hello {
    environment = small
    source      = "src"
    command     = ["python", "hello.py", outputs.text]
    outputs     = { text = "hello.txt" }
}
"""
SCRIPT = "import sys\nopen(sys.argv[1], 'w').write('hello')\n"


def cases(folder: Path, installed: Installed) -> list[Case]:
    """Makes the projects below `folder` and says what is to be measured in them."""
    wine, small = folder / "wine", folder / "small"
    shutil.copytree(ROOT / "examples" / "wine", wine, ignore=shutil.ignore_patterns(".envspec"))
    (small / "src").mkdir(parents=True)
    (small / "small.envspec").write_text(SPEC)
    (small / "src" / "hello.py").write_text(SCRIPT)
    many, bad = _many(folder / "many"), _bad(folder / "bad")
    for project in (wine, small):
        _call(installed, project, "build")
    prefix = next((small / ".envspec" / "environments").glob("*/bin/python"))
    python, envspec = installed.python, installed.envspec
    settings = uv_environment()
    requirements = folder / "requirements.in"
    requirements.write_text("six ==1.17.0\n")
    locked = folder / "requirements.txt"
    _uv("pip", "compile", "-q", "--generate-hashes", "-o", str(locked), str(requirements), variables=settings)

    def case(name: str, *command: str, cwd: Path = small, **more: object) -> Case:
        return Case(name, command, cwd, installed.variables, **more)  # type: ignore[arg-type]

    def forget() -> None:
        shutil.rmtree(installed.variables[CACHE], ignore_errors=True)

    def uv(name: str, *arguments: str) -> Case:
        return Case(name, (uv_program(), *arguments), folder, settings)

    sync = ("pip", "sync", "-q", "--require-hashes", "--python", str(prefix), str(locked))
    return [
        case(EMPTY, python, "-c", "pass"),
        case(IMPORTS, python, "-c", "import lark, click, jsonschema"),
        case("check, one small file, cold", envspec, "check", cwd=wine, goal=0.110, prepare=forget),
        case("check, one small file, unchanged", envspec, "check", cwd=wine, goal=0.033, peer=EMPTY),
        case("check, 1,000 files, cold", envspec, "check", cwd=many, prepare=forget),
        case("check, 1,000 files, unchanged", envspec, "check", cwd=many, goal=0.5, peer=EMPTY),
        *(
            case(f"check, {name}", envspec, "check", "--no-cache", cwd=bad / name, goal=1.0, statuses=(0, 1, 4))
            for name in sorted(path.name for path in bad.iterdir())
        ),
        case(
            "compile, one small file", envspec, "compile", "-o", str(folder / "out"), cwd=wine,
            goal=0.280, when=IMPORTS, takes=_STATED,
        ),
        uv("uv pip sync, nothing to do", *sync),
        case("build, the hash exists", envspec, "build", goal=0.2, peer="uv pip sync, nothing to do"),
        uv("uv pip compile, warm", "pip", "compile", "-q", "--generate-hashes", "-o", str(locked), str(requirements)),
        case("lock --check", envspec, "lock", "--check", peer="uv pip compile, warm"),
        case(BARE, str(prefix), "src/hello.py", str(folder / "hello.txt")),
        case("run", envspec, "run", goal=0.150, over=BARE),
        case("up, nothing to do", envspec, "up", peer="run"),
        *importing.cases(folder / "importing", envspec, installed.variables),
        *locking.cases(folder / "locking", envspec, python, installed.variables),
    ]  # fmt: skip


def _many(folder: Path) -> Path:
    """1,000 files of 40 lines."""
    (folder / ".git").mkdir(parents=True)
    for number in range(1_000):
        text = long_spec(20)
        text += f"# {number}\n" * (40 - text.count("\n"))
        path = folder / f"team{number % 20}" / f"project{number}.envspec"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


def _bad(folder: Path) -> Path:
    """A project for each file that is no spec."""
    for name, data in FILES.items():
        (folder / name / ".git").mkdir(parents=True)
        (folder / name / "a.envspec").write_bytes(data)
    return folder


def _call(installed: Installed, project: Path, *arguments: str) -> None:
    subprocess.run(
        [installed.envspec, *arguments], cwd=project, env=installed.variables, capture_output=True, check=True
    )


def _uv(*arguments: str, variables: dict[str, str]) -> None:
    subprocess.run([uv_program(), *arguments], env=variables, check=True, timeout=600)
