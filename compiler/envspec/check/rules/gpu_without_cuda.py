"""W0323: a GPU is asked for, and nothing in the environment could use it.

CUDA comes with the base image, with conda packages, or with wheels that bring their own. Said only where all three are
known to have none: an image, a package or a project that is not known here may have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Label
from envspec.ir.types import Deployment, Environment, Run
from envspec.resolve.evaluated import escape

_BARE_IMAGES = frozenset(
    {"alpine", "almalinux", "amazonlinux", "busybox", "condaforge/miniforge3", "continuumio/anaconda3",
     "continuumio/miniconda3", "debian", "fedora", "mambaorg/micromamba", "python", "rockylinux", "ubuntu"}
)  # fmt: skip
"""Base images of which every tag is without CUDA, but for `mambaorg/micromamba:…-cuda…`."""

_WITHOUT = frozenset(
    {"aiohttp", "altair", "attrs", "azure-storage-blob", "beautifulsoup4", "black", "bokeh", "boto3", "certifi", "click",
     "cloudpickle", "cython", "dask", "django", "duckdb", "fastapi", "fastparquet", "flask", "geopandas", "gunicorn",
     "h5py", "httpx", "imageio", "ipykernel", "ipython", "jinja2", "joblib", "jupyter", "jupyterlab", "lxml",
     "matplotlib", "mlflow", "mlflow-skinny", "mypy", "networkx", "nltk", "notebook", "numpy", "onnx",
     "opencv-python", "opencv-python-headless", "openpyxl", "optuna", "orjson", "pandas", "patsy", "pillow", "pip",
     "plotly", "polars", "psycopg", "psycopg2", "psycopg2-binary", "pyarrow", "pydantic", "pyspark", "pytest",
     "python", "python-dateutil", "pytz", "pyyaml", "redis", "regex", "requests", "rich", "ruff", "s3fs", "scikit-image",
     "scikit-learn", "scipy", "seaborn", "setuptools", "shap", "six", "sqlalchemy", "starlette", "statsmodels",
     "streamlit", "sympy", "tabulate", "tensorboard", "tensorflow-cpu", "tokenizers", "tqdm", "typer", "urllib3",
     "uvicorn", "wandb", "wheel"}
)  # fmt: skip
"""Packages that neither use a GPU nor bring in one that does."""

_CPU_WHEELS = frozenset({"jax", "keras", "onnxruntime", "tensorflow"})
"""Packages whose wheels on PyPI, without an extra, have no CUDA; those of conda may."""
_IMAGE_FOR = '`docker { image = "nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04" }`'
"""An image of the vendor, as an example."""
_NO_IMAGE = frozenset({"slurm", "spark", "local"})
"""Kinds of targets that use no image, when they are named."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    if not subject.certain:  # a package may not have been understood
        return
    project = subject.project
    items: list[tuple[str, Run | Deployment]] = []
    items += [(f"/runs/{escape(key)}", run) for key, run in project.runs.items()]
    items += [(f"/deployments/{escape(key)}", one) for key, one in project.deployments.items()]
    for pointer, item in items:
        environment = (
            project.environments.get(item.environment) if isinstance(item.environment, str) else None
        )
        if (
            not item.resources.gpu
            or _has_its_own(subject, item)
            or environment is None
            or not _certainly_none(subject, environment)
        ):
            continue
        origins = subject.resolution.origins
        image = origins.values.get(f"/environments/{escape(environment.id)}/docker/image")
        yield Diagnostic(
            "W0323",
            "a GPU is asked for, but its environment has no CUDA",
            origins.locate(f"{pointer}/resources/gpu"),
            f"nothing in `{environment.name or environment.id}` can use it",
            (Label(image, "an image without CUDA"),) if image is not None else (),
            help=f"use an image with CUDA, such as {_IMAGE_FOR}, or a package that brings it",
        )


def _has_its_own(subject: Subject, item: Run | Deployment) -> bool:
    """Whether it runs on a machine of somebody else's making, with what is installed there, and in no image."""
    target = subject.project.targets.get(item.target)
    return (target.kind if target is not None else item.target) in _NO_IMAGE


def _certainly_none(subject: Subject, environment: Environment) -> bool:
    docker = environment.docker
    if not environment.managed or docker.cuda or docker.dockerfile or docker.run or environment.apt:
        return False
    if docker.image:
        name, _, tag = docker.image.partition("@")[0].partition(":")
        if name.removeprefix("docker.io/").removeprefix("library/") not in _BARE_IMAGES or "cuda" in tag:
            return False
    names = {package.name for package in environment.conda}
    for pip in environment.pip:
        if pip.kind != "requirement" or "@" in pip.text:
            return False
        if pip.name not in _CPU_WHEELS or "[" in pip.text:
            names.add(_named(pip.text, pip.name))
    return names <= _WITHOUT


def _named(text: str, name: str) -> str:
    """The name, with an extra that may bring CUDA as a name of its own."""
    extras = re.match(r"[^\[]*\[([^\]]*)\]", text)
    return f"{name}[{extras[1]}]" if extras is not None and re.search("cuda|gpu", extras[1]) else name


RULE = Rule("gpu-without-cuda", ("W0323",), _check)
