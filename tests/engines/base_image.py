"""The base images of the tests, made of Debian packages because no image can be pulled everywhere.

In comes what this machine's apt is configured with; out come three tags in a Docker engine:
`envspec-test/base:1` with Python and pip; `debian:bookworm-slim` without any Python, as the official
one is; and `python:3.11-slim`, shaped like the official one. As a company's base image would, they
carry this machine's CA bundle and the settings that make pip and uv use it. A tag that is there and
not ours stays as it is. The root file systems are kept as tars in the cache.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import ssl
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import docker
import docker.errors

from tests.engines import EngineMissingError
from tests.engines.apt_sources import debian_sources
from tests.engines.package_index import index_settings
from tests.engines.paths import cache_dir, lock

BASE_LABEL = "envspec.test.base"
"""What a base image was made of. Whatever is built on it inherits the label."""

BASE = "envspec-test/base:1"
DEBIAN = "debian:bookworm-slim"
PYTHON = "python:3.11-slim"

_ROOTFS = "envspec-test/rootfs"
_SUITE = "bookworm"
_NOT_OURS = ""
_PLAIN = ("ca-certificates",)
WITH_PYTHON = (*_PLAIN, "python3", "python3-venv", "python3-pip")
_CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_COMMON = """\
FROM {rootfs}
COPY ca-certificates.crt {ca_bundle}
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin {settings}
LABEL {label}={inputs}
"""
# The official image has its interpreter in /usr/local, sets LANG, and lets pip install as root.
_PYTHON_EXTRA = """\
RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED \\
 && ln -s /usr/bin/python3 /usr/local/bin/python3 \\
 && ln -s python3 /usr/local/bin/python
ENV LANG=C.UTF-8
CMD ["python3"]
"""


@dataclass(frozen=True, slots=True)
class _Image:
    """A base image: the Debian packages of its root file system, and the Dockerfile on top."""

    packages: tuple[str, ...]
    dockerfile: str


_IMAGES: Mapping[str, _Image] = {
    BASE: _Image(WITH_PYTHON, _COMMON + 'CMD ["bash"]\n'),
    DEBIAN: _Image(_PLAIN, _COMMON + 'CMD ["bash"]\n'),
    PYTHON: _Image(WITH_PYTHON, _COMMON + _PYTHON_EXTRA),
}


def ensure(client: docker.DockerClient, *, pull: bool) -> None:
    """Have the base images in the engine; `pull` tries the official ones in a registry first.

    Raises EngineMissingError when they are not there and cannot be made.
    """
    certificates = _host_ca_bundle()
    settings = " ".join(f'{name}="{value}"' for name, value in _settings().items())
    for tag, image in _IMAGES.items():
        rootfs = f"{_ROOTFS}:{_rootfs_key(image.packages)}"
        description = f"{rootfs}\0{image.dockerfile}\0{settings}"
        inputs = hashlib.sha256(certificates + description.encode()).hexdigest()
        present = _label(client, tag)
        if present in (inputs, _NOT_OURS):
            continue
        if pull and present is None and tag != BASE and _pulled(client, tag):
            continue
        _import_rootfs(client, rootfs, image.packages)
        dockerfile = image.dockerfile.format(
            rootfs=rootfs, ca_bundle=_CA_BUNDLE, settings=settings, label=BASE_LABEL, inputs=inputs
        )
        _build(client, tag, {"Dockerfile": dockerfile.encode(), "ca-certificates.crt": certificates})


def is_base(tags: Iterable[str]) -> bool:
    """Whether an image with these tags is one of these, or what they are made of."""
    return any(tag in _IMAGES or tag.startswith(f"{_ROOTFS}:") for tag in tags)


def rootfs_tar(packages: tuple[str, ...]) -> Path:
    """The root file system as a tar in the cache; made by mmdebstrap when it is not there (30 s)."""
    tar = cache_dir() / f"rootfs-{_rootfs_key(packages)}.tar"
    with lock("rootfs"):
        if not tar.exists():
            _mmdebstrap(tar, packages)
    return tar


def _mmdebstrap(tar: Path, packages: tuple[str, ...]) -> None:
    if shutil.which("mmdebstrap") is None:
        raise EngineMissingError("there is no mmdebstrap to make a base image with: install mmdebstrap")
    unfinished = tar.with_suffix(".unfinished.tar")
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}"]
    done = subprocess.run(
        [*command, _SUITE, str(unfinished), "-"],
        input=debian_sources(_SUITE),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        unfinished.unlink(missing_ok=True)
        raise EngineMissingError("mmdebstrap failed:\n" + "\n".join(done.stderr.splitlines()[-5:]))
    unfinished.rename(tar)


def _import_rootfs(client: docker.DockerClient, reference: str, packages: tuple[str, ...]) -> None:
    if _label(client, reference) is None:
        repository, _, tag = reference.rpartition(":")
        client.api.import_image_from_file(
            str(rootfs_tar(packages)), repository=repository, tag=tag, changes=[f"LABEL {BASE_LABEL}=rootfs"]
        )


def _label(client: docker.DockerClient, reference: str) -> str | None:
    """None when the image is not there, `_NOT_OURS` when it has no label of ours, else that label."""
    try:
        labels: dict[str, str] = client.images.get(reference).labels
    except docker.errors.ImageNotFound:
        return None
    return labels.get(BASE_LABEL, _NOT_OURS)


def _pulled(client: docker.DockerClient, reference: str) -> bool:
    try:
        client.images.pull(reference)
    except docker.errors.DockerException:
        return False
    return True


def _build(client: docker.DockerClient, tag: str, files: Mapping[str, bytes]) -> None:
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            tar.addfile(member, io.BytesIO(content))
    context.seek(0)
    try:
        client.images.build(fileobj=context, custom_context=True, tag=tag, rm=True, forcerm=True)
    except docker.errors.BuildError as error:
        raise EngineMissingError(f"the base image {tag} does not build: {error}") from error


def _settings() -> dict[str, str]:
    """The variables of the base images: where the CA bundle is, and how the package index is reached."""
    bundle = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    return {**dict.fromkeys(bundle, _CA_BUNDLE), **quiet, **index_settings()}


def _host_ca_bundle() -> bytes:
    return b"\n".join(path.read_bytes() for path in _ca_candidates())


def _ca_candidates() -> Iterator[Path]:
    """The first CA bundle that this machine is configured with."""
    names = [os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, _CA_BUNDLE]
    for name in names:
        if name and Path(name).is_file():
            yield Path(name)
            return
    raise EngineMissingError("this machine has no CA bundle for the base image: install ca-certificates")


def _rootfs_key(packages: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join((_SUITE, *packages)).encode()).hexdigest()[:12]
