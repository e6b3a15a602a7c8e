"""What `--help` and `docs/commands.md` show of each command: a few calls that people make.

A test parses every one with the command that it is of.
"""

from __future__ import annotations

from collections.abc import Mapping

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "init": ("envspec init", "envspec init --yes services/scorer", "envspec init cog.yaml --print"),
    "check": (
        "envspec check",
        "envspec check --fix wine.envspec",
        "envspec check --format github --select ALL .",
    ),
    "fmt": ("envspec fmt", "envspec fmt --check --diff .", "envspec fmt - < wine.envspec"),
    "fix": ("envspec fix --edition 1 wine.envspec",),
    "explain": ("envspec explain E0203",),
    "lsp": ("envspec lsp",),
    "schema": ("envspec schema", "envspec schema plan"),
    "compile": ("envspec compile", "envspec compile -o out wine.envspec"),
    "lock": ("envspec lock", "envspec lock --check", "envspec lock --upgrade numpy"),
    "plan": ("envspec plan", "envspec plan --detailed-exitcode --format json", "envspec plan train"),
    "import": (
        "envspec import conda environment.yml -o wine.envspec",
        "envspec import pip requirements.txt --strict",
        "envspec import azureml jobs/*.yml -o specs/",
    ),
    "export": (
        "envspec export requirements sklearn -o requirements.txt",
        "envspec export pylock --platform linux/arm64",
        "envspec export conda sklearn -o environment.yml",
        "envspec export azureml -o azureml/",
    ),
    "build": (
        "envspec build",
        "envspec build sklearn --target docker",
        "envspec build --target docker --push --registry registry.example/team",
    ),
    "sbom": ("envspec sbom sklearn -o sbom.json",),
    "verify": ("envspec verify envspec/sklearn:1f0c2d9a7b3e",),
    "audit": ("envspec audit --database osv.zip",),
    "run": ("envspec run train", "envspec run train --set seed=7", "envspec run train --target docker"),
    "runs": (
        "envspec runs list",
        "envspec runs show train-1",
        "envspec runs env train-1",
        "envspec runs logs -f train-1",
        "envspec runs compare train-1 train-2 --svg runs.svg",
        "envspec runs outputs train-1 -o results",
        "envspec runs cancel train-3",
        "envspec runs rerun train-1",
    ),
    "deploy": ("envspec deploy scorer", "envspec deploy scorer --target docker"),
    "deployments": (
        "envspec deployments list",
        "envspec deployments show scorer",
        "envspec deployments invoke scorer request.json -H 'Authorization: Bearer …'",
        "envspec deployments stop scorer",
    ),
    "up": ("envspec up", "envspec up --target docker"),
    "env": (
        "envspec env list",
        "envspec env show sklearn:2",
        "envspec env diff sklearn:1 sklearn@stable",
        "envspec env history sklearn",
        "envspec env tag sklearn:2 stable team=wine",
        "envspec env copy sklearn:2 AzureML-sklearn-1.5",
        "envspec env archive sklearn:1",
        "envspec env push sklearn:2 registry.example/team/sklearn",
        "envspec env pull registry.example/team/sklearn:2",
    ),
    "models": (
        "envspec models list",
        "envspec models show wine:1",
        "envspec models download wine:1 -o models",
        "envspec models push wine:1 registry.example/team/models/wine",
        "envspec models pull registry.example/team/models/wine:1",
    ),
    "images": ("envspec images list", "envspec images show sklearn:1f0c2d9a7b3e"),
    "prune": (
        "envspec prune",
        "envspec prune --older 30d --keep 5",
        "envspec prune images --older 2w --yes",
    ),
    "graph": ("envspec graph", "envspec graph -o lineage.svg", "envspec graph --format mermaid"),
    "exec": ("envspec exec sklearn -- python -c 'import sklearn; print(sklearn.__version__)'",),
    "shell": ("envspec shell sklearn",),
    "kernel": ("envspec kernel notebook", "envspec kernel notebook --display-name 'Wine (Python 3.12)'"),
    "completion": ("envspec completion fish > ~/.config/fish/completions/envspec.fish",),
}
