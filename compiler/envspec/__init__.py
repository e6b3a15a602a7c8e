"""envspec: environments as code for machine learning.

This package is a compiler (pure: text in, values and diagnostics out), the engines that build and run what
it emits, the workspace that remembers, and the command line. `docs/architecture.md` has the drawing.

The names below are its Python API (`docs/python.md`); each is imported when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it; `typing` would be imported by every command

if TYPE_CHECKING:
    from envspec.api.conda_dependencies import CondaDependencies as CondaDependencies
    from envspec.api.environment import Environment as Environment
    from envspec.api.errors import EnvspecError as EnvspecError
    from envspec.api.models import Model as Model
    from envspec.api.references import inputs as inputs
    from envspec.api.references import outputs as outputs
    from envspec.api.runs import Experiment as Experiment
    from envspec.api.runs import Run as Run
    from envspec.api.runs import RunFailedError as RunFailedError
    from envspec.api.script_run import ScriptRunConfig as ScriptRunConfig
    from envspec.api.secrets import Secret as Secret
    from envspec.api.serving import InferenceConfig as InferenceConfig
    from envspec.api.serving import Webservice as Webservice
    from envspec.api.workspace import Workspace as Workspace

__version__ = "0.1.0"

_PLACES = {
    "CondaDependencies": "conda_dependencies",
    "Environment": "environment",
    "EnvspecError": "errors",
    "Experiment": "runs",
    "InferenceConfig": "serving",
    "Model": "models",
    "Run": "runs",
    "RunFailedError": "runs",
    "ScriptRunConfig": "script_run",
    "Secret": "secrets",
    "Webservice": "serving",
    "Workspace": "workspace",
    "inputs": "references",
    "outputs": "references",
}

__all__ = [
    "CondaDependencies",
    "Environment",
    "EnvspecError",
    "Experiment",
    "InferenceConfig",
    "Model",
    "Run",
    "RunFailedError",
    "ScriptRunConfig",
    "Secret",
    "Webservice",
    "Workspace",
    "__version__",
    "inputs",
    "outputs",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"envspec.api.{_PLACES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
