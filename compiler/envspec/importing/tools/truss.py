"""`config.yaml` of Truss (its `truss/base/truss_config.py`, and the reference of that file in its documentation).

Packages, variables and the image become an environment, secrets their names. The model is a class with `load()` and
`predict()`, which no deployment can start: what there is of serving stands in a comment.
"""

from __future__ import annotations

import re

from envspec.importing.asked import Asked, is_folder, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.fields.truss import CONFIG_YAML
from envspec.importing.findings import absent
from envspec.importing.spec import Block, Spec, Text, Written, references
from envspec.importing.tools.deployment_outline import COMMENT, add_outline, cores, memory_size, new_outline
from envspec.importing.tools.document import Keys, is_null, read_document
from envspec.importing.tools.image_parts import add_apt, add_image, add_python, add_scripts, in_order
from envspec.importing.tools.requirement_lines import add_file, add_lines
from envspec.importing.variables import Variables, variable_name
from envspec.starting.names import name_of

_NAMED = reason_of(CONFIG_YAML, "secrets.*")
_KNOWN = frozenset(
    {"model_name", "requirements", "resources", "python_version", "secrets", "system_packages", "model_metadata",
     "environment_variables", "model_class_name", "base_image", "docker_server", "build_commands", "trt_llm",
     "requirements_file", "external_data", "model_cache", "runtime", "model_framework", "weights"}
)  # fmt: skip
_DROPPED = reasons(CONFIG_YAML)
_BASE_IMAGE, _RESOURCES, _RUNTIME, _HEALTH, _BUILD = (
    reasons(CONFIG_YAML, above)
    for above in ("base_image.", "resources.", "runtime.", "runtime.health_checks.", "build.")
)


def read(asked: Asked) -> Spec:
    """One environment, secrets, and the folder of data as a model."""
    document = read_document(asked, asked.path)
    root = document.keys()
    if not root.node.entries.keys() & _KNOWN:
        raise unreadable(asked, asked.path, "it has none of the keys of Truss", 1)
    spec = Spec(above=list(document.head))
    label = _label(root, asked)
    environment = Block("environment", label)
    packages, variables = Packages(asked), Variables(asked)
    outline = new_outline(
        label, asked.place(root.node_of("model_module_dir").text or ".", asked.path.parent) or ""
    )
    if description := root.scalar("description").text:
        environment.add("description", Text(description))
        root.carried("description", "description")
    _python(root, environment)
    _packages(root, packages)
    add_apt(root, "system_packages", environment)
    _base_image(root, environment)
    add_scripts(
        root, "build_commands", environment, packages, root.scalars("build_commands"), after_python=True
    )
    _variables(root, variables)
    packages.fill(environment, spec)
    variables.fill(environment, spec)
    in_order(environment)
    spec.blocks.append(environment)
    _data(root, spec, outline)
    _resources(root.keys("resources"), outline)
    _runtime(root.keys("runtime"), outline)
    _module(root)
    _others(root)
    add_outline(spec, outline)
    return spec


def _label(root: Keys, asked: Asked) -> str:
    node = root.scalar("model_name")
    label = name_of(node.text, asked.name)
    if node.text and label == node.text:
        root.carried("model_name", f"environment {label}")
    elif node.text:
        root.changed(
            "model_name", f"environment {label}", "a name is lower-case letters, digits, `_` and `-`"
        )
    return label


def _python(root: Keys, environment: Block) -> None:
    text = root.scalar("python_version").text
    match = re.fullmatch(r"py([23])([0-9]{1,2})", text)
    if text:
        add_python(root, "python_version", environment, f"{match[1]}.{match[2]}" if match else text)


def _packages(root: Keys, packages: Packages) -> None:
    """The file first, as Truss installs them."""
    name = root.scalar("requirements_file").text
    if name.endswith(("pyproject.toml", "uv.lock")):
        root.dropped("requirements_file", f"import it by itself: `envspec import pyproject {name}`")
    else:
        add_file(root, "requirements_file", packages)
    add_lines(root, "requirements", packages, root.scalars("requirements"))


def _base_image(root: Keys, environment: Block) -> None:
    image = root.keys("base_image")
    add_image(image, "image", environment)
    image.dropped("python_executable_path", _BASE_IMAGE["python_executable_path"])
    image.dropped("docker_auth", _BASE_IMAGE["docker_auth"], value=False)
    image.rest(_BASE_IMAGE[OTHER])


def _variables(root: Keys, variables: Variables) -> None:
    given = root.keys("environment_variables")
    for name, node in given.node.entries.items():
        value = given.scalar(name)
        if value.kind or is_null(node):
            text = str(value.value).lower() if isinstance(value.value, bool) else value.text
            variables.add(name, text, root.document.shown, node.line)
    secrets = root.keys("secrets")
    for name, node in secrets.node.entries.items():
        variables.read_from_caller(
            variable_name(name), root.document.shown, node.line, what=name, reason=_NAMED
        )


def _data(root: Keys, spec: Spec, outline: Block) -> None:
    """`data_dir`, `data` when it is not named."""
    asked, folder = root.document.asked, root.document.folder
    node = root.scalar("data_dir")
    written = node.text or "data"
    place = asked.place(written, folder)
    there = "\0" not in written and place is not None and is_folder(folder / written)
    if there and not node.text and not any((folder / written).iterdir()):
        there = False  # `truss init` makes the folder
    if place is not None and there:
        spec.blocks.append(Block("model", "data", {"from": Text(place)}))
        outline.add("models", references(["data"]))
        if node.text:
            root.carried("data_dir", "model data")
    else:
        gone = absent(node.text, node) if node.text and place is not None else None
        root.dropped("data_dir", "there is no such folder in the project", mark=gone)
    packages = folder / "packages"
    if "bundled_packages_dir" not in root.node.entries and packages.is_dir() and any(packages.iterdir()):
        asked.report.dropped("packages", root.document.shown, 0, _DROPPED["bundled_packages_dir"])
    for name in ("external_data", "model_cache", "hf_cache", "weights"):
        items = root.items(name)
        for number, item in enumerate(items, start=1):
            said = item.get("repo_id").text or item.get("url").text or item.get("source").text
            asked.report.dropped(
                f"{name}: {said}" if said else f"{name}, element {number}",
                root.document.shown,
                item.line,
                _DROPPED[name],
            )


def _resources(keys: Keys, outline: Block) -> None:
    gpus = 0
    for name, attribute, convert in (("cpu", "cpu", cores), ("memory", "memory", memory_size)):
        text = keys.scalar(name).text
        value = convert(text) if text else None
        if value is not None:
            outline.inner("resources").add(attribute, value)
            keys.changed(name, f"{attribute} = {value.text}", COMMENT)
        else:
            keys.dropped(name, "it is no such quantity")
    accelerator = keys.scalar("accelerator").text
    match = re.fullmatch(r"([A-Za-z0-9_]+)(?::([0-9]{1,3}))?", accelerator)
    if match:
        gpus = int(match[2] or 1)
        keys.changed("accelerator", f"gpu = {gpus}", f"which GPU it is, the machine decides; {COMMENT}")
    else:
        keys.dropped("accelerator", "it is no kind of GPU with a number")
    use = keys.scalar("use_gpu")
    if use.value is True:
        gpus = gpus or 1
        keys.changed("use_gpu", f"gpu = {gpus}", COMMENT)
    elif use.value is False and not gpus:
        keys.carried("use_gpu", "resources")
    else:
        keys.dropped("use_gpu", "the accelerator says how many" if gpus else "it is neither true nor false")
    if gpus:
        outline.inner("resources").add("gpu", Written(str(gpus)))
    for name, reason in _RESOURCES.items():
        keys.dropped(name, reason)
    keys.rest(_RESOURCES[OTHER])


def _runtime(keys: Keys, outline: Block) -> None:
    most = keys.scalar("predict_concurrency").text
    if re.fullmatch(r"0*[1-9][0-9]{0,6}", most):
        outline.inner("limits").add("concurrency", Written(str(int(most))))
        keys.changed("predict_concurrency", f"concurrency = {int(most)}", COMMENT)
    else:
        keys.dropped("predict_concurrency", "it is no number of requests")
    checks = keys.keys("health_checks")
    start = checks.scalar("startup_threshold_seconds").text
    if re.fullmatch(r"0*[1-9][0-9]{0,6}", start):
        outline.inner("health").add("start_period", Written(f"{int(start)}s"))
        checks.changed("startup_threshold_seconds", f"start_period = {int(start)}s", COMMENT)
    checks.rest(_HEALTH[OTHER])
    keys.rest(_RUNTIME[OTHER])


def _module(root: Keys) -> None:
    """`model_module_dir` is the `source` of the deployment that is a comment."""
    node = root.scalar("model_module_dir")
    if node.text:
        root.changed("model_module_dir", "source", COMMENT)
    server = root.keys("docker_server")
    for name in server.node.entries:
        server.dropped(name, reason_of(CONFIG_YAML, "docker_server.*"))
    build = root.keys("build")
    build.dropped("secret_to_path_mapping", _BUILD["secret_to_path_mapping"], value=False)
    build.rest(_BUILD[OTHER])


def _others(root: Keys) -> None:
    for name, reason in _DROPPED.items():
        if name not in root.taken:
            root.dropped(name, reason)
    root.rest(_DROPPED[OTHER])
