"""What looks like a finding and is none: a rule that is wrong once is switched off for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.check.rules import all_rules
from tests.check.rules.project import checked, codes

E = 'edition = 1\n\nenvironment e {\n    python = "3.12"\n    %s\n}\n'
RUN = '\nrun r {\n    environment = e\n    command = ["x"]\n    %s\n}\n'
DEPLOYMENT = '\ndeployment d {\n    environment = e\n    entry = "score.py"\n    %s\n}\n'
PARAM = 'edition = 1\nparam pw = "hunter2"\n'
COMMAND = E % "" + "\nrun r {\n    environment = e\n    command = [%s]\n}\n"
SCORE = {"score.py": "def init():\n    pass\n\n\ndef run(data):\n    return data\n"}

# Without a value for the param the run, or the environment, is left out of the project.
LEFT_OUT = """\
edition = 1
param data : path
param version : string
secret s { variable = "TOKEN" }
index i { url = "https://example.com/simple" }
environment e { python = "3.12" }
environment f {
    python = param.version
    indexes = [i]
}
environment g { python = "3.12" }
run a {
    environment = e
    command = ["x", outputs.model]
    outputs = { model = "m", report = "r" }
}
run b {
    environment = f
    command = ["x", inputs.model, inputs.data]
    inputs = { model = run.a.outputs.model, data = param.data, report = run.a.outputs.report }
    variables = { TOKEN = secret.s }
}
run d {
    environment = g
    command = ["x", inputs.data]
    inputs = { data = param.data }
}
run c {
    environment = e
    command = ["x"]
    inputs = { model = run.a.outputs.model }
}
"""

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
        'edition = 1\nenvironment e { conda = ["python 3.12.4.*"] }\n',
        'edition = 1\nenvironment e { conda = ["python 3.12.4.1.*"] }\n',
        'edition = 1\nenvironment e { conda = ["python >=3.8,<3.9.0a0|3.12.*"] }\n',
        'edition = 1\nenvironment e { conda = ["python ~=3.8"] }\n',
        'edition = 1\nenvironment e { conda = ["python ==3.12.4 h1234_0_cpython"] }\n',
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
        LEFT_OUT,
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
        LEFT_OUT,
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
    "W0314": [
        E % "" + 'environment f extends e { python = "3.13" }\n',
        'param p = "3.12"\n' + E % "" + "environment f extends e { python = param.p }\n",
        E % 'docker { user = "1:1" }' + 'environment f extends e { docker = none }\n'
        'environment g extends f {\n    docker { user = "1:1" }\n}\n',
        E % 'docker { user = "1:1" }' + 'environment f extends e { docker = { user = "2:2" } }\n'
        'environment g extends f {\n    docker { user = "1:1" }\n}\n',
        E % 'apt = ["git"]' + 'environment f extends e { apt += ["git"] }\n',
        E % 'apt = ["git"]' + 'environment f extends e { apt += ["gcc"] }\nenvironment g extends f { apt = ["git"] }\n',
        E % 'apt = ["git"]' + "environment f extends e { apt = none }\n",
        'import "deep/far.envspec" as far\nenvironment e extends far.b { pip = ["./a"] }\n',
    ],
    "W0315": [
        (E % "").replace('"3.12"', "matrix.py\n    matrix = { py = [\"3.12\", \"3.13\"] }"),
        (E % "").replace('"3.12"', "matrix.py\n    matrix = { py = [\"3.12\", \"3.13\"] }")
        + (RUN % 'matrix = { py = ["3.12", "3.13"] }').replace("= e", "= e[py=matrix.py]"),
        (E % "").replace('"3.12"', "matrix.py\n    matrix = { py = [\"3.12\", \"3.13\"] }")
        + "environment f extends e {}\n" + (RUN % "").replace("= e", '= f[py="3.12"]'),
    ],
    "W0316": [
        E % "" + RUN % 'matrix = { n = [1] }',
        E % "" + RUN % 'matrix = { n = [1, 2] }\n    variables = { N = "${matrix.n}" }',
        E % "" + RUN % 'matrix = { n = [1, 2] }' + 'run s extends r { command += [matrix.n] }\n',
        E % "" + (RUN % 'matrix = { n = [1, 2] }\n    variables = { A = "a" }') + 'run s extends r { variables = { A = "${matrix.n}" } }\n',
        E % "" + (RUN % 'matrix = { n = ["3.12", "3.13"] }').replace("environment = e", "environment { python = matrix.n }"),
    ],
    "W0317": [
        E % 'pip = ["numpy >=2"]' + 'environment f extends e { pip = ["Numpy >=2.1", "rich >=13"] }\n',
        E % 'pip = ["numpy >=2"]' + 'environment f extends e { pip += ["rich >=13"] }\n',
        E % 'pip = ["numpy >=2"]' + "environment f extends e { pip = none }\n",
        E % 'pip = ["numpy >=2"]' + 'environment f extends e { apt = ["git"] }\n',
        E % 'channels = ["conda-forge", "x"]' + 'environment f extends e { channels = ["conda-forge"] }\n',
        E % "" + RUN % "" + 'run s extends r { command = ["y"] }\n',
        E % 'pip = ["numpy >=2"]' + "environment f extends e { pip = none }\n"
        + 'environment g extends f { pip = ["rich >=13"] }\n',
    ],
    "W0318": [
        E % 'channels = ["conda-forge", "bioconda"]\n    conda = ["numpy >=2"]',
        E % 'channels = ["defaults"]\n    conda = ["numpy >=2"]',
    ],
    "W0319": [
        E % 'channels = ["rapidsai", "conda-forge", "nvidia"]\n    conda = ["cudf >=24"]',
        E % 'channels = ["conda-forge", "pytorch"]\n    conda = ["faiss-gpu >=1"]',
        E % 'channels = ["conda-forge", "pytorch"]\n    conda = ["pytorch::pytorch >=2"]',
    ],
    "W0320": [
        LEFT_OUT,
        E % "" + RUN % 'outputs = { o = "o" }',
        E % "" + RUN % 'outputs = { o = "o" }' + "model m { from = run.r.outputs.o }\n",
        E % "" + (RUN % 'outputs = { o = "o", p = "p" }').replace('"x"', '"x", outputs.p')
        + "model m { from = run.r.outputs.o }\n",
        E % "" + (RUN % 'outputs = { o = "o", p = "out/p.txt" }').replace('"x"', '"x", "--to=out/p.txt"')
        + "model m { from = run.r.outputs.o }\n",
        E % "" + (RUN % 'outputs = { o = "o", p-q = "p" }').replace(
            'command = ["x"]', 'shell = "x > $ENVSPEC_OUTPUT_P_Q"') + "model m { from = run.r.outputs.o }\n",
        E % "" + RUN % 'outputs = { o = "o", p = "p" }\n    matrix = { n = [1] }'
        + "model m { from = run.r[n=1].outputs.o }\nmodel n { from = run.r[n=1].outputs.p }\n",
    ],
    "W0321": [
        E % "" + DEPLOYMENT % "",
        E % "" + (DEPLOYMENT % "target = local").replace("deployment d", "deployment d_e"),
        "target t { kind = docker }\n" + E % "" + (DEPLOYMENT % "target = t").replace("deployment d", "deployment d_e"),
        E % "" + (DEPLOYMENT % "").replace("deployment d", "deployment " + "d" * 63),
    ],
    "W0322": [
        E % "" + DEPLOYMENT % "resources = { memory = 10MiB }",
        E % "" + DEPLOYMENT % "limits = { body = 1GiB, concurrency = 100 }",
        E % "" + RUN % "resources = { memory = 1GiB, shm_size = 1GiB }",
        E % "" + RUN % "resources = { memory = 6MiB }",
    ],
    "W0323": [
        E % 'pip = ["torch >=2"]' + RUN % "resources = { gpu = 1 }",
        E % 'pip = ["something-new >=2"]' + RUN % "resources = { gpu = 1 }",
        E % 'pip = ["./a"]' + RUN % "resources = { gpu = 1 }",
        E % 'conda = ["tensorflow >=2"]' + RUN % "resources = { gpu = 1 }",
        E % 'pip = ["jax[cuda12] >=0.4"]' + RUN % "resources = { gpu = 1 }",
        E % 'docker { image = "nvidia/cuda:12.6.3-base-ubuntu24.04" }' + RUN % "resources = { gpu = 1 }",
        E % 'docker { image = "registry.example/team/base:1" }' + RUN % "resources = { gpu = 1 }",
        E % 'docker { image = "mambaorg/micromamba:2-cuda12.1.1-ubuntu22.04" }' + RUN % "resources = { gpu = 1 }",
        E % "docker { cuda = \"12.4\" }" + RUN % "resources = { gpu = 1 }",
        E % 'pip = ["numpy >=2"]' + RUN % "resources = { gpu = 0 }",
        "target t { kind = slurm }\n" + E % "" + RUN % "resources = { gpu = 1 }\n    target = t",
        E % "" + RUN % "resources = { gpu = 1 }\n    target = local",
    ],
    "W0324": [
        E % 'pip = ["x @ https://h.example/x-1-py3-none-any.whl", "y @ https://h.example/y-1-py2.py3-none-any.whl"]',
        E % 'pip = ["x @ https://h.example/x-1-cp39-abi3-manylinux1_x86_64.whl"]',
        E % 'pip = ["x @ https://h.example/x-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl#sha256=00"]',
        E % 'pip = ["x @ https://h.example/x-1-cp312-cp312-win_amd64.whl ; sys_platform == \'win32\'"]',
        (E % 'pip = ["x @ https://h.example/x-1-cp311-cp311-manylinux1_x86_64.whl"]').replace('"3.12"', '">=3.11,<3.13"'),
        E % 'pip = ["x @ https://h.example/x-1.tar.gz"]',
    ],
    "W0325": [
        E % 'pip = ["boto >=2", "torchx >=0.1", "request >=1", "rihc >=1", "requests >=2"]',
        E % 'conda = ["reqeusts >=2"]',  # the lock has no package from a channel
        E % 'pip = ["requests >=2", "requestz-x >=1", "reqests >=1"]',
    ],
    "W0326": [
        LEFT_OUT,
        'index i { url = "https://h.example/x" }\n',
        'index i { url = "https://h.example/x" }\n' + E % "indexes = [i]",
        'channel c { url = "https://h.example/x" }\n' + E % "channels = [c]",
    ],
    "W0313": [
        E % 'variables = { MAX_TOKENS = "many", TOKENIZERS_PARALLELISM = "false", KEY = "abc", MONKEY = "yes" }',
        E % 'variables = { API_KEY = "", HF_TOKEN = "none", DB_PASSWORD = "/run/secrets/db", SEP_TOKEN = "[SEP]" }',
        E % 'variables = { EOS_TOKEN = "end", PASSWORD_FILE = "pw.txt", SECRET_NAME = "db", API_KEY = "your-key" }',
        'secret s { variable = "S" }\n' + E % "variables = { S_TOKEN = secret.s }",
        E % 'tags = { token = "<word>", tokens = "many", secret-name = "db", team = "vision", password = "" }',
        PARAM + (E % "tags = { password = param.pw }").removeprefix("edition = 1\n"),
        PARAM + (COMMAND % '"x", "--password", param.pw, "--api-key=${param.pw}3456789"').removeprefix("edition = 1\n"),
        COMMAND % '"x", "--trigger-token", "sks", "--pad_token", "pad01234", "--token-type", "bearer01"',
        COMMAND % '"x", "--password-file", "hunter2x", "--ask-password", "--secret", "name", "--api-key", "$API_KEY"',
        COMMAND % '"x", "--NotebookApp.token=\'\'", "--ServerApp.password=", "--use-auth-token", "true", "--token"',
    ],
}  # fmt: skip
OTHERS = {
    **SCORE,
    "a/pyproject.toml": "",
    "deep/a/pyproject.toml": "",
    "deep/far.envspec": 'edition = 1\nenvironment b {\n    python = "3.12"\n    pip = ["./a"]\n}\n',
    "envspec.lock": '[environments.x.platforms."linux/amd64"]\npip = [\n'
    '    { name = "boto3", version = "1" },\n    { name = "requests", version = "2" },\n'
    '    { name = "rich", version = "13" },\n    { name = "torch", version = "2" },\n]\n',
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
    assert set(SILENT) == {code for rule in all_rules() for code in rule.codes if code.startswith("W")}


@pytest.mark.parametrize(
    "unused", ["param x = 1\n", 'secret s { variable = "S" }\n', 'import "lib.envspec" as l\n']
)
def test_nothing_is_called_unused_in_a_file_with_errors(tmp_path: Path, unused: str) -> None:
    """What is wrong may be where it was used."""
    text = "edition = 1\n" + unused + E.partition("\n")[2] % "pyhton = 3" + RUN % ""
    assert [code for code in codes(checked(tmp_path, text, OTHERS)) if code.startswith("W")] == []


def test_rules_that_find_errors_come_first() -> None:
    """So that those after them know whether something may be called unused."""
    errors = [any(code.startswith("E") for code in rule.codes) for rule in all_rules()]
    assert errors == sorted(errors, reverse=True)
