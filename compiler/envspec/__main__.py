"""`python -m envspec` and the `envspec` script.

A signal that asks for the end is never answered with a traceback. Before a command has begun, and when its status is
known, there is nothing to put in order: Ctrl-C ends the process there and then. In between it raises, and so do SIGTERM
and SIGHUP; `cli.outcome` makes a status of that. A signal that we were started to ignore (`nohup`) stays ignored.
"""

from __future__ import annotations

# What `signal` is made of: making enums of it takes more time than all else here.
import _signal  # type: ignore[import-not-found,unused-ignore]
import os


def _leave(number: int, _frame: object) -> None:
    """Ends the process: nothing is begun yet, or all is done."""
    try:  # noqa: SIM105 - `contextlib` is not imported for this
        os.write(2, b"\ninterrupted\n" if os.isatty(2) else b"interrupted\n")
    except OSError:  # nobody is there to read it
        pass
    os._exit(128 + number)


# Whoever imports this is about to be the program, and here is its first line.
_CTRL_C = _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler
if _CTRL_C:
    _signal.signal(_signal.SIGINT, _leave)

import atexit  # noqa: E402
import sys  # noqa: E402


class Ended(KeyboardInterrupt):
    """SIGTERM or SIGHUP has come: what cleans up after Ctrl-C does so here. `number` is that of the signal."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"ended by signal {number}")


def main() -> None:
    """Runs the command line and ends the process with its documented status."""
    _open_closed()
    ended: list[int] = []
    atexit.register(_end, ended)  # before all others, so it is the last
    numbers = [getattr(_signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(_signal, name)]
    others = [number for number in numbers if _signal.getsignal(number) is _signal.SIG_DFL]
    try:
        status = _status(sys.argv[1:], others)
    except KeyboardInterrupt as error:  # as it began or ended, or one more while it was said how it ended
        _leave(getattr(error, "number", 2), None)
        raise
    ended.append(status)
    sys.exit(status)


def _status(arguments: list[str], others: list[int]) -> int:
    """Does what was asked; meanwhile Ctrl-C and the signals of `others` raise."""
    from envspec.kept.invocation import recall

    status = recall(arguments)
    if status is not None:
        return status
    import gc

    # What a command makes lives as long as the command; walking it all again and again took an eighth of the time.
    gc.set_threshold(50_000)
    from envspec.cli.outcome import run

    try:
        for number in others:
            _signal.signal(number, _raise)
        if _CTRL_C:
            _signal.signal(_signal.SIGINT, _signal.default_int_handler)
        return run(arguments)
    finally:
        if _CTRL_C:
            _signal.signal(_signal.SIGINT, _leave)
        for number in others:
            _signal.signal(number, _signal.SIG_DFL)


def _raise(number: int, _frame: object) -> None:
    raise Ended(number)


def _open_closed() -> None:
    """Whoever closed stdin, stdout or stderr (`>&-`) has nothing for it, or wants nothing of it. No file of ours gets its
    number then."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the whole process


def _end(ended: list[int]) -> None:
    """Ends the process here. Taking the interpreter and the solver's library apart, piece by piece, took 40 ms after
    everything was done."""
    if not ended:
        return
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:  # nobody reads, which changes nothing
        pass
    except (OSError, ValueError):
        return  # what the interpreter says and does about that
    os._exit(ended[0])


if __name__ == "__main__":
    main()
