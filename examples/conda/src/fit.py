"""Fits a line to noisy points and writes a table of what was found."""

import sys

import numpy
from scipy import stats
from tabulate import tabulate

x = numpy.arange(20.0)
y = 3.0 * x + 1.0 + numpy.random.default_rng(0).normal(size=20)
line = stats.linregress(x, y)
table = tabulate(
    [("slope", line.slope), ("intercept", line.intercept)], headers=("", "fitted"), floatfmt=".2f"
)
with open(sys.argv[1], "w", encoding="utf-8") as report:
    report.write(table + "\n")
print(table)
