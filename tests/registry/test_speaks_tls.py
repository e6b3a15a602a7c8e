"""Whether a registry on this machine speaks TLS: what does is never spoken to in the clear."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from envspec.registry.session import Session
from tests.registry.small_registry import serve_small_registry
from tests.registry.speaking import make_certificate


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("wants", [ssl.CERT_NONE, ssl.CERT_REQUIRED])
def test_whoever_does(tmp_path: Path, version: ssl.TLSVersion, wants: ssl.VerifyMode) -> None:
    """With a certificate that nobody has signed, and also one that wants ours and refuses."""
    certificate, context = make_certificate(tmp_path)
    context.minimum_version = context.maximum_version = version
    context.verify_mode = wants
    context.load_verify_locations(certificate)
    with serve_small_registry(context) as registry:
        assert Session((5, 5)).speaks_tls(registry.address)


def test_whoever_does_not() -> None:
    with serve_small_registry() as registry:
        assert not Session((5, 5)).speaks_tls(registry.address)


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 64])
def test_something_else(said: bytes) -> None:
    """It says something and goes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        assert not Session((5, 5)).speaks_tls(f"127.0.0.1:{server.getsockname()[1]}")
        thread.join()


def test_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not Session((5, 5)).speaks_tls(f"127.0.0.1:{port}")
