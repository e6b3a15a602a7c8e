"""`python -m envspec` and the `envspec` script."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and ends the process with its documented status."""
    from envspec.cli.outcome import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
