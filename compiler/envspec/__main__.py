"""`python -m envspec` and the `envspec` script."""

from __future__ import annotations

import atexit
import os
import sys


def main() -> None:
    """Runs the command line and ends the process with its documented status."""
    _open_closed()
    ended: list[int] = []
    atexit.register(_end, ended)  # before all others, so it is the last
    ended.append(_status(sys.argv[1:]))
    sys.exit(ended[0])


def _open_closed() -> None:
    """Whoever closed stdin, stdout or stderr (`>&-`) has nothing for it, or wants nothing of it. No file of ours gets its
    number then."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole process


def _status(arguments: list[str]) -> int:
    from envspec.kept.invocation import recall

    status = recall(arguments)
    if status is not None:
        return status
    import gc

    # What a command makes lives as long as the command; walking it all again and again took an eighth of the time.
    gc.set_threshold(50_000)
    from envspec.cli.outcome import run

    return run(arguments)


def _end(ended: list[int]) -> None:
    """Ends the process here. Taking the interpreter and the solver's library apart, piece by piece, took 40 ms after
    everything was done."""
    if not ended:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # what the interpreter says and does about that
    os._exit(ended[0])


if __name__ == "__main__":
    main()
