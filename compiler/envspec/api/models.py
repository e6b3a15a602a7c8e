"""`Model`: a registered version of something that was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.api.errors import told
from envspec.api.given import quoted, quoted_whole
from envspec.api.names import checked_name
from envspec.api.workspace import Workspace
from envspec.importing.spec import Block, Text
from envspec.workspace.holding import gathering

if TYPE_CHECKING:
    from envspec.actions.model_lineage import ModelLineage
    from envspec.actions.sharing.exchange import Pushed
    from envspec.api.runs import Run
    from envspec.api.serving import InferenceConfig, Webservice
    from envspec.workspace.models import ModelVersion


class Model:
    """A version by its number or (the beginning of) its digest, or the newest. Raises `LookupError` when the workspace
    has none."""

    def __init__(
        self, name: str, version: int | str | None = None, *, workspace: Workspace | None = None
    ) -> None:
        from envspec.workspace.not_registered import NotRegistered
        from envspec.workspace.pruned import Tombstone

        self._workspace = workspace or Workspace()
        which = name
        if version is not None:
            which += f"{'@' if str(version).startswith('sha256:') else ':'}{version}"
        with told(), self._workspace.look() as database:
            found = database.find_model(which)
        if isinstance(found, Tombstone | NotRegistered):
            why = f"it was pruned on {found.day}" if isinstance(found, Tombstone) else found.reason
            why = f": {why}" if quoted_whole(which) else ""
            raise LookupError(f"there is no model {quoted(which)} in {self._workspace.root}{why}")
        self.record: ModelVersion = found

    @classmethod
    def register(
        cls,
        model_path: str | Path,
        model_name: str,
        *,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        framework: str = "",
        workspace: Workspace | None = None,
    ) -> Model:
        """A version of a file or folder; what has been registered under the name already is that version."""
        place = workspace or Workspace()
        path = Path(model_path).absolute()
        if not path.exists():
            raise FileNotFoundError(f"there is no {path}")
        with told(), place.open() as database, gathering(database.state):
            stored = database.put(path)
            number = database.register_model(
                checked_name(model_name), stored.digest, size=stored.size,
                path=path.relative_to(place.root).as_posix() if path.is_relative_to(place.root) else path.name,
                framework=framework, description=description, tags=tags,
            )  # fmt: skip
        return cls(model_name, number, workspace=place)

    @classmethod
    def list(cls, name: str = "", *, workspace: Workspace | None = None) -> list[Model]:
        """All versions, the newest of a name first."""
        place = workspace or Workspace()
        with told(), place.look() as database:
            found = database.models(name or None)
        return [cls(one.name, one.number, workspace=place) for one in found]

    def push(self, place: str = "", *, show_output: bool = False) -> Pushed:
        """Pushes it to an OCI registry, `HOST/PATH[:LABEL]`; without a place to where its name was pushed to or pulled
        from last, else to the project's registry. The answer has its `reference` by digest and its `number` there, which
        is its number here from then on where that is free. Raises `EnvspecError`."""
        from envspec.api.sharing import push_model

        pushed = push_model(self._workspace, self.record, place, show=show_output)
        self.record = Model(self.name, pushed.here, workspace=self._workspace).record
        return pushed

    @classmethod
    def pull(
        cls, place: str, *, name: str = "", show_output: bool = False, workspace: Workspace | None = None
    ) -> Model:
        """The version that somebody pushed to `HOST/PATH[:NUMBER|:LABEL|@sha256:DIGEST]`, registered here when all of it
        is here and as it says, under `name` or under the name that it has there. Raises `EnvspecError`."""
        from envspec.api.sharing import pull_model

        where = workspace or Workspace()
        pulled = pull_model(where, place, name, show=show_output)
        return cls(pulled.name, pulled.number, workspace=where)

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def version(self) -> int:
        return self.record.number

    @property
    def path(self) -> Path:
        """The file or folder, to be read only."""
        from envspec.actions.results import stored

        origin = self.record.path or self._output_path()
        with told(), self._workspace.open() as database:
            return stored(database, self.record.digest, Path(origin).name or self.name)

    @property
    def run(self) -> Run | None:
        """The run that made it; None for a file, and when the run is gone."""
        from envspec.api.runs import Run

        try:
            return Run(self.record.run, workspace=self._workspace) if self.record.run else None
        except LookupError:
            return None

    @property
    def deployments(self) -> Sequence[Webservice]:
        """What serves it."""
        from envspec.api.serving import Webservice

        names = dict.fromkeys(one.name for one in self.lineage().deployments if one.stopped is None)
        return tuple(Webservice(name, workspace=self._workspace) for name in names)

    def lineage(self) -> ModelLineage:
        """Where it comes from and where it went: the run that made it, with its environment version, source, commit and
        inputs by digest, and the deployments that serve it, or did."""
        from envspec.actions.model_lineage import lineage_of

        with told(), self._workspace.look() as database:
            return lineage_of(database, self.record)

    def _output_path(self) -> str:
        with told(), self._workspace.look() as database:
            run = database.run(self.record.run)
        entry = run.outputs.get(self.record.output) if run is not None else None
        return str(entry["path"]) if isinstance(entry, dict) else self.record.output

    def download(self, target_dir: str | Path = ".") -> Path:
        """A copy of it in a folder; gives its place. Raises `FileExistsError` when it is there already."""
        import shutil

        source = self.path
        target = Path(target_dir) / source.name
        if target.exists():
            raise FileExistsError(f"{target} is there already")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
        return target

    def block(self) -> Block:
        """A `model` block of just this version."""
        made = Block("model", self.name)
        made.add("from", Text(self.path.relative_to(self._workspace.root).as_posix()))
        return made

    @staticmethod
    def deploy(
        name: str,
        models: Sequence[Model],
        inference_config: InferenceConfig,
        *,
        port: int = 8080,
        compute_target: str = "",
    ) -> Webservice:
        """Begins to serve models by a scoring script, on loopback. Raises `EnvspecError` at once for what is wrong with
        the configuration; what goes wrong later is raised by `wait_for_deployment`."""
        from envspec.api.serving import Webservice

        return Webservice.begin(name, models, inference_config, port=port, target=compute_target)

    def __repr__(self) -> str:
        return f"<envspec.Model {self.name}:{self.version}>"
