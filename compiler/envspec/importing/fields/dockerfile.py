"""What becomes of the instructions of a Dockerfile."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

DOCKERFILE: Rows = table(
    carried("docker.image", "`FROM`", "`FROM --platform`"),
    carried("docker.run", "`RUN`"),
    carried("pip", "`RUN pip install`"),
    carried("apt", "`RUN apt-get install`"),
    carried("channels", "`RUN conda install`"),
    carried("caches are kept between builds", "`RUN --mount=type=cache`"),
    carried("docker.arguments", "`ARG`"),
    carried("variables", "`ENV`"),
    carried("docker.labels", "`LABEL`", "`MAINTAINER`"),
    carried("docker.user", "`USER`"),
    carried("run", "`CMD`", "`ENTRYPOINT`"),
    carried("the shell of its scripts", "`SHELL`"),
    changed(
        "docker.image",
        "Python packages of the image are not in the environment: name in `pip` or `conda` what a program needs",
        "`FROM`",
        when="the image has packages of its own",
    ),
    changed(
        "secret",
        "a spec holds no secret values: set this variable when something runs",
        "`ENV`",
        when="it is a secret",
    ),
    changed("where paths begin", "a run has a working directory of its own", "`WORKDIR`"),
    changed("run.source", "a run gets the files of its `source`, and an image has none", "`COPY`"),
    dropped("it is in a stage that the last one is not made of", "`FROM`", when="it is another stage"),
    dropped("a step has what `envspec build` gives it", "`RUN --mount=type=secret`"),
    dropped(
        "what … installs, its own file says: `envspec import …` reads that",
        "`RUN poetry install`",
        "`RUN pipenv install`",
        "`RUN pdm install`",
        "`RUN pixi install`",
    ),
    dropped("it has no value without `--build-arg`", "`ARG`", when="it has no value"),
    dropped("an environment puts its own programs on PATH", "`ENV`", when="it is `PATH`"),
    dropped("nothing runs as root: `docker.user` names another user", "`USER`", when="it is root"),
    dropped(
        "an image has no files of the project: a run gets those of its `source`",
        "`COPY`",
        "`ADD`",
        when="nothing is run",
    ),
    dropped("what `…` has is known only when that is built", "`COPY --from`"),
    dropped("a run has no ports: what answers requests is a `deployment`", "`EXPOSE`"),
    dropped("a deployment has `health`", "`HEALTHCHECK`"),
    dropped("what a run reads and leaves are its `inputs` and `outputs`", "`VOLUME`"),
    dropped("a run is ended as its engine does it", "`STOPSIGNAL`"),
    dropped("nothing is built on an environment but by `extends`", "`ONBUILD`"),
    dropped("a Dockerfile has no such instruction", "any other instruction"),
)

TABLES: Mapping[str, Rows] = {"Dockerfile": DOCKERFILE}
