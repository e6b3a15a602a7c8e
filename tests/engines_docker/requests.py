"""Requests as the actions make them, with contexts made by hand where no spec is needed."""

from __future__ import annotations

import io
import os
import tarfile
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from envspec.engines.docker.build import ImageOrder
from envspec.engines.docker.names import image_reference
from envspec.engines.interface import Built, DeployRequest, RunRequest
from envspec.ir.types import Deployment, Environment, Run, SecretRef
from envspec.server.distribution import server_files

SECRET_VALUE = "correct-horse-battery-staple"
OURS = "tests-engines-docker" + "".join(
    f"-{os.environ.get(name, '')[:8]}"
    for name in ("PYTEST_XDIST_TESTRUNUID", "PYTEST_XDIST_WORKER")
    if name in os.environ
)
"""What the images of this worker are named after: the first worker that is done takes away its own, not those of others."""


def secret_value(reference: SecretRef) -> str:
    return f"{SECRET_VALUE}-{reference.name}"


def digest_of(preimage: bytes) -> str:
    return "sha256:" + sha256(preimage).hexdigest()


def tar_of(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


@dataclass
class Heard:
    """Collects what is said and printed."""

    said: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.printed)


def order(
    folder: Path,
    dockerfile: str,
    *,
    preimage: bytes = b"",
    heard: Heard | None = None,
    files: Mapping[str, bytes] | None = None,
    environment: Environment | None = None,
    identifier: str = OURS,
) -> ImageOrder:
    """An image of a hand-made Dockerfile. Without a preimage it is one that nobody has built yet."""
    preimage = preimage or f'{{"unique":"{uuid.uuid4().hex}"}}'.encode()
    context = tar_of({"Dockerfile": dockerfile.encode(), **(files or {})})
    return ImageOrder(
        reference=image_reference(identifier, digest_of(preimage)),
        hash=digest_of(preimage),
        preimage=preimage,
        context=lambda builder: [context],
        locks=folder / "locks",
        log=folder / "build.log",
        say=(heard or Heard()).said.append,
        title=f"environment `{identifier}`",
        pointer=f"/environments/{identifier}",
        environment=environment,
    )


def run_request(
    folder: Path,
    image: str,
    *,
    heard: Heard | None = None,
    output: Callable[[str], None] | None = None,
    inputs: Mapping[str, Path] | None = None,
    environment: Environment | None = None,
    **run: Any,
) -> RunRequest:
    heard = heard or Heard()
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    made = Run(id="train", name="train", environment="e", **run)
    return RunRequest(
        id=uuid.uuid4().hex,
        run=made,
        environment=environment or Environment("e", "e"),
        built=Built("docker", image, "", True),
        work=work,
        inputs=inputs or {},
        outputs={name: work / path for name, path in made.outputs.items()},
        log=folder / "run.log",
        secrets=secret_value,
        output=output or heard.printed.append,
        say=heard.said.append,
    )


SERVER_DOCKERFILE = """\
FROM {base}
COPY server /opt/envspec/server
COPY source /opt/envspec/source
ENV ENVSPEC_ENTRY=/opt/envspec/source/score.py
USER 1000:1000
CMD ["python3", "-I", "-S", "/opt/envspec/server/front.py"]
"""


def serving_context(base: str, script: str) -> Callable[[str], Iterable[bytes]]:
    """The context of a deployment's image, as small as it can be."""
    files = {f"server/{name}": content for name, content in server_files().items()}
    files |= {"source/score.py": script.encode(), "Dockerfile": SERVER_DOCKERFILE.format(base=base).encode()}
    return lambda builder: [tar_of(files)]


def deploy_request(
    folder: Path,
    base: str,
    script: str,
    deployment: Deployment,
    *,
    heard: Heard | None = None,
    models: Mapping[str, Path] | None = None,
    sample: bytes | None = b'{"data": [1, 2]}',
    environment: Environment | None = None,
) -> DeployRequest:
    preimage = SERVER_DOCKERFILE.encode() + base.encode() + script.encode()
    return DeployRequest(
        id=uuid.uuid4().hex,
        root=folder,
        state=folder / ".envspec",
        deployment=deployment,
        environment=environment or Environment("e", "e"),
        locked=None,
        built=Built("docker", base, "", True),
        source=folder,
        models=models or {},
        image_hash=digest_of(preimage),
        preimage=preimage,
        sample=sample,
        log=folder / ".envspec" / "logs" / "deployment.log",
        secrets=secret_value,
        say=(heard or Heard()).said.append,
    )
