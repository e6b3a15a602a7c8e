"""Properties of `devcontainer.json`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_json, in_tree

BASE = {"image": "debian:bookworm-slim", "name": "wine"}
PYTHON = "ghcr.io/devcontainers/features/python:1"


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "devcontainer.json",
        BASE,
        {
            "name": "scorer",
            "name #2": As("Wine Model", when="it is no name of ours"),
            "image": "ubuntu:24.04",
            "build.dockerfile": As(
                "Dockerfile", base={"name": "wine"}, files={"Dockerfile": "FROM debian:12\n"}
            ),
            "features.*": As({}, place="features.ghcr~io/example/rust:1"),
            "features.* #2": As(
                {"version": "3.11"},
                place=f"features.{PYTHON.replace('.', '~')}",
                when="it brings Python",
            ),
            "containerEnv.*": "4",
            "remoteEnv.*": As("${localEnv:HOME_TOKEN}", when="it is read from the machine"),
            "containerUser": "1000",
            "remoteUser": "vscode",
            "runArgs": ["--shm-size=2g"],
            "runArgs #2": As(["--gpus", "all"], when="it is `--gpus`"),
            "runArgs #3": As(["--rm"], when="it is another option"),
            "hostRequirements.*": 4,
            "secrets.*": {"description": "a"},
            "onCreateCommand": "pip install scipy==1.14",
            "updateContentCommand": "pip install scipy==1.14",
            "postCreateCommand": "pip install scipy==1.14",
            "initializeCommand": "true",
            **dict.fromkeys(
                (
                    "postStartCommand",
                    "postAttachCommand",
                    "waitFor",
                    "workspaceFolder",
                    "workspaceMount",
                    "shutdownAction",
                    "userEnvProbe",
                    "dockerComposeFile",
                    "service",
                ),
                "x",
            ),
            **{
                key: {"a": {}}
                for key in ("customizations", "settings", "portsAttributes", "otherPortsAttributes")
            },
            **{
                key: ["x"]
                for key in (
                    "extensions",
                    "mounts",
                    "runServices",
                    "capAdd",
                    "securityOpt",
                    "overrideFeatureInstallOrder",
                )
            },
            **dict.fromkeys(("overrideCommand", "updateRemoteUserUID", "init", "privileged"), True),
            "forwardPorts": [8080],
            "appPort": 8080,
            "$schema": "https://example.com/schema.json",
            "any other key": As(1, place="zzz"),
        },
        as_json,
        section="devcontainer.json",
    )
