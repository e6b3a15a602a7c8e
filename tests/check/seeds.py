"""A healthy project, and mistakes seeded into it: each is a change of one place and the code that it must get.

A mistake is independent of the others, so any set of them that touches different lines can be seeded at once.
"""

from __future__ import annotations

from typing import NamedTuple

FILES = {
    "common.envspec": """\
edition = 1

param rounds = 3

environment base {
    python   = "3.12"
    channels = ["conda-forge"]
    pip      = ["joblib >=1.4"]
}
""",
    "src/train.py": "",
    "src/score.py": "def init():\n    pass\n\n\ndef run(data):\n    return data\n",
    "data.csv": "",
    "request.json": "{}\n",
}

HEALTHY = """\
edition = 1

import "common.envspec" as common

param epochs = 20
param data : path = "data.csv"

secret token { variable = "TOKEN" }

index corp {
    url      = "https://packages.example/simple"
    password = secret.token
}

environment sklearn extends common.base {
    description = "Training and scoring"
    indexes     = [corp]
    conda       = ["scikit-learn =1.5", "numpy >=1.26,<3"]
    pip        += ["pillow ==10.4.0"]
    apt         = ["libgomp1"]
    variables   = { OMP_NUM_THREADS = "4" }

    docker {
        image     = "debian:bookworm-slim"
        platforms = ["linux/amd64", "linux/arm64"]
        shm_size  = 2GiB
        labels    = { team = "a" }
    }
}

environment variants {
    matrix = { py = ["3.11", "3.12"] }
    python = matrix.py
}

run train {
    environment = sklearn
    source      = "src"
    command     = ["python", "train.py", inputs.data, outputs.model, param.epochs]
    inputs      = { data = param.data }
    outputs     = { model = "out/model.pkl" }
    resources   = { cpu = 2, memory = 4GiB }
    timeout     = 30m
}

run tune extends train {
    environment = variants[py="3.12"]
    matrix      = { alpha = [0.1, 0.5] }
    command    += ["--alpha", matrix.alpha]
}

model wine { from = run.train.outputs.model }

deployment scorer {
    environment = sklearn
    source      = "src"
    entry       = "score.py"
    models      = [wine]
    port        = 8080
    sample      = "request.json"
    auth        = secret.token
}

target cluster { kind = kubernetes, namespace = "ml" }

run remote extends train {
    target = cluster
}
"""


class Seed(NamedTuple):
    """`new` in place of `old` (which stands once in `HEALTHY`) is one mistake of code `code`."""

    old: str
    new: str
    code: str


STRUCTURE = (
    # blocks
    Seed("environment sklearn extends", "enviroment sklearn extends", "E0201"),
    Seed("environment variants {", "envronment variants {", "E0201"),
    Seed("run train {", "rnu train {", "E0201"),
    Seed("model wine {", "modle wine {", "E0201"),
    Seed("deployment scorer {", "deploiment scorer {", "E0201"),
    Seed("index corp {", "indx corp {", "E0201"),
    Seed("target cluster {", "taget cluster {", "E0201"),
    Seed("secret token {", "secrt token {", "E0201"),
    Seed("    docker {", "    doker {", "E0203"),
    Seed("environment variants {", "environment {", "E0208"),
    Seed("secret token {", "secret {", "E0208"),
    Seed("model wine {", "model Wine {", "E0101"),
    Seed("index corp {", "index 7corp {", "E0001"),
    Seed("environment variants {", "environment váriants {", "E0004"),
    Seed("run tune extends train {", "run tune extend train {", "E0022"),
    Seed("run tune extends train {", "run tune extends {", "E0018"),
    Seed("run tune extends train {", "run tune extends trian {", "E0104"),
    Seed("run tune extends train {", "run tune extends tune {", "E0109"),
    Seed("environment sklearn extends common.base", "environment sklearn extends commn.base", "E0104"),
    Seed("environment sklearn extends common.base", "environment sklearn extends common.bsae", "E0104"),
    Seed("model wine {", "model wine extends wine {", "E0209"),
    Seed("deployment scorer {", 'deployment "scorer" {', "E0024"),
    # imports and params
    Seed('import "common.envspec" as common', 'import "comon.envspec" as common', "E0401"),
    Seed('import "common.envspec" as common', 'improt "common.envspec" as common', "E0022"),
    Seed('import "common.envspec" as common', 'import "common.envspec" at common', "E0022"),
    Seed('import "common.envspec" as common', "import 'common.envspec' as common", "E0020"),
    Seed('import "common.envspec" as common', 'import "common.envspec as common', "E0002"),
    Seed("param epochs = 20", "parm epochs = 20", "E0022"),
    Seed("param epochs = 20", "param Epochs = 20", "E0101"),
    Seed("param epochs = 20", "param epochs", "E0502"),
    Seed("param epochs = 20", "param epochs =", "E0018"),
    Seed("param epochs = 20", "epochs = 20", "E0202"),
    Seed("param epochs = 20", "param epochs = 2O", "E0011"),
    Seed("param epochs = 20", "param epochs = 020", "E0012"),
    Seed('param data : path = "data.csv"', 'param data : pth = "data.csv"', "E0502"),
    Seed('param data : path = "data.csv"', "param data : path = 1", "E0503"),
    Seed("edition = 1\n", "edition = 2\n", "E0207"),
    Seed("edition = 1\n", "editon = 1\n", "E0202"),
    # attributes
    Seed("    conda       =", "    cnda        =", "E0203"),
    Seed("    python = matrix.py", "    pyhton = matrix.py", "E0203"),
    Seed("    matrix = { py", "    matrx  = { py", "E0203"),
    Seed("    command     = [", "    comand      = [", "E0203"),
    Seed("    outputs     = {", "    ouputs      = {", "E0203"),
    Seed("    inputs      = {", "    inptus      = {", "E0203"),
    Seed("    entry       =", "    entri       =", "E0203"),
    Seed("model wine { from =", "model wine { form =", "E0203"),
    Seed("{ kind = kubernetes,", "{ kind = kubernets,", "E0210"),
    Seed("    url      =", "    ulr      =", "E0203"),
    Seed("{ variable =", "{ varable =", "E0203"),
    Seed("cpu = 2, memory", "cpus = 2, memory", "E0203"),
    Seed("        image     =", "        imge      =", "E0203"),
    Seed("    timeout     = 30m", "    frobnicate  = 30m", "E0203"),
    Seed('    apt         = ["libgomp1"]', '    apt         = ["libgomp1"]\n    apt = ["git"]', "E0112"),
    Seed('    entry       = "score.py"\n', "", "E0206"),
    Seed("{ from = run.train.outputs.model }", "{ }", "E0206"),
    Seed('{ variable = "TOKEN" }', '{ variable = "TOKEN", file = "x" }', "E0206"),
    Seed("    pip        += [", "    pip2        = [", "E0203"),
    Seed("    apt         = [", "    apt        += [", "E0111"),
    Seed("    timeout     = 30m", "    timeout    += 30m", "E0111"),
    # references
    Seed("{ from = run.train.outputs.model }", "{ from = run.trian.outputs.model }", "E0104"),
    Seed("{ from = run.train.outputs.model }", "{ from = run.train.outputs.mdoel }", "E0104"),
    Seed("{ from = run.train.outputs.model }", "{ from = run.tune.outputs.model }", "E0507"),
    Seed("    models      = [wine]", "    models      = [wne]", "E0104"),
    Seed("    models      = [wine]", '    models      = ["wine"]', "E0204"),
    Seed("param.epochs]", "param.epoch]", "E0501"),
    Seed("param.epochs]", "epochs]", "E0104"),
    Seed("param.epochs]", "param.data]", "E0504"),
    Seed("param.epochs]", '"${param.epochs"]', "E0010"),
    Seed("param.epochs]", "secret.token]", "E0505"),
    Seed("inputs.data,", "inputs.dta,", "E0104"),
    Seed("outputs.model, param", "outputs.mode, param", "E0104"),
    Seed('"--alpha", matrix.alpha]', '"--alpha", matrix.alfa]', "E0506"),
    Seed("    python = matrix.py", "    python = matrix.pi", "E0506"),
    Seed('variants[py="3.12"]', "variants", "E0507"),
    Seed('variants[py="3.12"]', "variants[py=3.12]", "E0507"),
    Seed('variants[py="3.12"]', 'sklearn[py="3.12"]', "E0508"),
    Seed("    target = cluster", "    target = clustr", "E0104"),
    Seed("    indexes     = [corp]", "    indexes     = [crop]", "E0104"),
    Seed("    auth        = secret.token", "    auth        = secret.tokn", "E0104"),
    Seed("    password = secret.token", '    password = "hunter2"', "E0204"),
)

# Nothing else depends on what these spoil, so that any of them on different lines are told side by side.
VALUES = (
    Seed("    timeout     = 30m", "    timeout     = 30", "E0204"),
    Seed("    timeout     = 30m", "    timeout     = 30min", "E0011"),
    Seed("    timeout     = 30m", '    timeout     = "30m"', "E0204"),
    Seed("    timeout     = 30m", "    timeout     =", "E0018"),
    Seed("    port        = 8080", "    port        = 80800", "E0211"),
    Seed("    port        = 8080", '    port        = "8080"', "E0204"),
    Seed("    port        = 8080", "    port        8080", "E0019"),
    Seed("    port        = 8080", "    port:         8080", "E0019"),
    Seed("memory = 4GiB", "memory = 4", "E0204"),
    Seed("memory = 4GiB", "memory = 4Gib", "E0011"),
    Seed("cpu = 2, memory", "cpu = 2 memory", "E0008"),
    Seed("shm_size  = 2GiB", "shm_size  = 9007199254740993B", "E0028"),
    Seed('["3.11", "3.12"]', '[3.11, "3.12"]', "E0205"),
    Seed('["3.11", "3.12"]', '"3.11"', "E0204"),
    Seed('["3.11", "3.12"]', "[]", "E0510"),
    Seed('["3.11", "3.12"]', '["3.12", "3.12"]', "E0510"),
    Seed("[0.1, 0.5]", "[0.1, 0.1]", "E0510"),
    Seed("[0.1, 0.5]", "[0.1 0.5]", "E0007"),
    Seed("[0.1, 0.5]", "[0.1,, 0.5]", "E0023"),
    Seed("[0.1, 0.5]", "[0.1, 0.5]]", "E0006"),
    Seed('"libgomp1"', '"libgomp1 >=2"', "E0304"),
    Seed('"scikit-learn =1.5"', '"scikit-learn 1.5"', "E0301"),
    Seed('"pillow ==10.4.0"', '"pillow=10.4.0"', "E0302"),
    Seed('"pillow ==10.4.0"', "'pillow ==10.4.0'", "E0020"),
    Seed('"pillow ==10.4.0"', "pillow ==10.4.0", "E0021"),
    Seed('"debian:bookworm-slim"', "debian:bookworm-slim", "E0021"),
    Seed('"debian:bookworm-slim"', '"Debian:bookworm-slim"', "E0305"),
    Seed('"linux/arm64"', '"linux/arm65"', "E0308"),
    Seed("OMP_NUM_THREADS =", '"OMP NUM" =', "E0309"),
    Seed("labels    = { team", 'labels    = { "te am"', "E0314"),
    Seed("https://packages.example", "https://ci:pw@packages.example", "E0306"),
    Seed('"out/model.pkl"', '"../model.pkl"', "E0402"),
    Seed('    sample      = "request.json"', '    sample      = "reqest.json"', "E0401"),
    Seed('"Training and scoring"', '"Training\\q and scoring"', "E0009"),
    Seed('"Training and scoring"', '"Training and scoring', "E0002"),
    Seed('"Training and scoring"', '"""Training and scoring', "E0003"),
    Seed("    timeout     = 30m", "    timeout     = 30m;", "E0004"),
    Seed("    timeout     = 30m", "    timeout     = 30m // long", "E0004"),
    Seed("    timeout     = 30m", "    param x = 1", "E0025"),
    Seed("    timeout     = 30m", "    timeout train", "E0027"),
)

BRACKETS = (
    Seed("[corp]\n", "[corp\n", "E0005"),
    Seed('"numpy >=1.26,<3"]', '"numpy >=1.26,<3"', "E0005"),
    Seed('{ OMP_NUM_THREADS = "4" }', '{ OMP_NUM_THREADS = "4"', "E0005"),
    Seed('labels    = { team = "a" }\n    }\n}', 'labels    = { team = "a" }\n    }', "E0005"),
    Seed('labels    = { team = "a" }\n    }\n}', 'labels    = { team = "a" }\n}', "E0005"),
    Seed("    target = cluster\n}", "    target = cluster\n", "E0005"),
    Seed("    target = cluster\n}", "    target = cluster\n}\n}", "E0006"),
    Seed("    timeout     = 30m\n}", "    timeout     = 30m\n", "E0005"),
    Seed("run train {", "run train\n{", "E0029"),
    Seed("environment variants {", "environment variants", "E0027"),
    Seed("run tune extends train {", "run tune extends train", "E0027"),
)

SEEDS = (*STRUCTURE, *VALUES, *BRACKETS)
