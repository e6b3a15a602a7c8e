"""Conda environments from what conda writes into a prefix: records, history, pins, variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.actions.importing import Imported, import_spec
from envspec.diagnostics import Failure
from envspec.importing.installed.conda_names import environments
from envspec.importing.installed.conda_prefix import channel_name, history_of
from tests.importing.imported import compiled, environment_of, imported, losses, project
from tests.importing.made_environments import conda_record, dist_info

SITE = "lib/python3.11/site-packages"
HISTORY = """==> 2024-01-05 10:00:00 <==
# cmd: /opt/conda/bin/conda create -n wines -c conda-forge -c pytorch python=3.11 numpy scipy>=1.10,<2 pandas
# conda version: 23.11.0
+conda-forge/linux-64::numpy-1.26.4-h0_0
# update specs: ['python=3.11', 'numpy', 'scipy[version=\\'>=1.10,<2\\']', 'pandas', 'pytorch::pytorch=2.1']
==> 2024-02-05 10:00:00 <==
# cmd: /opt/conda/bin/conda remove pandas
# remove specs: ['pandas']
==> 2024-03-05 10:00:00 <==
# cmd: /opt/conda/bin/mamba install gone "xgboost<2"
# update specs: ["gone", "xgboost<2"]
# neutered specs: []
"""


def prefix_of(folder: Path, history: str = HISTORY) -> Path:
    """An environment such as people have, with packages of two channels and of pip."""
    prefix = folder / "wines"
    conda_record(
        prefix,
        "python",
        "3.11.7",
        build="hab00c5b_1_cpython",
        depends=["openssl >=3", "libzlib"],
        requested_spec="python=3.11",
    )
    conda_record(prefix, "numpy", "1.26.4", depends=["python >=3.11", "libblas >=3.9"], requested_spec="numpy",
                 files=[f"{SITE}/numpy/__init__.py", f"{SITE}/numpy-1.26.4.dist-info/METADATA"])  # fmt: skip
    conda_record(prefix, "scipy", "1.12.0", depends=["numpy"])
    conda_record(
        prefix, "pytorch", "2.1.2", channel="https://conda.anaconda.org/pytorch", depends=["python", "numpy"]
    )
    conda_record(prefix, "xgboost", "1.7.6", channel="https://repo.anaconda.com/pkgs/main", depends=["scipy"])
    for name in ("openssl", "libzlib", "libblas"):
        conda_record(prefix, name, "3.9.0")
    (prefix / "conda-meta" / "history").write_text(history)
    dist_info(prefix / SITE, "numpy", "1.26.4")
    dist_info(
        prefix / SITE,
        "mlflow",
        "2.10.0",
        requires=["numpy", "click"],
        files={"INSTALLER": "pip", "REQUESTED": ""},
    )
    dist_info(prefix / SITE, "click", "8.1.7", files={"INSTALLER": "pip"})
    dist_info(prefix / SITE, "tqdm", "4.66.1", files={"INSTALLER": "conda"})
    return prefix


def told(made: Imported) -> dict[str, tuple[str, str]]:
    return {line.what: (line.outcome, line.reason) for line in made.report.lines}


def test_what_was_asked_for(tmp_path: Path) -> None:
    made = imported("conda-env", prefix_of(project(tmp_path, {})))
    environment = environment_of(tmp_path / "wines")
    assert [one["spec"] for one in environment["conda"]] == [
        "python 3.11.*", "numpy ==1.26.4", "scipy >=1.10,<2", "pytorch::pytorch 2.1.*", "xgboost <2",
    ]  # fmt: skip
    assert [one["text"] for one in environment["pip"]] == ["mlflow==2.10.0"]
    assert environment["channels"] == ["conda-forge", "pytorch", "defaults"]
    assert told(made)["gone"] == ("dropped", "it is not installed")
    assert told(made)["numpy"] == ("changed", "it was asked for without a version: this one is installed")
    assert told(made)["openssl 3.9.0 h0_0"] == (
        "dropped",
        "it came with `python`, and the lock chooses it again",
    )
    assert "pandas" not in made.text and "tqdm" not in made.text


def test_the_lines_of_the_history(tmp_path: Path) -> None:
    made = imported("conda-env", prefix_of(project(tmp_path, {})))
    lines = {(line.what, line.line) for line in made.report.lines if line.file == "conda-meta/history"}
    assert lines == {
        ("python=3.11", 5), ("numpy", 5), ("scipy[version='>=1.10,<2']", 5), ("pytorch::pytorch=2.1", 5),
        ("gone", 11), ("xgboost<2", 11),
    }  # fmt: skip


def test_every_record_is_told(tmp_path: Path) -> None:
    prefix = prefix_of(project(tmp_path, {}))
    names = {json.loads(path.read_text())["name"] for path in (prefix / "conda-meta").glob("*.json")}
    made = imported("conda-env", prefix)
    shown = " ".join(line.what for line in made.report.lines)
    assert all(name in shown for name in names)


def test_as_conda_itself_reads_a_history() -> None:
    """The forms of conda 4 to 24, mamba and micromamba; `literal_eval` is how conda reads the list."""
    found = history_of(
        "# install specs: numpy,scipy >=1,<2,python 3.7*\n"
        "# update specs: ['a', \"b[version='>=1']\"]\n"
        '# update specs: ["c::d", "d=1"]\n'
        "# neutered specs: ['a==1']\n"
        "# uninstall specs: ['numpy']\n"
        "# update specs: ['feature@']\n"
        "# update specs: [__import__('os')]\n"
        "# update specs:\n"
    )
    assert {name: request.text for name, request in found.specs.items()} == {
        "scipy": "scipy >=1,<2", "python": "python 3.7*", "a": "a==1", "b": "b[version='>=1']", "d": "d=1",
    }  # fmt: skip


def test_without_a_history_what_nothing_needs_was_asked_for(tmp_path: Path) -> None:
    prefix = project(tmp_path, {}) / "env"
    conda_record(prefix, "python", "3.12.1")
    conda_record(prefix, "numpy", "2.0.0", depends=["python"])
    (prefix / "conda-meta" / "history").write_text("// not relevant for pixi but for `conda run -p`")
    made = imported("conda-env", prefix)
    environment = environment_of(prefix)
    assert [one["spec"] for one in environment["conda"]] == ["numpy ==2.0.0"]
    assert environment["python"] == "3.12"
    assert told(made)["python 3.12.1"][0] == "changed"


def test_requests_of_rattler_are_in_the_records(tmp_path: Path) -> None:
    prefix = project(tmp_path, {}) / "env"
    conda_record(prefix, "python", "3.12.1", requested_specs=["python 3.12.*"])
    conda_record(prefix, "numpy", "2.0.0", depends=["python"], requested_specs=["numpy >=1.26"])
    conda_record(prefix, "orphan", "1.0", requested_specs=[])
    made = imported("conda-env", prefix)
    assert [one["spec"] for one in environment_of(prefix)["conda"]] == ["numpy >=1.26", "python 3.12.*"]
    assert told(made)["orphan 1.0 h0_0"][1].startswith("nothing that was asked for needs it")


def test_variables_and_secrets(tmp_path: Path) -> None:
    prefix = prefix_of(project(tmp_path, {}))
    state = {
        "version": 1,
        "env_vars": {"OMP_NUM_THREADS": "4", "HF_TOKEN": "hf_secretsecret", "GONE": "***unset***"},
    }
    (prefix / "conda-meta" / "state").write_text(json.dumps(state, indent=1))
    made = imported("conda-env", prefix)
    environment = environment_of(prefix)
    assert environment["variables"] == {"OMP_NUM_THREADS": "4", "HF_TOKEN": {"secret": "hf-token"}}
    assert "hf_secretsecret" not in made.text + repr(made.report)


def test_pins(tmp_path: Path) -> None:
    prefix = prefix_of(project(tmp_path, {}))
    (prefix / "conda-meta" / "pinned").write_text("# ours\nxgboost >=1.7\nopenssl 3.*\n")
    made = imported("conda-env", prefix)
    assert "xgboost >=1.7,<2" in [one["spec"] for one in environment_of(prefix)["conda"]]
    assert ("dropped", "openssl 3.*", 3) in losses(made)


def test_another_platform(tmp_path: Path) -> None:
    prefix = project(tmp_path, {}) / "env"
    conda_record(prefix, "numpy", "2.0.0", subdir="linux-aarch64")
    imported("conda-env", prefix)
    assert environment_of(prefix)["docker"]["platforms"] == ["linux/arm64"]
    other = project(tmp_path, {}) / "mac"
    conda_record(other, "numpy", "2.0.0", subdir="osx-arm64")
    assert "osx-arm64" in [what for _, what, _ in losses(imported("conda-env", other))]


@pytest.mark.parametrize(
    ("url", "channel", "expected"),
    [
        ("https://conda.anaconda.org/conda-forge/linux-64/a-1-0.conda", "", ("conda-forge", False)),
        ("https://conda.anaconda.org/pytorch/label/dev/noarch/a-1-0.conda", "", ("pytorch/label/dev", False)),
        ("https://repo.anaconda.com/pkgs/main/linux-64/a-1-0.conda", "", ("defaults", False)),
        ("https://repo.anaconda.com/pkgs/r/noarch/a-1-0.conda", "pkgs/r", ("defaults", False)),
        ("", "https://conda.anaconda.org/conda-forge/linux-64", ("conda-forge", False)),
        ("", "bioconda", ("bioconda", False)),
        ("https://u:pass@mirror.example/conda/x/linux-64/a-1-0.conda", "", ("https://mirror.example/conda/x", True)),
        ("https://mirror.example/t/to-ken-1/forge/noarch/a-1-0.conda", "", ("https://mirror.example/forge", True)),
        ("", "<unknown>", ("", False)),
    ],
)  # fmt: skip
def test_channels(url: str, channel: str, expected: tuple[str, bool]) -> None:
    assert channel_name(url, channel) == expected


def test_credentials_of_a_channel_stay_out(tmp_path: Path) -> None:
    prefix = project(tmp_path, {}) / "env"
    conda_record(prefix, "numpy", "2.0.0", channel="https://mirror.example/t/to-ken-1/forge")
    (prefix / "conda-meta" / "history").write_text(
        "# update specs: ['https://u:hunter2hunter2@mirror.example/t/to-ken-1/forge::numpy']\n"
    )
    made = imported("conda-env", prefix, name="named")
    assert "to-ken-1" not in made.text + repr(made.report) and "hunter2" not in made.text + repr(made.report)
    assert "environment named {" in made.text


def test_environments_of_a_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    base, other = tmp_path / "opt" / "conda", tmp_path / "elsewhere" / "lab"
    for prefix in (
        base,
        base / "envs" / "wines",
        other,
        home / "big" / "envs" / "beers",
        tmp_path / "v" / "cider",
    ):
        conda_record(prefix, "python", "3.11.7")
    (home / ".conda").mkdir(parents=True)
    (home / ".conda" / "environments.txt").write_text(f"{base}\n{other}\n{tmp_path}/gone\n")
    (home / ".condarc").write_text("envs_dirs:\n  - ~/big/envs\n  - $UNKNOWN/x\nchannels: [conda-forge]\n")
    found = environments(home, {"CONDA_ENVS_PATH": str(tmp_path / "v")})
    found = {name: path for name, path in found.items() if tmp_path in path.parents}
    assert found == {
        "wines": base / "envs" / "wines", "lab": other, "beers": home / "big" / "envs" / "beers", "base": base,
        "cider": tmp_path / "v" / "cider",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["envs_dirs: 1", "envs_dirs: [1, [a]]", "[", "envs_dirs: &a [*a]", "- envs_dirs", "\0envs_dirs"]
)
def test_a_condarc_of_any_form(text: str, tmp_path: Path) -> None:
    (tmp_path / ".condarc").write_text(text)
    environments(tmp_path, {})


def test_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    work.mkdir()
    project(work, {})
    prefix_of(home / ".conda" / "envs")
    monkeypatch.setattr(Path, "home", lambda: home)
    for name in ("CONDA_ENVS_PATH", "CONDA_ENVS_DIRS", "CONDARC", "MAMBA_ROOT_PREFIX", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(work)
    assert "environment wines {" in import_spec("conda-env", Path("wines")).text
    (work / "wines").mkdir()  # a folder that is no environment hides none
    assert "environment wines {" in import_spec("conda-env", Path("wines")).text
    conda_record(work / "wines", "numpy", "2.0.0")
    assert "numpy ==2.0.0" in import_spec("conda-env", Path("wines")).text
    with pytest.raises(Failure) as failure:
        import_spec("conda-env", Path("wine"))
    (found,) = failure.value.diagnostics
    assert found.code == "E1301" and "wines" in found.help


def test_no_environment(tmp_path: Path) -> None:
    (tmp_path / "empty" / "conda-meta").mkdir(parents=True)
    for path, code in ((tmp_path, "E1302"), (tmp_path / "empty", "E1303"), (tmp_path / "not/there", "E1301")):
        with pytest.raises(Failure) as failure:
            import_spec("conda-env", path)
        assert failure.value.diagnostics[0].code == code


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(
    record=st.dictionaries(
        st.sampled_from(["name", "version", "build", "url", "channel", "subdir", "depends", "files", "requested_spec"]),
        VALUES,
    ),
    whole=VALUES, state=VALUES, line=st.text(max_size=60),
)  # fmt: skip
def test_records_of_any_form(
    record: dict[str, Any], whole: Any, state: Any, line: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    prefix = project(tmp_path_factory.mktemp("any"), {}) / "env"
    conda_record(prefix, "numpy", "1.26.4")
    meta = prefix / "conda-meta"
    (meta / "odd.json").write_text(json.dumps({"name": "odd", "version": "1.0", **record}))
    (meta / "odder.json").write_text(json.dumps(whole))
    (meta / "broken.json").write_text("[" * 100_000)
    (meta / "state").write_text(json.dumps({"env_vars": state}))
    (meta / "history").write_text(
        f"# update specs: ['numpy', {line}\n# update specs: {line}\n# cmd: conda {line}\n"
    )
    (meta / "pinned").write_text(line)
    imported("conda-env", prefix)
    assert compiled(prefix)[1] == []
