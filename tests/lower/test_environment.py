"""What an environment is lowered to: goldens, linters, and what holds for all of them."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from envspec.diagnostics import Failure
from envspec.frozen import replace
from envspec.ir.types import CondaPackage, Docker, Environment, PackageSource, SecretRef, Spark
from envspec.lower import recipe
from envspec.lower.context import tar_stream
from envspec.lower.environment import BUILDKIT, PORTABLE, lower_environment, needed_secrets
from envspec.lower.identity import image_layer
from tests.lower import specimens
from tests.lower.specimens import ENVIRONMENTS, FILES, LOCKS, DictFiles

Golden = Callable[[str, str], None]
CASES = [(name, builder) for name in ENVIRONMENTS for builder in (PORTABLE, BUILDKIT)]


@pytest.mark.parametrize(("name", "builder"), CASES)
def test_golden(name: str, builder: str, golden: Golden) -> None:
    context = lower_environment(ENVIRONMENTS[name], LOCKS.get(name), FILES, builder=builder)
    golden(f"{name}.{builder}.Dockerfile", context.text("Dockerfile"))
    if builder == PORTABLE:
        golden(f"{name}.environment.yml", context.text("environment.yml"))
        golden(f"{name}.requirements.txt", context.text("requirements.txt"))
        golden(f"{name}.files", "".join(f"{context.files[p].mode:o} {p}\n" for p in context))


@pytest.mark.parametrize(("name", "builder"), CASES)
def test_hadolint_finds_nothing_in_what_is_locked(name: str, builder: str, tmp_path: Path) -> None:
    context = lower_environment(ENVIRONMENTS[name], LOCKS.get(name), FILES, builder=builder)
    assert hadolint(context.text("Dockerfile"), tmp_path) == ""


@pytest.mark.parametrize(
    "name", [n for n, e in ENVIRONMENTS.items() if not any(i.packages for i in e.indexes)]
)
def test_hadolint_finds_only_open_versions_in_what_is_not(name: str, tmp_path: Path) -> None:
    context = lower_environment(ENVIRONMENTS[name], None, FILES)
    assert hadolint(context.text("Dockerfile"), tmp_path) == ""


def hadolint(dockerfile: str, folder: Path) -> str:
    (folder / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    tool = Path(sys.executable).with_name("hadolint")
    return subprocess.run(
        [tool, "--no-color", "Dockerfile"], cwd=folder, capture_output=True, text=True, check=False
    ).stdout


def test_scripts_pass_shellcheck(tmp_path: Path) -> None:
    context = lower_environment(ENVIRONMENTS["sklearn"], LOCKS["sklearn"], FILES, builder=BUILDKIT)
    scripts = [path for path in context if path.endswith(".sh") and "/run/" not in path]
    assert len(scripts) == 2
    specimens.write(context, tmp_path, FILES)
    tool = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([tool, *scripts], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_portable_has_nothing_that_only_buildkit_reads() -> None:
    for name, environment in ENVIRONMENTS.items():
        if needed_secrets(environment, LOCKS.get(name)):
            continue  # it has no portable variant
        text = lower_environment(environment, LOCKS.get(name), FILES).text("Dockerfile")
        assert not text.startswith("# syntax")
        assert "--mount" not in text
        assert "<<" not in text
        assert "--link" not in text
        assert "--chmod" not in text


def test_variables_and_secrets_stay_out() -> None:
    environment = Environment(
        "e", "e", python="3.11", variables={"PLAIN": "visible-value", "TOKEN": SecretRef("hidden")}
    )
    context = lower_environment(environment, None, FILES)
    everything = b"".join(file.read(FILES) for file in context.files.values())
    assert b"visible-value" not in everything
    assert b"TOKEN" not in everything


def test_each_step_gets_its_own_secrets_and_no_other() -> None:
    """Only the sources that the lock took something from; without a lock, all of them."""
    environment, lock = ENVIRONMENTS["private"], LOCKS["private"]
    assert list(needed_secrets(environment, lock)) == ["secret.common.token", "secret.corp_token"]
    assert list(needed_secrets(environment, None)) == [
        "secret.common.token",
        "secret.corp_token",
        "secret.unused",
    ]
    context = lower_environment(environment, lock, FILES)
    assert context == lower_environment(environment, lock, FILES, builder=BUILDKIT)
    steps = [line for line in context.text("Dockerfile").split("\nRUN ") if "id=secret." in line]
    assert [
        (name in step, "uv pip" in step)
        for step, name in zip(steps[1:], ("common", "corp_token"), strict=True)
    ] == [(True, False), (True, True)]
    opened = lower_environment(environment, None, FILES)
    assert "--index-url" not in opened.text("build/requirements-open.txt")
    assert "UV_INDEX_INDEX1_PASSWORD=secret.corp_token" in opened.text("Dockerfile")
    assert "--index index1=https://packages.example/simple" in opened.text("Dockerfile")


def test_a_dockerfile_and_what_it_copies_are_in_the_image_hash() -> None:
    environment, lock = ENVIRONMENTS["made"], LOCKS["made"]

    def layer(**changed: bytes) -> str:
        files = {**FILES.contents, **{path.replace("__", "/"): data for path, data in changed.items()}}
        return image_layer(environment, lock, "linux/amd64", DictFiles(files))[1]

    assert layer() == layer(**{"docker/unused.txt": b"another"})
    assert (
        len({layer(), layer(**{"docker/Dockerfile": b"FROM a\n"}), layer(**{"docker/tools/one.sh": b"2"})})
        == 3
    )


@pytest.mark.parametrize(
    ("docker", "said"),
    [
        (Docker(dockerfile="docker/Dockerfile", image="debian"), "both make the base"),
        (Docker(dockerfile="docker/none"), "line 1: `COPY` comes before"),
        (Docker(dockerfile="docker/latin"), "not UTF-8"),
        (Docker(dockerfile="docker/absent"), "copies `nothing-*`, and there is no such file"),
    ],
)
def test_a_dockerfile_that_cannot_be_the_base(docker: Docker, said: str) -> None:
    files = DictFiles(
        {
            **FILES.contents,
            "docker/none": b"COPY a b\n",
            "docker/latin": b"FROM a\n# \xe9\n",
            "docker/absent": b"FROM a\nCOPY nothing-* /\n",
        }
    )
    with pytest.raises(Failure) as caught:
        lower_environment(Environment("e", "e", python="3.11", docker=docker), None, files)
    (found,) = caught.value.diagnostics
    assert (found.code, found.pointer) == ("E0712", "/environments/e/docker/dockerfile")
    assert said in found.message


def test_environment_yml_reads_back() -> None:
    context = lower_environment(ENVIRONMENTS["conda"], None, FILES)
    document = yaml.safe_load(context.text("environment.yml"))
    assert document["channels"] == ["conda-forge"]
    assert document["dependencies"][0] == "python 3.11.*"
    assert {"pip": ["pillow ==10.4.0"]} in document["dependencies"]


def test_local_packages_are_copied_without_leftovers() -> None:
    context = lower_environment(ENVIRONMENTS["local"], LOCKS["local"], FILES)
    local = [path for path in context if path.startswith("build/local/")]
    assert local == [
        "build/local/1/features-1.2-py3-none-any.whl",
        "build/local/2/pyproject.toml",
        "build/local/2/tools/__init__.py",
    ]


def test_order_of_packages_changes_nothing() -> None:
    from dataclasses import replace

    environment = ENVIRONMENTS["sklearn"]
    turned = replace(environment, pip=environment.pip[::-1])
    for lock in (None, LOCKS["sklearn"]):
        assert tar_stream(lower_environment(environment, lock, FILES), FILES) == tar_stream(
            lower_environment(turned, lock, FILES), FILES
        )


def test_tar_has_no_owner_and_no_time() -> None:
    context = lower_environment(ENVIRONMENTS["local"], LOCKS["local"], FILES)
    with tarfile.open(fileobj=io.BytesIO(tar_stream(context, FILES))) as tar:
        members = tar.getmembers()
        assert [m.name for m in members] == sorted(context.files)
        assert {(m.uid, m.gid, m.mtime, m.uname) for m in members} == {(0, 0, 0, "")}
        assert {m.mode for m in members} <= {0o644, 0o755}


def test_same_bytes_under_any_hash_seed_and_from_any_folder(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    script = (
        f"import sys, hashlib; sys.path.insert(0, {str(root)!r})\n"
        "from tests.lower.specimens import *\n"
        "from envspec.lower.context import tar_stream\n"
        "from envspec.lower.environment import lower_environment\n"
        "for name, e in ENVIRONMENTS.items():\n"
        "    for builder in ('portable', 'buildkit'):\n"
        "        c = lower_environment(e, LOCKS.get(name), FILES, builder=builder)\n"
        "        print(name, builder, hashlib.sha256(tar_stream(c, FILES)).hexdigest())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=folder,
            env={"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, folder, zone in (("0", tmp_path, "UTC"), ("1", root, "Asia/Tokyo"), ("77", Path("/"), ""))
    }
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == 2 * len(ENVIRONMENTS)


@pytest.mark.parametrize("builder", [PORTABLE, BUILDKIT])
def test_a_script_says_all_on_one_pipe(tmp_path: Path, builder: str) -> None:
    """Builders read stdout and stderr side by side: a shell writes an error in pieces, and the pieces of one line came
    apart in one build of fifty on a busy machine."""
    environment = replace(ENVIRONMENTS["given"], docker=Docker(run=("echo out\necho err >&2\necho more\n",)))
    context = lower_environment(environment, None, FILES, builder=builder)
    for path in ("build/step.sh", "build/run/run-1.sh"):
        if path in context.files:
            (tmp_path / Path(path).name).write_bytes(context.files[path].read(FILES))
    (line,) = (
        line for line in context.text("Dockerfile").splitlines() if "/opt/envspec/run/run-1.sh" in line
    )
    written = line[line.index("[") :].replace("/opt/envspec/run", str(tmp_path))
    command = json.loads(written.replace("/run/step.sh", f"{tmp_path}/step.sh"))
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("out\nerr\nmore\n", "")


def test_instructions_do_not_change_without_their_recipe(golden: Golden) -> None:
    """When this fails, update the goldens, and raise the integer in `lower.recipe` when other images come out:
    those that the older instructions made must not count as these."""
    emitted = {}
    for name, environment in sorted(ENVIRONMENTS.items()):
        context = lower_environment(environment, LOCKS.get(name), FILES)
        content = b"".join(path.encode() + b"\0" + file.read(FILES) for path, file in context.files.items())
        emitted[name] = hashlib.sha256(content).hexdigest()
    recipes = {"python": recipe.PYTHON_RECIPE, "image": recipe.IMAGE_RECIPE}
    golden("instructions.json", json.dumps({"recipes": recipes, "emitted": emitted}, indent=2) + "\n")


@pytest.mark.parametrize(
    ("environment", "code", "pointer"),
    [
        (Environment("e", "e", spark=Spark()), "E0702", "/environments/e/spark"),
        (Environment("e", "e", docker=Docker(cuda="12.4")), "E0711", "/environments/e/docker/cuda"),
        (Environment("e", "e", docker=Docker(cuda="9.9")), "E0710", "/environments/e/docker/cuda"),
        (Environment("e", "e", docker=Docker(cuda="12.4.x")), "E0710", "/environments/e/docker/cuda"),
        (Environment("e", "e", docker=Docker(image="a b")), "E0701", "/environments/e/docker/image"),
        (Environment("e", "e", docker=Docker(platforms=("linux/s390x",))), "E0703", "/environments/e/docker/platforms"),
        (
            Environment("e", "e", indexes=(PackageSource("corp", "https://a.example", packages=("corp-*",)),)),
            "E0706",
            "/environments/e/indexes/0",
        ),
        (
            Environment(
                "e", "e", channels=(PackageSource("corp", "https://a.example", packages=("corp-*",)),),
                conda=(CondaPackage("six", "six"),),
            ),
            "E0706",
            "/environments/e/channels/0",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_lowered_is_refused(environment: Environment, code: str, pointer: str) -> None:
    with pytest.raises(Failure) as caught:
        lower_environment(environment, None, FILES)
    assert [(d.code, d.pointer) for d in caught.value.diagnostics] == [(code, pointer)]


def test_a_platform_that_is_not_locked_is_refused() -> None:
    with pytest.raises(Failure) as caught:
        lower_environment(ENVIRONMENTS["sklearn"], LOCKS["sklearn"], FILES, platform="linux/arm64")
    assert [d.code for d in caught.value.diagnostics] == ["E0704"]
