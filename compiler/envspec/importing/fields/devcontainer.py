"""What becomes of the properties of `devcontainer.json`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

DEVCONTAINER_JSON: Rows = table(
    carried("environment", "name", "build.dockerfile"),
    carried("docker.image", "image"),
    carried("python", "features.*", when="it brings Python"),
    carried("variables", "containerEnv.*"),
    carried("docker.user", "containerUser", "remoteUser"),
    carried("docker.shm_size", "runArgs"),
    carried("pip", "onCreateCommand", "updateContentCommand", "postCreateCommand"),
    changed(
        "environment",
        "a name is lower-case letters, digits, `_` and `-`",
        "name",
        when="it is no name of ours",
    ),
    changed(
        "secret",
        "a spec holds no secret values: set this variable when something runs",
        "remoteEnv.*",
        when="it is read from the machine",
    ),
    dropped("what it installs is known only when it runs: write it in `docker.run`", "features.*"),
    dropped("a run asks for GPUs in `resources`", "runArgs", when="it is `--gpus`"),
    dropped("it is about a container on one machine", "runArgs", when="it is another option"),
    dropped("a run says in `resources` what it needs", "hostRequirements.*"),
    dropped("a `secret` is named where a variable needs it", "secrets.*"),
    dropped("it runs on the machine of whoever opens the folder", "initializeCommand"),
    dropped(
        "it is about the editor's session on one machine",
        "postStartCommand",
        "postAttachCommand",
        "waitFor",
        "workspaceFolder",
        "workspaceMount",
        "shutdownAction",
        "userEnvProbe",
        "customizations",
        "settings",
        "portsAttributes",
        "otherPortsAttributes",
        "extensions",
        "overrideCommand",
        "updateRemoteUserUID",
    ),
    dropped(
        "a Compose file may start several containers: name the image or Dockerfile of this one in `docker`",
        "dockerComposeFile",
        "service",
        "runServices",
    ),
    dropped("what a run reads are its `inputs`", "mounts"),
    dropped("nothing runs with more rights than it needs", "capAdd", "securityOpt", "privileged"),
    dropped("features are read, not installed", "overrideFeatureInstallOrder"),
    dropped("an init process is there already", "init"),
    dropped("a run has no ports: what answers requests is a `deployment`", "forwardPorts", "appPort"),
    dropped("it is for editors of the file", "$schema"),
    dropped("the specification has no such property", "any other key"),
)

TABLES: Mapping[str, Rows] = {"devcontainer.json": DEVCONTAINER_JSON}
