"""Runs the shell steps of a composite action as GitHub's runner does: its bash, its variables, its output file.

Only what `action.yml` here uses is understood: expressions that are one name, in `env`. The steps that use other
actions need GitHub and are left to it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@dataclass
class CompositeAction:
    """`known` are values of expressions that steps of other actions, and GitHub, would give."""

    file: Path
    workspace: Path
    temporary: Path
    known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.action: dict[str, Any] = yaml.safe_load(self.file.read_text(encoding="utf-8"))
        for name, declared in self.action["inputs"].items():
            self.known.setdefault(f"inputs.{name}", str(declared["default"]))

    @property
    def steps(self) -> list[dict[str, Any]]:
        return list(self.action["runs"]["steps"])

    def shell_steps(self) -> list[dict[str, Any]]:
        return [step for step in self.steps if "run" in step]

    def run(
        self, name: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs the step of this id or name; its outputs are known to the steps after it."""
        (step,) = [step for step in self.shell_steps() if name in {step.get("id"), step.get("name")}]
        output = self.temporary / "output"
        output.write_text("")
        script = self.temporary / "step.sh"
        script.write_text(step["run"])
        variables = {key: self._value(str(value)) for key, value in step.get("env", {}).items()}
        done = subprocess.run(
            [*BASH, str(script)],
            cwd=self.workspace,
            env={
                **os.environ,
                **variables,
                "RUNNER_TEMP": str(self.temporary),
                "GITHUB_OUTPUT": str(output),
                **(environment or {}),
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.known[f"steps.{step.get('id')}.outputs.{key}"] = value
        return done

    def output(self, name: str) -> str:
        """An output of the action itself; empty when no step has given it."""
        return self._value(self.action["outputs"][name]["value"])

    def _value(self, text: str) -> str:
        match = _EXPRESSION.fullmatch(text)
        return self.known.get(match[1], "") if match else text
