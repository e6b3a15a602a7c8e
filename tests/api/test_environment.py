"""Environments made in Python, of other tools' files, and written for other tools."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec import CondaDependencies, Environment, EnvspecError, Secret, Workspace
from envspec.api.views import Texts
from envspec.importing.spec import Block
from envspec.syntax.text import LARGEST_FILE
from tests.cli.test_check import envspec
from tests.importing.imported import CORPUS

CONDA = """name: wine
channels: [conda-forge]
dependencies:
  - python=3.11
  - numpy>=1.26   # fast
  - pip
  - pip: [pillow==10.4.0]
variables: {OMP_NUM_THREADS: "4"}
prefix: /home/somebody/wine
"""


@pytest.fixture
def conda_file(project: Path) -> Path:
    file = project / "environment.yml"
    file.write_text(CONDA)
    return file


def test_the_package_imports_nothing_before_it_is_used() -> None:
    code = "import sys, envspec; print([m for m in sys.modules if m.startswith(('envspec.', 'lark', 'click', 'typing'))])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_an_object_prints_itself_as_the_spec_that_import_writes(conda_file: Path) -> None:
    environment = Environment.from_conda_specification("wine", conda_file)
    assert (
        str(environment)
        == envspec("import", "conda", "environment.yml", "--name", "wine", cwd=conda_file.parent).stdout
    )
    assert environment.report is not None
    assert [line.what for line in environment.report.of("dropped")] == ["prefix: /home/somebody/wine"]


def test_with_strict_a_loss_is_an_error_that_says_what(conda_file: Path) -> None:
    with pytest.raises(EnvspecError, match="prefix") as caught:
        Environment.from_conda_specification("wine", conda_file, strict=True)
    assert [one.code for one in caught.value.diagnostics] == ["E1304"]


def test_a_file_that_is_not_there(project: Path) -> None:
    with pytest.raises(EnvspecError, match="there is no file or folder") as caught:
        Environment.from_pip_requirements("wine", project / "requirements.txt")
    assert [one.code for one in caught.value.diagnostics] == ["E1301"]


def test_conda_comes_out_as_it_went_in(conda_file: Path) -> None:
    exported = Environment.from_conda_specification("wine", conda_file).to_conda_specification("again.yml")
    written = yaml.safe_load(Path("again.yml").read_text())
    given_ = yaml.safe_load(CONDA)
    assert written["channels"] == given_["channels"]
    assert written["variables"] == given_["variables"]
    assert written["dependencies"][:3] == ["python 3.11.*", "numpy >=1.26", "pip"]
    assert written["dependencies"][3] == {"pip": ["pillow==10.4.0"]}
    assert exported.losses == ()
    assert (
        Environment.from_conda_specification("wine", "again.yml").to_conda_specification().text
        == exported.text
    )


def test_requirements_come_out_as_they_went_in(project: Path) -> None:
    (project / "requirements.txt").write_text(
        "pillow==10.4.0\nrequests[socks]>=2,<3 ; python_version >= '3.9'\n"
    )
    environment = Environment.from_pip_requirements("web", "requirements.txt")
    lines = [line for line in environment.to_pip_requirements().text.splitlines() if not line.startswith("#")]
    assert sorted(lines) == ["pillow==10.4.0", 'requests[socks]>=2,<3 ; python_version >= "3.9"']


@pytest.mark.parametrize("file", sorted((CORPUS / "conda").iterdir()), ids=lambda file: file.name)
def test_every_conda_file_of_the_corpus_is_an_environment(file: Path, project: Path) -> None:
    environment = Environment.from_conda_specification("corpus", file)
    environment.check()
    assert environment.name == "corpus"


def test_from_another_tool_and_another_folder(project: Path) -> None:
    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "cog.yaml").write_text(
        "build:\n  python_version: '3.11'\n  python_packages: [numpy==1.26.4]\n"
    )
    environment = Environment.from_tool("cog", "sketch", elsewhere)
    assert environment.pip == ["numpy==1.26.4"]
    with pytest.raises(ValueError, match="is none of conda, pip"):
        Environment.from_tool("condo", "sketch", elsewhere)


def test_an_existing_virtual_environment(project: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], check=True)
    (site,) = Path(".venv").glob("lib/python*/site-packages")
    info = site / "pillow-10.4.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pillow\nVersion: 10.4.0\n")
    (info / "REQUESTED").write_text("")
    (info / "INSTALLER").write_text("pip\n")
    environment = Environment.from_existing_virtual_environment("web")
    assert environment.pip == ["pillow==10.4.0"]


def test_an_existing_conda_environment_by_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meta = project / "prefix" / "conda-meta"
    meta.mkdir(parents=True)
    record = {
        "name": "numpy", "version": "1.26.4", "build": "py311_0", "build_number": 0, "depends": [],
        "channel": "https://conda.example/conda-forge/linux-64", "subdir": "linux-64",
        "url": "https://conda.example/conda-forge/linux-64/numpy-1.26.4-py311_0.conda", "requested_spec": "numpy=1.26",
    }  # fmt: skip
    (meta / "numpy-1.26.4-py311_0.json").write_text(json.dumps(record))
    (meta / "history").write_text("==> 2026-01-01 00:00:00 <==\n# update specs: ['numpy=1.26']\n")
    found = Environment.from_existing_conda_environment("wine", project / "prefix")
    assert [package.split()[0].split("=")[0].split("::")[-1] for package in found.conda] == ["numpy"]
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    with pytest.raises(ValueError, match="no conda environment is active"):
        Environment.from_existing_conda_environment("wine")
    monkeypatch.setenv("CONDA_PREFIX", str(project / "prefix"))
    assert str(Environment.from_existing_conda_environment("wine")) == str(found)


def test_the_vocabulary_of_azure_ml(project: Path) -> None:
    packages = CondaDependencies.create(python_version="3.11", conda_packages=["numpy =1.26"])
    packages.add_pip_package("pillow ==10.4.0")
    environment = Environment("wine")
    environment.python.conda_dependencies = packages
    packages.add_channel("conda-forge")
    packages.add_conda_package("scikit-learn =1.5")
    packages.add_conda_package("numpy >=1.26,<3")
    environment.python.conda_dependencies.add_pip_package("Pillow ==10.4.1")
    packages.remove_conda_package("scikit_learn".replace("_", "-"))
    environment.docker.base_image = "debian:bookworm-slim"
    environment.docker.shm_size = "2GiB"
    environment.environment_variables["OMP_NUM_THREADS"] = "4"
    assert (
        str(environment)
        == """edition = 1

environment wine {
    python    = "3.11"
    channels  = ["conda-forge"]
    conda     = ["numpy >=1.26,<3"]
    pip       = ["Pillow ==10.4.1"]
    variables = { OMP_NUM_THREADS = "4" }
    docker {
        image    = "debian:bookworm-slim"
        shm_size = 2GiB
    }
}
"""
    )
    assert environment.check() == []


def test_an_environment_that_its_user_manages(project: Path) -> None:
    environment = Environment("mine")
    environment.python.user_managed_dependencies = True
    environment.python.interpreter_path = "/usr/bin/python3"
    assert "managed     = false" in str(environment)
    environment.check()
    environment.python.user_managed_dependencies = False
    assert "managed" not in str(environment)


def test_what_is_wrong_is_told_at_its_place_in_the_text(project: Path) -> None:
    environment = Environment("wine", conda=["numpy >=1.26", "scipy >>1"], pip=["pillow ==10.4.0"])
    with pytest.raises(EnvspecError) as caught:
        environment.check()
    assert [one.code for one in caught.value.diagnostics] == ["E0301"]
    assert "wine.api.envspec:4:" in str(caught.value)
    assert '"scipy >>1"' in str(caught.value)


@pytest.mark.parametrize("package", ["numpy >>1", "", "=1", "https://user:secret@host.example/x.whl"])
def test_a_package_that_is_none_is_refused_when_it_is_added(package: str) -> None:
    packages = CondaDependencies()
    with pytest.raises(ValueError):
        packages.add_conda_package(package)
    assert list(packages.conda_packages) == []


def test_names_are_those_of_blocks(project: Path) -> None:
    with pytest.raises(ValueError, match="`my-env` would do"):
        Environment("My Env")


def test_a_secret_is_known_by_where_it_is(project: Path) -> None:
    token = Secret("corp_token", variable="CORP_TOKEN")
    environment = Environment("wine", python="3.12", pip=["corp-features ==1.2"], variables={"TOKEN": token})
    environment.add_index(
        "corp", "https://packages.example/simple", username="ci", password=token, packages=["corp-*"]
    )
    assert environment.variables["TOKEN"] == token
    assert environment.check() == []
    assert (
        str(environment)
        == """edition = 1

secret corp_token {
    variable = "CORP_TOKEN"
}

index corp {
    url      = "https://packages.example/simple"
    username = "ci"
    password = secret.corp_token
    packages = ["corp-*"]
}

environment wine {
    python    = "3.12"
    pip       = ["corp-features ==1.2"]
    indexes   = [corp]
    variables = { TOKEN = secret.corp_token }
}
"""
    )
    with pytest.raises(ValueError, match="say one of"):
        Secret("token")


def test_it_is_saved_where_its_paths_mean_the_same(project: Path) -> None:
    environment = Environment("wine", python="3.12", pip=["pillow ==10.4.0"])
    file = environment.save("wine.envspec")
    assert file.read_text() == str(environment)
    assert envspec("check", "wine.envspec", cwd=project).returncode == 0
    with pytest.raises(EnvspecError, match="is there already"):
        environment.save("wine.envspec")
    (project / "below").mkdir()
    with pytest.raises(ValueError, match="paths in it are relative"):
        environment.save("below/wine.envspec")


def test_a_copy_is_changed_on_its_own(conda_file: Path) -> None:
    environment = Environment.from_conda_specification("wine", conda_file)
    copy = environment.clone("beer")
    copy.conda.append("scipy =1.14")
    assert "scipy =1.14" not in environment.conda
    assert copy.name == "beer"
    assert "# fast" in str(copy)


def test_the_form_of_another_tool(project: Path) -> None:
    environment = Environment("wine", python="3.11", pip=["pillow ==10.4.0"])
    assert "pillow" in environment.to_devcontainer().text
    environment.to_binder("binder")
    assert (project / "binder" / "requirements.txt").is_file()
    environment.to_azureml("azure")
    assert any((project / "azure").rglob("*.yml"))
    with pytest.raises(ValueError, match="give a folder"):
        environment.export("binder")
    with pytest.raises(ValueError, match="is none of"):
        environment.export("condo")
    with pytest.raises(ValueError, match="is for deployments"):
        environment.export("compose")


def test_a_workspace_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "below").mkdir()
    workspace = Workspace(tmp_path / "below")
    assert workspace.root == tmp_path
    Environment("wine", pip=["pillow ==10.4.0"], workspace=workspace).save(tmp_path / "wine.envspec")
    assert (tmp_path / "wine.envspec").is_file()


ELEMENTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ELEMENTS, max_size=5), st.data())
def test_a_view_does_what_a_list_does(before: list[str], data: st.DataObject) -> None:
    block = Block("environment", "e")
    view, model = Texts(lambda: block, "pip"), list(before)
    view.extend(before)
    for _ in range(4):
        at = data.draw(st.integers(-6, 6))
        word = data.draw(ELEMENTS)
        match data.draw(st.sampled_from(["insert", "set", "delete", "slice"])):
            case "insert":
                view.insert(at, word)
                model.insert(at, word)
            case "set" if -len(model) <= at < len(model):
                view[at] = word
                model[at] = word
            case "delete" if -len(model) <= at < len(model):
                del view[at]
                del model[at]
            case "slice":
                view[at:] = [word, word]
                model[at:] = [word, word]
        assert view == model
        assert len(view) == len(model)
        assert ("pip" in block.attributes) == bool(model)


@given(
    st.lists(ELEMENTS, min_size=1, max_size=4),
    st.dictionaries(st.from_regex(r"\A[A-Z][A-Z0-9_]{0,6}\Z"), ELEMENTS, max_size=3),
)
def test_whatever_the_texts_are_the_spec_has_them(descriptions: list[str], variables: dict[str, str]) -> None:
    from envspec.diagnostics import Source
    from envspec.formatting.format import format_text

    environment = Environment(
        "e", description=descriptions[0], variables=variables, tags={"t": descriptions[-1]}
    )
    text = str(environment)
    assert len(text) < LARGEST_FILE
    assert format_text(Source.of("e", text))[0] == text


def test_a_slip_of_the_keyboard_is_told(project: Path) -> None:
    with pytest.raises(AttributeError, match="pyhton"):
        Environment("e").pyhton = "3.12"  # type: ignore[attr-defined]
