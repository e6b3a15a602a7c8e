"""What `envspec lock` does and shows, without the command line's own parser."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from envspec.actions.options import Options
from envspec.cli.working import with_project

if TYPE_CHECKING:
    from envspec.actions.loading import Loaded
    from envspec.actions.locking import Relocked


def lock_and_show(
    options: Options, upgrade: Collection[str] = (), *, check: bool = False, format: str = "text"
) -> int:
    """Locks what is stale, and what `upgrade` names; says what changed, as JSON on stdout where `format` is `json`. Gives
    the exit status."""

    def work(loaded: Loaded) -> int:
        from envspec.actions.locking import relock
        from envspec.cli.lock_progress import shown
        from envspec.frozen import replace

        with shown(loaded.options) as (options, progress):
            found = relock(
                replace(loaded, options=options),
                upgrade=upgrade,
                check=check,
                merging=True,
                progress=progress,
            )
        _show(loaded, found, format)
        return 0

    return with_project(options, work)


def _show(loaded: Loaded, found: Relocked, format: str) -> None:
    from envspec.actions.lock_report import lock_report, summary
    from envspec.cli.show import result_json, say
    from envspec.lock.changes import lock_changes

    changes = lock_changes(found.before, found.after)
    for line in summary(found.after, changes):
        say(line)
    if format == "json":
        result_json(lock_report(loaded.file, found.after, changes))
