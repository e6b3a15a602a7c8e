"""The docker engine: images, runs and deployments on a Docker (or Docker-compatible) engine.

`engine.DockerEngine` is the way in. `fast_path` answers the one question that has to be quick without
the SDK; everything else goes through it (`connection`), but for BuildKit builds, which only the `docker`
command can ask for (`capabilities`, `buildkit`). What the engine says when something fails is turned into
diagnostics in `build_failure` and `start_failure`, and nowhere else.
"""
