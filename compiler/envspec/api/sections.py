"""`environment.python` and `environment.docker`, as Azure ML divides an environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from envspec.api.conda_dependencies import CondaDependencies
from envspec.api.given import given_text, quoted
from envspec.api.views import Texts, Variables
from envspec.importing.spec import Block, Text, Written


def text_in(block: Block, name: str) -> str:
    """A string attribute; empty when it is not there."""
    value = block.attributes.get(name)
    return value.value if isinstance(value, Text) else ""


def set_text(block: Block, name: str, value: str) -> None:
    """Empty takes the attribute away."""
    if value:
        block.attributes[name] = Text(given_text(value, name))
    else:
        block.attributes.pop(name, None)


class PythonSection:
    """The Python of an environment and its packages."""

    def __init__(self, block: Block, blocks: list[Block]) -> None:
        self._block, self._blocks = block, blocks

    @property
    def version(self) -> str:
        """A prefix (`3.11`) or PEP 440 specifiers; empty when nothing is said."""
        return self.conda_dependencies.python_version

    @version.setter
    def version(self, value: str) -> None:
        self.conda_dependencies.set_python_version(value)

    @property
    def conda_dependencies(self) -> CondaDependencies:
        return CondaDependencies.of(self._block)

    @conda_dependencies.setter
    def conda_dependencies(self, value: CondaDependencies) -> None:
        value.move_to(self._block, self._blocks)

    @property
    def user_managed_dependencies(self) -> bool:
        """Whether `interpreter_path` is used as it is, and nothing is installed (`managed = false`)."""
        return self._block.attributes.get("managed") == Written("false")

    @user_managed_dependencies.setter
    def user_managed_dependencies(self, value: bool) -> None:
        if value:
            self._block.attributes["managed"] = Written("false")
            self._block.attributes.setdefault("interpreter", Text("python3"))
        else:
            self._block.attributes.pop("managed", None)
            self._block.attributes.pop("interpreter", None)

    @property
    def interpreter_path(self) -> str:
        """A path, or a name on `PATH`; only with `user_managed_dependencies`."""
        return text_in(self._block, "interpreter")

    @interpreter_path.setter
    def interpreter_path(self, value: str) -> None:
        set_text(self._block, "interpreter", value)

    def __str__(self) -> str:
        return self.version

    def __repr__(self) -> str:
        return repr(self.conda_dependencies)


class DockerSection:
    """How the image of an environment is made."""

    def __init__(self, block: Block, secrets: Callable[[str], Variables]) -> None:
        self._whole, self._map = block, secrets

    def _inner(self) -> Block:
        return self._whole.inner("docker")

    def _get(self, name: str) -> str:
        found = self._whole.attributes.get("docker")
        return text_in(found, name) if isinstance(found, Block) else ""

    def _set(self, name: str, value: str) -> None:
        inner = self._inner()
        set_text(inner, name, value)
        if not inner.attributes:
            del self._whole.attributes["docker"]

    @property
    def base_image(self) -> str:
        """Empty: the one that envspec chooses."""
        return self._get("image")

    @base_image.setter
    def base_image(self, value: str) -> None:
        self._set("image", value)

    @property
    def base_dockerfile(self) -> str:
        """The path of a Dockerfile that makes the base, from the workspace's folder."""
        return self._get("dockerfile")

    @base_dockerfile.setter
    def base_dockerfile(self, value: str | Path) -> None:
        self._set("dockerfile", _path(value))

    @property
    def cuda(self) -> str:
        return self._get("cuda")

    @cuda.setter
    def cuda(self, value: str) -> None:
        self._set("cuda", value)

    @property
    def shm_size(self) -> str:
        """A size of the language, such as `2GiB`; empty when nothing is said. Raises `ValueError` for what is none."""
        found = self._whole.attributes.get("docker")
        value = found.attributes.get("shm_size") if isinstance(found, Block) else None
        return value.text if isinstance(value, Written) else ""

    @shm_size.setter
    def shm_size(self, value: str) -> None:
        if value:
            self._inner().attributes["shm_size"] = Written(_size(value))
        else:
            self._set("shm_size", "")

    @property
    def platforms(self) -> Texts:
        return _Inner(self._whole, "platforms")

    def __repr__(self) -> str:
        found = self._whole.attributes.get("docker")
        return f"<docker {sorted(found.attributes) if isinstance(found, Block) else []}>"


class _Inner(Texts):
    """A list in the `docker` block, which is made with its first element."""

    def __init__(self, whole: Block, name: str) -> None:
        super().__init__(lambda: whole.inner("docker"), name)


def _size(text: str) -> str:
    from envspec.diagnostics.span import Span
    from envspec.syntax.nodes import SizeValue
    from envspec.syntax.numbers import read_number

    number, problem = read_number(Span("", 0, len(given_text(text, "shm_size"))), text)
    if problem is None and isinstance(number, SizeValue):
        return text
    better = problem.fixes[0].edits[0].text if problem is not None and problem.fixes else ""
    instead = f"did you mean `{better}`?" if better[:1].isdigit() else "write a size such as `2GiB`"
    raise ValueError(f"shm_size: {quoted(text)} is no size; {instead}")


def _path(value: str | Path) -> str:
    written = Path(value).as_posix()
    return written if written.startswith((".", "/")) else f"./{written}"
