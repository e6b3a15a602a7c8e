"""`ScriptRunConfig`: a program, what it runs in, and what it takes and leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from envspec.api.environment import Environment
from envspec.api.given import given_text, quoted
from envspec.api.names import checked_name
from envspec.api.references import Reference
from envspec.api.secrets import Secret
from envspec.api.spec_object import SpecObject, together
from envspec.api.views import Variables
from envspec.api.workspace import Workspace
from envspec.importing.spec import Block, Item, Items, Table, Text, Written
from envspec.starting.names import name_of

Argument = str | int | float | Path | Reference


class ScriptRunConfig(SpecObject):
    """A Python script of `source_directory` with its arguments, or any `command` there. Arguments may be `inputs.NAME`
    and `outputs.NAME` for the keys of `inputs` (paths from the workspace's folder) and `outputs` (paths in the run's
    working directory). `environment` is an object, or the reference of a registered one (`"sklearn:3"`).
    `compute_target` is an engine: `local` or `docker`.

    Raises `ValueError` unless one of `script` and `command` is given."""

    __slots__ = ("environment",)
    _kind = "run"

    def __init__(
        self,
        source_directory: str | Path,
        script: str = "",
        arguments: Sequence[Argument] = (),
        *,
        command: Sequence[Argument] = (),
        environment: Environment | str,
        inputs: Mapping[str, str | Path] | None = None,
        outputs: Mapping[str, str] | None = None,
        variables: Mapping[str, str | Secret] | None = None,
        compute_target: str = "",
        max_run_duration_seconds: float | None = None,
        tags: Mapping[str, str] | None = None,
        name: str = "",
        workspace: Workspace | None = None,
    ) -> None:
        if bool(script) == bool(command):
            raise ValueError("give `script` or `command`, one of them")
        program = script or str(command[0])
        chosen = checked_name(name) if name else name_of(Path(program).stem, "run")
        place = environment.workspace if isinstance(environment, Environment) else None
        super().__init__(chosen, workspace or place)
        self.environment = environment
        block = self._block
        block.add("source", Text(_below(self.workspace, source_directory)))
        words = _words(arguments if script else command)
        start = [Text("python"), Text(given_text(script, "script"))] if script else []
        block.add("command", Items(tuple(Item(word) for word in [*start, *words])))
        block.add("inputs", _paths(self.workspace, inputs))
        block.add("outputs", Table({key: Text(path) for key, path in outputs.items()}) if outputs else None)
        if max_run_duration_seconds is not None:
            if not 0 < max_run_duration_seconds < math.inf:
                raise ValueError(f"`max_run_duration_seconds` is {max_run_duration_seconds}: say more than 0")
            seconds = f"{max_run_duration_seconds:f}".rstrip("0").rstrip(".")
            block.add("timeout", Written(f"{seconds}s"))
        if compute_target:
            block.add("target", Written(checked_name(compute_target)))
        self.variables.update(variables or {})
        self.tags.update(tags or {})

    @property
    def variables(self) -> Variables:
        """Environment variables on top of the environment's."""
        return Variables(lambda: self._block, "variables", self._secrets)

    @property
    def tags(self) -> Variables:
        return Variables(lambda: self._block, "tags", self._secrets)

    def named(self, name: str) -> ScriptRunConfig:
        """The same under another name."""
        from copy import copy, deepcopy

        made = copy(self)
        made._blocks = deepcopy(self._blocks)
        made._block = made._blocks[self._blocks.index(self._block)]
        made._block.label = checked_name(name)
        return made

    def blocks(self) -> list[Block]:
        environment = self.environment
        if isinstance(environment, Environment) and not environment.reference:
            self._block.attributes["environment"] = Written(environment.name)
            return together([environment.blocks(), self._blocks])
        named = environment.reference if isinstance(environment, Environment) else environment
        self._block.attributes["environment"] = Text(named)
        return self._blocks


def _words(words: Sequence[Argument]) -> list[Text | Written]:
    """Raises `TypeError` for a text alone, which is a list of its letters, and for what no program takes."""
    if isinstance(words, str):
        raise TypeError(f"{quoted(words)} is one text; write a list with a text for each argument")
    return [_word(word) for word in words]


def _word(word: object) -> Text | Written:
    if isinstance(word, Reference):
        return word.written()
    if isinstance(word, Secret):
        raise TypeError(
            f"the secret `{word.name}` would be seen among the arguments: give it in `variables`, and read it there"
        )
    if isinstance(word, bool) or not isinstance(word, (str, int, float, Path)):
        raise TypeError(f"{quoted(word)} is no argument: write it as a text")
    return Text(str(word))


def _paths(workspace: Workspace, paths: Mapping[str, str | Path] | None) -> Table | None:
    if not paths:
        return None
    return Table({key: Text(_below(workspace, path)) for key, path in paths.items()})


def _below(workspace: Workspace, path: str | Path) -> str:
    """A path from the workspace's folder; one that is absolute and lies there is made so."""
    given = Path(path)
    if given.is_absolute() and given.is_relative_to(workspace.root):
        given = given.relative_to(workspace.root)
    return given.as_posix()
