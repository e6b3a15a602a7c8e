"""`python -m tests.engines`: start, stop and show the engines of the tests by hand.

`start` prints the address of the Docker engine on stdout, ready for `export DOCKER_HOST=`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.engines import EngineMissingError, docker_daemon, docker_engine
from tests.engines.paths import cache_dir


def main() -> int:
    """Run one command; 3 says that an engine cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="have a Docker engine with the base images, and hold it")
    stop = commands.add_parser("stop", help="give the Docker engine up; the last one out stops it")
    for command in (start, stop):
        command.add_argument("--for", dest="holder", type=int, help="hold it for this process id")
    stop.add_argument("--force", action="store_true", help="stop it whoever holds it")
    commands.add_parser("status", help="what runs, and who holds it")
    commands.add_parser("install", help="install the Debian packages the engines need (as root)")
    arguments = parser.parse_args()
    try:
        return _run(arguments)
    except EngineMissingError as error:
        print(f"no engine: {error}", file=sys.stderr)
        return 3


def _run(arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "start":
            print(docker_engine.acquire(arguments.holder).host)
        case "stop" if arguments.force:
            docker_engine.stop()
        case "stop":
            docker_engine.release(arguments.holder)
        case "install":
            return subprocess.call(["sh", str(Path(__file__).with_name("install-debian"))])
        case _:
            _status()
    return 0


def _status() -> None:
    found = docker_engine.find_running()
    if found is not None:
        print(f"docker: {found.host}, not ours")
    elif docker_daemon.pid() is not None:
        held_by = ", ".join(docker_engine.holders()) or "nobody"
        print(f"docker: {docker_daemon.host()}, private, process {docker_daemon.pid()}, held by {held_by}")
    else:
        print("docker: none runs; the tests start a private one when they need it")
    print(f"cache: {cache_dir()}")


if __name__ == "__main__":
    sys.exit(main())
