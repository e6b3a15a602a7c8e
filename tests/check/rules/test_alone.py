"""What only holds as long as no other file uses something: told of a file alone, not of several together."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.check.project import ALONE, Checked, check, used_after_all
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve

BASE = """\
edition = 1

secret token { variable = "TOKEN" }

index corp { url = "https://packages.example/simple" }

environment own { python = "3.12" }

environment bare { pip = ["numpy >=2,<3"] }

environment whole { python = "3.12" }

run r {
    environment = own
    command     = ["x"]
    outputs     = { first = "a", second = "b" }
}

environment many {
    matrix = { py = ["3.12", "3.13", "3.14"] }
    python = matrix.py
}

run cells {
    matrix      = { n = [1, 2] }
    environment = many[py="3.12"]
    command     = ["x"]
}

model first { from = run.r.outputs.first }
"""
USER = """\
edition = 1

import "base.envspec" as base

environment e extends base.bare {
    python    = "3.13"
    indexes   = [base.corp]
    variables = { TOKEN = secret.base.token }
}

run a {
    environment = e
    command     = ["a"]
}

run more extends base.cells { command += [matrix.n] }

run there {
    matrix      = { py = ["3.13", "3.14"] }
    environment = base.many[py=matrix.py]
    command     = ["x"]
}

run b {
    environment = base.whole
    command     = ["b", inputs.second]
    inputs      = { second = run.base.r.outputs.second }
}
"""


def _both(root: Path) -> list[Checked]:
    (root / "base.envspec").write_text(BASE)
    (root / "user.envspec").write_text(USER)
    files = ProjectFiles(root)
    return [check(resolve(name, files), files) for name in ("base.envspec", "user.envspec")]


def test_alone_and_together(tmp_path: Path) -> None:
    base, user = _both(tmp_path)
    assert sorted(d.code for d in base.diagnostics) == [
        "W0306",
        "W0308",
        "W0308",
        "W0311",
        "W0315",
        "W0315",
        "W0316",
        "W0320",
        "W0326",
    ]
    assert user.diagnostics == ()
    assert used_after_all(base.diagnostics, [base, user]) == []


@pytest.mark.parametrize("code", ["W0306", "W0308", "W0311", "W0315", "W0316", "W0320", "W0326", "W0390"])
def test_the_list_has_every_code_that_needs_it(code: str) -> None:
    assert code in ALONE
