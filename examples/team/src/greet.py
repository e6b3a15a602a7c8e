"""Prints a message in a table, with what it was told by its environment."""

import argparse
import os

from tabulate import tabulate

parser = argparse.ArgumentParser()
parser.add_argument("--message", required=True)
parser.add_argument("--loud", action="store_true")
arguments = parser.parse_args()
message = arguments.message.upper() if arguments.loud else arguments.message
print(tabulate([(os.environ["TEAM"], message)], headers=("team", "message")))
