"""`build --target docker` as users need it behind proxies and in CI: certificates, reuse, platforms."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.engines.docker_engine import DockerEngine, image_ids

SPEC = """edition = 1
environment e {
    python = "3.11"
    pip    = ["six ==1.17.0"]
    docker {
        image  = "IMAGE"
        labels = { once = "ONCE" }
    }
}
"""
BROKEN = "FROM {base}\nRUN rm -f /etc/ssl/certs/ca-certificates.crt\nENV {variables}\nLABEL once={once}\n"
TRUST = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture
def trusting_nobody(docker_env: DockerEngine, tmp_path: Path) -> Iterator[str]:
    """A base image that trusts no certificate, as one that does not know the company's proxy."""
    tag = f"envspec-test/trusting-nobody:{uuid.uuid4().hex[:12]}"
    folder = tmp_path / "base"
    folder.mkdir()
    variables = " ".join(f"{name}=/nowhere" for name in TRUST)
    (folder / "Dockerfile").write_text(BROKEN.format(base="python:3.11-slim", variables=variables, once=tag))
    docker_env.client.images.build(path=str(folder), tag=tag, rm=True, forcerm=True)
    yield tag
    docker_env.client.images.remove(tag, force=True)


def bundle() -> Path:
    """What this machine trusts."""
    found = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    return Path(found or "/etc/ssl/certs/ca-certificates.crt")


def project(folder: Path, image: str) -> Path:
    (folder / "a.envspec").write_text(SPEC.replace("IMAGE", image).replace("ONCE", uuid.uuid4().hex))
    return folder


@pytest.mark.index
@pytest.mark.slow
def test_a_base_that_trusts_nobody_needs_the_bundle(
    docker_env: DockerEngine, tmp_path: Path, trusting_nobody: str
) -> None:
    project(tmp_path, trusting_nobody)
    ok(envspec("lock", cwd=tmp_path))
    wrong = Path(__file__).with_name("nobody.pem")  # the certificate of an authority that signs nothing
    failed = envspec("build", "--target", "docker", "--ca-bundle", str(wrong), cwd=tmp_path)
    assert failed.returncode == 3
    assert "E0908" in failed.stderr and "--ca-bundle" in failed.stderr
    own = tmp_path / "certificates.pem"
    own.write_bytes(bundle().read_bytes() + b"\n# plainly-visible\n")
    (tmp_path / "pyproject.toml").write_text('[tool.envspec.docker]\nca-bundle = "certificates.pem"\n')
    refused = envspec("build", "--target", "docker", "--builder", "classic", cwd=tmp_path)
    assert refused.returncode == 3
    assert "E0910" in refused.stderr
    built = ok(envspec("build", "--target", "docker", cwd=tmp_path)).split()[-1]
    look = "grep -rl plainly-visible / --include=* --exclude-dir=proc --exclude-dir=sys 2>/dev/null || true"
    left = docker_env.client.containers.run(
        built, ["sh", "-c", look], user="0", remove=True, network_mode="none"
    )
    assert left == b""
    image = docker_env.client.images.get(built)
    assert "plainly-visible" not in json.dumps(image.attrs) + json.dumps(image.history())
    assert "certificates.pem" not in json.dumps(image.attrs) + json.dumps(image.history())


@pytest.mark.index
def test_what_is_built_is_found_without_the_sdk(docker_env: DockerEngine, tmp_path: Path) -> None:
    project(tmp_path, docker_env.base)
    first = ok(envspec("build", "--target", "docker", cwd=tmp_path))
    assert "built in" in first
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "envspec", "build", "--target", "docker"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "reused" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "envspec.engines.docker.fast_path" in imported
    slow = {
        "docker",
        "requests",
        "urllib3",
        "jinja2",
        "lark",
        "jsonschema",
        "subprocess",
        "http.client",
        "rattler",
        "asyncio",
    }
    assert imported & slow == set()


def test_an_image_for_another_platform_is_never_this_ones(docker_env: DockerEngine, tmp_path: Path) -> None:
    """The classic builder takes the base image that is there, whatever it is for: that is refused, and does not
    stay."""
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nenvironment other {\n    managed = false\n    interpreter = "python3"\n    docker {\n'
        f'        image = "{docker_env.base}"\n        platforms = ["linux/s390x"]\n    }}\n}}\n'
    )
    before = image_ids(docker_env.client, "envspec/other")
    for builder in ("classic", "buildkit"):
        done = envspec("build", "--target", "docker", "--builder", builder, cwd=tmp_path)
        assert done.returncode == 3, done.stdout
        assert "E0914" in done.stderr or "E0905" in done.stderr
        assert "a.envspec:" in done.stderr
    assert image_ids(docker_env.client, "envspec/other") == before


def test_a_build_knows_no_other_cuda_than_compile(docker_env: DockerEngine, tmp_path: Path) -> None:
    spec = 'environment e {\n    managed = false\n    interpreter = "python3"\n    docker { cuda = "12.44" }\n}\n'
    (tmp_path / "a.envspec").write_text(spec)
    for arguments in (("compile",), ("build", "--target", "docker"), ("plan", "--target", "docker")):
        done = envspec(*arguments, cwd=tmp_path)
        assert done.returncode == 1 and "E0710" in done.stderr and "a.envspec:4:" in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("inside", "code", "said"),
    [
        ('spark { packages = ["a:b:1"] }', "E0702", "`spark`"),
        ('docker { cuda = "12.4" }', "E0711", "CUDA"),
        ('docker { cuda = "12.44" }', "E0710", "`12.44`"),
        ('docker { dockerfile = "Dockerfile" }', "E0712", "line 2: the source `$X` holds a variable"),
        ('docker { platforms = ["linux/s390x"] }', "E0703", "`linux/s390x`"),
    ],
)
def test_what_an_image_cannot_have_yet_says_so(tmp_path: Path, inside: str, code: str, said: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY $X /\n")
    (tmp_path / "a.envspec").write_text(
        f'edition = 1\nenvironment e {{\n    python = "3.11"\n    {inside}\n}}\n'
    )
    done = envspec("compile", "-o", "out", cwd=tmp_path)
    assert done.returncode == 3 or done.returncode == 1
    assert code in done.stderr and said in done.stderr and "a.envspec:4:" in done.stderr
    assert not (tmp_path / "out").exists()
