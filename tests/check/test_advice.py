"""What people write who know other tools: whether the finding says what to write instead, and what `--fix` dares."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic
from envspec.resolve.suggest import is_slip, nearest
from tests.check.rules.project import checked

E = 'environment e {\n    python = "3.12"\n}\n'
RUN = E + 'run r {\n    environment = e\n    command = ["x"]\n'
SERVE = E + 'model m { from = "m.bin" }\nindex i { url = "https://packages.example/simple" }\n'


def finding(root: Path, text: str) -> Diagnostic:
    """The only one that is no lint rule's."""
    for name in ("m.bin", "score.py"):
        (root / name).write_text("def init(): pass\ndef run(data): pass\n")
    found = [d for d in checked(root, "edition = 1\n" + text).diagnostics if d.code.startswith("E")]
    assert len(found) == 1, found
    return found[0]


ADVICE: list[tuple[str, str, str, bool | None]] = [
    # text, code, part of the help, and whether its fix is safe; None for no fix
    (RUN + '    resources = { memory = "4GB" }\n}', "E0204", "write `4GB`", True),
    (RUN + '    resources = { cpu = "2" }\n}', "E0204", "write `2`", True),
    (RUN + '    resources = { memory = "much" }\n}', "E0204", "without quotes", None),
    (RUN + '    timeout = "30m"\n}', "E0204", "write `30m`", True),
    (RUN + '    history = "false"\n}', "E0204", "write `false`", True),
    (RUN + '    retries = "2"\n}', "E0204", "write `2`", True),
    (RUN + '    inputs = ["data"]\n}', "E0204", "`inputs = { name = … }`", None),
    (RUN + '    variables = ["A=1"]\n}', "E0204", "`variables = { NAME = … }`", None),
    (E + 'run r { environment = e, command = "a.sh" }', "E0204", 'write `["a.sh"]`', True),
    (E + 'run r { environment = e, command = "python a.py" }', "E0204", 'write `["python", "a.py"]`', False),
    (E + 'run r { environment = e, command = "a | b" }', "E0204", "`shell`", None),
    (E + 'run r { environment = "e", command = ["x"] }', "E0204", "write `e` without quotes", True),
    (E + 'run r { environment = environment.e, command = ["x"] }', "E0104", "write the name alone: `e`", None),
    (
        RUN + "    outputs = { m = \"m.bin\" }\n}\nrun s { environment = e, command = [run.r.outputs.m] }",
        "E0104", "`inputs = { m = run.r.outputs.m }` and `inputs.m` here", None,
    ),
    (RUN + "    variables = { A = run.r.outputs.m }\n}", "E0104", "it stands in `inputs` of a run", None),
    (E + "run r { environment = e, command = [run.s] }", "E0104", "`run.NAME.outputs.OUTPUT`", None),
    (E + "run r { environment = e, command = [param.a.b] }", "E0104", "`param.NAME`", None),
    (E + 'run r { environment = "azureml:F_1:3", command = ["x"] }', "E0212", 'write `"F_1:3"`', False),
    (
        E + 'run r { environment = "azureml://registries/azureml/environments/F/labels/latest", command = ["x"] }',
        "E0212", 'write `"F@latest"`', False,
    ),
    (E + 'run r { environment = "f@2", command = ["x"] }', "E0212", 'write `"f:2"`', False),
    (E + 'run r { environment = "f@", command = ["x"] }', "E0212", 'write `"f"`', False),
    (E + 'run r { environment = "f/g", command = ["x"] }', "E0212", '`"name@label"`', None),
    (E + 'run r { environment = "f@sha256:ab", command = ["x"] }', "E0212", '`envspec env list` shows the digests', None),
    (E + 'run r { environment = "f\\n", command = ["x"] }', "E0212", 'write `"f"`', None),
    (E + 'run r { environment = "", command = ["x"] }', "E0212", '`"name:version"`', None),
    (E + 'run r { env = e, command = ["x"] }', "E0203", "did you mean `environment`?", False),
    (E + 'run r { environment = e, script = "x" }', "E0203", "did you mean `description`?", False),
    (E + "run r { environment = e, comand = [1] }", "E0203", "did you mean `command`?", True),
    (E + 'run r { environment = e, what = "x" }', "E0203", "`variables`", None),
    ('env e { python = "3.12" }', "E0201", "did you mean `environment`?", False),
    ('enviroment e { python = "3.12" }', "E0201", "did you mean `environment`?", True),
    ('model m { path = "x" }', "E0203", "`from`", None),
    ("environment gpu {}\nrun r { environment = cpu, command = [1] }", "E0104", "did you mean `gpu`?", False),
    ("environment e-v2 {}\nrun r { environment = e-v1, command = [1] }", "E0104", "did you mean `e-v2`?", False),
    ("environment tables {}\nrun r { environment = table, command = [1] }", "E0104", "did you mean `tables`?", True),
    (
        SERVE + 'deployment d { environment = e, entry = "score.py", models = m }', "E0204", "write `[m]`", True,
    ),
    (
        SERVE + 'deployment d { environment = e, entry = "score.py", models = ["m"] }', "E0204", "`m` without", True,
    ),
    (SERVE + "environment f extends e { indexes = i }", "E0204", "write `[i]`", True),
    ('environment "my env" { python = "3.12" }', "E0024", "write `environment my-env {`", None),
    ('environment "Zürich" { python = "3.12" }', "E0024", "write `environment name {`", None),
    ('environment = e {\n    python = "3.12"\n}', "E0001", "a block is written `environment e { … }`", None),
    ('environment e = {\n    python = "3.12"\n}', "E0001", "a block is written `environment e { … }`", None),
    ('environment e: {\n    python = "3.12"\n}', "E0001", "a block is written `environment e { … }`", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "help_", "safe"), ADVICE)
def test_the_finding_says_what_to_write(
    tmp_path: Path, text: str, code: str, help_: str, safe: bool | None
) -> None:
    found = finding(tmp_path, text)
    assert found.code == code
    assert help_ in found.help
    assert [fix.safe for fix in found.fixes] == ([] if safe is None else [safe])


def test_a_quoted_name_is_underlined_with_its_quotes(tmp_path: Path) -> None:
    text = 'edition = 1\nenvironment "e" {\n    pyhton = "3.12"\n}\n'
    unknown = next(d for d in checked(tmp_path, text).diagnostics if d.code == "E0203")
    (label,) = unknown.labels
    assert text[label.span.start : label.span.end] == 'environment "e"'


@pytest.mark.parametrize(
    ("name", "meant", "safe"),
    [
        ("chanels", "channels", True),
        ("pyhton", "python", True),
        ("Base", "base", True),
        ("my_env", "my-env", True),
        ("base_cpu", "base_gpu", False),
        ("v1", "v2", False),
        ("tf2", "tf", False),
        ("dev", "env", False),
        ("ab", "abc", False),
    ],
)
def test_a_slip_is_what_can_mean_nothing_else(name: str, meant: str, safe: bool) -> None:
    assert is_slip(name, meant) is safe


def test_an_abbreviation_is_understood_when_it_is_of_one_name_alone() -> None:
    assert nearest("env", ["environment", "entry"]) == "environment"
    assert nearest("de", ["deployment"]) == ""
    assert nearest("res", ["resources-of-this", "resolution-of-that"]) == ""


def test_a_path_that_leaves_says_where_a_project_begins(tmp_path: Path) -> None:
    found = finding(tmp_path, E + 'run r { environment = e, command = ["x"], source = "../src" }')
    assert found.code == "E0402"
    assert "`[tool.envspec]`" in found.help and "`--allow-path`" in found.help


def test_files_of_other_tools_are_told_in_their_own_words(tmp_path: Path) -> None:
    text = (
        'edition = 1\nenvironment e {\n    python = "3.12"\n    conda = ["pip", "numpy"]\n'
        '    requirements = ["r.txt"]\n}\n'
    )
    found = checked(tmp_path, text, {"r.txt": "six\n"}).diagnostics
    # `pip` is what everybody writes to have a `pip:` section, so nothing is said about it.
    assert [(d.code, d.help) for d in found] == [
        ("W0301", 'say a range, such as `"numpy >=1.0"`'),
        ("W0301", "say a range, such as `six >=1.0`"),
    ]


def test_a_list_in_other_quotes_is_shown_in_the_right_ones(tmp_path: Path) -> None:
    found = checked(tmp_path, "environment e {\n    python = '3.12'\n    pip = 'numpy >=2'\n}\n").diagnostics
    assert [(d.code, d.help) for d in found if d.code == "E0204"] == [("E0204", 'write `["numpy >=2"]`')]
