"""Speaking with a registry of a test: a client, an image in it, and what goes wrong."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic, Failure
from envspec.registry.client import IMAGE_MANIFEST, Manifest, Registry
from envspec.registry.login import Login

PASSWORD = "correct-horse"
PAIR = base64.b64encode(f"ci:{PASSWORD}".encode()).decode()
# `htpasswd -nbB ci correct-horse`
HTPASSWD = "ci:$2y$05$abcdefghijklmnopqrstuuZ0Fx87Pb/Aqb0E90lfvCwzXnaFKUHpS\n"


def client(address: str, repository: str = "") -> Registry:
    return Registry(address, Login(address, f"repository:{repository}:pull,push" if repository else ""))


def image(registry: Registry, repository: str) -> Manifest:
    """An image without layers, pushed."""
    config = registry.put_blob(repository, json.dumps({"architecture": "amd64", "os": "linux"}).encode())
    value = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 38},
        "layers": [],
    }
    content = json.dumps({**value, "annotations": {"once": uuid.uuid4().hex}}).encode()
    registry.put_manifest(repository, "1", content, IMAGE_MANIFEST, {})
    found = registry.manifest(repository, "1")
    assert found is not None and found.content == content
    return found


def problem(work: Callable[[], object]) -> Diagnostic:
    with pytest.raises(Failure) as failure:
        work()
    (diagnostic,) = failure.value.diagnostics
    return diagnostic


def log_in(folder: Path, address: str, **entry: str) -> None:
    (folder / "config.json").write_text(json.dumps({"auths": {address: entry}}))


def make_helper(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A credential helper on the path, as a shell script."""
    helper = folder / f"docker-credential-{name}"
    helper.write_text(f"#!/bin/sh\n{script}\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return helper


def make_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody has signed, and a server's context with it."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", "/CN=registry", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def make_authority(folder: Path) -> tuple[Path, Path, Path]:
    """A certificate authority of its own, and what it has signed for 127.0.0.1: the authority's certificate, the
    server's and the server's key."""
    authority, signed = folder / "ca.pem", folder / "server.pem"
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    for command in (
        [*new, "-x509", "-days", "2", "-subj", "/CN=the house", "-keyout", folder / "ca.key", "-out", authority],
        [*new, "-subj", "/CN=registry", "-keyout", folder / "server.key", "-out", folder / "server.csr"],
        ["openssl", "x509", "-req", "-days", "2", "-in", folder / "server.csr", "-CA", authority, "-CAkey",
         folder / "ca.key", "-CAcreateserial", "-extfile", folder / "names", "-out", signed],
    ):  # fmt: skip
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        subprocess.run(command, check=True, capture_output=True)
    return authority, signed, folder / "server.key"
