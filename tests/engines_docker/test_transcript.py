"""Progress of builders that are not on this machine: what newer ones print, recorded from their documentation."""

from __future__ import annotations

from envspec.engines.docker.build_failure import Blame, diagnose_build
from envspec.engines.docker.transcript import Transcript
from envspec.ir.types import Docker, Environment, PipPackage

BUILDX = """\
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 198B done
#1 DONE 0.0s

#5 [python 3/4] RUN uv pip install -r requirements.txt
#5 0.411 Resolved 1 package in 2ms
#5 0.902   x No solution found when resolving dependencies:
#5 0.902   `-> Because pillow was not found in the package registry and you require
#5 0.902       pillow==10.4.99, we can conclude that your requirements are unsatisfiable.
#5 ERROR: process "/bin/sh -c uv pip install" did not complete successfully: exit code: 1
------
 > [python 3/4] RUN uv pip install -r requirements.txt:
0.902   x No solution found when resolving dependencies:
------
Dockerfile:4
--------------------
   2 |     COPY requirements.txt .
   4 | >>> RUN uv pip install -r requirements.txt
--------------------
ERROR: failed to solve: process "/bin/sh -c uv pip install" did not complete successfully: exit code: 1
"""

ENVIRONMENT = Environment(
    "e",
    "e",
    apt=("libgomp1", "nosuch=1.0"),
    pip=(
        PipPackage("requirement", "numpy", "numpy"),
        PipPackage("requirement", "pillow", "pillow ==10.4.99"),
    ),
    docker=Docker(image="debian:bookworm-slim", run=("echo a", "false")),
)
BLAME = Blame("environment `e`", "/environments/e", ENVIRONMENT)


def fed(text: str) -> tuple[Transcript, list[str]]:
    said: list[str] = []
    transcript = Transcript(said.append)
    for line in text.splitlines():
        transcript.buildkit_line(line)
    transcript.buildkit_end(1)
    return transcript, said


def test_buildx_output_names_step_package_and_entry() -> None:
    transcript, said = fed(BUILDX)
    assert said == ["RUN uv pip install -r requirements.txt"]
    assert transcript.error.startswith("failed to solve: process")
    (found,) = diagnose_build(transcript, BLAME, "build.log")
    assert (found.code, found.pointer) == ("E0907", "/environments/e/pip/1")
    assert "`pillow`" in found.message
    assert "No solution found" in found.log


def test_a_script_is_blamed_by_its_number() -> None:
    text = (
        '#7 [stage-1 5/5] RUN --mount=x ["/bin/sh", "-e", "/opt/envspec/run/run-2.sh"]\n'
        "#7 0.3 Connection refused\n"
        "#7 ERROR: executor failed running [/bin/sh]: exit code: 9\n"
    )
    (found,) = diagnose_build(fed(text)[0], BLAME, "build.log")
    assert (found.code, found.pointer) == ("E0911", "/environments/e/docker/run/1")
    assert "status 9" in found.message


def test_an_apt_entry_is_found_by_its_name() -> None:
    text = (
        "#6 [system 2/3] RUN apt-get update && apt-get install -y 'nosuch=1.0'\n"
        "#6 0.3 E: Version '1.0' for 'nosuch' was not found\n"
        "#6 ERROR: executor failed running [/bin/sh]: exit code: 100\n"
    )
    (found,) = diagnose_build(fed(text)[0], BLAME, "build.log")
    assert (found.code, found.pointer) == ("E0907", "/environments/e/apt/1")


def test_a_full_disk_before_any_step_is_said_so() -> None:
    transcript, _ = fed("ERROR: failed to copy: write /var/lib/docker/tmp: no space left on device\n")
    (found,) = diagnose_build(transcript, BLAME, "build.log")
    assert found.code == "E0909"


def test_the_classic_stream_may_cut_lines_anywhere() -> None:
    said: list[str] = []
    transcript = Transcript(said.append)
    for piece in ("Step 1/2 : FR", "OM debian\n", " ---> abc\n", "Step 2/2 : RUN x\n", "\x1b[91mE", ": Unable to lo",
                  "cate package nosuch\n\x1b[0m"):  # fmt: skip
        transcript.classic_message({"stream": piece})
    transcript.classic_message({"errorDetail": {"code": 100, "message": "returned a non-zero code: 100"}})
    assert said == ["FROM debian", "RUN x"]
    assert transcript.failed is not None
    assert transcript.failed.output == ["E: Unable to locate package nosuch"]
    (found,) = diagnose_build(transcript, BLAME, "build.log")
    assert (found.code, found.pointer) == ("E0907", "/environments/e/apt/1")
