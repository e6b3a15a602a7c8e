"""`--set` and `--params`: every kind of value, from every kind of file, and what is wrong at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envspec.cli.outcome import run
from tests.cli.test_check import envspec

SPEC = """\
edition = 1

import "lib.envspec" as lib

param text  = "a"
param count = 1
param ratio = 0.5
param flag  = true
param size  = 1GiB
param time  = 1m
param items = ["a"]
param data : path

environment e {
    python = "3.12"
}

run r {
    environment = e
    command     = ["${param.text} ${param.count} ${param.ratio} ${param.flag} ${param.size} ${param.time}", inputs.data]
    inputs      = { data = param.data }
}

run s {
    environment = e
    command     = param.items
}

run t extends lib.t { }
"""
LIBRARY = """\
edition = 1

param rounds = 1

run t {
    environment { python = "3.12" }
    command = ["x", param.rounds]
}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "lib.envspec").write_text(LIBRARY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def document(*options: str) -> dict[str, dict[str, dict[str, object]]]:
    """The project document with these values."""
    from envspec.actions.loading import compile_file
    from envspec.actions.options import Options
    from envspec.cli.parameters import given_params

    assignments = tuple(o.removeprefix("--set=") for o in options if o.startswith("--set="))
    files = tuple(Path(o.removeprefix("--params=")) for o in options if o.startswith("--params="))
    path = Path("a.envspec") if Path("a.envspec").exists() else Path("../a.envspec")
    root = path.absolute().parent.resolve() if path.parent == Path() else Path.cwd().parent
    options_ = Options(path=path, given=given_params(assignments, files, path))
    checked = compile_file(root, "a.envspec", options_)
    assert checked.usable is not None, checked.diagnostics
    return dict(checked.resolution.document)


def commands(*options: str) -> tuple[object, object, object]:
    runs = document(*options)["runs"]
    return runs["r"]["command"][0], runs["s"]["command"], runs["t"]["command"]  # type: ignore[index]


TOML = """\
text  = "x y"
count = 2
ratio = 3
flag  = false
size  = "2KiB"
time  = "90s"
items = ["b", 1, 1.5]
data  = "data.csv"

[lib]
rounds = 7
"""
VALUES = {"text": "x y", "count": 2, "ratio": 3, "flag": False, "size": "2KiB", "time": "90s", "items": ["b", 1, 1.5],
          "data": "data.csv", "lib": {"rounds": 7}}  # fmt: skip
YAML = """\
text: x y
count: 2
ratio: 3
flag: false
size: 2KiB
time: 90s
items: [b, 1, 1.5]
data: data.csv
lib:
  rounds: 7
"""
WANTED = ("x y 2 3 false 2KiB 90s", ["b", "1", "1.5"], ["x", "7"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.toml", TOML),
        ("p.json", json.dumps(VALUES)),
        ("p.json", json.dumps(VALUES, indent="\t")),
        ("p.yaml", YAML),
        ("p.yml", YAML),
    ],
)
def test_every_kind_of_value_from_every_kind_of_file(project: Path, name: str, text: str) -> None:
    (project / name).write_text(text)
    assert commands(f"--params={name}") == WANTED


def test_every_kind_of_value_from_the_command_line(project: Path) -> None:
    given = ("text=x y", "count=2", "ratio=3", "flag=false", "size=2KiB", "time=90s", 'items=["b", 1, 1.5]',
             "data=data.csv", "lib.rounds=7")  # fmt: skip
    assert commands(*(f"--set={value}" for value in given)) == WANTED


def test_the_command_line_wins_and_the_last_counts(project: Path) -> None:
    (project / "p.toml").write_text('text = "file"\ncount = 5\n')
    first, _, _ = commands("--params=p.toml", "--set=text=one", "--set=text=a=b", "--set=data=x")
    assert first == "a=b 5 0.5 true 1GiB 1m"


def test_a_path_is_relative_to_who_gives_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--set` to the working directory, a file of params to the file."""
    (project / "sub" / "p.toml").write_text('data = "data.csv"\n')
    assert document("--params=sub/p.toml")["runs"]["r"]["inputs"] == {"data": {"path": "sub/data.csv"}}
    monkeypatch.chdir(project / "sub")
    assert document("--set=data=../x/data.csv")["runs"]["r"]["inputs"] == {"data": {"path": "x/data.csv"}}


@pytest.mark.parametrize(
    ("name", "text", "line", "column"),
    [
        ("p.toml", 'text = "x"\ncount = "many"\n', 2, 1),
        ("p.json", '{\n  "text": "x",\n  "count": "many"\n}\n', 3, 3),
        ("p.yaml", "text: x\ncount: many\n", 2, 1),
        ("p.toml", "[lib]\nrounds = 1.5\n", 2, 1),
        ("p.toml", "colour = 1\n", 1, 1),
        ("p.toml", "[lib]\nround = 1\n", 2, 1),
        ("p.toml", "ratio = nan\n", 1, 1),
        ("p.yaml", "count: 12345678901234567890\n", 1, 1),
        ("p.yaml", "data: ../../outside\n", 1, 1),
        ("p.toml", "text = 1979-05-27\n", 1, 1),
    ],
)
def test_a_wrong_value_is_told_at_its_line_of_the_file(
    project: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, line: int, column: int
) -> None:
    (project / "sub" / name).write_text(text)
    assert run(["check", "--format", "json", "--params", f"sub/{name}", "a.envspec"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert finding["code"] in {"E0503", "E0501", "E0402"}
    place = finding["span"]
    assert (place["file"], place["start"]["line"], place["start"]["column"]) == (f"sub/{name}", line, column)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("count=many", "whole number"),
        ("count=1.5", "whole number"),
        ("ratio=half", "such as `0.5`"),
        ("flag=yes", "write `true` or `false`"),
        ("size=2", "such as `2GiB`"),
        ("time=2GiB", "such as `30m`"),
        ("items=a,b", 'such as `["a", 1]`'),
        ("data=", "is empty"),
        ("data=/etc/passwd", "absolute path"),
        ("text=a\0b", "NUL"),
        ("coutn=1", "did you mean `count`?"),
        ("lib.round=1", "did you mean `lib.rounds`?"),
        ("nobody.x=1", "there is no param `nobody.x`"),
    ],
)
def test_a_wrong_value_on_the_command_line_names_it(
    project: Path, capsys: pytest.CaptureFixture[str], value: str, words: str
) -> None:
    assert run(["check", "--set", value, "a.envspec"]) == 1
    out = capsys.readouterr().out
    assert words in out
    assert "given by `--set " in out
    assert "1 error" in out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.toml", "a = \n"),
        ("p.json", "{"),
        ("p.json", "[1]"),
        ("p.yaml", "a: [\n"),
        ("p.yaml", "- a\n"),
        ("p.yaml", "a: &x [*x, *x]\n" + "b: *nothing\n"),
        ("p.json", "[" * 100_000),
        ("p.toml", "\x00"),
    ],
)
def test_a_file_that_does_not_parse_is_status_2(
    project: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    (project / name).write_text(text)
    assert run(["check", "--params", name, "a.envspec"]) == 2
    assert "E1203" in capsys.readouterr().err


def test_other_ways_to_be_wrong(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--params", "gone.toml", "a.envspec"]) == 2
    (project / "p.toml").write_bytes(b"\xff")
    assert run(["check", "--params", "p.toml", "a.envspec"]) == 2
    assert run(["check", "--set", "nothing", "a.envspec"]) == 2
    assert run(["check", "--set", "=x", "a.envspec"]) == 2
    assert "write NAME=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('enviroment e { python = "3.12" }', "environment"),
        ('environment e { pyhton = "3.12" }', "python"),
        ("environment base { }\nenvironment e extends bsae { }", "base"),
        ("target t { kind = kubernets }", "kubernetes"),
        ("param x : strng", "string"),
        ("param epochs = 1\nenvironment e { description = param.epoch }", "epochs"),
        ("edtion = 1", "edition"),
        ("parm x = 1", "param"),
        ('imprt "lib.envspec" as lib', "import"),
        ("environment a { }\nenvironment e extend a { }", "extends"),
        ('environment e { docker { imge = "a:1" } }', "image"),
        ('environment e { docker { platforms = ["amd64"] } }', "linux/amd64"),
        ("environment e { docker { shm_size = 2Gib } }", "2GiB"),
    ],
)
def test_a_slip_gets_the_word_that_was_meant(
    project: Path, capsys: pytest.CaptureFixture[str], line: str, words: str
) -> None:
    (project / "b.envspec").write_text(f"edition = 1\n{line}\n" if "edtion" not in line else f"{line}\n")
    assert run(["check", "b.envspec"]) in (1, 4)
    out = capsys.readouterr().out
    helps = [row for row in out.splitlines() if row.startswith("help:")]
    assert len(helps) == 1
    assert f"`{words}`" in helps[0]


def test_a_misspelt_option_and_format_get_a_suggestion(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--foramt", "json"]) == 2
    assert "--format" in capsys.readouterr().err
    assert run(["check", "--format", "jsn"]) == 2
    assert "'json'" in capsys.readouterr().err


def test_what_uses_an_environment_that_waits_for_a_param_waits_too(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(
        "edition = 1\nparam six : string\n"
        'environment open { python = ">=3.11", pip = ["six ==${param.six}"] }\n'
        'run r { environment = open, source = "src", command = ["true"] }\n'
        'deployment d { environment = open, source = "src", entry = "x.py" }\n'
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "x.py").write_text("def init(): pass\ndef run(data): return data\n")
    for arguments, skipped in ((["run"], "r"), (["deploy"], "d"), (["up"], "d")):
        done = envspec(*arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert f"{skipped}: skipped, param `six` has no value (`--set six=…`)" in done.stderr
    for command, name in (("run", "r"), ("deploy", "d"), ("plan", "d")):
        done = envspec(command, name, cwd=tmp_path)
        assert done.returncode == 1 and "E0511" in done.stderr, done.stderr
