"""`python -m envspec` and the `envspec` script."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and ends the process with its documented status."""
    from envspec.kept.invocation import recall

    status = recall(sys.argv[1:])
    if status is None:
        import gc

        # What a command makes lives as long as the command; walking it all again and again took an eighth of the time.
        gc.set_threshold(50_000)
        from envspec.cli.outcome import run

        status = run(sys.argv[1:])
    sys.exit(status)


if __name__ == "__main__":
    main()
