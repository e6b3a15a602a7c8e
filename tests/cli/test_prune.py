"""`prune`, `images`, and what the commands say of lineage and of what was pruned."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import envspec as api
from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec

pytestmark = pytest.mark.slow

SPEC = """edition = 1

param alpha = 1

environment e {
    description = "for words"
    python      = ">=3.11"
    variables   = { GREETING = "HELLO" }
}

run prepare {
    environment = e
    source      = "src"
    command     = ["python", "write.py", param.alpha, outputs.text]
    inputs      = { raw = "raw.txt" }
    outputs     = { text = "out/text.txt" }
}

run train {
    environment = e
    source      = "src"
    command     = ["python", "write.py", param.alpha, outputs.model]
    inputs      = { text = run.prepare.outputs.text }
    outputs     = { model = "out/model.txt" }
}

model words { from = run.train.outputs.model }
"""
WRITE = "import pathlib, sys; pathlib.Path(sys.argv[2]).write_text(sys.argv[1] + sys.argv[2][-9:])\n"
NO_ENGINE = {"DOCKER_HOST": "unix:///nothing/docker.sock"}


def ok(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "raw.txt").write_text("raw")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "write.py").write_text(WRITE)
    return tmp_path


def edit(project: Path, old: str, new: str) -> None:
    text = (project / "a.envspec").read_text()
    assert old in text
    (project / "a.envspec").write_text(text.replace(old, new))


def test_lineage_and_what_prune_takes_and_says(project: Path) -> None:
    for alpha in ("1", "2", "3"):
        ok(envspec("up", "--set", f"alpha={alpha}", cwd=project))
        if alpha == "1":
            edit(project, "HELLO", "GOOD DAY")  # a second version, in the same prefix
    runs = ["prepare-1", "train-2", "prepare-3", "train-4", "prepare-5", "train-6"]
    listed = json.loads(ok(envspec("runs", "list", "--format", "json", cwd=project)))["runs"]
    assert [run["id"] for run in reversed(listed)] == runs

    # From a model to its data, and from a run to its models.
    shown = ok(envspec("models", "show", "words:1", cwd=project))
    lines = {line.split()[0]: line for line in shown.splitlines()}
    assert "run train-2, output model: success" in shown
    assert "e:1  sha256:" in lines["environment"] and "(made by run prepare-1)" in lines["input"]
    lineage = json.loads(ok(envspec("models", "show", "words:1", "--format", "json", cwd=project)))["model"][
        "lineage"
    ]
    assert lineage["run"]["inputs"][0]["made_by"] == "prepare-1"
    assert lineage["run"]["snapshot_kept"] is True
    assert "words:1" in ok(envspec("runs", "show", "train-2", cwd=project)).splitlines()[-1]
    (model,) = json.loads(ok(envspec("runs", "show", "train-2", "--format", "json", cwd=project)))["models"]
    assert (model["name"], model["number"], model["deployments"]) == ("words", 1, [])

    # The environment of a run is a spec of its own.
    text = ok(envspec("runs", "env", "train-2", cwd=project))
    assert (
        text.startswith("# What run train-2 had: e:1, sha256:")
        and '"HELLO"' in text
        and "# Locked for " in text
    )
    (project / "other").mkdir()
    (project / "other" / "of.envspec").write_text(text)
    ok(envspec("check", "of.envspec", cwd=project / "other"))
    whole = json.loads(ok(envspec("runs", "env", "train-2", "--format", "json", cwd=project)))
    assert (whole["environment"]["number"], whole["spec"]) == (1, text)
    assert whole["environment"]["lock"]["platforms"]

    # A dry run changes nothing, and says what `--yes` does.
    dry = envspec("prune", "--keep", "1", cwd=project)
    assert ok(dry) == ok(envspec("prune", "--keep", "1", cwd=project))
    assert "would go; `--yes` does it" in dry.stderr and "stays" not in dry.stderr
    assert (
        "model words:3 stays: the newest of its name" in envspec("prune", "--older", "0s", cwd=project).stderr
    )
    assert len(json.loads(ok(envspec("runs", "list", "--format", "json", cwd=project)))["runs"]) == 6
    rows = [line.split("  ")[0] for line in dry.stdout.splitlines()]
    assert rows == ["KIND", "run", "run", "environment", "model", "model", "store"]
    assert "prepare-1 … prepare-3 (2 runs)" in dry.stdout and "not among the newest 1" in dry.stdout
    as_json = json.loads(ok(envspec("prune", "--keep", "1", "--format", "json", cwd=project)))
    assert (as_json["schema"], as_json["done"]) == (1, False)
    sizes = sum(item["size"] for item in as_json["items"])
    assert as_json["size"] == sizes > 0
    assert ok(envspec("prune", "--older", "1h", cwd=project)) == "", "nothing is that old"
    assert ok(envspec("prune", "--older", "1h", "--keep", "1", cwd=project)) == "", "only what both say"
    only = json.loads(ok(envspec("prune", "models", "--keep", "1", "--format", "json", cwd=project)))
    assert {item["kind"] for item in only["items"]} == {"model"}, "what their runs left stays in the store"
    both = json.loads(ok(envspec("prune", "runs", "--keep", "1", "--format", "json", cwd=project)))
    assert both["items"] == [], "models need them"

    done = envspec("prune", "--older", "0s", "--keep", "1", "--yes", cwd=project)
    assert ": gone\n" in done.stderr and "KIND" in ok(done)
    for command, what in (
        (("runs", "show", "train-2"), "run `train-2` was pruned on "),
        (("runs", "rerun", "2"), "run `train-2` was pruned on "),
        (("runs", "logs", "prepare-1"), "run `prepare-1` was pruned on "),
        (("runs", "env", "train-4"), "run `train-4` was pruned on "),
        (("models", "show", "words:2"), "model `words:2` was pruned on "),
        (("env", "show", "e:1"), "`e:1` was pruned on "),
    ):
        said = envspec(*command, cwd=project)
        assert said.returncode == 2 and "E1105" in said.stderr and what in said.stderr, command
    left = json.loads(ok(envspec("runs", "list", "--format", "json", cwd=project)))["runs"]
    assert [run["id"] for run in left] == ["train-6", "prepare-5"]
    assert sorted(path.name for path in (project / ".envspec" / "runs").iterdir()) == ["prepare-5", "train-6"]
    assert "`--yes`" not in envspec("prune", cwd=project).stderr
    again = envspec("runs", "rerun", "train-6", cwd=project)
    assert again.returncode == 0 and "its outputs are those of train-6" in again.stderr
    assert ok(envspec("run", "train", "-q", cwd=project)) == ""

    # The same in Python.
    workspace = api.Workspace(project)
    for asked in (
        lambda: api.Run("train-2", workspace=workspace),
        lambda: api.Model("words", 1, workspace=workspace),
    ):
        with pytest.raises(LookupError, match="it was pruned on "):
            asked()
    with pytest.raises(LookupError, match="`e:1` was pruned on "):
        api.Environment.get("e", 1, workspace=workspace)
    model_ = api.Model("words", workspace=workspace)
    run = model_.run
    assert run is not None and run.id == "train-8"
    assert [one.version for one in run.models] == [4], (
        "what was version 1 is made again, and its number is not"
    )
    assert model_.lineage().deployments == () == tuple(model_.deployments)
    (image,) = workspace.images()
    assert (image.image.engine, image.state, image.image.versions) == ("local", "there", (("e", 2),))
    would = workspace.prune(["runs"], older="0s")
    assert not would.done and [item.name for item in would.items if item.kind == "run"] == ["train-7"]
    assert ("run train-6", "model words:3 needs it") in would.kept
    assert workspace.prune("runs", keep=1, dry_run=False).done
    for wrong in ({"kinds": ["nix"]}, {"older": "soon"}, {"keep": -1}):
        with pytest.raises(ValueError, match=r"none of|write|0 or more"):
            workspace.prune(**wrong)


def test_versions_that_the_lock_names_or_that_have_a_label_stay(project: Path) -> None:
    for value in ("A", "B", "C", "D"):
        (project / "a.envspec").write_text(SPEC.replace("HELLO", value))
        ok(envspec("build", cwd=project))
    (project / "a.envspec").write_text(SPEC.replace("HELLO", "B"))
    ok(envspec("lock", cwd=project))
    (project / "b.envspec").write_text(
        'edition = 1\nrun a {\n    environment = "e:3"\n    command = ["python", "-c", "0"]\n}\n'
    )
    ok(envspec("lock", "b.envspec", cwd=project))
    dry = json.loads(ok(envspec("prune", "--older", "0s", "--format", "json", cwd=project)))
    assert [item["name"] for item in dry["items"]] == ["e:1"]
    kept = {one["name"]: one["why"] for one in dry["kept"]}
    assert kept["environment e:2"] == kept["environment e:3"] == "`envspec.lock` names it"
    assert kept["environment e:4"] == "the newest of its name"
    ok(envspec("env", "tag", "e:1", "stable", cwd=project))
    dry = json.loads(ok(envspec("prune", "--older", "0s", "--format", "json", cwd=project)))
    assert dry["items"] == []
    assert {one["name"]: one["why"] for one in dry["kept"]}["environment e:1"] == "it has the label stable"
    (project / "envspec.lock").write_text("no lock")
    broken = envspec("prune", "--older", "0s", "--yes", cwd=project)
    assert broken.returncode != 0 and "E06" in broken.stderr, "nobody knows what it names"
    assert len(json.loads(ok(envspec("env", "list", "--format", "json", cwd=project)))["environments"]) == 4


def test_images_where_no_engine_answers(project: Path) -> None:
    assert "nothing has been built here" in envspec("images", "list", cwd=project).stderr
    assert "nothing to take away" in envspec("prune", "--yes", cwd=project).stderr
    assert not (project / ".envspec").exists(), "looking makes no workspace"
    ok(envspec("build", cwd=project))
    hash = "sha256:" + "ab" * 32
    with Workspace.open(project) as workspace:
        workspace.record_image(hash, "docker", "envspec/e:abababababab", "e", 123_400_000)
        workspace.use_environment("e", 1, hash, "docker")
        number = workspace.record_deployment(
            "scorer", engine="docker", handle="h", url="u", definition="{}", image_hash="sha256:" + "cd" * 32
        )
        workspace.stop_deployment(number)
    listed = envspec("images", "list", cwd=project, **NO_ENGINE)
    assert (
        "note: `docker` was not asked, so this is what is recorded of it: no docker engine runs here"
        in listed.stderr
    )
    rows = {line.split()[0]: line.split() for line in ok(listed).splitlines()}
    assert rows["envspec/e:abababababab"][1:6] == ["abababababab", "docker", "unknown", "123", "MB"]
    assert rows["envspec/scorer:cdcdcdcdcdcd"][2:4] == ["docker", "unknown"]
    assert any(
        name.startswith(".envspec/environments/") and row[2:4] == ["local", "there"]
        for name, row in rows.items()
    )
    for reference in ("e:abababababab", "envspec/e:abababababab", "abababab", hash):
        assert f"hash         {hash}" in ok(envspec("images", "show", reference, cwd=project, **NO_ENGINE))
    both = json.loads(ok(envspec("images", "show", "e:1", "--format", "json", cwd=project, **NO_ENGINE)))
    assert [one["engine"] for one in both["images"]] == ["local", "docker"] or len(both["images"]) == 2
    wrong = envspec("images", "show", "e:zz", cwd=project, **NO_ENGINE)
    assert wrong.returncode == 2 and "there is no image `e:zz`" in wrong.stderr
    done = envspec("prune", "--older", "0s", "--yes", cwd=project, **NO_ENGINE)
    assert "what was built on `docker` stays: no docker engine runs here" in done.stderr
    assert "its engine does not answer, so its image cannot go" in done.stderr
    with Workspace.open(project) as workspace:
        assert len(workspace.images()) == 2 and len(workspace.deployments(stopped=True)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--older", "soon"), "`soon` is no age: write `30d`"),
        (("--older", "-1d"), "is no age"),
        (("--older", "\x1b[31m1x"), "is no age"),
        (("--keep", "-1"), "--keep"),
        (("image", "--keep", "1"), "there is no kind `image`; did you mean `images`?"),
        (("runs",), "a KIND needs `--older` or `--keep`"),
    ],
)
def test_usage(project: Path, arguments: tuple[str, ...], said: str) -> None:
    done = envspec("prune", *arguments, cwd=project)
    assert done.returncode == 2 and said in done.stderr and "\x1b[31m" not in done.stderr


def test_an_environment_that_somebody_works_in(project: Path) -> None:
    """`exec` of what no version has any more: it stays for as long as the program runs."""
    ok(envspec("build", cwd=project))
    with Workspace.open(project) as workspace:
        (image,) = workspace.images()
        workspace.forget_image(image.hash, image.engine)
    (project / "go").touch()
    program = (
        "import pathlib, time\nprint('in', flush=True)\nwhile pathlib.Path('go').exists(): time.sleep(0.05)"
    )
    from tests.cli.test_check import ENVSPEC

    process = subprocess.Popen(
        [*ENVSPEC, "exec", "e", "--", "python", "-c", program], cwd=project, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "in\n"
    with Workspace.open(project) as workspace:
        workspace.forget_image(image.hash, image.engine)
    done = envspec("prune", "--yes", cwd=project)
    assert "stays: a process works in it" in done.stderr
    assert Path(image.location).is_dir()
    (project / "go").unlink()
    assert process.wait(timeout=120) == 0
    assert "build" in ok(envspec("prune", "--yes", cwd=project))
    assert not Path(image.location).exists()
    ok(envspec("exec", "e", "--", "python", "-c", "0", cwd=project))
