"""How a call says what is wrong: the same findings that the command line shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from envspec.actions.loading import Loaded, NotUsable
from envspec.diagnostics import Diagnostic, Failure, Source, in_order


class EnvspecError(Exception):
    """Something is wrong with a spec, a file or an engine. The text is what the command line prints, with the place and
    the way out; `diagnostics` are the findings one by one. No credential is in either."""

    def __init__(
        self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source] | None = None
    ) -> None:
        from envspec.diagnostics.credentials import without_credentials
        from envspec.diagnostics.render import render

        sources = sources or {}
        # An address in a message may be of the caller's, such as `DOCKER_HOST`, with a password that no rule has seen.
        self.diagnostics = tuple(without_credentials(one, sources) for one in in_order(diagnostics))
        super().__init__(render("full", self.diagnostics, sources, colour=False).rstrip())


@contextmanager
def told(loaded: Loaded | None = None) -> Iterator[None]:
    """What fails in here is raised as `EnvspecError`, with places in the text of `loaded`."""
    try:
        yield
    except NotUsable as failure:
        raise EnvspecError(failure.diagnostics, failure.sources) from None
    except Failure as failure:
        found, sources = (
            loaded.placed(failure) if loaded is not None else (failure.diagnostics, failure.sources)
        )
        raise EnvspecError(found, sources) from None  # a traceback would print its findings, credentials too
