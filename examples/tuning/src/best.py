"""The best of the scores given after the output."""

import json
import sys

out, *scores = sys.argv[1:]
found = []
for path in scores:
    with open(path, encoding="utf-8") as score:
        found.append(json.load(score))
best = min(found, key=lambda score: score["error"])
with open(out, "w", encoding="utf-8") as file:
    json.dump(best, file)
print(f"best alpha: {best['alpha']}")
