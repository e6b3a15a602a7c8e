"""What looks like a finding and is none: a rule that is wrong once is switched off for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.rules.project import checked, codes

E = 'edition = 1\n\nenvironment e {\n    python = "3.12"\n    %s\n}\n'
RUN = '\nrun r {\n    environment = e\n    command = ["x"]\n    %s\n}\n'
DEPLOYMENT = '\ndeployment d {\n    environment = e\n    entry = "score.py"\n    %s\n}\n'
SCORE = {"score.py": "def init():\n    pass\n\n\ndef run(data):\n    return data\n"}

SILENT = {
    "W0301": [E % 'pip = ["numpy >=2", "./a"]'],
    "W0302": [
        E % 'conda = ["graphviz >=9"]\n    pip = ["graphviz >=0.20"]',  # the program, and its binding
        E % 'conda = ["matplotlib >=3", "matplotlib-base >=3"]',
        E % 'conda = ["pytorch >=2", "pytorch-gpu >=2"]',
        E % 'conda = ["numpy >=2"]\n    pip = ["numpy >=2 ; sys_platform == \'win32\'"]',
    ],
    "W0303": [E % 'conda = ["numpy >=2"]\n    pip = ["scipy >=1"]', E % 'pip = ["scipy >=1"]'],
    "W0304": [
        E % 'pip = ["numpy >=1,<2", "scipy ==1.*,>=1.13"]',
        E % 'pip = ["numpy >=2,<2.0.1", "scipy >=1.0rc1,<1.0"]',
        E % 'pip = ["numpy >=2 ; python_version < \'3\'", "numpy <2 ; python_version >= \'3\'"]',
        E % 'conda = ["numpy >=2|<1", "scipy ~=1.13"]',
    ],
    "W0305": [
        'edition = 1\nenvironment e { python = ">=3.8" }\n',
        'edition = 1\nenvironment e { python = ">=3.8,<3.12" }\n',
        'edition = 1\nenvironment e { conda = ["python >=3.8"] }\n',
    ],
    "W0306": [
        'edition = 1\nenvironment e { conda = ["python 3.12.*"] }\n',
        'edition = 1\nenvironment e { conda = ["r-base >=4"] }\n',
        'edition = 1\nenvironment e {\n    managed = false\n    interpreter = "python3"\n}\n',
        'edition = 1\nenvironment b {}\nenvironment e extends b { python = "3.12" }\n',
        'edition = 1\nenvironment e {\n    matrix = { py = ["3.12"] }\n    python = matrix.py\n}\n',
        'edition = 1\nparam p : string\nenvironment e { python = param.p }\n',
    ],
    "W0307": [
        E % 'docker { image = "debian@sha256:%s" }' % ("0" * 64),
        E % 'docker { image = "host:5000/a/b:1" }',
        E % 'docker { image = "python:3.12" }',
    ],
    "W0308": [
        E % "",
        E % "" + "environment f extends e {}\n" + (RUN % "").replace("= e", "= f"),
        'edition = 1\nenvironment e {\n    matrix = { py = ["3.12", "3.13"] }\n    python = matrix.py\n}\n'
        + (RUN % "").replace("= e", '= e[py="3.12"]'),
        E % "" + (RUN % "").replace("= e", '= "e:3"'),
    ],
    "W0309": [
        "param a = 1\n" + E % 'description = "${param.a}"',
        'param a = "1"\nparam b = "${param.a}"\n' + E % "description = param.b",
        'param a = "1"\n' + E % "" + 'environment f { description = param.a }\n'
        'environment g extends f { description = "" }\n',
        "param a : path\n" + E % "" + RUN % "inputs = { a = param.a }",
        "param a = [1]\n" + E % "" + RUN % "matrix = { a = param.a }",
    ],
    "W0310": [
        'import "lib.envspec" as lib\n' + E % "" + (RUN % "").replace("= e", "= lib.e"),
        'import "lib.envspec" as lib\n' + (E % "").replace("environment e", "environment e extends lib.e"),
        'import "lib.envspec" as lib\n' + E % "variables = { A = secret.lib.s }",
        'import "lib.envspec" as lib\n' + E % "" + RUN % "target = target.lib.t",
        'import "lib.envspec" as lib\n' + E % "" + RUN % "inputs = { a = run.lib.r.outputs.o }",
    ],
    "W0311": [
        'secret s { variable = "S" }\n' + E % "",
        'secret s { variable = "S" }\n' + E % "variables = { A = secret.s }" + RUN % "",
        'secret s { variable = "S" }\nindex i {\n    url = "https://h.example/x"\n    password = secret.s\n}\n'
        + E % "" + RUN % "",
        'secret s { variable = "S" }\n' + E % "" + DEPLOYMENT % "auth = secret.s",
    ],
    "W0312": [
        E % 'variables = { A = "AKIAIOSFODNN7EXAMPLE", B = "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }',
        E % 'variables = { A = "postgresql://scott@db.example/x", B = "http://h.example:8080/@scope" }',
        E % 'variables = { A = "postgresql://scott:${DB_PASSWORD}@db.example/x" }'.replace("$", "$$"),
        E % 'docker { image = "debian@sha256:%s" }' % ("0a1b2c3d" * 8),
    ],
    "W0313": [
        E % 'variables = { MAX_TOKENS = "many", TOKENIZERS_PARALLELISM = "false", KEY = "abc", MONKEY = "yes" }',
        E % 'variables = { API_KEY = "", HF_TOKEN = "none", DB_PASSWORD = "/run/secrets/db", SEP_TOKEN = "[SEP]" }',
        E % 'variables = { EOS_TOKEN = "end", PASSWORD_FILE = "pw.txt", SECRET_NAME = "db", API_KEY = "your-key" }',
        'secret s { variable = "S" }\n' + E % "variables = { S_TOKEN = secret.s }",
    ],
}  # fmt: skip
OTHERS = {
    **SCORE,
    "a/pyproject.toml": "",
    "lib.envspec": 'edition = 1\nsecret s { variable = "S" }\ntarget t { kind = kubernetes }\n'
    'environment e { python = "3.12" }\n'
    'run r {\n    environment = e\n    command = ["x"]\n    outputs = { o = "o" }\n}\n',
}


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in SILENT.items() for text in texts], ids=lambda v: v[:5]
)
def test_nothing_is_found(tmp_path: Path, code: str, text: str) -> None:
    result = checked(tmp_path, text, OTHERS)
    assert code not in codes(result)
    errors = [finding for finding in result.diagnostics if finding.code.startswith("E")]
    assert errors == []


def test_every_lint_rule_is_held_to_silence() -> None:
    from envspec.check.rules import RULES

    assert set(SILENT) == {code for rule in RULES for code in rule.codes if code.startswith("W")}


@pytest.mark.parametrize(
    "unused", ["param x = 1\n", 'secret s { variable = "S" }\n', 'import "lib.envspec" as l\n']
)
def test_nothing_is_called_unused_in_a_file_with_errors(tmp_path: Path, unused: str) -> None:
    """What is wrong may be where it was used."""
    text = "edition = 1\n" + unused + E.partition("\n")[2] % "pyhton = 3" + RUN % ""
    assert [code for code in codes(checked(tmp_path, text, OTHERS)) if code.startswith("W")] == []
