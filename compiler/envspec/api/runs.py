"""`Experiment` and `Run`: a script is submitted, goes on, and is remembered."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envspec.api.background import Background
from envspec.api.errors import EnvspecError, told
from envspec.api.given import quoted
from envspec.api.names import checked_name
from envspec.api.script_run import ScriptRunConfig
from envspec.api.workspace import Workspace
from envspec.frozen import replace
from envspec.state_folder import STATE_FOLDER

if TYPE_CHECKING:
    from envspec.api.environment import Environment
    from envspec.api.models import Model
    from envspec.engines.interface import Say
    from envspec.workspace.runs import RunRecord

_TAIL = 20
"""Lines of a failed run's log that its error shows."""


_WORDS = {
    "timed-out": "was ended by its timeout",
    "cancelled": "was cancelled",
    "lost": "is lost: whoever ran it is gone",
}


class RunFailedError(EnvspecError):
    """A run did not end well: `outcome` says how, `status` is that of its program, 0 where it has none."""

    def __init__(self, run: str, status: int, outcome: str, tail: list[str]) -> None:
        from envspec.diagnostics.credentials import masked
        from envspec.diagnostics.render.terminal_stream import TerminalStream

        super().__init__(())
        self.run, self.status, self.outcome = run, status, outcome
        terminal = TerminalStream(colour=False)  # where a traceback may go
        shown = masked("".join(f"\n  {terminal.feed(line)}{terminal.finish()}" for line in tail))
        words = _WORDS.get(outcome, f"failed with status {status}")
        self.args = (f"run `{run}` {words}{shown}",)


class Experiment:
    """Runs of one name."""

    def __init__(self, name: str, *, workspace: Workspace | None = None) -> None:
        self.name = checked_name(name)
        self._workspace = workspace

    def submit(
        self, config: ScriptRunConfig, *, tags: Mapping[str, str] | None = None, frozen: bool = False
    ) -> Run:
        """Begins a run under the experiment's name: its environment is locked and built when that is needed (`frozen`
        refuses to lock), then the program runs. Raises `EnvspecError` at once for what is wrong with the config."""
        named = config.named(self.name)
        named.tags.update(tags or {})
        return Run.begin(named, frozen=frozen)

    def get_runs(self, limit: int = 50) -> list[Run]:
        """The newest first."""
        return Run.list(self.name, limit=limit, workspace=self._workspace)

    def __repr__(self) -> str:
        return f"<envspec.Experiment {self.name}>"


class Run:
    """A run by its id (`train-17`). Raises `LookupError` when the workspace has none."""

    def __init__(self, id: str, *, workspace: Workspace | None = None) -> None:
        self._workspace = workspace or Workspace()
        self._work: Background[int] | None = None
        self._id = id
        self._known = threading.Event()
        self._known.set()
        if self._find(id) is None:
            with told(), self._workspace.look() as database:
                gone = database.pruned_run(id)
            why = f": it was pruned on {gone.day}" if gone is not None else ""
            raise LookupError(f"there is no run {quoted(id)} in {self._workspace.root}{why}")

    @classmethod
    def begin(cls, config: ScriptRunConfig, *, frozen: bool) -> Run:
        """Begins what `config` says, under its own name."""
        from envspec.actions.locking import with_locked_references
        from envspec.actions.running import chosen_runs, run_once
        from envspec.actions.snapshot_settings import check_limits
        from envspec.workspace.database import Workspace as Database

        run = cls.__new__(cls)
        run._workspace, run._id, run._known = config.workspace, "", threading.Event()
        loaded = config.load(frozen=frozen)

        def started(identifier: str) -> None:
            run._id = identifier
            run._known.set()

        def work(say: Say) -> int:
            lines = _Lines(say)
            ready = replace(loaded, options=replace(loaded.options, say=say, output=lines.add))
            try:
                with told(ready):
                    check_limits(ready.root)
                    ready = with_locked_references(ready)
                    (one,) = chosen_runs(ready, [config.name])
                    with Database.open(ready.root) as database:
                        return run_once(ready, database, one, started)
            finally:
                lines.end()
                run._known.set()

        run._work = Background(f"run {config.name}", work)
        return run

    @classmethod
    def list(cls, name: str = "", *, limit: int = 50, workspace: Workspace | None = None) -> list[Run]:
        """The newest first, of one name or all."""
        place = workspace or Workspace()
        with told(), place.look() as database:
            return [cls(record.id, workspace=place) for record in database.runs(name or None, limit)]

    @property
    def id(self) -> str:
        """`NAME-NUMBER`. It has one when its environment is there: this waits for it, and raises what failed before."""
        self._known.wait()
        if not self._id:
            assert self._work is not None
            self._work.wait(show=False)
        return self._id

    @property
    def status(self) -> str:
        """`preparing` while its environment is made; then `running`, `success`, `failed`, `timed-out`, `cancelled`, or
        `lost` when whoever ran it is gone."""
        if not self._id:
            return "failed" if self._work is not None and self._work.failed else "preparing"
        return self.record.outcome

    get_status = status

    @property
    def record(self) -> RunRecord:
        """What the workspace knows of it."""
        found = self._find(self.id)
        if found is None:
            raise LookupError(f"run {self._id!r} is not in {self._workspace.root} any more")
        return found

    def get_details(self) -> dict[str, Any]:
        """What the workspace knows of it, as `envspec runs show --format json` has it."""
        from envspec.frozen import asdict

        return dict(asdict(self.record))

    def _find(self, identifier: str) -> RunRecord | None:
        with told(), self._workspace.look() as database:
            return database.run(identifier)

    def wait_for_completion(
        self, show_output: bool = False, *, raise_on_error: bool = True, timeout: float | None = None
    ) -> RunRecord:
        """Waits for its end; gives its record. `show_output` prints what is done, and what the program prints.

        Ctrl-C ends the waiting and not the run; `cancel` does. Raises `RunFailedError` when the program fails, unless
        `raise_on_error` is false; `EnvspecError` when it could not be begun; `TimeoutError` after `timeout` seconds, and it
        goes on."""
        if self._work is not None:
            self._work.wait(show=show_output, timeout=timeout)
        else:
            self._wait_for_another(timeout)
        record = self.record
        if raise_on_error and record.outcome != "success":
            raise RunFailedError(
                record.id, record.status or 0, record.outcome, self.log.splitlines()[-_TAIL:]
            )
        return record

    def _wait_for_another(self, timeout: float | None) -> None:
        """For a run that another process does."""
        import time

        until = None if timeout is None else time.monotonic() + timeout
        while self.record.outcome == "running":
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"still running after {timeout} s")
            time.sleep(0.2)

    @property
    def log(self) -> str:
        """Everything that the program printed up to now."""
        file = self._workspace.root / STATE_FOLDER / self.record.log
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""

    def get_environment(self) -> Environment:
        """The version of the environment that it ran in."""
        from envspec.api.environment import Environment

        record = self.record
        if record.environment_number is None:
            raise LookupError(f"run {self.id!r} has no registered environment")
        return Environment.get(record.environment, record.environment_number, workspace=self._workspace)

    @property
    def models(self) -> Sequence[Model]:
        """The versions of models that are outputs of it."""
        from envspec.actions.model_lineage import models_of_run
        from envspec.api.models import Model

        record = self.record
        with told(), self._workspace.look() as database:
            found = models_of_run(database, record)
        return tuple(Model(one.name, one.number, workspace=self._workspace) for one in found)

    def get_metrics(self, name: str = "") -> dict[str, float]:
        """The newest number of each metric that it logged up to now, by name; with `name` all of that one, by step (as
        text). Empty for one that was not logged."""
        from envspec.actions.comparing import metrics_of

        record = self.record
        with told(), self._workspace.look() as database:
            found = metrics_of(database, record)
        if name:
            return {str(point.step): point.value for point in found.series.get(name, ())}
        return dict(found.last())

    def cancel(self) -> None:
        """Ends it, whoever began it, and waits until that is recorded. Raises `EnvspecError` E1108 when it has ended."""
        from envspec.actions.cancelling import cancel

        record = self.record
        with told(), self._workspace.open() as database:
            cancel(database, record)

    def get_file(self, output: str) -> Path:
        """An output as a file or folder, to be read only. Raises `KeyError` for a name that is none of its outputs."""
        from envspec.actions.results import stored

        found = self.record.outputs
        if output not in found:
            raise KeyError(f"{output!r} is no output of {self._id}: {', '.join(found) or 'it has none'}")
        entry: Any = found[output]
        with told(), self._workspace.open() as database:
            return stored(database, str(entry["digest"]), Path(str(entry["path"])).name)

    @property
    def outputs(self) -> Sequence[str]:
        """The names of what it left."""
        return tuple(self.record.outputs)

    def register_model(
        self,
        model_name: str,
        model_path: str = "",
        *,
        output: str = "",
        description: str = "",
        tags: Mapping[str, str] | None = None,
        framework: str = "",
    ) -> Model:
        """A version of a model that is one of its outputs: by the output's name, or by its path in the working
        directory; its only one without either. Raises `ValueError` when that is none or several."""
        from envspec.api.models import Model

        found: Mapping[str, Any] = self.record.outputs
        named = [
            name
            for name, entry in found.items()
            if (not output or name == output) and (not model_path or entry["path"] == model_path)
        ]
        if len(named) != 1:
            raise ValueError(f"name one of its outputs: {', '.join(found) or 'it has none'}")
        (name,) = named
        path = self.get_file(name)
        with told(), self._workspace.open() as database:
            # The run is there, so what it left is.
            number = database.register_model(
                checked_name(model_name), str(found[name]["digest"]), size=_size(path), run=self.id, output=name,
                framework=framework, description=description, tags=tags,
            )  # fmt: skip
        return Model(model_name, number, workspace=self._workspace)

    def __repr__(self) -> str:
        try:
            status = self.status
        except LookupError:  # somebody has deleted it; to say so is no error
            status = "deleted"
        return f"<envspec.Run {self._id or 'not begun yet'}: {status}>"


class _Lines:
    """What a program prints, piece by piece, as lines."""

    def __init__(self, say: Say) -> None:
        self._say, self._rest = say, ""

    def add(self, text: str) -> None:
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        *whole, self._rest = (self._rest + text).split("\n")
        for line in whole:
            self._say(line)

    def end(self) -> None:
        if self._rest:
            self._say(self._rest)
            self._rest = ""


def _size(path: Path) -> int:
    """Bytes."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(one.lstat().st_size for one in files if one.is_file())
