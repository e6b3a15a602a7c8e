"""Points of a line with five coefficients and some noise."""

import argparse

import numpy

parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("--count", type=int, required=True)
arguments = parser.parse_args()

random = numpy.random.default_rng(1)
features = random.normal(size=(arguments.count, 5))
targets = features @ numpy.arange(1.0, 6.0) + random.normal(scale=0.5, size=arguments.count)
numpy.savez(arguments.out, features=features, targets=targets)
