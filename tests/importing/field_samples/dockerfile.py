"""Instructions of a Dockerfile."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, in_text

FILES = {"src/train.py": "", "requirements.txt": "scipy==1.14\n"}


def samples() -> Iterator[Sample]:
    yield from in_text(
        "Dockerfile",
        {"Dockerfile": "FROM debian:bookworm-slim\n"},
        {
            "`FROM`": As(
                {"Dockerfile": "FROM debian:bookworm-slim\n"},
                files={"Dockerfile": "# empty\n"},
                also=("carried",),
            ),
            "`FROM` #2": As(
                {"Dockerfile": "FROM pytorch/pytorch:2.4.0\n"},
                files={"Dockerfile": "# empty\n"},
                when="the image has packages of its own",
            ),
            "`FROM` #3": As(
                {"Dockerfile": "FROM rust:1 AS build\nFROM debian:bookworm-slim\n"},
                when="it is another stage",
            ),
            "`FROM --platform`": {"Dockerfile": "FROM --platform=linux/arm64 debian:bookworm-slim\n"},
            "`RUN`": "RUN useradd app",
            "`RUN pip install`": "RUN pip install scipy==1.14",
            **{
                f"`RUN {program} install`": f"RUN {program} install"
                for program in ("poetry", "pipenv", "pdm", "pixi")
            },
            "`RUN apt-get install`": "RUN apt-get install -y git",
            "`RUN conda install`": "RUN conda install -y -c conda-forge scipy=1.14",
            "`RUN --mount=type=cache`": As("RUN --mount=type=cache,target=/x pip install scipy==1.14"),
            "`RUN --mount=type=secret`": As(
                "RUN --mount=type=secret,id=x pip install scipy==1.14", also=("carried",)
            ),
            "`ARG`": "ARG VERSION=1",
            "`ARG` #2": As("ARG VERSION", when="it has no value"),
            "`ENV`": "ENV OMP_NUM_THREADS=4",
            "`ENV` #2": As("ENV API_TOKEN=abc", when="it is a secret"),
            "`ENV` #3": As("ENV PATH=/x:$PATH", when="it is `PATH`"),
            "`LABEL`": "LABEL team=wine",
            "`MAINTAINER`": "MAINTAINER somebody",
            "`WORKDIR`": "WORKDIR /app",
            "`USER`": "USER 1000",
            "`USER` #2": As("USER root", when="it is root"),
            "`COPY`": As("COPY src /app", when="nothing is run"),
            "`COPY` #2": As(
                {
                    "Dockerfile": 'FROM debian:bookworm-slim\nCOPY src /app\nCMD ["python3", "/app/train.py"]\n'
                },
                files={"Dockerfile": 'FROM debian:bookworm-slim\nCMD ["python3", "/app/train.py"]\n'},
                also=("carried", "changed", "dropped"),
            ),
            "`COPY --from`": "COPY --from=rust:1 /a /a",
            "`ADD`": As("ADD src /app", when="nothing is run"),
            "`CMD`": As('CMD ["python3", "train.py"]', files={"train.py": ""}),
            "`ENTRYPOINT`": As('ENTRYPOINT ["python3", "train.py"]', files={"train.py": ""}),
            "`SHELL`": 'SHELL ["/bin/bash", "-c"]',
            "`EXPOSE`": "EXPOSE 8080",
            "`HEALTHCHECK`": "HEALTHCHECK CMD true",
            "`VOLUME`": "VOLUME /data",
            "`STOPSIGNAL`": "STOPSIGNAL SIGINT",
            "`ONBUILD`": "ONBUILD RUN true",
            "any other instruction": "ZZZ 1",
        },
        FILES,
        section="Dockerfile",
    )
