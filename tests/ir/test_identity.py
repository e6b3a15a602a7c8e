"""What moves the hash of a definition, and what does not (section 6 of the design)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.check.project import check
from envspec.ir.identity import definition_hash
from envspec.language.attributes import BLOCKS, RECORDS
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve

LIBRARY = 'edition = 1\n\nenvironment base {\n    apt = ["git"]\n}\n'
PIP = [
    '"pillow ==10.4.0"',
    '"joblib >=1.4"',
    "\"rich >=13 ; python_version < '3.12'\"",
    '"uvicorn[standard] >=0.30"',
]
CONDA = ['"scikit-learn =1.5"', '"numpy >=1.26,<3"', '"conda-forge::scipy 1.13.*"']
APT = ['"libgomp1"', '"curl=8.0"']
VARIABLES = ['A = "1"', 'B = "2"', "T = secret.token"]


def text(**changes: str) -> str:
    """A file with one environment; `changes` replace or add attributes, `docker` those of its block."""
    attributes = {
        "python": '"3.12"',
        "channels": '["conda-forge", lab]',
        "conda": f"[{', '.join(CONDA)}]",
        "pip": f"[{', '.join(PIP)}]",
        "indexes": "[one, two]",
        "apt": f"[{', '.join(APT)}]",
        "variables": "{ " + ", ".join(VARIABLES) + " }",
    }
    name = changes.pop("name", "e")
    docker = {"image": '"debian:12"', "run": '["a", "b"]', "labels": '{ x = "1", y = "2" }'}
    docker |= {k.removeprefix("docker_"): v for k, v in changes.items() if k.startswith("docker_")}
    attributes |= {k: v for k, v in changes.items() if not k.startswith("docker_")}
    lines = [f"    {key} = {value}" for key, value in attributes.items()]
    lines.append("    docker {\n" + "".join(f"        {k} = {v}\n" for k, v in docker.items()) + "    }")
    blocks = (
        'secret token { variable = "T" }\n'
        'index one { url = "https://one.example" }\nindex two { url = "https://two.example" }\n'
        'channel lab { url = "https://lab.example" }\n'
    )
    return f"edition = 1\n\n{blocks}\nenvironment {name} {{\n" + "\n".join(lines) + "\n}\n"


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identity")
    (folder / "library.envspec").write_text(LIBRARY)
    return folder


def hash_of(root: Path, source: str, name: str = "e") -> str:
    files = ProjectFiles(root)
    checked = check(resolve("main.envspec", files, overlay={"main.envspec": source.encode()}), files)
    assert checked.usable is not None, checked.diagnostics
    return definition_hash(checked.usable.environments[name])


@settings(max_examples=60)
@given(st.randoms(use_true_random=False))
def test_the_order_of_packages_variables_and_labels_never_matters(root: Path, chance: random.Random) -> None:
    def shuffled(items: list[str]) -> str:
        return ", ".join(chance.sample(items, len(items)))

    other = text(
        pip=f"[{shuffled(PIP)}]",
        conda=f"[{shuffled(CONDA)}]",
        apt=f"[{shuffled(APT)}]",
        variables=f"{{ {shuffled(VARIABLES)} }}",
        docker_labels='{ y = "2", x = "1" }',
        docker_platforms='["linux/amd64"]',
    )
    assert hash_of(root, other) == hash_of(root, text(docker_platforms='["linux/amd64"]'))


@pytest.mark.parametrize(
    "changes",
    [
        {"channels": '[lab, "conda-forge"]'},
        {"indexes": "[two, one]"},
        {"docker_run": '["b", "a"]'},
        {"python": '"3.11"'},
        {"pip": f"[{', '.join(PIP[1:])}]"},
        {"apt": '["libgomp1"]'},
        {"variables": '{ A = "2", B = "2", T = secret.token }'},
        {"variables": '{ A = "1", B = "2", T = "T" }'},
        {"docker_image": '"debian:13"'},
        {"docker_user": '"1001"'},
        {"docker_cuda": '"12.4"'},
        {"docker_shm_size": "1GiB"},
        {"docker_arguments": '{ X = "1" }'},
        {"docker_platforms": '["linux/amd64", "linux/arm64"]'},
        {"spark": "{ }"},
    ],
    ids=str,
)
def test_what_changes_behaviour_moves_the_hash(root: Path, changes: dict[str, str]) -> None:
    assert hash_of(root, text(**changes)) != hash_of(root, text())


@pytest.mark.parametrize(
    "changes",
    [
        {"description": '"for people"'},
        {"tags": '{ team = "a" }'},
        {"managed": "true"},
        {"pip": "[" + ", ".join(p.replace(" ", "  ").replace("pillow", "Pillow") for p in PIP[:2] + PIP[3:]) + ", "
         + PIP[2] + "]"},
        {"conda": '["numpy>=1.26 , <3", "Scikit-Learn 1.5.*", "conda-forge::scipy =1.13"]'},
        {"docker_user": "none"},
    ],
    ids=str,
)  # fmt: skip
def test_words_for_people_and_spelling_do_not(root: Path, changes: dict[str, str]) -> None:
    assert hash_of(root, text(**changes)) == hash_of(root, text())


CHANGED = {
    "environment": {
        "description": '"x"', "tags": '{ a = "1" }', "python": '"3.11"', "managed": "false", "interpreter": '"python3"',
        "channels": '["x"]', "conda": '["x ==1"]', "conda_file": '"environment.yml"', "pip": '["x ==1"]',
        "requirements": '["requirements.txt"]', "pyproject": '"pyproject.toml"', "constraints": '["requirements.txt"]',
        "indexes": "[one]", "apt": '["git"]', "lock_platforms": '["darwin/arm64"]',
        "variables": '{ X = "1" }', "matrix": None, "docker": "{ }", "spark": "{ }",
    },
    "docker": {
        "image": '"debian:13"', "dockerfile": '"Dockerfile"', "registry": '"registry.example"', "cuda": '"12.4"',
        "user": '"1"', "platforms": '["linux/arm64"]', "shm_size": "1GiB", "arguments": '{ X = "1" }',
        "labels": '{ x = "1" }', "run": '["x"]',
    },
    "index": {
        "url": '"https://other.example"', "username": '"x"', "password": "secret.token", "packages": '["x-*"]',
    },
}  # fmt: skip


def specimen(block: str, attribute: str, value: str) -> str:
    """An environment with an index, a `docker` block, and one attribute of one of them set."""
    said = {block: {attribute: value}}
    index = {"url": '"https://one.example"'} | said.get("index", {})
    environment = said.get("environment", {})
    if environment.get("managed") is None and "interpreter" in environment:
        environment = environment | {"managed": "false"}
    lines = [f"    {k} = {v}" for k, v in ({"indexes": "[one]"} | environment).items()]
    docker = "".join(f"        {k} = {v}\n" for k, v in said.get("docker", {}).items())
    if docker:
        lines.append(f"    docker {{\n{docker}    }}")
    urls = "".join(f"    {k} = {v}\n" for k, v in index.items())
    return (
        f'secret token {{ variable = "T" }}\nindex one {{\n{urls}}}\n'
        "environment e {\n" + "\n".join(lines) + "\n}\n"
    )


@pytest.mark.parametrize(
    ("block", "attribute"), [(block, attribute) for block, rows in CHANGED.items() for attribute in rows]
)
def test_the_column_of_the_table_is_true(root: Path, block: str, attribute: str) -> None:
    """What says `none` is not in the definition; everything else is."""
    (root / "environment.yml").write_text("dependencies: [numpy=2.1]\n")
    (root / "requirements.txt").write_text("x==1\n")
    (root / "pyproject.toml").write_text("[project]\nname='p'\nversion='1'\ndependencies=['x==1']\n")
    (root / "Dockerfile").write_text("FROM debian:12\n")
    table = BLOCKS.get(block) or RECORDS[block]
    assert set(CHANGED[block]) == {row.name for row in table.attributes}
    value = CHANGED[block][attribute]
    row = table.attribute(attribute)
    assert row is not None
    if value is None or value == "{ }" or attribute == "indexes":
        return  # made of what is below it, or of the cells; held by other tests
    plain = specimen("", "", "")
    assert (hash_of(root, specimen(block, attribute, value)) != hash_of(root, plain)) == (row.hash != "none")


def test_the_name_does_not(root: Path) -> None:
    assert hash_of(root, text(name="other"), "other") == hash_of(root, text())


@settings(max_examples=60)
@given(st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n"]))
def test_formatting_comments_and_line_ends_do_not(root: Path, chance: random.Random, end: str) -> None:
    lines = []
    for line in text().splitlines():
        blanks = " " * chance.randrange(4)
        comment = f"{blanks}# {chance.random()}" if chance.random() < 0.3 else blanks
        lines.append(chance.choice(["", "\t", "   "]) + line.strip().replace(" = ", f"{blanks}= ") + comment)
        lines += [""] * chance.randrange(2)
    assert hash_of(root, "\ufeff" * chance.randrange(2) + end.join(lines)) == hash_of(root, text())


@pytest.mark.parametrize("alias", ["library", "x", "some-thing"])
def test_aliases_of_imports_do_not(root: Path, alias: str) -> None:
    source = f'import "./library.envspec" as {alias}\n\nenvironment e extends {alias}.base {{\n    python = "3.12"\n}}\n'
    same = 'environment e {\n    python = "3.12"\n    apt = ["git"]\n}\n'
    assert hash_of(root, source) == hash_of(root, same)


def test_extends_and_blocks_do_not(root: Path) -> None:
    """What an environment is made of counts, not how it is written."""
    whole = 'environment e {\n    pip = ["x ==2", "y ==1"]\n    docker { user = "1", image = "a" }\n}\n'
    parts = (
        'environment b {\n    pip = ["x ==1", "y ==1"]\n    docker = { user = "2", image = "a" }\n}\n'
        'environment e extends b {\n    pip += ["X == 2"]\n    docker { user = "1" }\n}\n'
    )
    assert hash_of(root, parts) == hash_of(root, whole)
