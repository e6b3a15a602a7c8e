"""The packages of an environment, as Azure ML's `CondaDependencies` has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from envspec.api.errors import told
from envspec.api.given import given_text, quoted
from envspec.api.views import Texts
from envspec.importing.spec import Block, Text
from envspec.packages.conda import parse_match_spec
from envspec.packages.package import CondaPackage, PackageProblem, PipPackage
from envspec.packages.pip import parse_requirement


class CondaDependencies:
    """Channels, the Python version, conda and pip packages. It belongs to an environment once it was given to one
    (`environment.python.conda_dependencies = …`), and what is added to it after that is added to the environment."""

    def __init__(self, conda_dependencies_file_path: str | Path | None = None) -> None:
        self._block = Block("environment", "packages")
        self._others: list[Block] = []
        if conda_dependencies_file_path is not None:
            from envspec.actions.importing import import_spec

            with told():
                made = import_spec("conda", Path(conda_dependencies_file_path), name="packages")
            (self._block,) = (block for block in made.spec.blocks if block.kind == "environment")
            self._others = [block for block in made.spec.blocks if block is not self._block]

    @classmethod
    def create(
        cls,
        *,
        python_version: str = "",
        conda_packages: Iterable[str] = (),
        pip_packages: Iterable[str] = (),
        channels: Iterable[str] = (),
    ) -> CondaDependencies:
        made = cls()
        made.set_python_version(python_version)
        for channel in channels:
            made.add_channel(channel)
        for package in conda_packages:
            made.add_conda_package(package)
        for package in pip_packages:
            made.add_pip_package(package)
        return made

    @classmethod
    def of(cls, block: Block) -> CondaDependencies:
        """Those of an environment's block."""
        made = cls()
        made._block = block
        return made

    def move_to(self, block: Block, blocks: list[Block]) -> None:
        """Makes them the packages of the environment `block`, which is one of `blocks`."""
        if block is self._block:
            return
        for name in ("python", "channels", "conda", "pip"):
            block.attributes.pop(name, None)
            block.comments.pop(name, None)
        block.attributes |= self._block.attributes
        block.comments |= self._block.comments
        blocks[:0] = [one for one in self._others if one not in blocks]
        self._block = block

    @property
    def conda_channels(self) -> Texts:
        return Texts(lambda: self._block, "channels")

    @property
    def conda_packages(self) -> Texts:
        """MatchSpecs: `numpy >=1.26,<3`, `conda-forge::numpy=1.26`."""
        return Texts(lambda: self._block, "conda")

    @property
    def pip_packages(self) -> Texts:
        """PEP 508 requirements, paths to wheels or projects (`./dist/x.whl`), `-e ./project`."""
        return Texts(lambda: self._block, "pip")

    @property
    def python_version(self) -> str:
        """As the spec has it: `3.11`, `>=3.11,<3.13`; empty when it says nothing."""
        value = self._block.attributes.get("python")
        return value.value if isinstance(value, Text) else ""

    def set_python_version(self, version: str) -> None:
        """A prefix (`3.11`) or PEP 440 specifiers; empty takes it away."""
        if version:
            self._block.attributes["python"] = Text(given_text(version, "python"))
        else:
            self._block.attributes.pop("python", None)

    def add_channel(self, channel: str) -> None:
        """Below those that are there."""
        if channel not in self.conda_channels:
            self.conda_channels.append(channel)

    def remove_channel(self, channel: str) -> None:
        self.conda_channels.remove(channel)

    def add_conda_package(self, conda_package: str) -> None:
        """A MatchSpec, in the place of one for the same package. Raises `ValueError` when it is none."""
        _put(self.conda_packages, conda_package, _conda_name)

    def remove_conda_package(self, conda_package: str) -> None:
        """By name, whatever its version. Raises `ValueError` when there is none."""
        _take(self.conda_packages, conda_package, _conda_name)

    def add_pip_package(self, pip_package: str) -> None:
        """A requirement or path, in the place of one for the same package. Raises `ValueError` when it is neither."""
        _put(self.pip_packages, pip_package, _pip_name)

    def remove_pip_package(self, pip_package: str) -> None:
        """By name, whatever its version. Raises `ValueError` when there is none."""
        _take(self.pip_packages, pip_package, _pip_name)

    def __repr__(self) -> str:
        return (
            f"<envspec.CondaDependencies python={self.python_version!r} channels={self.conda_channels} "
            f"conda={self.conda_packages} pip={self.pip_packages}>"
        )


def _conda_name(package: str) -> str:
    return _name_in(parse_match_spec(package), package)


def _pip_name(package: str) -> str:
    return _name_in(parse_requirement(package), package)


def _name_in(found: CondaPackage | PipPackage | PackageProblem, package: str) -> str:
    """The name as the ecosystem compares it; the whole text of a path, which has none."""
    if isinstance(found, PackageProblem):
        from envspec.diagnostics.credentials import masked

        raise ValueError(
            f"{quoted(package)}: {masked(found.message)}{f'; {found.help}' if found.help else ''}"
        )
    return found.name or package


def _put(packages: Texts, package: str, name_of: Callable[[str], str]) -> None:
    name = name_of(package)
    for at, there in enumerate(packages):
        if name_of(there) == name:
            packages[at] = package
            return
    packages.append(package)


def _take(packages: Texts, package: str, name_of: Callable[[str], str]) -> None:
    name = name_of(package)
    for at, there in enumerate(packages):
        if name_of(there) == name:
            del packages[at]
            return
    raise ValueError(f"there is no {quoted(package)} among {quoted(list(packages))}")
