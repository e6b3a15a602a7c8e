"""What could be written at a cursor, in healthy and in broken files."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.editor.completion.complete import complete
from envspec.editor.completion.proposal import Proposal
from envspec.lock.model import Lock, LockedRegistered
from envspec.lock.text import write
from tests.editor.buffers import at_cursor

BASE = """\
edition = 1
environment base {
    python = "3.12"
    pip = ["idna"]
    variables = { A = "1", B = "2" }
}
run prepare {
    environment = base
    command = ["true"]
    outputs = { table = "t.csv" }
}
"""
HEAD = """\
edition = 1
import "base.envspec" as common
param alpha = 0.5
param data : path
secret token { variable = "T" }
environment e extends common.base {
    matrix = { py = ["3.11", "3.12"] }
    python = matrix.py
}
run train {
    environment = common.base
    inputs = { wine = param.data }
    outputs = { model = "m" }
    matrix = { lr = [1, 2] }
    command = ["python", matrix.lr]
}
"""


def proposals(root: Path, text: str, head: str = HEAD) -> dict[str, Proposal]:
    analysis, offset = at_cursor(root, head + text, base=BASE)
    return {proposal.label: proposal for proposal in complete(analysis, offset)}


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("▮", "environment run deployment model index channel secret target param import", "edition docker"),
        ("environment x {\n    ▮\n}", "python pip conda docker matrix", "command image"),
        ('environment x {\n    python = "3.12"\n    ▮\n    pip = []\n}', "conda", "python pip"),
        ("environment x {\n    py▮thon\n}", "python", ""),
        ("environment x {\n    docker {\n        ▮\n", "image platforms user", "python"),
        ("run x {\n    command = []\n    ▮\n}", "environment inputs", "shell command"),
        ("run x {\n    resources = { cpu = 1, ▮ }\n}", "memory gpu", "cpu python"),
        ("run x {\n    environment = ▮\n}", "e[py=\"3.11\"] e[py=\"3.12\"] common.base none param.alpha", "e train"),
        ("run x {\n    environment = common.▮\n}", "base", "e common.base"),
        ("run x {\n    environment = e[▮]\n}", "py", ""),
        ("run x {\n    environment = e[py=▮]\n}", '"3.11" "3.12"', ""),
        ("run x extends ▮ {\n}", "train common.prepare", "x e"),
        ("run x extends common.▮ {\n}", "prepare", "train base"),
        ("run x {\n    history = ▮\n}", "true false", ""),
        ("run x {\n    timeout = ▮\n}", "30m none", ""),
        ("run x {\n    inputs = { a = ▮ }\n}", "run.train[lr=1].outputs.model run.common.prepare.outputs.table", ""),
        ("run x {\n    inputs = { a = run.▮ }\n}", "train[lr=1] common", "x"),
        ("run x {\n    inputs = { a = run.train[lr=1].▮ }\n}", "outputs", ""),
        ("run x {\n    inputs = { a = run.train[lr=1].outputs.▮ }\n}", "model", ""),
        ("run x {\n    inputs = { a = run.common.prepare.outputs.▮ }\n}", "table", ""),
        ("run x extends train {\n    command = [▮]\n}", "inputs.wine outputs.model matrix.lr param.alpha", ""),
        ("run x extends train {\n    command = [matrix.▮]\n}", "lr", ""),
        ('run x extends train {\n    command = ["--a=${▮}"]\n}', "inputs.wine param.alpha", ""),
        ('run x extends train {\n    command = ["--a=${param.▮}"]\n}', "alpha data", ""),
        ("index i { password = ▮ }", "secret.token", "token"),
        ("index i { password = secret.▮ }", "token", ""),
        ("target t { kind = ▮ }", "local docker slurm kubernetes spark", ""),
        ("run x {\n    target = ▮\n}", "local docker", ""),
        ("param x : ▮", "string path size", ""),
        ("environment x ▮", "extends", ""),
        ('environment x {\n    python = "▮"\n}', "3.12 3.13", ""),
        ('environment x {\n    channels = ["▮"]\n}', "conda-forge", ""),
        ('environment x {\n    docker { platforms = ["▮"] }\n}', "linux/amd64 linux/arm64", ""),
        ("environment x extends common.base {\n    variables += { ▮ }\n}", "A B", ""),
        ("environment x {\n    # ▮\n}", "", "python"),
        ("environment ▮ {\n}", "", "python environment"),
        # files that are broken elsewhere
        ("run broken {\n    command = [\n}\nenvironment x {\n    ▮\n}", "python pip", "command"),
        ("enviroment y {\n    ▮\n}", "", "command"),
        ('run z {\n    description = "never closed\n    ▮\n}', "command environment", "description"),
    ],
)  # fmt: skip
def test_what_is_proposed(tmp_path: Path, text: str, there: str, not_there: str) -> None:
    found = proposals(tmp_path, text)
    assert set(there.split()) <= found.keys()
    assert not set(not_there.split()) & found.keys()


def test_the_first_line(tmp_path: Path) -> None:
    found = proposals(tmp_path, "▮", head="")
    assert next(iter(found)) == "edition"


def test_what_is_needed_comes_first(tmp_path: Path) -> None:
    assert list(proposals(tmp_path, "deployment d {\n    ▮\n}"))[:2] == ["environment", "entry"]


def test_inherited_lists_are_added_to(tmp_path: Path) -> None:
    found = proposals(tmp_path, "environment x extends common.base {\n    ▮\n}")
    assert found["pip"].snippet == 'pip += ["$1"]'
    assert found["conda"].snippet == 'conda = ["$1"]'
    assert found["python"].snippet == 'python = "$1"'


def test_paths(tmp_path: Path) -> None:
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / "src" / "score.py").touch()
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "other.envspec").write_text("edition = 1\n")
    (tmp_path / ".hidden").mkdir()
    found = proposals(tmp_path, 'environment x {\n    requirements = ["▮"]\n}')
    assert next(iter(found)) == "requirements.txt" and "src/" in found and ".hidden/" not in found
    assert proposals(tmp_path, 'run x {\n    source = "src/▮"\n}').keys() == {"deep/", "score.py"}
    assert proposals(tmp_path, 'run x {\n    source = "../▮"\n}') == {}
    assert proposals(tmp_path, 'run x {\n    source = "/▮"\n}') == {}
    assert proposals(tmp_path, 'import "▮"').keys() == {"other.envspec", "src/"}
    entry = proposals(tmp_path, 'deployment x {\n    source = "src"\n    entry = "▮"\n}')
    assert next(iter(entry)) == "score.py"


def test_packages_of_the_lock_and_of_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, name in (("UV_CACHE_DIR", "uv"), ("RATTLER_CACHE_DIR", "rattler")):
        monkeypatch.setenv(variable, str(tmp_path / name))
    (tmp_path / "uv" / "simple-v99" / "pypi").mkdir(parents=True)
    (tmp_path / "uv" / "simple-v99" / "pypi" / "scikit-learn.rkyv").touch()
    for version in ("2.1.0-cp312-cp312-linux", "2.10.0-cp312-cp312-linux", "2.10.0rc1-cp312-cp312-linux"):
        (tmp_path / "uv" / "wheels-v99" / "index" / "abc" / "numpy" / version).mkdir(parents=True)
    (tmp_path / "rattler" / "pkgs" / "blas-devel-3.9.0-openblas").mkdir(parents=True)
    (tmp_path / "envspec.lock").write_text(
        "version = 1\npip = [\n"
        '  { name = "numpy", version = "2.2.0", files = [] },\n]\n'
        'conda = [\n  { name = "openblas", version = "0.3.28" },\n]\n'
    )
    index = tmp_path / "index" / "corp-features"
    index.mkdir(parents=True)
    (index / "corp_features-1.4-py3-none-any.whl").touch()
    head = HEAD + f'index corp {{ url = "{(tmp_path / "index").as_uri()}" }}\n'
    pip = proposals(tmp_path, 'environment x {\n    indexes = [corp]\n    pip = ["▮"]\n}', head)
    assert {"numpy", "scikit-learn", "corp-features"} <= pip.keys()
    assert next(iter(pip)) == "numpy" and pip["numpy"].detail == "locked 2.2.0"
    versions = proposals(tmp_path, 'environment x {\n    pip = ["NumPy ==▮"]\n}', head)
    assert list(versions) == ["2.10.0", "2.10.0rc1", "2.2.0", "2.1.0"]
    assert versions["2.2.0"].detail == "locked"
    conda = proposals(tmp_path, 'environment x {\n    conda = ["▮"]\n}')
    assert {"blas-devel", "openblas"} <= conda.keys() and "numpy" not in conda
    assert list(proposals(tmp_path, 'environment x {\n    conda = ["blas-devel =3▮"]\n}')) == ["3.9.0"]
    assert list(proposals(tmp_path, 'environment x {\n    pip = ["corp_features>=▮"]\n}', head)) == ["1.4"]
    text = 'environment x {\n    pip = ["nu▮mpy ==2"]\n}'
    analysis, offset = at_cursor(tmp_path, head + text, base=BASE)
    numpy = next(one for one in complete(analysis, offset) if one.label == "numpy")
    assert analysis.source.text[numpy.start : numpy.end] == "numpy"  # not `numpympy`
    damaged = tmp_path / "envspec.lock"
    damaged.write_bytes(b"\xff\x00[[[")
    assert "scikit-learn" in proposals(tmp_path, 'environment x {\n    pip = ["▮"]\n}', head)


def test_registered_environments_that_the_project_has_locked(tmp_path: Path) -> None:
    keys = ("b.envspec#sklearn:3", "a.envspec#AzureML-x-1.0@latest")
    lock = Lock({}, {key: LockedRegistered(key, f"sha256:{'c' * 64}", "{}") for key in keys})
    (tmp_path / "envspec.lock").write_text(write(lock))
    text = 'run r { environment = "▮", command = ["x"] }\n'
    found = {p.label: p for p in complete(*at_cursor(tmp_path, text))}
    assert set(found) == {"sklearn:3", "AzureML-x-1.0@latest"}
    assert found["sklearn:3"].detail == "registered" and "sha256:cccccccccccc" in found["sklearn:3"].doc
