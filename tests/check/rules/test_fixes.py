"""What a rule's fix makes of a file: the text that is expected, which still parses, without that finding.

A fix that is called safe leaves the document as it is; the others are not applied unless they are asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from envspec.check.rules import Rule, all_rules
from tests.check.rules.project import checked, codes, mended

START = 'edition = 1\n\nenvironment e {\n    python = "3.12"\n'


class Case(NamedTuple):
    """`old` in the place of `new`; `around` is the file, with `%s` where they stand."""

    code: str
    old: str
    new: str
    around: str = START + "%s}\n"
    safe: bool = False
    others: tuple[tuple[str, str], ...] = ()


RUN = 'edition = 1\n\n%senvironment e { python = "3.12" }\n\nrun r {\n    environment = e\n    command = ["x"]\n}\n'
LOCK = """\
[environments.e.platforms."linux/amd64"]
conda = [
    { name = "numpy", version = "2.1.0" },
    { name = "scipy", version = "1.14.1" },
]
pip = [
    { name = "requests", version = "2.32.3" },
]
"""

SCORE = (("score.py", "def init():\n    pass\n\n\ndef run(data):\n    return data\n"),)

CASES = (
    Case("W0301", '"requests[socks]", "rich >=13"', '"requests[socks] >=2.32", "rich >=13"', START + "    pip = [%s]\n}\n",
         others=(("envspec.lock", LOCK),)),
    Case("W0301", '"numpy"', '"numpy >=2.1"', START + "    conda = [%s]\n}\n", others=(("envspec.lock", LOCK),)),
    Case("W0302", '    pip = ["rich >=13", "torch >=2"]\n', '    pip = ["rich >=13"]\n', START + '    conda = ["pytorch >=2"]\n%s}\n'),
    Case("W0302", '    pip = ["torch >=2", "rich >=13"]\n', '    pip = ["rich >=13"]\n', START + '    conda = ["pytorch >=2"]\n%s}\n'),
    Case("W0302", '    pip = [\n        "rich >=13",\n        "torch >=2",\n    ]\n', '    pip = [\n        "rich >=13",\n    ]\n',
         START + '    conda = ["pytorch >=2"]\n%s}\n'),
    Case("W0302", '    pip = [\n        "rich >=13",   # a,\n        "torch >=2"\n    ]\n', '    pip = [\n        "rich >=13",   # a,\n    ]\n',
         START + '    conda = ["pytorch >=2"]\n%s}\n'),
    Case("W0302", '    pip = [\n        "torch >=2"\n    ]\n', "    pip = [\n    ]\n", START + '    conda = ["pytorch >=2"]\n%s}\n'),
    Case("W0302", '    conda = ["scikit-learn >=1", "scikit_learn >=1"]\n', '    conda = ["scikit-learn >=1"]\n'),
    Case("W0303", '    conda = ["numpy >=2"]\n    pip   = ["scipy >=1.13,<2", "rich >=13"]\n',
         '    conda = ["numpy >=2", "scipy >=1.13,<2"]\n    pip   = ["rich >=13"]\n', others=(("envspec.lock", LOCK),)),
    Case("W0305", '    python = "3.8"\n', '    python = "3.11"\n', "edition = 1\n\nenvironment e {\n%s}\n"),
    Case("W0306", "    apt = []\n", '    python = "3.13"\n    apt = []\n', "edition = 1\n\nenvironment e {\n%s}\n"),
    Case("W0306", "none", '"3.13"', 'edition = 1\n\nenvironment b { python = "3.12" }\n\nenvironment e extends b { python = %s }\n'),
    Case("W0306", "{ }", '{ python = "3.13" }', "edition = 1\n\nenvironment e %s\n"),
    Case("W0306", "{}", '{ python = "3.13" }', "edition = 1\n\nenvironment e %s\n"),
    Case("W0306", '{ apt = ["git"] }', '{ python = "3.13", apt = ["git"] }', "edition = 1\n\nenvironment e %s\n"),
    Case("W0308", 'environment f { python = "3.12" }\n', "", RUN),
    Case("W0309", "param x = 1\n", "", RUN),
    Case("W0309", "param x = 1   # of old\n", "", RUN),
    Case("W0310", 'import "lib.envspec" as lib\n', "", RUN, others=(("lib.envspec", "edition = 1\n"),)),
    Case("W0311", 'secret s { variable = "S" }\n', "", RUN),
    Case("W0314", '    python = "3.12"\n', "", 'edition = 1\n\nenvironment b { python = "3.12" }\n\nenvironment e extends b {\n%s}\n', safe=True),
    Case("W0314", '        user = "1000:1000"\n', "",
         'edition = 1\n\nenvironment b {\n    python = "3.12"\n    docker { user = "1000:1000" }\n}\n\n'
         "environment e extends b {\n    docker {\n%s    }\n}\n", safe=True),
    Case("W0314", '{ python = "3.12", apt = ["git"] }', '{ apt = ["git"] }',
         'edition = 1\n\nenvironment b { python = "3.12" }\n\nenvironment e extends b %s\n', safe=True),
    Case("W0314", '{ apt = ["git"], python = "3.12" }', '{ apt = ["git"] }',
         'edition = 1\n\nenvironment b { python = "3.12" }\n\nenvironment e extends b %s\n', safe=True),
    Case("W0317", '    pip  = ["rich >=13"]\n', '    pip  += ["rich >=13"]\n',
         'edition = 1\n\nenvironment b {\n    python = "3.12"\n    pip = ["numpy >=2"]\n}\n\nenvironment e extends b {\n%s}\n'),
    Case("W0317", '    variables = { A = "1" }\n', '    variables += { A = "1" }\n',
         'edition = 1\n\nenvironment b {\n    python = "3.12"\n    variables = { B = "2" }\n}\n\nenvironment e extends b {\n%s}\n'),
    Case("W0318", '"conda-forge", "defaults"', '"conda-forge"', START + '    channels = [%s]\n    conda = ["numpy >=2"]\n}\n'),
    Case("W0319", '"conda-forge", "pytorch"', '"pytorch", "conda-forge"', START + '    channels = [%s]\n    conda = ["pytorch >=2"]\n}\n'),
    Case("W0319", '"bioconda", "conda-forge"', '"conda-forge", "bioconda"', START + '    channels = [%s]\n    conda = ["samtools >=1"]\n}\n'),
    Case("W0321", "my_scorer_", "my-scorer",
         START + '}\n\ndeployment %s {\n    environment = e\n    entry = "score.py"\n}\n', others=SCORE),
    Case("W0325", "reqeusts", "requests", START + '    pip = ["%s >=2"]\n}\n', others=(("envspec.lock", LOCK),)),
    Case("W0326", 'index i { url = "https://h.example/x" }\n', "", RUN),
    Case("W0326", 'channel c { url = "https://h.example/x" }\n', "", RUN),
    Case("W0313", '    variables = { DB_PASSWORD = "zebra" }\n', "    variables = { DB_PASSWORD = secret.db_password }\n",
         'edition = 1\n\nenvironment e {\n    python = "3.12"\n%s}\n'),
)  # fmt: skip
ADDED = {"W0313": ("\n\nenvironment", '\n\nsecret db_password { variable = "DB_PASSWORD" }\n\nenvironment')}
"""What a fix also writes elsewhere."""
WITHOUT = {"W0304", "W0307", "W0312", "W0315", "W0316", "W0320", "W0322", "W0323", "W0324"}
"""Rules whose mending only a person knows: another bound, another image or wheel, a secret, where a value
or an output is to be used, how much memory."""


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{CASES.index(case)}")
def test_a_fix_makes_the_text_that_is_expected(tmp_path: Path, case: Case, ending: str) -> None:
    before = (case.around % case.old).replace("\n", ending)
    result = checked(tmp_path, before, dict(case.others))
    assert codes(result).count(case.code) == 1
    assert (mended(result, case.code, unsafe=False) == before) is not case.safe
    after = mended(result, case.code, unsafe=True)
    expected = (case.around % case.new).replace(*ADDED.get(case.code, ("", "")), 1)
    assert after == expected.replace("\n", ending)
    again = checked(tmp_path, after, dict(case.others))
    assert case.code not in codes(again)
    assert not [code for code in codes(again) if code.startswith("E")]
    if case.safe:
        assert again.resolution.document == result.resolution.document


def test_every_lint_rule_has_a_fix_that_is_tested_or_says_why_not() -> None:
    rules = {code for rule in all_rules() for code in rule.codes if code.startswith("W")}
    assert rules == {case.code for case in CASES} | WITHOUT


@pytest.mark.parametrize(
    "rule", [r for r in all_rules() if r.codes[0].startswith("W")], ids=lambda rule: rule.name
)
def test_the_table_of_rules_says_which_fix_there_is(rule: Rule) -> None:
    safe = {case.safe for case in CASES if case.code in rule.codes}
    assert (
        rule.fix
        == {frozenset(): "", frozenset({True}): "safe", frozenset({False}): "unsafe"}[frozenset(safe)]
    )
