"""Images on a real engine, by both builders: made, found again, refused, blamed."""

from __future__ import annotations

import contextlib
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.build import ImageOrder, make_image
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.fast_path import HASH_LABEL, PREIMAGE_LABEL
from envspec.engines.docker.options import BuildOptions
from envspec.ir.types import Docker, Environment
from tests.engines.docker_engine import image_ids
from tests.engines_docker.requests import OURS, Heard, order

PLAIN = BuildOptions()


def failure(connection: Connection, wanted: ImageOrder, options: BuildOptions = PLAIN) -> Diagnostic:
    with pytest.raises(Failure) as failed:
        make_image(connection, options, wanted)
    (diagnostic,) = failed.value.diagnostics
    assert diagnostic.category.exit_status == 3
    return diagnostic


def test_an_image_is_made_with_its_labels_and_found_again(
    connection: Connection, base: str, builder: str, tmp_path: Path
) -> None:
    heard = Heard()
    wanted = order(tmp_path, f"FROM {base}\nRUN echo 'made' > /made\n", heard=heard)
    built = make_image(connection, PLAIN, wanted)
    assert (built.engine, built.location, built.hash, built.reused) == (
        "docker",
        wanted.reference,
        wanted.hash,
        False,
    )
    assert built.size > 0
    labels = connection.client.images.get(wanted.reference).labels
    assert labels[HASH_LABEL] == wanted.hash
    assert labels[PREIMAGE_LABEL].encode() == wanted.preimage
    assert any(line.startswith("RUN echo") for line in heard.said)
    assert any("without BuildKit" in line for line in heard.said) == (builder == "classic")
    assert b"RUN echo" in wanted.log.read_bytes()
    again = make_image(
        connection, PLAIN, replace(wanted, context=lambda builder: pytest.fail("asked for a context"))
    )
    assert again.reused
    assert (again.location, again.size) == (built.location, built.size)


def test_finding_an_image_needs_no_sdk(connection: Connection, base: str, tmp_path: Path) -> None:
    wanted = order(tmp_path, f"FROM {base}\n")
    make_image(connection, PLAIN, wanted)
    program = (
        "import sys; from pathlib import Path\n"
        "from envspec.engines.docker.build import ImageOrder, make_image\n"
        "from envspec.engines.docker.connection import Connection\n"
        "from envspec.engines.docker.options import BuildOptions\n"
        "host, reference, digest, preimage, folder = sys.argv[1:]\n"
        "order = ImageOrder(reference, digest, preimage.encode(), None, Path(folder), Path(folder), print, '', '')\n"
        "assert make_image(Connection(host), BuildOptions(), order).reused\n"
        "print([m for m in sys.modules if m in ('docker', 'requests', 'subprocess', 'http.client')])\n"
    )
    arguments = [connection.host, wanted.reference, wanted.hash, wanted.preimage.decode(), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_twelve_digits_of_a_tag_are_not_enough(connection: Connection, base: str, tmp_path: Path) -> None:
    first = order(tmp_path, f"FROM {base}\n")
    make_image(connection, PLAIN, first)
    heard = Heard()
    other = replace(order(tmp_path, f"FROM {base}\nRUN echo 2\n", heard=heard), reference=first.reference)
    assert not make_image(connection, PLAIN, other).reused
    assert any("was not made from this spec" in line for line in heard.said)
    assert connection.client.images.get(first.reference).labels[HASH_LABEL] == other.hash


def test_an_image_of_somebody_else_does_not_count(connection: Connection, base: str, tmp_path: Path) -> None:
    wanted = order(tmp_path, f"FROM {base}\n")
    repository, _, tag = wanted.reference.rpartition(":")
    connection.client.images.get(base).tag(repository, tag)
    assert not make_image(connection, PLAIN, wanted).reused


def _build_in_process(host: str, wanted: tuple[Path, str, bytes]) -> bool:
    folder, dockerfile, preimage = wanted
    return make_image(Connection(host), PLAIN, order(folder, dockerfile, preimage=preimage)).reused


def test_one_build_of_a_hash_at_once(connection: Connection, base: str, tmp_path: Path) -> None:
    """Three processes ask for the same image; one builds it, the others wait and find it."""
    wanted = order(tmp_path, f"FROM {base}\nRUN sleep 1\n")
    job = (connection.host, (tmp_path, f"FROM {base}\nRUN sleep 1\n", wanted.preimage))
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        reused = pool.starmap(_build_in_process, [job] * 3)
    assert sorted(reused) == [False, True, True]


def test_a_failed_step(connection: Connection, base: str, builder: str, tmp_path: Path) -> None:
    wanted = order(tmp_path, f"FROM {base}\nRUN echo first\nRUN echo before; echo the cause >&2; exit 7\n")
    found = failure(connection, wanted)
    assert (found.code, found.pointer) == ("E0906", wanted.pointer)
    assert "status 7" in found.message
    assert "the cause" in found.log
    assert "first" not in found.log
    assert any("exit 7" in note for note in found.notes)
    assert any(str(wanted.log) in note for note in found.notes)
    assert b"the cause" in wanted.log.read_bytes()
    assert not image_ids(connection.client, wanted.reference)


def test_a_base_image_that_cannot_be_had(connection: Connection, builder: str, tmp_path: Path) -> None:
    environment = Environment("e", "e", docker=Docker(image="127.0.0.1:1/no/such:1"))
    wanted = order(tmp_path, "FROM 127.0.0.1:1/no/such:1\nRUN true\n", environment=environment)
    found = failure(connection, wanted)
    assert (found.code, found.pointer) == ("E0905", f"{wanted.pointer}/docker/image")
    assert "base image `127.0.0.1:1/no/such:1` cannot be had: " in found.message


def test_an_unknown_apt_package(connection: Connection, base: str, builder: str, tmp_path: Path) -> None:
    environment = Environment("e", "e", apt=("libfine1", "no-such-package"))
    run = "rm -rf /var/lib/apt/lists/* && apt-get install -y --no-install-recommends 'no-such-package'"
    found = failure(connection, order(tmp_path, f"FROM {base}\nRUN {run}\n", environment=environment))
    assert (found.code, found.pointer.rpartition("/environments/")[2]) == (
        "E0907",
        f"{OURS}/apt/1",
    )
    assert "`no-such-package`" in found.message


def test_a_step_without_a_network(connection: Connection, base: str, builder: str, tmp_path: Path) -> None:
    run = "python3 -m venv /v && /v/bin/pip install --retries 1 --index-url https://index.example/simple six"
    wanted = order(tmp_path, f"FROM {base}\nRUN {run}\n", environment=Environment("e", "e"))
    found = failure(connection, wanted, BuildOptions(network="none"))
    assert found.code == "E0908"


def test_a_full_disk(connection: Connection, base: str, builder: str, tmp_path: Path) -> None:
    run = 'python3 -c \'open("/dev/full", "w", 0).write("x")\' 2>&1 || python3 -c \'import os; os.write(2, b"x")\''
    wanted = order(tmp_path, f"FROM {base}\nRUN dd if=/dev/zero of=/dev/full bs=1 count=1; {run}; exit 1\n")
    assert failure(connection, wanted).code == "E0909"


def test_a_dockerfile_the_engine_refuses(connection: Connection, builder: str, tmp_path: Path) -> None:
    found = failure(connection, order(tmp_path, "FORM scratch\n"))
    assert found.code == "E0916"
    assert any("FORM" in note for note in found.notes)


def test_no_cache_builds_again(connection: Connection, base: str, tmp_path: Path) -> None:
    wanted = order(tmp_path, f"FROM {base}\nRUN cat /proc/sys/kernel/random/uuid > /made\n")
    make_image(connection, PLAIN, wanted)
    first = connection.client.images.get(wanted.reference).id
    assert not make_image(connection, BuildOptions(no_cache=True), wanted).reused
    assert connection.client.images.get(wanted.reference).id != first


def test_a_ca_bundle_is_a_build_secret(connection: Connection, base: str, tmp_path: Path) -> None:
    bundle = tmp_path / 'my "own", bundle.pem'
    bundle.write_text("-----BEGIN CERTIFICATE-----\nplainly-visible\n")
    mount = "--mount=type=secret,id=envspec-ca"
    wanted = order(tmp_path, f"FROM {base}\nRUN {mount} grep -c BEGIN /run/secrets/envspec-ca\n")
    assert not make_image(connection, BuildOptions(ca_bundle=str(bundle)), wanted).reused
    image = connection.client.images.get(wanted.reference)
    assert "plainly-visible" not in str(image.attrs) + str(image.history())
    left = connection.client.containers.run(
        wanted.reference, ["ls", "/run/secrets"], remove=True, network_mode="none"
    )
    assert left.strip() == b""


def test_a_ca_bundle_is_refused_on_the_classic_builder(
    connection: Connection, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("x")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = failure(connection, order(tmp_path, f"FROM {base}\n"), BuildOptions(ca_bundle=str(bundle)))
    assert found.code == "E0910"
    assert any("no `docker` command" in note for note in found.notes)
    missing = failure(
        connection, order(tmp_path, f"FROM {base}\n"), BuildOptions(ca_bundle=str(tmp_path / "none"))
    )
    assert "is not a file" in missing.message


def test_a_docker_command_that_cannot_is_passed_over(
    connection: Connection, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer client without buildx, as this machine or another may have; only what it prints counts."""
    command = tmp_path / "docker"
    command.write_text(
        '#!/bin/sh\ncase "$1" in --version) echo "Docker version 28.2.2, build x";; *) exit 1;; esac\n'
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    heard = Heard()
    make_image(connection, PLAIN, order(tmp_path, f"FROM {base}\n", heard=heard))
    assert any("28 has no buildx plugin" in line for line in heard.said)


def test_another_platform(connection: Connection, base: str, builder: str, tmp_path: Path) -> None:
    """Either there is no such base image, or the engine cannot run its programs: never one for another platform."""
    wanted = replace(order(tmp_path, f"FROM {base}\nRUN true\n"), platform="linux/s390x")
    assert failure(connection, wanted).code in ("E0905", "E0914")
    assert not image_ids(connection.client, wanted.reference)


def test_an_interrupted_build_ends_in_the_engine_too(
    connection: Connection, base: str, builder: str, tmp_path: Path
) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from envspec.engines.docker.build import make_image\n"
        "from envspec.engines.docker.connection import Connection\n"
        "from envspec.engines.docker.options import BuildOptions\n"
        "from tests.engines_docker.requests import order\n"
        "from dataclasses import replace\n"
        "o = order(Path(sys.argv[2]), sys.argv[3])\n"
        "o = replace(o, say=lambda line: print(line, o.reference, flush=True))\n"
        "try: make_image(Connection(sys.argv[1]), BuildOptions(), o)\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    seconds = 300 + time.time_ns() % 10**6 / 10**6  # a build that was left alone may have cached another
    dockerfile = f"FROM {base}\nRUN sleep {seconds}\n"
    command = [sys.executable, "-c", program, connection.host, str(tmp_path), dockerfile]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("RUN sleep"):
            break
    wait_for(lambda: sleeping(seconds))
    process.send_signal(2)
    rest, _ = process.communicate(timeout=120)
    assert rest.endswith("interrupted\n")
    wait_for(lambda: not sleeping(seconds))
    assert not image_ids(connection.client, line.split()[-1])


def sleeping(seconds: float) -> bool:
    """Whether the engine, which runs on this machine, still executes the step."""
    wanted = f"sleep\0{seconds}\0".encode()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if process.read_bytes() == wanted:
                return True
    return False


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)
