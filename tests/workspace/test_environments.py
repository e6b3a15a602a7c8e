"""Labels, archives, references and uses of registered environments."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.language.environment_reference import parse_reference
from envspec.workspace.connection import FILE, FOLDER
from envspec.workspace.database import Workspace
from envspec.workspace.environments import EnvironmentVersion
from envspec.workspace.not_registered import NotRegistered
from tests.workspace.conftest import Start

ONE, TWO, THREE = ("sha256:" + digit * 64 for digit in "123")


def found(workspace: Workspace, text: str) -> str:
    """`NAME:NUMBER`, or why there is none."""
    reference = parse_reference(text)
    assert reference is not None
    version = workspace.find_environment(reference)
    return version.reference if isinstance(version, EnvironmentVersion) else version.reason


def missed(workspace: Workspace, text: str) -> NotRegistered:
    reference = parse_reference(text)
    assert reference is not None
    version = workspace.find_environment(reference)
    assert isinstance(version, NotRegistered)
    return version


@pytest.fixture
def three(workspace: Workspace) -> Workspace:
    for digest in (ONE, TWO, THREE):
        workspace.register_environment("AzureML-x-1.0", digest, "{}", "{}")
    return workspace


def test_every_way_to_name_a_version(three: Workspace) -> None:
    name = "AzureML-x-1.0"
    three.mark_environment(name, 1, labels=["stable", "1.0.0"])
    assert [found(three, f"{name}{rest}") for rest in ("", "@latest", ":2", "@stable", ":1.0.0")] == [
        f"{name}:{number}" for number in (3, 3, 2, 1, 1)
    ]
    assert found(three, f"{name}@{TWO}") == found(three, f"{name}@{'2' * 8}") == f"{name}:2"


def test_what_is_not_there_says_what_is(three: Workspace) -> None:
    name = "AzureML-x-1.0"
    three.mark_environment(name, 1, labels=["stable"])
    assert missed(three, "azureml-x-1.0").help == f"did you mean `{name}`?"
    assert missed(three, "quite-other").help == f"known: `{name}`"
    assert missed(three, f"{name}:9") == NotRegistered(
        f"`{name}` has no version 9", f"its newest version is `{name}:3`"
    )
    assert missed(three, f"{name}:999999999999999999").reason == f"`{name}` has no version 999999999999999999"
    assert missed(three, f"{name}@stabel").help == "did you mean `stable`?"
    assert missed(three, f"{name}@zzz").help == f"give it to a version: `envspec env tag {name}:3 zzz`"
    assert "begins with `sha256:44444444`" in missed(three, f"{name}@44444444").reason
    assert missed(three, f"{name}@44444444").help.startswith(f"`{name}:3` is sha256:")


def test_digests_that_begin_alike_are_told_apart(workspace: Workspace) -> None:
    for end in "ab":
        workspace.register_environment("e", "sha256:" + "1" * 63 + end, "{}", "{}")
    assert "`e:2`, `e:1` begin so" in missed(workspace, "e@" + "1" * 63).reason
    assert found(workspace, "e@sha256:" + "1" * 63 + "a") == "e:1"


def test_a_label_is_at_one_version_and_moves(three: Workspace) -> None:
    name = "AzureML-x-1.0"
    three.register_environment("other", ONE, "{}", "{}")
    three.mark_environment("other", 1, labels=["stable"])
    assert three.mark_environment(name, 1, labels=["stable", "old"]) == {}
    assert three.mark_environment(name, 2, labels=["stable"]) == {"stable": 1}
    assert three.mark_environment(name, 2, labels=["stable"]) == {}
    labels = {v.reference: v.labels for v in three.list_environments()}
    assert labels == {
        f"{name}:3": (),
        f"{name}:2": ("stable",),
        f"{name}:1": ("old",),
        "other:1": ("stable",),
    }
    three.mark_environment(name, 2, unlabel=["stable"])
    assert "no version" in found(three, f"{name}@stable")
    assert found(three, "other@stable") == "other:1"


def test_a_mark_that_fails_leaves_none(three: Workspace) -> None:
    name = "AzureML-x-1.0"
    with pytest.raises(Failure):
        three.mark_environment(name, 2, labels=["a"], unlabel=["not there"], tags={"x": "y"})
    with pytest.raises(Failure):
        three.mark_environment(name, 9, labels=["a"])
    assert all(not v.labels and not v.tags for v in three.list_environments())


def test_marks_lie_on_top(three: Workspace) -> None:
    name = "AzureML-x-1.0"
    before = three.environment(name, 2)
    three.mark_environment(name, 2, labels=["a"], tags={"x": "y"}, description="new")
    after = three.environment(name, 2)
    assert before is not None and after is not None
    assert (after.description, after.tags, after.labels) == ("new", {"x": "y"}, ("a",))
    for key in ("name", "number", "version_hash", "definition", "lock", "created"):
        assert getattr(before, key) == getattr(after, key)
    assert three.register_environment(name, TWO, "{}", "{}", description="other") == 2
    assert three.environment(name, 2) == after


def test_an_archived_version_is_no_longer_the_newest(three: Workspace) -> None:
    name = "AzureML-x-1.0"
    three.mark_environment(name, 3, labels=["stable"])
    assert three.archive_environment(name, 3)
    assert not three.archive_environment(name, 3)
    assert found(three, name) == found(three, f"{name}@latest") == f"{name}:2"
    assert [v.number for v in three.list_environments()] == [2, 1]
    assert [bool(v.archived) for v in three.list_environments(archived=True)] == [True, False, False]
    for exact in (f"{name}:3", f"{name}@{THREE}", f"{name}@stable"):
        assert found(three, exact) == f"{name}:3"
    assert three.restore_environment(name, 3)
    assert not three.restore_environment(name, 3)
    assert found(three, name) == f"{name}:3"


def test_an_archived_name_hides_what_comes_too(three: Workspace) -> None:
    name = "AzureML-x-1.0"
    three.archive_environment(name, 1)
    assert three.archive_environment(name)
    assert not three.archive_environment(name)
    assert three.register_environment(name, "sha256:" + "4" * 64, "{}", "{}") == 4
    assert three.list_environments() == []
    why = missed(three, name)
    assert why.reason == f"every version of `{name}` is archived"
    assert f"`envspec env restore {name}`" in why.help
    assert found(three, f"{name}:4") == f"{name}:4"
    assert three.restore_environment(name)
    assert not three.restore_environment(name)
    assert [v.number for v in three.list_environments()] == [4, 3, 2]  # 1 was archived by itself


def test_what_used_a_version(workspace: Workspace) -> None:
    for digest in (ONE, TWO):
        workspace.register_environment("e", digest, "{}", "{}")
    for number in (1, 1, 2, 1, 1, 1, 1):
        workspace.start_run("r", key="k", definition="{}", environment="e", environment_number=number)
    workspace.start_run("r", key="k", definition="{}", environment="other", environment_number=1)
    workspace.start_run("r", key="k", definition="{}", environment="e")
    workspace.record_deployment(
        "d", engine="docker", handle="h", url="u", definition="{}", environment="e", environment_number=2
    )
    workspace.record_image("sha256:a", "docker", "envspec/e:a", "e")
    workspace.use_environment("e", 1, "sha256:a", "docker")
    workspace.use_environment("e", 2, "sha256:a", "docker")
    uses = workspace.environment_uses("e")
    assert set(uses) == {1, 2}
    assert (uses[1].run_count, uses[1].runs) == (6, ("r-7", "r-6", "r-5", "r-4", "r-2"))
    assert [(d.name, d.engine, d.stopped) for d in uses[2].deployments] == [("d", "docker", None)]
    assert [image.location for image in uses[1].images] == ["envspec/e:a"]
    workspace.forget_image("sha256:a", "docker")
    assert [(i.hash, i.location) for i in workspace.environment_uses("e")[2].images] == [("sha256:a", "")]


def test_twenty_processes_move_a_label_at_once(start: Start, root: Path) -> None:
    with Workspace.open(root) as workspace:
        for number in range(20):
            workspace.register_environment("e", f"sha256:{number:064}", "{}", "{}")
    program = (
        "workspace = Workspace.open(root)\n"
        "for turn in range(5):\n"
        "    workspace.mark_environment('e', int(sys.argv[2]), labels=['a', 'b'])\n"
    )
    for process in [start(program, str(number)) for number in range(1, 21)]:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    with Workspace.open(root) as workspace:
        (holder,) = [version for version in workspace.list_environments() if version.labels]
        assert holder.labels == ("a", "b")


def test_a_killed_one_leaves_whole_marks(start: Start, root: Path) -> None:
    """Both labels move together with the tag that says where they are, whenever the writer dies."""
    with Workspace.open(root) as workspace:
        for digest in (ONE, TWO):
            workspace.register_environment("e", digest, "{}", "{}")
        workspace.mark_environment("e", 1, labels=["a", "b"])
    program = (
        "workspace = Workspace.open(root)\n"
        "print('ready', flush=True)\n"
        "turn = 0\n"
        "while True:\n"
        "    turn += 1\n"
        "    with workspace.transaction():\n"
        "        workspace.mark_environment('e', turn % 2 + 1, labels=['a', 'b'], tags={'turn': str(turn)})\n"
        "        workspace.mark_environment('e', 2 - turn % 2, tags={'turn': ''})\n"
        "        (workspace.archive_environment if turn % 2 else workspace.restore_environment)('e', 1)\n"
        "    print(turn, flush=True)\n"
    )
    chance = random.Random(11)
    for _ in range(8):
        process = start(program)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.12))
        process.kill()
        said, _ = process.communicate()
        connection = sqlite3.connect(root / FOLDER / FILE)
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        connection.close()
        with Workspace.open(root) as workspace:
            versions = {v.number: v for v in workspace.list_environments(archived=True)}
            (holder,) = [version for version in versions.values() if version.labels]
            assert holder.labels == ("a", "b")
            if said.split():
                turn = int(holder.tags["turn"])
                assert turn >= int(said.split()[-1])
                assert holder.number == turn % 2 + 1
                assert "turn" not in versions[2 - turn % 2].tags
                assert bool(versions[1].archived) == bool(turn % 2)
