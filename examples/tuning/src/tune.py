"""Ridge regression in closed form, scored on the half it has not seen."""

import argparse
import json

import numpy

parser = argparse.ArgumentParser()
parser.add_argument("points")
parser.add_argument("out")
parser.add_argument("--alpha", type=float, required=True)
arguments = parser.parse_args()

points = numpy.load(arguments.points)
features, targets = points["features"], points["targets"]
half = len(targets) // 2
gram = features[:half].T @ features[:half] + arguments.alpha * numpy.eye(features.shape[1])
weights = numpy.linalg.solve(gram, features[:half].T @ targets[:half])
error = float(numpy.mean((features[half:] @ weights - targets[half:]) ** 2))
with open(arguments.out, "w", encoding="utf-8") as out:
    json.dump({"alpha": arguments.alpha, "error": error, "weights": weights.tolist()}, out)
print(f"alpha {arguments.alpha}: error {error:.4f}")
