"""E09 the docker engine."""

from __future__ import annotations

from envspec.diagnostics.code import Category, Code


def _engine(code: str, title: str, explanation: str) -> Code:
    return Code(code, "error", Category.ENGINE, title, explanation)


ROWS: tuple[Code, ...] = (
    _engine(
        "E0901",
        "no docker engine runs here",
        "The docker engine is reached through a socket, and there is none at the place where it is looked "
        "for: `DOCKER_HOST`, else the current docker context, else `/var/run/docker.sock`.\n\n"
        "Start the engine (`sudo systemctl start docker`, Docker Desktop, `podman system service`), or set "
        "`DOCKER_HOST` to one that runs. `envspec doctor` shows what was found.",
    ),
    _engine(
        "E0902",
        "the docker engine does not answer",
        "There is an address or a socket, but nothing that speaks the Docker Engine API answers there in "
        "time. The engine may be starting, stopped or overloaded, or `DOCKER_HOST` may name a wrong place.\n\n"
        "`docker version` with the same `DOCKER_HOST` shows the same trouble.",
    ),
    _engine(
        "E0903",
        "this user may not use the docker engine",
        "The engine's socket belongs to somebody else. On Linux, members of the group `docker` may use it: "
        "`sudo usermod -aG docker $USER`, then log in again. Such a user can become root on the machine; "
        "where that is not wanted, use a rootless engine and set `DOCKER_HOST` to its socket.",
    ),
    _engine(
        "E0904",
        "the docker engine went away",
        "The engine answered at first and stopped answering in the middle of a build, a run or a deployment: "
        "it was stopped, it crashed, or the connection to it broke. Nothing was registered: start the engine "
        "and repeat the command; what was finished before is found again.",
    ),
    _engine(
        "E0905",
        "the base image cannot be had",
        "The image a Dockerfile starts from is neither in the engine nor to be had from its registry. The "
        "note says why: a misspelt name or tag, a registry that wants a login, or no network.\n\n"
        '```\ndocker { image = "debian:bookwrom-slim" }    # no such tag\n'
        'docker { image = "debian:bookworm-slim" }\n```\n\n'
        "Try `docker pull IMAGE` with the same engine. For a private registry, `docker login` first.",
    ),
    _engine(
        "E0906",
        "a build step failed",
        "One instruction of the generated Dockerfile ended with an error. The diagnostic shows the "
        "instruction and the end of what it printed; the whole output is in the build's log.",
    ),
    _engine(
        "E0907",
        "a package cannot be had while building",
        "The installer in the build found no such package, no such version, or no file of it for this "
        "platform and Python. For conda and pip that means the lock and the index have parted: "
        "`envspec lock` again. For `apt`, check the name in the base image's release: Debian and Ubuntu "
        "name packages differently, and rename them between releases.",
    ),
    _engine(
        "E0908",
        "a build step has no network",
        "An installer could not reach its index, channel or mirror from inside the build. Check that "
        "containers reach the network at all; behind a proxy, configure the engine's proxy; behind a "
        "TLS-inspecting proxy, give its certificates:\n\n"
        '```\n[tool.envspec.docker]\nca-bundle = "/etc/ssl/certs/ca-certificates.crt"\n'
        'network = "host"    # when the engine\'s bridge reaches nothing\n```\n',
    ),
    _engine(
        "E0909",
        "the engine's disk is full",
        "The engine has no room left for layers or for a build's temporary files. `docker system df` shows "
        "what takes it; `envspec prune` and `docker builder prune` give some back.",
    ),
    _engine(
        "E0910",
        "this build needs BuildKit",
        "Build secrets (a CA bundle, credentials of an index) and cache mounts exist only with BuildKit; the "
        "classic builder would leave a secret in a layer, so the build is refused.\n\n"
        "BuildKit needs a `docker` command that speaks it: install the buildx plugin "
        "(`docker-buildx-plugin`), or put such a `docker` on PATH.",
    ),
    _engine(
        "E0911",
        "a script of `docker.run` failed",
        "One of the environment's `docker.run` scripts ended with an error while the image was built. It "
        "runs with `/bin/sh -e`, as root, after the system packages.",
    ),
    _engine(
        "E0912",
        "the container cannot be started",
        "The image is there, but the engine could not start a program in it: the command does not exist in "
        "the image, a mount is refused, or the image is for another machine.",
    ),
    _engine(
        "E0913",
        "the engine cannot give these resources",
        "`resources` asks for more processors than the engine has, for devices it cannot hand out, or for "
        "less memory than a container needs. GPUs need the NVIDIA container toolkit on the engine's machine.",
    ),
    _engine(
        "E0914",
        "the image's platform does not run on this engine",
        "Building or running for another platform needs emulation in the engine's kernel "
        "(`docker run --privileged --rm tonistiigi/binfmt --install all`), or an engine of that platform.",
    ),
    _engine(
        "E0915",
        "the engine does not see this machine's files",
        "Runs and deployments mount folders of this machine. An engine reached over TCP or SSH has other "
        "files. Use an engine on this machine, or `build` there and run elsewhere.",
    ),
    _engine(
        "E0916",
        "the image was not built",
        "The engine refused the build before any instruction ran, or lost the result. The note has the "
        "engine's own words.",
    ),
    _engine(
        "E0917",
        "the docker engine refused a request",
        "The engine answers, but would not do what it was asked. The note has its own words. An engine that "
        "is much older than 20.10, or one that only resembles Docker, may lack a feature that is needed.",
    ),
    Code(
        "E0932",
        "error",
        Category.FINDING,
        "two builds of one thing are not the same",
        "`envspec build --verify` built the environment once more, without its steps' cache, and found something "
        "else in it. The diagnostic lists the files. What makes them differ is usually a `docker.run` script that "
        "writes the time or a random number, or that fetches something whose version is not said; or a package "
        "that is built from source, and whose build does so.\n\n"
        '```\ndocker { run = ["date > /etc/built"] }    # another file in every build\n'
        'docker { run = ["echo 1.4 > /etc/built"] }\n```\n\n'
        "Builds are the same byte for byte only where the engine can rewrite the times of files; `docs/docker.md` "
        "says where, and what is compared elsewhere.",
    ),
    _engine(
        "E0940",
        "a file is not the one that was locked",
        "Every file that a build installs must have a sha256 that `envspec.lock` lists. The index or channel gave "
        "another file under the same name, or a mirror is being changed while it is read.\n\n"
        "If the change is meant, lock again with `envspec lock`. If not, find out who changed the file before you "
        "install it.",
    ),
    _engine(
        "E0941",
        "an index refused the credentials of a build",
        "A package index, channel or mirror answered 401 or 403 inside the build. Give `username` and `password` of "
        "the `index` or `channel` block, and check the secret that they name.",
    ),
    _engine(
        "E0942",
        "an index answers a build with an error",
        "A package index, channel or mirror was reached and answered with a status of 500 or more: it is in trouble, "
        "or a proxy between is. Nothing is wrong with the spec. What was fetched before is kept: build again later.",
    ),
    _engine(
        "E0943",
        "a package needs a compiler that the image has not",
        "A package or project of the environment has no wheel that fits, so it is built inside the image, and its "
        "build asks for a compiler, a tool or a header that the base image does not have. The packages of `apt` are "
        "installed in the final image, not where Python packages are built.\n\n"
        "Choose a version that has a wheel, take the package from conda, build a wheel of it once and name that, or "
        "choose a `docker.image` that has a compiler.",
    ),
    _engine(
        "E0944",
        "the apt packages contradict each other",
        "apt knows every package, and cannot install them together: one of them conflicts with another, or needs "
        "something that does not fit the base image's release. The output says which.",
    ),
)
