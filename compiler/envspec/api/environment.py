"""`Environment`: what a program needs around it, made in Python, of another tool's files, or taken from the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from envspec.api.errors import told
from envspec.api.given import quoted, quoted_whole
from envspec.api.imported import Imported
from envspec.api.names import checked_name, registered_as
from envspec.api.secrets import Secret
from envspec.api.sections import DockerSection, PythonSection, set_text, text_in
from envspec.api.views import Texts, Variables
from envspec.api.workspace import Workspace
from envspec.importing.spec import Block, Items, Text, Written, references, texts
from envspec.starting.names import name_of

if TYPE_CHECKING:
    from envspec.actions.sharing.exchange import Pushed
    from envspec.api.builds import Build


class Environment(Imported):
    """An environment of this name. Everything but the name can be set and changed later; nothing is built, solved or
    asked of anybody before it is wanted. Paths are relative to the workspace's folder.

    Raises `ValueError` for a name that no block can have."""

    __slots__ = ("_registered",)  # a slip of the keyboard is an `AttributeError`
    _kind = "environment"

    def __init__(
        self,
        name: str,
        *,
        python: str = "",
        channels: Iterable[str] = (),
        conda: Iterable[str] = (),
        pip: Iterable[str] = (),
        apt: Iterable[str] = (),
        variables: Mapping[str, str | Secret] | None = None,
        image: str = "",
        description: str = "",
        tags: Mapping[str, str] | None = None,
        workspace: Workspace | None = None,
    ) -> None:
        super().__init__(checked_name(name), workspace)
        self.report = None
        self._registered: tuple[str, str] | None = None
        self.description = description
        self.tags.update(tags or {})
        self.python.version = python
        self.channels.extend(channels)
        self.conda.extend(conda)
        self.pip.extend(pip)
        self.apt.extend(apt)
        self.variables.update(variables or {})
        if image:
            self.docker.base_image = image

    @classmethod
    def _of(cls, name: str, blocks: list[Block], workspace: Workspace) -> Self:
        made = super()._of(name, blocks, workspace)
        made._registered = None
        return made

    # What it is made of

    @property
    def description(self) -> str:
        return text_in(self._block, "description")

    @description.setter
    def description(self, value: str) -> None:
        set_text(self._block, "description", value)

    @property
    def tags(self) -> Variables:
        return self._map("tags")

    @property
    def python(self) -> PythonSection:
        """Its Python and packages; a version may be given to it (`environment.python = "3.11"`)."""
        return PythonSection(self._block, self._blocks)

    @python.setter
    def python(self, version: str) -> None:
        self.python.version = version

    @property
    def docker(self) -> DockerSection:
        return DockerSection(self._block, self._map)

    @property
    def channels(self) -> Texts:
        """conda channels in order of priority."""
        return self._list("channels")

    @channels.setter
    def channels(self, values: Iterable[str]) -> None:
        self.channels.replace(values)

    @property
    def conda(self) -> Texts:
        """conda packages as MatchSpecs."""
        return self._list("conda")

    @conda.setter
    def conda(self, values: Iterable[str]) -> None:
        self.conda.replace(values)

    @property
    def pip(self) -> Texts:
        """PEP 508 requirements, paths to wheels or projects, `-e` paths."""
        return self._list("pip")

    @pip.setter
    def pip(self, values: Iterable[str]) -> None:
        self.pip.replace(values)

    @property
    def apt(self) -> Texts:
        """Debian packages for the image."""
        return self._list("apt")

    @apt.setter
    def apt(self, values: Iterable[str]) -> None:
        self.apt.replace(values)

    @property
    def variables(self) -> Variables:
        """Environment variables: strings, or a `Secret` by where it is."""
        return self._map("variables")

    environment_variables = variables

    def add_index(
        self,
        name: str,
        url: str,
        *,
        username: str = "",
        password: Secret | None = None,
        packages: Iterable[str] = (),
    ) -> None:
        """A package index after those that are there; with `packages`, patterns of what comes from it alone."""
        block = Block("index", checked_name(name))
        block.add("url", Text(url))
        if username:
            block.add("username", Text(username))
        if password is not None:
            block.add("password", Written(f"secret.{self._secrets.add(password)}"))
        block.add("packages", texts(packages))
        self._blocks.insert(self._blocks.index(self._block), block)
        there = self._block.attributes.get("indexes")
        names = [item.value.text for item in there.items if isinstance(item.value, Written)] if isinstance(
            there, Items
        ) else []  # fmt: skip
        self._block.add("indexes", references([*names, block.label]))

    def _list(self, name: str) -> Texts:
        return Texts(lambda: self._block, name)

    def _map(self, name: str) -> Variables:
        return Variables(lambda: self._block, name, self._secrets)

    # What the workspace knows

    @property
    def reference(self) -> str:
        """`NAME:VERSION` of what `get` gave, as long as nothing of it was changed; else empty."""
        if self._registered is None or self._text() != self._registered[1]:
            return ""
        return self._registered[0]

    @property
    def version(self) -> int | None:
        """The number of the version that it is; None before it is registered or built, and after it was changed."""
        reference = self.reference
        return int(reference.rpartition(":")[2]) if reference else None

    def _is(self, name: str, number: int) -> None:
        self._registered = (f"{name}:{number}", self._text())

    def _text(self) -> str:
        return str(self)

    def lock(self, *, upgrade: Iterable[str] = ()) -> list[str]:
        """Resolves it to exact packages in `envspec.lock`; says what changed, a line each. `upgrade` names packages that
        may get newer, `"*"` means all. Raises `EnvspecError` with what cannot be locked."""
        from envspec.actions.lock_report import summary
        from envspec.actions.locking import relock
        from envspec.lock.changes import lock_changes

        loaded = self.load()
        with told(loaded):
            found = relock(loaded, upgrade=list(upgrade))
            return [*summary(found.after, lock_changes(found.before, found.after))]

    def register(self, *, name: str = "") -> int:
        """The number of its version, which it gets when it is locked: what was registered before has the same number,
        anything else the next. `name` registers it under another one, which may be none of a block, such as
        `AzureML-sklearn-1.5`. Raises `EnvspecError` with what cannot be locked, `ValueError` for what is no name."""
        from envspec.actions.building import chosen, register_version
        from envspec.actions.locking import ensure_lock

        called = registered_as(name or self._registered_name)
        if self.version is not None and called == self._registered_name:
            return self.version
        loaded = self.load()
        with told(loaded):
            (environment,) = chosen(loaded, [self.name])
            locked = ensure_lock(loaded, (environment.id,)).environments.get(environment.id)
            with self._workspace.open() as database:
                number = register_version(loaded, database, environment, locked, called)
        self._is(called, number)
        return number

    @property
    def _registered_name(self) -> str:
        """What `get` called it, as long as it is that; else its own name."""
        return self.reference.rpartition(":")[0] or self.name

    def push(self, place: str = "", *, show_output: bool = False) -> Pushed:
        """Registers it and pushes its version to an OCI registry, `HOST/PATH[:LABEL]`; without a place to where its name
        was pushed to or pulled from last, else to the project's registry. The answer has its `reference` by digest and
        its `number` there, which is its number here from then on where that is free. Raises `EnvspecError`."""
        from envspec.api.sharing import push_environment

        number, name = self.register(), self._registered_name
        pushed = push_environment(self._workspace, name, number, place, show=show_output)
        self._is(name, pushed.here)
        return pushed

    @classmethod
    def pull(
        cls, place: str, *, name: str = "", show_output: bool = False, workspace: Workspace | None = None
    ) -> Self:
        """The version that somebody pushed to `HOST/PATH[:VERSION|:LABEL|@sha256:DIGEST]`, registered here when all of it
        is as it says, under `name` or under the name that it has there. Raises `EnvspecError`."""
        from envspec.api.sharing import pull_environment

        where = workspace or Workspace()
        pulled = pull_environment(where, place, name, show=show_output)
        return cls.get(pulled.name, pulled.number, workspace=where)

    @classmethod
    def get(cls, name: str, version: int | str | None = None, *, workspace: Workspace | None = None) -> Self:
        """A registered version, by its number, a label or (the beginning of) its digest; the newest that is not archived
        without one. Raises `LookupError` when there is none."""
        from envspec.api.registered import blocks_of, referred
        from envspec.workspace.not_registered import NotRegistered

        place = workspace or Workspace()
        which = name if version is None else f"{name}:{version}"
        reference = referred(name, version)
        with told(), place.look() as database:
            found = database.find_environment(reference) if reference is not None else None
        if found is None or isinstance(found, NotRegistered):
            why = f": {found.reason}" if found is not None and quoted_whole(which) else ""
            raise LookupError(f"there is no environment {quoted(which)} in {place.root}{why}")
        label = name_of(name, "environment")
        made = cls._of(label, blocks_of(found, label), place)
        made._is(found.name, found.number)
        return made

    @classmethod
    def list(cls, name: str = "", *, workspace: Workspace | None = None) -> dict[str, Self]:
        """The newest version of each registered name, by name; with `name` all versions of that, by `NAME:VERSION`. What
        is archived is left out."""
        place = workspace or Workspace()
        with told(), place.look() as database:
            found = database.list_environments(name or None)
        if name:
            return {
                f"{one.name}:{one.number}": cls.get(one.name, one.number, workspace=place) for one in found
            }
        newest: dict[str, int] = {}
        for one in found:
            newest[one.name] = max(one.number, newest.get(one.name, 0))
        return {key: cls.get(key, number, workspace=place) for key, number in newest.items()}

    def build(self, target: str = "", *, frozen: bool = False) -> Build:
        """Begins to make it on an engine, `local` (the default) or `docker`, locking first when that is needed (`frozen`
        refuses to). Raises `EnvspecError` at once for what is wrong with it; what goes wrong later is raised by
        `wait_for_completion`."""
        from envspec.api.builds import Build

        return Build(self.load(frozen=frozen), self.name, target)

    def clone(self, new_name: str) -> Environment:
        """The same under another name, to be changed on its own."""
        from copy import deepcopy

        checked_name(new_name)
        blocks = deepcopy(self._blocks)
        blocks[self._blocks.index(self._block)].label = new_name
        return Environment._of(new_name, blocks, self._workspace)

    # On an image, or what a Dockerfile makes

    @classmethod
    def from_docker_image(
        cls,
        name: str,
        image: str,
        *,
        conda_specification: str | Path = "",
        pip_requirements: str | Path = "",
        workspace: Workspace | None = None,
    ) -> Self:
        """On a base image, with the packages of a file where one is given (`ValueError` for two)."""
        made = cls._with_packages(name, conda_specification, pip_requirements, workspace)
        made.docker.base_image = image
        return made

    @classmethod
    def from_dockerfile(
        cls,
        name: str,
        dockerfile: str | Path,
        *,
        conda_specification: str | Path = "",
        pip_requirements: str | Path = "",
        workspace: Workspace | None = None,
    ) -> Self:
        """On a base that a Dockerfile makes, by its path from the workspace's folder; with the packages of a file where
        one is given (`ValueError` for two)."""
        made = cls._with_packages(name, conda_specification, pip_requirements, workspace)
        made.docker.base_dockerfile = str(dockerfile)
        return made

    @classmethod
    def _with_packages(
        cls, name: str, conda: str | Path, pip: str | Path, workspace: Workspace | None
    ) -> Self:
        if conda and pip:
            raise ValueError("give `conda_specification` or `pip_requirements`, not both")
        if conda:
            return cls.from_conda_specification(name, conda, workspace=workspace)
        if pip:
            return cls.from_pip_requirements(name, pip, workspace=workspace)
        return cls(name, workspace=workspace)
