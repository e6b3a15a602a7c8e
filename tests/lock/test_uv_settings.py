"""What uv gets to know of the machine, and what it does not."""

from __future__ import annotations

import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from envspec.lock.uv_report import scrub
from envspec.lock.uv_settings import default_index, uv_environment


def test_only_the_allow_list_comes_through() -> None:
    shell = {
        "PATH": "/usr/bin",
        "HOME": "/nonexistent",
        "UV_INDEX": "https://packages.example/simple",
        "UV_EXTRA_INDEX_URL": "https://packages.example/simple",
        "UV_FIND_LINKS": "/wheels",
        "UV_PRERELEASE": "allow",
        "UV_CONSTRAINT": "c.txt",
        "PIP_EXTRA_INDEX_URL": "https://packages.example/simple",
        "PYTHONPATH": "/code",
        "CORP_TOKEN": "secret",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "PIP_CONFIG_FILE": "/dev/null",
        "SSL_CERT_FILE": "/etc/all.pem",
    }
    assert uv_environment(shell) == {
        "SSL_CERT_FILE": "/etc/all.pem",
        "PATH": "/usr/bin",
        "HOME": "/nonexistent",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "NO_COLOR": "1",
    }


def test_certificates_of_pip_serve_when_there_are_no_others() -> None:
    home = {"HOME": "/nonexistent", "PIP_CERT": "/etc/pip.pem"}
    assert uv_environment(home)["SSL_CERT_FILE"] == "/etc/pip.pem"
    assert uv_environment(home | {"SSL_CERT_FILE": "/etc/all.pem"})["SSL_CERT_FILE"] == "/etc/all.pem"


def test_certificates_of_the_machine_serve_as_they_do_for_pip(tmp_path: Path) -> None:
    pip = tmp_path / "pip.conf"
    pip.write_text("[global]\ncert = /etc/company.pem\n")
    home = {"HOME": "/nonexistent", "PIP_CONFIG_FILE": str(pip)}
    assert uv_environment(home)["SSL_CERT_FILE"] == "/etc/company.pem"
    none = {"HOME": "/nonexistent", "PIP_CONFIG_FILE": "/dev/null"}
    paths = ssl.get_default_verify_paths()
    assert ("UV_SYSTEM_CERTS" in uv_environment(none)) == bool(
        paths.cafile or paths.capath or sys.platform == "darwin"
    )
    assert "UV_SYSTEM_CERTS" not in uv_environment(none | {"UV_NATIVE_TLS": "0"})


def test_the_first_place_that_names_a_mirror_counts(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    pip = tmp_path / ".config/pip/pip.conf"
    pip.parent.mkdir(parents=True)
    pip.write_text("[global]\nindex-url = https://pip.example/simple\n")
    assert default_index(home) == "https://pip.example/simple"
    uv = tmp_path / ".config/uv/uv.toml"
    uv.parent.mkdir(parents=True)
    uv.write_text('[[index]]\nurl = "https://uv.example/simple"\ndefault = true\n')
    assert default_index(home) == "https://uv.example/simple"
    shell = home | {"PIP_INDEX_URL": "https://a.example"}
    assert default_index(shell) == "https://a.example"
    assert default_index(shell | {"UV_INDEX_URL": "https://b.example"}) == "https://b.example"
    shell |= {"UV_DEFAULT_INDEX": "https://c.example", "UV_INDEX_URL": "https://b.example"}
    assert uv_environment(shell)["UV_DEFAULT_INDEX"] == "https://c.example"


@pytest.mark.parametrize("content", ["[global\nindex-url", "\x00", "[global]\nindex-url =\n"])
def test_a_broken_configuration_is_no_failure(tmp_path: Path, content: str) -> None:
    for name in ("pip/pip.conf", "uv/uv.toml"):
        file = tmp_path / ".config" / name
        file.parent.mkdir(parents=True)
        file.write_text(content)
    assert "packages.example" not in default_index({"HOME": str(tmp_path)})


def test_no_credential_leaves_in_a_message() -> None:
    text = "Failed to fetch: `https://ci:t0ken@packages.example/simple/six/` for six (from file:///tmp/x/six-1.whl)"
    assert scrub(text) == "Failed to fetch: `https://***@packages.example/simple/six/` for six"


def test_uv_is_found_by_many_threads_at_once() -> None:
    """The first question makes a table that Python shares between threads before it is complete."""
    program = (
        "import sysconfig, sys, threading\n"
        "from envspec.lock.uv_process import uv_program\n"
        "sys.setswitchinterval(1e-6)\n"
        "slow = sysconfig._init_posix\n"
        "def made_slowly(table):\n    import time\n    time.sleep(0.2)\n    slow(table)\n"
        "sysconfig._init_posix = made_slowly\n"
        "found, failed = [], []\n"
        "def ask():\n"
        "    try:\n        found.append(uv_program())\n"
        "    except TypeError as error:\n        failed.append(error)\n"
        "threads = [threading.Thread(target=ask) for _ in range(4)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "assert not failed and len(set(found)) == 1, failed\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_password_that_makes_an_address_none_is_not_repeated() -> None:
    said = "invalid value 'https://ci:hun/ter#2@h.example/simple' for '--index': invalid port number, see https://h.example:80/a@b"
    assert scrub(said) == said.replace("ci:hun/ter#2@", "***@")
