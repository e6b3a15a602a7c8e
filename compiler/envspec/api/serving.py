"""`InferenceConfig` and `Webservice`: a scoring script behind HTTP."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envspec.api.background import Background
from envspec.api.environment import Environment
from envspec.api.errors import told
from envspec.api.names import checked_name
from envspec.api.secrets import Secret
from envspec.api.spec_object import SpecObject, together
from envspec.api.views import Variables
from envspec.api.workspace import Workspace
from envspec.frozen import replace
from envspec.importing.spec import Block, Text, Written, references
from envspec.state_folder import STATE_FOLDER

if TYPE_CHECKING:
    from envspec.api.models import Model
    from envspec.engines.interface import Say
    from envspec.workspace.deployments import DeploymentRecord


class InferenceConfig:
    """A script with `init()` and `run(data)` in `source_directory`, and what it runs in: an object, or the reference of a
    registered environment. `sample` is a request (a file of the workspace) that must be answered before it is healthy."""

    def __init__(
        self,
        entry_script: str,
        environment: Environment | str,
        *,
        source_directory: str | Path = ".",
        sample: str | Path = "",
        variables: Mapping[str, str | Secret] | None = None,
    ) -> None:
        self.entry_script, self.environment = entry_script, environment
        self.source_directory, self.sample = Path(source_directory).as_posix(), sample
        self.variables = dict(variables or {})


class _Deployment(SpecObject):
    """A `deployment` block with what it needs."""

    __slots__ = ("_environment", "_models")
    _kind = "deployment"

    def __init__(
        self, name: str, models: Sequence[Model], config: InferenceConfig, port: int, target: str
    ) -> None:
        environment = config.environment
        place = environment.workspace if isinstance(environment, Environment) else None
        super().__init__(checked_name(name), place)
        self._models, self._environment = models, environment
        block = self._block
        block.add("source", Text(config.source_directory))
        block.add("entry", Text(config.entry_script))
        block.add("models", references(dict.fromkeys(model.name for model in models)))
        block.add("port", Written(str(int(port))))
        block.add("sample", Text(Path(config.sample).as_posix()) if config.sample else None)
        if target:
            block.add("target", Written(checked_name(target)))
        Variables(lambda: block, "variables", self._secrets).update(config.variables)

    def blocks(self) -> list[Block]:
        needed = [[model.block()] for model in self._models]
        if isinstance(self._environment, Environment) and not self._environment.reference:
            self._block.attributes["environment"] = Written(self._environment.name)
            needed.insert(0, self._environment.blocks())
        else:
            named = self._environment
            named = named.reference if isinstance(named, Environment) else named
            self._block.attributes["environment"] = Text(named)
        return together([*needed, self._blocks])


class Webservice:
    """What serves under a name. Raises `LookupError` when nothing does."""

    def __init__(self, name: str, *, workspace: Workspace | None = None) -> None:
        self.name = name
        self._workspace = workspace or Workspace()
        self._work: Background[str] | None = None
        self._record()

    @classmethod
    def begin(
        cls, name: str, models: Sequence[Model], config: InferenceConfig, *, port: int, target: str
    ) -> Webservice:
        """Begins to build and serve."""
        from envspec.actions.deploying import chosen_deployments, deploy
        from envspec.actions.locking import with_locked_references
        from envspec.actions.snapshot_settings import check_limits

        described = _Deployment(name, models, config, port, target)
        loaded = described.load()

        def work(say: Say) -> str:
            ready = replace(loaded, options=replace(loaded.options, say=say))
            with told(ready):
                check_limits(ready.root)
                ready = with_locked_references(ready)
                (one,) = chosen_deployments(ready, [name])
                return deploy(ready, one).url

        service = cls.__new__(cls)
        service.name, service._workspace = name, described.workspace
        service._work = Background(f"deployment {name}", work)
        return service

    @classmethod
    def list(cls, *, workspace: Workspace | None = None) -> list[Webservice]:
        """What is deployed."""
        place = workspace or Workspace()
        with told(), place.look() as database:
            names = list(dict.fromkeys(record.name for record in database.deployments()))
        return [cls(name, workspace=place) for name in names]

    def _record(self) -> DeploymentRecord:
        with told(), self._workspace.look() as database:
            found = database.deployment(self.name)
        if found is None:
            raise LookupError(f"nothing is deployed as {self.name!r} in {self._workspace.root}")
        return found

    def wait_for_deployment(self, show_output: bool = False, *, timeout: float | None = None) -> Webservice:
        """Waits until it is healthy: its script has begun and its sample was answered. Raises `EnvspecError` when it is
        not, and what served before still does; `TimeoutError` after `timeout` seconds."""
        if self._work is not None:
            self._work.wait(show=show_output, timeout=timeout)
        return self

    @property
    def state(self) -> str:
        """`Transitioning`, `Healthy`, `Unhealthy` (it is gone) or `Failed`, in Azure ML's words."""
        from envspec.actions.building import engine_at

        if self._work is not None and not self._work.ended:
            return "Transitioning"
        if self._work is not None and self._work.failed:
            return "Failed"
        record = self._record()
        if record.begun_only:
            return "Transitioning"
        with told():
            alive = engine_at(self._workspace.root, record.engine).alive(record.handle)
        return "Healthy" if alive else "Unhealthy"

    @property
    def scoring_uri(self) -> str:
        """Where requests are sent to, once it is healthy."""
        self.wait_for_deployment()
        return f"{self._record().url.rstrip('/')}/score"

    def run(self, input_data: Any, *, headers: Mapping[str, str] | None = None) -> Any:
        """The answer to one request: `input_data` is JSON text or bytes, or anything that becomes JSON. Raises
        `EnvspecError` E0822 when it does not answer or answers with an error."""
        from envspec.actions.invoking import invoke
        from envspec.diagnostics import Diagnostic, Failure

        body = input_data if isinstance(input_data, (str, bytes)) else json.dumps(input_data)
        self.wait_for_deployment()
        record = self._record()
        with told():
            answer = invoke(record, body.encode() if isinstance(body, str) else body, headers or {})
            if answer.status >= 400:
                raise Failure(
                    Diagnostic(
                        "E0822",
                        f"`{self.name}` answered with status {answer.status}",
                        notes=(answer.text.strip()[:2000],),
                        help=f"look at `envspec deployments logs {self.name}`",
                    )
                )
        try:
            return json.loads(answer.text)
        except ValueError:
            return answer.text

    @property
    def models(self) -> Sequence[Model]:
        """The registered versions that it serves; files of the project are none."""
        from envspec.actions.model_lineage import models_of_deployment
        from envspec.api.models import Model

        record = self._record()
        with told(), self._workspace.look() as database:
            found = [model for _, _, model in models_of_deployment(database, record) if model is not None]
        return tuple(Model(one.name, one.number, workspace=self._workspace) for one in found)

    def get_logs(self) -> str:
        """What the server and the script printed."""
        from envspec.actions.building import engine_at

        record = self._record()
        with told():
            return engine_at(self._workspace.root, record.engine).logs(
                record.handle, self._workspace.root / STATE_FOLDER / record.log
            )

    def delete(self) -> None:
        """Stops serving; requests in flight are finished."""
        from envspec.actions.deploying import stop

        record = self._record()
        with told(), self._workspace.open() as database:
            stop(database, record, lambda note: warnings.warn(note, stacklevel=2))

    def __repr__(self) -> str:
        return f"<envspec.Webservice {self.name}>"
