#!/bin/sh
# `make demo`: the wine example from text to a prediction, on this machine, with no server.
set -eu
cd "$(dirname "$0")/wine"
step() { printf '\n\033[1m$ %s\033[0m\n' "$*" >&2; "$@"; }

step envspec check
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
step envspec lock
step envspec compile -o "$out"
step envspec build sklearn
step envspec run train
step envspec deploy scorer
printf 'prediction: '
step envspec deployments invoke scorer tests/request.json
step envspec deployments stop scorer

# The same file on Docker, where an engine answers and the base image is to be had.
if ! command -v docker >/dev/null 2>&1 || ! docker info >/dev/null 2>&1; then
    echo 'docker: left out, because no engine answers here' >&2
elif ! base=$(sed -n 's/^FROM \([^ ]*\) AS system$/\1/p' "$out/environments/sklearn/Dockerfile") ||
    ! { docker image inspect "$base" || docker pull --quiet "$base"; } >/dev/null 2>&1; then
    echo "docker: left out, because the base image $base is not to be had" >&2
else
    step envspec run train --target docker
fi

cat >&2 <<'END'

What to look at next:
  examples/wine/wine.envspec     the spec that all of this came from
  examples/wine/envspec.lock     exactly which packages, with their hashes
  envspec runs list -f examples/wine      what ran, with which environment
  docs/spec.md                   the language
END
