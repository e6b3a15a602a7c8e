"""A proxy with a password between this machine and an index: locked, installed and built through it, left nowhere."""

from __future__ import annotations

import base64
import http.client
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from envspec.engines.docker.proxies import credentials, proxies_of, reachable
from tests.cli import canary
from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.engines.docker_engine import DockerEngine
from tests.engines.in_thread import answering
from tests.engines.private_index import serve_private, write_index

PASSWORD = canary.VALUES["by_variable"]
SPEC = """edition = 1
index corp {{ url = "http://packages.example/simple", packages = ["corp-one"] }}
environment e {{
    python  = "3.11"
    pip     = ["corp-one"]
    indexes = [corp]
    docker {{ labels = {{ once = "{once}" }}, run = ["test -n \\"$http_proxy\\""] }}
}}
"""


@dataclass
class Proxy:
    """`refused` counts requests without the right password, `hosts` are those that were asked for through it."""

    address: str = ""
    refused: int = 0
    hosts: list[str] = field(default_factory=list)


@contextmanager
def serve_proxy(origin: str) -> Iterator[Proxy]:
    """A forward proxy (RFC 9110, absolute-form) for `ci` and the password, to whom every host is `origin`."""
    found = Proxy()
    wanted = "Basic " + base64.b64encode(f"ci:{PASSWORD}".encode()).decode()

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Proxy-Authorization") != wanted:
                found.refused += 1
                self.send_response(407)
                self.send_header("Proxy-Authenticate", 'Basic realm="proxy"')
                self.end_headers()
                return
            asked = urlsplit(self.path)
            found.hosts.append(asked.hostname or "")
            connection = http.client.HTTPConnection(urlsplit(origin).netloc)
            connection.request(self.command, asked.path)
            answer = connection.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.getheader("Content-Type", "text/html"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
    found.address = f"127.0.0.1:{server.server_port}"
    with answering(server):
        yield found


@pytest.mark.index
@pytest.mark.slow
def test_everything_goes_through_the_proxy_and_its_password_nowhere(
    docker_env: DockerEngine, tmp_path: Path
) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    (project / "a.envspec").write_text(SPEC.format(once=uuid.uuid4().hex))
    folder = write_index(tmp_path / "index", ("corp-one", "1.0", "one"))
    with serve_private(folder, "") as origin, serve_proxy(origin.address) as proxy:
        variables = {
            "HTTP_PROXY": f"http://ci:{quote(PASSWORD, safe='')}@{proxy.address}",
            "UV_CACHE_DIR": str(outside / "uv"),
        }
        said = []
        asked = [0]
        on_docker = ("build", "--target", "docker", "--network", "host")
        for command in (("lock",), ("build", "--target", "local"), on_docker):
            done = envspec(*command, cwd=project, **variables)
            said += [ok(done), done.stderr]
            asked.append(len(proxy.hosts))
            (outside / "uv").rename(outside / f"uv-{len(asked)}") if (outside / "uv").is_dir() else None
        assert "build steps use the proxies of `HTTP_PROXY`" in said[-1]
        assert asked == sorted(set(asked)), "each of them asked"
        assert set(proxy.hosts) == {"packages.example"}
        image = said[-2].split()[-1]
        assert canary.found_in_image(docker_env.client, image) == []
        assert canary.found_below(project) == []
        assert not canary.found_in_value("".join(said))
        # it is in no hash: without it the image is there
        assert "reused" in ok(envspec(*on_docker, cwd=project))
        # a password is never an argument of the classic builder, and loopback is not the container's own
        refused = envspec(*on_docker, "--builder", "classic", "--no-cache", cwd=project, **variables)
        assert refused.returncode == 3 and "error[E0910]" in refused.stderr and "proxy" in refused.stderr
        without = envspec("build", "--target", "docker", "--no-cache", cwd=project, **variables)
        assert without.returncode == 3
        assert "build steps do without `HTTP_PROXY`" in without.stderr
        assert not canary.found_in_value(refused.stderr + without.stderr)


def test_settings_win_over_variables() -> None:
    ambient = {"HTTPS_PROXY": "http://big:1", "https_proxy": "http://small:1", "NO_PROXY": "a"}
    nothing: dict[str, str | None] = {"HTTP_PROXY": None, "HTTPS_PROXY": None, "NO_PROXY": None}
    assert proxies_of(nothing, ambient) == {"HTTPS_PROXY": "http://small:1", "NO_PROXY": "a"}
    assert proxies_of({**nothing, "HTTPS_PROXY": "http://set:1"}, ambient)["HTTPS_PROXY"] == "http://set:1"
    assert proxies_of({**nothing, "HTTPS_PROXY": ""}, ambient) == {}
    assert proxies_of(nothing, {}) == {}


@pytest.mark.parametrize(
    ("address", "network", "reached"),
    [
        ("http://127.0.0.1:3128", "", False),
        ("http://127.0.0.1:3128", "host", True),
        ("localhost:3128", "none", False),
        ("http://[::1]:3128", "", False),
        ("http://proxy.example:3128", "", True),
        ("http://[", "", True),
    ],
)
def test_what_a_container_can_reach(address: str, network: str, reached: bool) -> None:
    left, away = reachable({"HTTP_PROXY": address, "NO_PROXY": "127.0.0.1"}, network)
    assert ("HTTP_PROXY" in left, away) == (reached, [] if reached else ["HTTP_PROXY"])


def test_passwords_in_both_spellings() -> None:
    assert credentials({"HTTP_PROXY": "http://u:p%2Fw@a:1", "NO_PROXY": "u:x@a"}) == ["p%2Fw", "p/w"]
    assert credentials({"HTTP_PROXY": "u:pw@a:1", "HTTPS_PROXY": "http://a"}) == ["pw"]
