#!/bin/sh
# `make demo`: the wine example from text to a prediction, on this machine, with no server; on Docker as well
# when an engine answers and the base image is to be had.
set -eu
cd "$(dirname "$0")/wine"
step() { printf '\n\033[1m$ %s\033[0m\n' "$*" >&2; "$@"; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The port of the spec, or another one where somebody has it.
port=$(python -c '
import socket
for port in (8931, 0):
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(listener.getsockname()[1])
        break')

serve() {
    step envspec deploy scorer --set "port=$port" "$@"
    printf 'prediction: '
    step envspec deployments invoke scorer tests/request.json
    step envspec deployments stop scorer
}

step envspec check
step envspec lock
step envspec compile -o "$out"
step envspec build sklearn
step envspec run train
serve

base=$(sed -n 's/^FROM \([^ ]*\) AS system$/\1/p' "$out/environments/sklearn/Dockerfile")
if reason=$(python - "$base" <<'END'
import sys

import docker

base = sys.argv[1]
try:
    client = docker.from_env()
    client.ping()
except Exception:
    sys.exit(print("no engine answers here") or 1)
try:
    client.images.get(base)
except docker.errors.DockerException:
    repository, _, tag = base.partition("@")[0].rpartition(":")
    try:
        client.images.pull(repository, tag=tag)
    except docker.errors.DockerException:
        sys.exit(print(f"the base image {base} is not to be had") or 1)
END
); then
    step envspec build sklearn --target docker
    step envspec run train --target docker
    serve --target docker
else
    printf '\ndocker: left out, because %s\n' "$reason" >&2
fi

cat >&2 <<'END'

What to look at next:
  examples/wine/wine.envspec           the spec that all of this came from
  examples/wine/envspec.lock           exactly which packages, with their hashes
  envspec up examples/wine             does what is stale, and nothing else
  envspec runs list -f examples/wine   what ran, with which environment
  docs/spec.md                         the language
(the command is `.venv/bin/envspec` here, or `pip install .` gives you one)
END
