"""What becomes of the keys of Cog's `cog.yaml`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

COG_YAML: Rows = table(
    carried("python", "build.python_version"),
    carried("pip", "build.python_packages", "build.python_requirements"),
    carried("apt", "build.system_packages"),
    carried("docker.image", "build.base_image"),
    carried("docker.run", "build.pre_install"),
    carried("resources", "build.gpu", when="it is false"),
    carried("docker.cuda", "build.cuda"),
    carried("variables", "environment"),
    changed(
        "docker.run",
        "it runs when the system packages are there, before Python and its packages",
        "build.run",
        "build.run[].command",
    ),
    changed(
        "resources.gpu",
        "it is a comment: a deployment needs a script with `init()` and `run(data)`",
        "build.gpu",
    ),
    changed(
        "docker.cuda",
        "a base with CUDA has no Python, so conda brings it",
        "build.cuda",
        when="there is no base image",
    ),
    changed(
        "secret",
        "a spec holds no secret values: set this variable when something runs",
        "environment",
        when="it is a secret",
    ),
    changed("docker.registry", "an image is called after its environment, `…`, not `model`", "image"),
    changed(
        "limits.concurrency",
        "it is a comment: a deployment needs a script with `init()` and `run(data)`",
        "concurrency.max",
    ),
    dropped(
        "a script of `docker.run` gets no secrets: fetch what needs one beforehand", "build.run[].mounts"
    ),
    dropped("Cog has no such key", "build.run[].any other key"),
    dropped("the wheels of frameworks bring cuDNN; a base that has it is `docker.image`", "build.cudnn"),
    dropped("write the versions into `pip`, or a file of `constraints`", "build.python_overrides"),
    dropped("it is how Cog pushes an image", "build.fast"),
    dropped("it is Cog's own server", "build.cog_runtime"),
    dropped("it is the version of Cog's own package", "build.sdk_version"),
    dropped("name the package in `pip`", "build.torch", "build.tensorflow"),
    dropped(
        "it holds while Cog builds: write it into the script of `docker.run` that needs it",
        "build.environment",
    ),
    dropped("Cog has no such key that a spec could hold", "build.any other key", "any other key"),
    dropped("this registry takes images that Cog made", "image", when="it is Replicate's registry"),
    dropped(
        "Cog's class is no `init()` and `run(data)`: write a script with these, and a deployment",
        "run",
        "predict",
    ),
    dropped("Cog calls a function of it: write a program that does, and a `run` with its command", "train"),
    dropped("it is for an autoscaler; `replicas` of a deployment is a number", "concurrency.any other key"),
    dropped("an image is called after its environment; `docker.registry` says where it is pushed", "model"),
    dropped("name a folder of the project in a `model` block", "weights"),
    dropped("`sample` of a deployment is a request that it must answer", "tests"),
)

TABLES: Mapping[str, Rows] = {"cog.yaml": COG_YAML}
