"""`envspec import` and `envspec init` as processes: several files at once, a file where KIND is expected."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from envspec.actions.importing_many import import_many, tasks
from tests.cli.test_check import envspec
from tests.importing.folders_of_tools import COG, DEPLOYMENT
from tests.importing.imported import CORPUS, project

GOOD = "name: {0}\nchannels: [conda-forge]\ndependencies: [numpy=1.26]\nprefix: /opt/{0}\n"


def three(root: Path) -> Path:
    return project(root, {f"{name}/environment.yml": GOOD.format(name) for name in ("a", "b", "c")})


def test_each_becomes_a_spec_in_the_folder(tmp_path: Path) -> None:
    three(tmp_path)
    done = envspec("import", "conda", "a", "b/environment.yml", "c", "-o", "specs/", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert sorted(path.name for path in (tmp_path / "specs").iterdir()) == [
        "a.envspec",
        "b.envspec",
        "c.envspec",
    ]
    assert "a:\n  environment.yml:4: dropped `prefix" in done.stderr
    assert "9 carried, 0 changed, 3 dropped\nwrote 3 of 3 specs to specs" in done.stderr
    alone = envspec("import", "conda", "b", "-o", "specs/alone.envspec", cwd=tmp_path)
    assert alone.returncode == 0
    assert (tmp_path / "specs/alone.envspec").read_text() == (tmp_path / "specs/b.envspec").read_text()
    checked = envspec("check", "specs/a.envspec", cwd=tmp_path)
    assert checked.returncode in (0, 1) and "error[" not in checked.stdout


def test_broken_ones_are_all_told_and_keep_no_other_from_it(tmp_path: Path) -> None:
    three(tmp_path)
    project(tmp_path, {"b/environment.yml": "dependencies: [\n", "d.yml": b"\0\1\2\xff"})
    paths = ("a", "b", "nowhere.yml", "d.yml", "/dev/null", "c")
    done = envspec("import", "conda", *paths, "-o", "specs/", "--report", "report.json", cwd=tmp_path)
    assert done.returncode == 2, "as of one such file alone"
    assert sorted(path.name for path in (tmp_path / "specs").iterdir()) == ["a.envspec", "c.envspec"]
    assert "wrote 2 of 6 specs to specs" in done.stderr and "4 errors" in done.stderr
    assert "--> b/environment.yml:1:15" in done.stderr
    for text in (
        "error[E1302]: `environment.yml` ",
        "nowhere.yml` ",
        "error[E1301]: `",
        "`/dev/null` cannot be read",
    ):
        assert text.rstrip() in done.stderr
    assert "Traceback" not in done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["summary"] == {
        "files": 6,
        "written": 2,
        "failed": 4,
        "carried": 6,
        "changed": 0,
        "dropped": 2,
    }
    assert [one["path"] for one in report["files"]] == list(paths)
    assert [bool(one.get("errors")) for one in report["files"]] == [False, True, True, True, True, False]
    assert [one["spec"] for one in report["files"]] == ["specs/a.envspec", "", "", "", "", "specs/c.envspec"]
    assert report["files"][0]["lines"][-1]["what"].startswith("prefix")


def test_names_that_clash_get_numbers_in_their_order(tmp_path: Path) -> None:
    paths = ["x/a.yml", "y/a.yml", "z/a-2.yml", "z/a.yaml", "x/a.yml"]
    project(tmp_path, {path: GOOD.format("n") for path in paths})
    done = envspec("import", "conda", *paths, "-o", "specs/", cwd=tmp_path)
    assert done.returncode == 0
    assert "y/a.yml: `a.envspec` is another's, so it is `a-2.envspec`" in done.stderr
    assert "z/a-2.yml: `a-2.envspec` is another's, so it is `a-2-2.envspec`" in done.stderr
    assert "z/a.yaml: `a.envspec` is another's, so it is `a-3.envspec`" in done.stderr
    assert "wrote 4 of 4 specs" in done.stderr
    names = [task.output.name for task in tasks([tmp_path / path for path in paths], tmp_path)]
    assert names == ["a.envspec", "a-2.envspec", "a-2-2.envspec", "a-3.envspec"]


def test_a_spec_that_is_there_and_strict(tmp_path: Path) -> None:
    three(tmp_path)
    project(tmp_path, {"c/environment.yml": "dependencies: [numpy=1.26]\n", "specs/a.envspec": "mine"})
    again = envspec("import", "conda", "a", "b", "-o", "specs", cwd=tmp_path)
    assert again.returncode == 2 and "E1305" in again.stderr and "wrote 1 of 2" in again.stderr
    assert (tmp_path / "specs/a.envspec").read_text() == "mine"
    assert envspec("import", "conda", "a", "b", "-o", "specs", "--overwrite", cwd=tmp_path).returncode == 0
    strict = envspec("import", "conda", "a", "c", "-o", "new/", "--strict", cwd=tmp_path)
    assert strict.returncode == 1 and "error[E1304]: `a`: " in strict.stderr
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["c.envspec"]


def test_json_of_several(tmp_path: Path) -> None:
    three(tmp_path)
    done = envspec("import", "conda", "a", "b", "-o", "specs/", "--format", "json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert document["summary"]["written"] == 2
    assert [one["spec"] for one in document["files"]] == ["specs/a.envspec", "specs/b.envspec"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("conda", "a", "b"), "name their folder with `-o FOLDER/`"),
        (("conda", "a", "b", "-o", "one.envspec"), "name their folder with `-o FOLDER/`"),
        (("conda", "a", "b", "-o", "specs/", "--name", "x"), "`--name`: blocks of several files"),
        (("conda", "a", "b", "-o", "a/environment.yml/x/"), "cannot be made: not a directory"),
        (("cog.yaml",), "It looks like `cog`: `envspec import cog cog.yaml`"),
        (("serve",), "It looks like `azureml`: `envspec import azureml serve`"),
        (("a",), "It looks like `conda`: `envspec import conda a/environment.yml`"),
        (("notes", "x"), "nothing says what it is"),
        (("nothing", "x"), "there is no kind `nothing`"),
    ],
)
def test_what_cannot_be_meant(arguments: tuple[str, ...], text: str, tmp_path: Path) -> None:
    three(tmp_path)
    project(tmp_path, {"cog.yaml": COG, "serve/blue.yml": DEPLOYMENT, "notes": "x"})
    done = envspec("import", *arguments, cwd=tmp_path)
    assert done.returncode == 2 and text in done.stderr


@pytest.mark.parametrize("kind", ["conda", "pip", "azureml"])
def test_processes_make_what_one_makes(kind: str, tmp_path: Path) -> None:
    """The files of the corpus, enough of them for two processes; one of them is broken."""
    files = [path for path in sorted((CORPUS / kind).rglob("*.*")) if path.is_file()]
    paths = []
    for number in range(60):
        source = files[number % len(files)]
        paths.append(tmp_path / "in" / f"{source.stem}-{number}{source.suffix}")
        paths[-1].parent.mkdir(exist_ok=True)
        shutil.copyfile(source, paths[-1])
    paths[7].write_bytes(b"\xff\xfen\x00a")  # half of a character of UTF-16
    project(tmp_path, {"many/.keep": "", "few/.keep": ""})
    many = import_many(kind, tasks(paths, tmp_path / "many"), overwrite=False, strict=False)
    assert [one.task.path for one in many] == paths
    assert [bool(one.findings) for one in many] == [number == 7 for number in range(60)]
    for at in range(0, 60, 20):
        few = import_many(kind, tasks(paths[at : at + 20], tmp_path / "few"), overwrite=False, strict=False)
        for one, other in zip(few, many[at : at + 20], strict=True):
            assert one.report == other.report
            if not one.findings:
                assert one.task.output.read_text() == other.task.output.read_text()


def test_init_tells_what_it_took_and_what_it_lost(tmp_path: Path) -> None:
    root = tmp_path / "sketch"
    root.mkdir()
    project(root, {"cog.yaml": COG, "Dockerfile": "FROM a:1\nRUN b\n"})
    shown = envspec("init", "--print", cwd=root)
    assert shown.returncode == 0 and "took cog.yaml, as `envspec import cog` does" in shown.stderr
    done = envspec("init", cwd=root)
    assert (done.returncode, done.stdout) == (0, "")
    assert "took cog.yaml, as `envspec import cog` does\ncog.yaml:4: dropped `predict: " in done.stderr
    assert "set aside: Dockerfile: `envspec import dockerfile Dockerfile` reads it" in done.stderr
    assert "wrote sketch.envspec" in done.stderr and "  envspec build\n" in done.stderr
    assert (root / "sketch.envspec").read_text() == shown.stdout
    assert envspec("check", cwd=root).returncode == 0
    assert envspec("fmt", "--check", cwd=root).returncode == 0
    assert "E1210" in envspec("init", cwd=root).stderr
    named = envspec("init", "Dockerfile", "-o", "two.envspec", cwd=root)
    assert named.returncode == 0 and "took Dockerfile" in named.stderr


def test_a_spec_of_a_named_file_holds_what_the_file_says(tmp_path: Path) -> None:
    """By PyYAML's own reading of both."""
    project(tmp_path, {"x.yml": GOOD.format("a")})
    done = envspec("init", "x.yml", "--print", cwd=tmp_path)
    assert done.returncode == 0
    assert all(f'"{one}"' in done.stdout for one in yaml.safe_load(GOOD.format("a"))["dependencies"])
