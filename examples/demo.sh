#!/bin/sh
# `make demo`: the wine example from text to a prediction, on this machine, with no server.
set -eu
cd "$(dirname "$0")/wine"
step() { printf '\n\033[1m$ %s\033[0m\n' "$*" >&2; "$@"; }

step envspec check
step envspec build sklearn
step envspec run train
model=$(find .envspec/runs -name model.joblib | sort | tail -n 1)
step env ENVSPEC_MODEL_WINE="$PWD/$model" envspec exec sklearn -- python -c '
import json, sys
sys.path.insert(0, "src")
import score
score.init()
print("prediction:", json.dumps(score.run(json.load(open("tests/request.json")))))
'
cat >&2 <<'END'

What to look at next:
  examples/wine/wine.envspec     the spec that all of this came from
  examples/wine/envspec.lock     exactly which packages, with their hashes
  envspec runs list -f examples/wine      what ran, with which environment
  docs/spec.md                   the language
END
