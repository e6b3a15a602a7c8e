"""What the caller chose, apart from the spec itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.frozen import Frozen, field, frozen

if TYPE_CHECKING:  # a kept project needs no parser, which comes with these
    from envspec.actions.progress import Progress
    from envspec.engines.interface import Say
    from envspec.resolve.params import Given


def silent(_line: str) -> None:
    """Says nothing."""


@frozen
class Options(Frozen):
    """`path` is the file or folder asked for. `engine` is `--target`, empty to follow the spec. `frozen`
    refuses to lock; `allow_builds` lets source distributions be built while locking. `jobs` is how many builds may
    go on at once, 0 for the project's setting or as many as there are processors. `progress` makes what is told of
    them; without it they are told of in lines."""

    path: Path = field(default_factory=Path)
    given: Mapping[str, Given] = field(default_factory=dict)
    engine: str = ""
    allow_outside: bool = False
    frozen: bool = False
    offline: bool = False
    allow_builds: bool = False
    network: str = ""
    ca_bundle: str = ""
    builder: str = ""
    no_cache: bool = False
    pull: bool = False
    jobs: int = 0
    say: Say = silent
    output: Say = silent
    progress: Callable[[], Progress] | None = None

    def make_progress(self) -> Progress:
        if self.progress is not None:
            return self.progress()
        from envspec.actions.progress import Lines

        return Lines(self.say)
