"""`[tool.envspec.docker]`: defaults for the command line, and what is said about wrong ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from envspec.actions.settings import DockerSettings, docker_settings
from envspec.diagnostics import Failure
from tests.cli.test_check import envspec
from tests.engines.docker_engine import DockerEngine
from tests.registry.small_registry import serve_small_registry
from tests.registry.speaking import make_certificate
from tests.registry.test_digest import BODY, DIGEST

SPEC = """edition = 1
environment e {
    managed     = false
    interpreter = "python3"
    docker { image = "envspec-test/base:1", run = ["ls /sys/class/net > /networks"] }
}
"""


def configured(folder: Path, settings: str) -> Path:
    (folder / "a.envspec").write_text(SPEC)
    (folder / "pyproject.toml").write_text(f"[tool.envspec.docker]\n{settings}\n")
    return folder


def test_all_of_them_are_read(tmp_path: Path) -> None:
    configured(
        tmp_path, 'host = "tcp://a:1"\nnetwork = "host"\nca-bundle = "certs/ca.pem"\nbuilder = "classic"'
    )
    assert docker_settings(tmp_path) == DockerSettings(
        "tcp://a:1", "host", str(tmp_path / "certs" / "ca.pem"), "classic"
    )
    (tmp_path / "pyproject.toml").unlink()
    assert docker_settings(tmp_path) == DockerSettings()


@pytest.mark.parametrize(
    ("settings", "message", "help_"),
    [
        ('netwrk = "host"', "unknown key `netwrk`", "did you mean `network`?"),
        ("network = 1", "`network`", "a string"),
        ('builder = "kaniko"', "`builder`", "`buildkit`"),
        ('host = "somewhere"', "`host`", "unix://"),
        ('network = "--privileged"', "`network`", "a name"),
        ('https-proxy = "http://ci:pw@proxy.example:1"', "`https-proxy`", "with a password belongs into"),
        ('http-proxy = "proxy.example"', "`http-proxy`", "an address such as"),
        ("[tool.envspec.docker", "does not parse", ""),
    ],
)
def test_what_is_wrong_is_said_with_status_2(tmp_path: Path, settings: str, message: str, help_: str) -> None:
    configured(tmp_path, settings)
    with pytest.raises(Failure) as failed:
        docker_settings(tmp_path)
    (found,) = failed.value.diagnostics
    assert found.code == "E1208"
    assert message in found.message and help_ in found.help
    (tmp_path / "envspec.lock").write_text("")  # the root, also where the table cannot be read
    done = envspec("build", "--target", "docker", cwd=tmp_path, DOCKER_HOST="unix:///none")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr and help_ in done.stderr


def test_every_problem_at_once(tmp_path: Path) -> None:
    configured(tmp_path, 'nonsense = "x"\nnetwork = 1\nbuilder = ""')
    with pytest.raises(Failure) as failed:
        docker_settings(tmp_path)
    assert len(failed.value.diagnostics) == 3


def test_the_local_engine_does_not_care_once_the_base_image_is_locked(tmp_path: Path) -> None:
    spec = SPEC.replace('interpreter = "python3"', f'interpreter = "{sys.executable}"')
    (tmp_path / "a.envspec").write_text(spec.replace("BASE", "base.example/none:1"))
    configured(tmp_path, 'host = "unix:///none"')
    assert envspec("lock", cwd=tmp_path, DOCKER_HOST="").returncode == 0
    configured(tmp_path, 'nonsense = "x"')
    built = envspec("build", cwd=tmp_path, DOCKER_HOST="")
    assert built.returncode == 0 and "nonsense" not in built.stderr, built.stderr
    (tmp_path / "envspec.lock").unlink()  # the engine that builds is asked for the digest: which one is that?
    locked = envspec("lock", cwd=tmp_path, DOCKER_HOST="")
    assert locked.returncode == 2 and "nonsense" in locked.stderr, locked.stderr


def test_the_host_is_where_the_engine_is(docker_engine: DockerEngine, tmp_path: Path) -> None:
    configured(tmp_path, f'host = "{docker_engine.host}"')
    done = envspec("build", "--target", "docker", cwd=tmp_path, DOCKER_HOST="")
    assert done.returncode == 0, done.stderr
    other = envspec("build", "--target", "docker", cwd=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none")
    assert other.returncode == 3
    assert "E0901" in other.stderr and f"no socket `{tmp_path}/none`" in other.stderr


def test_network_and_builder_reach_the_build(docker_env: DockerEngine, tmp_path: Path) -> None:
    """A network of its own has a loopback device only; the command line wins over the table."""
    configured(tmp_path, 'network = "none"\nbuilder = "classic"')
    first = envspec("build", "--target", "docker", "--no-cache", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "the builder `classic` was asked for" in first.stderr
    reference = first.stdout.split()[-1]
    run = {"remove": True, "network_mode": "none"}
    assert docker_env.client.containers.run(reference, ["cat", "/networks"], **run).split() == [b"lo"]
    again = envspec(
        "build", "--target", "docker", "--no-cache", "--builder", "auto", "--network", "host", cwd=tmp_path
    )
    assert again.returncode == 0, again.stderr
    if docker_env.cli is not None:
        assert "classic" not in again.stderr
    assert len(docker_env.client.containers.run(reference, ["cat", "/networks"], **run).split()) > 1


def test_a_builder_that_is_not_there_is_no_silent_fallback(docker_env: DockerEngine, tmp_path: Path) -> None:
    configured(tmp_path, 'builder = "buildkit"')
    done = envspec("build", "--target", "docker", "--no-cache", cwd=tmp_path, PATH=str(tmp_path))
    assert done.returncode == 3
    assert "E0910" in done.stderr and "no `docker` command on PATH" in done.stderr


def test_a_bundle_is_relative_to_the_file(docker_env: DockerEngine, tmp_path: Path) -> None:
    configured(tmp_path, 'ca-bundle = "none.pem"')
    (tmp_path / "below").mkdir()
    done = envspec("build", "--target", "docker", "--no-cache", "..", cwd=tmp_path / "below")
    assert done.returncode == 3
    assert f"`{tmp_path}/none.pem` is not a file" in done.stderr


def test_a_target_of_the_spec_stands_for_its_engine(docker_env: DockerEngine, tmp_path: Path) -> None:
    """Both the first time and from the cache."""
    (tmp_path / "a.envspec").write_text(
        SPEC + 'target box { kind = docker }\ntarget cluster { kind = kubernetes, namespace = "ml" }\n'
    )
    for _ in range(2):
        done = envspec("build", "--target", "box", "--format", "json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert '"engine": "docker"' in done.stdout
    later = envspec("build", "--target", "cluster", cwd=tmp_path)
    assert later.returncode == 3
    assert "E0802" in later.stderr and "`kubernetes` is not available yet" in later.stderr


def test_the_certificates_are_those_that_registries_are_trusted_by(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    certificate, context = make_certificate(tmp_path / "tls")
    with serve_small_registry(context) as registry:
        registry.trouble = lambda method, path, headers: (200, {}, BODY)
        configured(tmp_path, f'ca-bundle = "{certificate.relative_to(tmp_path)}"')
        spec = tmp_path / "a.envspec"
        spec.write_text(SPEC.replace("envspec-test/base:1", f"{registry.address}/e:1"))
        done = envspec("lock", cwd=tmp_path, DOCKER_HOST="unix:///nonexistent/docker.sock")
        assert done.returncode == 0, done.stderr
        assert f'digest = "{DIGEST}"' in (tmp_path / "envspec.lock").read_text()
        (tmp_path / "pyproject.toml").unlink()
        (tmp_path / "envspec.lock").unlink()
        done = envspec("lock", cwd=tmp_path, DOCKER_HOST="unix:///nonexistent/docker.sock")
        assert "cannot be reached" in done.stderr
