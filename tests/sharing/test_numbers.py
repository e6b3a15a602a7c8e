"""Two things never have one number in a registry, whoever pushes when."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable

import pytest

from envspec.actions.sharing import environments
from envspec.actions.sharing.numbers import claim, numbers_in
from envspec.actions.sharing.received import identity_of
from envspec.diagnostics import Failure
from envspec.registry.client import IMAGE_MANIFEST, Manifest, sha256_of
from tests.engines.registry import OciRegistry
from tests.registry.small_registry import Answer, SmallRegistry
from tests.registry.speaking import client, problem
from tests.sharing.conftest import People, nobody, register

MINE, THEIRS = ("sha256:" + digit * 64 for digit in "12")


def manifest(identity: str) -> Manifest:
    content = json.dumps(
        {"schemaVersion": 2, "annotations": {"dev.envspec.version": identity}, "layers": []}
    ).encode()
    return Manifest(content, IMAGE_MANIFEST, sha256_of(content))


def there(small: SmallRegistry, tag: str, identity: str) -> None:
    """Somebody else writes a tag."""
    one = manifest(identity)
    small.manifests[tag] = small.manifests[one.digest] = (IMAGE_MANIFEST, one.content)


def claimed(small: SmallRegistry, during: Callable[[float], None] = lambda seconds: None) -> int:
    """The number that we get, where `during` happens while we wait."""
    registry, one = client(small.address), manifest(MINE)
    registry.put_manifest("e", one.digest, one.content, IMAGE_MANIFEST, {})
    return claim(registry, "e", one, MINE, 1, lambda: 1, during)


def is_settled(small: SmallRegistry, number: int, identity: str) -> bool:
    """Whether both tags of a number lead to the same thing."""
    wanted = manifest(identity).content
    return all(small.manifests[tag][1] == wanted for tag in (str(number), f"{number}-{identity[7:]}"))


def before_my_put(small: SmallRegistry, tag: str, happens: Callable[[], None]) -> None:
    """Something happens after we have looked, just before we write the tag, once."""
    done: list[bool] = []

    def trouble(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if method == "PUT" and path.endswith(f"/manifests/{tag}") and not done:
            done.append(True)
            happens()
        return None

    small.trouble = trouble


def test_nobody_waits_where_the_registry_heeds_a_condition(small: SmallRegistry) -> None:
    waited: list[float] = []
    assert claimed(small, waited.append) == 1
    assert waited == [] and is_settled(small, 1, MINE)


def test_lost_to_a_condition(small: SmallRegistry) -> None:
    before_my_put(small, "1", lambda: there(small, "1", THEIRS))
    assert claimed(small) == 2
    assert is_settled(small, 2, MINE)
    assert small.manifests["1"][1] == manifest(THEIRS).content


def test_lost_to_tags_that_never_change(small: SmallRegistry) -> None:
    """A registry that refuses to write a tag that is there, in the words of ours or of another status."""
    small.conditional = False
    there(small, "1", THEIRS)
    hidden = [True]

    def trouble(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if path.endswith("/manifests/1"):
            if method == "PUT":
                hidden.clear()
                return 409, {}, b'{"errors": [{"code": "DENIED", "message": "immutable"}]}'
            if hidden:
                return 404, {}, b""
        if path.endswith("/tags/list") and hidden:
            return 200, {}, b'{"tags": []}'
        return None

    small.trouble = trouble
    assert claimed(small) == 2


def test_overwritten_while_we_wait(small: SmallRegistry) -> None:
    small.conditional = False
    assert claimed(small, lambda seconds: there(small, "1", THEIRS)) == 2
    assert is_settled(small, 2, MINE)
    assert small.manifests["1"][1] == manifest(THEIRS).content


def test_what_we_overwrote_too_late_is_put_back(small: SmallRegistry) -> None:
    """Another has waited and won between our look and our write."""
    small.conditional = False

    def wins() -> None:
        there(small, "1", THEIRS)
        there(small, f"1-{THEIRS[7:]}", THEIRS)

    before_my_put(small, "1", wins)
    assert claimed(small) == 2
    assert is_settled(small, 1, THEIRS) and is_settled(small, 2, MINE)


@pytest.mark.parametrize("tag", ["1", f"1-{MINE[7:]}"])
def test_a_registry_that_stumbles(small: SmallRegistry, tag: str) -> None:
    """Some have a tag as a file that is empty for a moment; what was written all the same counts."""
    small.conditional = False
    left = [1, 2]

    def trouble(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if path.endswith(f"/manifests/{tag}") and left:
            left.pop()
            return 500, {}, b""
        return None

    small.trouble = trouble
    assert claimed(small) == 1
    assert is_settled(small, 1, MINE) and left == []


def test_a_blob_that_another_is_uploading_is_unknown_for_a_moment(
    small: SmallRegistry, people: People
) -> None:
    """Debian's says so, in one of thirty times that eight people push, of what it said itself that it has."""
    unknown = b'{"errors": [{"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry"}]}'
    left = [1, 2]

    def trouble(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if method == "PUT" and "/manifests/sha256:" in path and left:
            left.pop()
            return 400, {}, unknown
        return None

    small.trouble = trouble
    version = register(people("anna"), "a")
    assert environments.push(people("anna"), version, f"{small.address}/team/x", nobody).number == 1
    assert left == []
    small.trouble = lambda method, path, headers: (400, {}, unknown) if "/manifests/sha256:" in path else None
    other = register(people("anna"), "b")
    with pytest.raises(Failure) as failure:
        environments.push(people("anna"), other, f"{small.address}/team/x", nobody)
    assert "MANIFEST_BLOB_UNKNOWN" in failure.value.diagnostics[0].notes[0]


def test_one_of_three_with_the_same_thing_waits_like_the_others(small: SmallRegistry) -> None:
    """Somebody else saw no number, came late and wrote ours there, while another had won already and only had to settle.
    Whoever settled at once what they found to be their own made it two things under one number."""
    small.conditional = False
    there(small, "1", MINE)

    def wins(seconds: float) -> None:
        assert seconds >= 1
        there(small, f"1-{THEIRS[7:]}", THEIRS)

    assert claimed(small, wins) == 2
    assert is_settled(small, 2, MINE) and f"1-{MINE[7:]}" not in small.manifests


def test_two_who_settle_a_number_at_once(small: SmallRegistry) -> None:
    """Another stood still between looking and settling, longer than anybody waits: one looks once more, and takes back."""
    small.conditional = False
    before_my_put(small, f"1-{MINE[7:]}", lambda: there(small, f"1-{THEIRS[7:]}", THEIRS))
    assert claimed(small) == 2
    assert is_settled(small, 1, THEIRS) and is_settled(small, 2, MINE)
    found = numbers_in(client(small.address), "e")
    assert found.identities == {1: THEIRS, 2: MINE} and found.settled == {1, 2}


def test_a_number_that_both_took_back_is_nobodys(small: SmallRegistry) -> None:
    there(small, "1", THEIRS)
    there(small, f"1-{THEIRS[7:]}", MINE)
    there(small, f"1-{MINE[7:]}", THEIRS)
    assert claimed(small) == 2
    assert numbers_in(client(small.address), "e").identities == {1: "", 2: MINE}


def test_one_who_was_killed_before_the_number_was_settled(small: SmallRegistry) -> None:
    there(small, "1", THEIRS)
    there(small, "2", MINE)
    assert claimed(small) == 2
    assert is_settled(small, 2, MINE)


def test_a_number_of_something_else_is_left_alone(small: SmallRegistry) -> None:
    small.manifests["1"] = (IMAGE_MANIFEST, b'{"schemaVersion": 2, "annotations": []}')
    small.manifests["7"] = (IMAGE_MANIFEST, b'{"schemaVersion": 2}')
    there(small, "latest", THEIRS)
    there(small, "0001", THEIRS)
    assert claimed(small) == 8


def test_more_tags_than_are_listed_at_once(small: SmallRegistry) -> None:
    small.page = 2
    for number in range(1, 6):
        there(small, str(number), "sha256:" + str(number + 2) * 64)
    assert claimed(small) == 6


def test_numbers_that_never_end(small: SmallRegistry) -> None:
    there(small, "1", THEIRS)
    there(small, "999999999999999", THEIRS)
    assert problem(lambda: claimed(small)).code == "E1115"


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"[]"),
        (200, {}, b"{}"),
        (200, {}, b"[" * 100_000),
        (200, {"Link": '</v2/e/tags/list>; rel="next"'}, b'{"tags": []}'),
        (200, {"Link": '<http://127.0.0.1:1/v2/e/tags/list>; rel="next"'}, b'{"tags": []}'),
    ],
)
def test_a_list_of_tags_that_is_none(small: SmallRegistry, answer: Answer) -> None:
    small.trouble = lambda method, path, headers: answer if "/tags/list" in path else None
    assert problem(lambda: client(small.address).tags("e")).code == "E1404"


PUSH = """
import sys
from pathlib import Path
from envspec.actions.sharing.environments import push
from envspec.diagnostics import Failure
from envspec.workspace.database import Workspace
with Workspace.open(Path(sys.argv[1])) as workspace:
    version = workspace.environment("e", 1)
    sys.stdin.readline()
    try:
        pushed = push(workspace, version, sys.argv[2], lambda line: None)
    except Failure as failure:
        sys.exit(str(failure.diagnostics))
    print(pushed.identity, pushed.number, pushed.here)
"""


def test_eight_people_register_at_once(people: People, oci_registry: OciRegistry) -> None:
    """Six different things as number 1, and one of them by three people: on a registry without any transaction."""
    place = f"{oci_registry.address}/team/{uuid.uuid4().hex[:12]}"
    shades = ["a", "b", "c", "d", "e", "f", "f", "f"]
    roots = []
    for number, shade in enumerate(shades):
        register(people(str(number)), shade)
        roots.append(people(str(number)).root)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PUSH, str(root), place],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for root in roots
    ]  # fmt: skip
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said: list[tuple[str, int, int]] = []
    for process in started:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        identity, number, here = out.split()
        said.append((identity, int(number), int(here)))
    by_number: dict[int, set[str]] = {}
    for identity, number, here in said:
        by_number.setdefault(number, set()).add(identity)
        assert number == here
    assert all(len(identities) == 1 for identities in by_number.values()), said
    assert {identity for identity, _, _ in said} == {
        i for identities in by_number.values() for i in identities
    }
    registry = client(oci_registry.address)
    repository = place.partition("/")[2]
    found = numbers_in(registry, repository)
    for number, identities in by_number.items():
        assert {found.identities[number]} == identities
        for tag in (str(number), f"{number}-{next(iter(identities))[7:]}"):
            stored = registry.manifest(repository, tag)
            assert stored is not None and {identity_of(stored)} == identities
    for root, (identity, number, _) in zip(roots, said, strict=True):
        here_now = people(root.name).environment("e", number)
        assert here_now is not None and here_now.version_hash == identity


def test_any_order_of_steps_gives_each_thing_a_number_of_its_own(small: SmallRegistry) -> None:
    """People on a registry without transactions, each stopped for a while before any request: no number is
    two things."""
    import random
    import threading
    import time as clock

    chance = random.Random(5)
    small.conditional = False
    scale = 0.02  # of a second for each second of the wait: a stop lasts up to half of one
    registry = client(small.address)
    for turn in range(5):
        small.manifests.clear()
        ours = ["sha256:" + digit * 64 for digit in "abcabd"]
        given: list[tuple[str, int]] = []

        def person(identity: str, stops: random.Random, given: list[tuple[str, int]]) -> None:
            mine = client(small.address)
            put, digest, tags = mine.put_manifest, mine.digest, mine.tags

            def stopped(call: Callable[..., object]) -> Callable[..., object]:
                def slowly(*arguments: object) -> object:
                    clock.sleep(stops.random() * scale / 2)
                    return call(*arguments)

                return slowly

            mine.put_manifest = stopped(put)  # type: ignore[method-assign,assignment]
            mine.digest = stopped(digest)  # type: ignore[method-assign,assignment]
            mine.tags = stopped(tags)  # type: ignore[method-assign,assignment]
            one = manifest(identity)
            mine.put_manifest("e", one.digest, one.content, IMAGE_MANIFEST, {})
            number = claim(
                mine, "e", one, identity, 1, lambda: 1, lambda seconds: clock.sleep(seconds * scale)
            )
            given.append((identity, number))

        people_ = [
            threading.Thread(target=person, args=(one, random.Random(chance.random()), given)) for one in ours
        ]
        for one in people_:
            one.start()
        for one in people_:
            one.join()
        assert len(given) == len(ours), f"turn {turn}: somebody failed"
        by_number: dict[int, set[str]] = {}
        for identity, number in given:
            by_number.setdefault(number, set()).add(identity)
        assert all(len(identities) == 1 for identities in by_number.values()), (turn, given)
        found = numbers_in(registry, "e")
        assert all(found.identities[number] == identity for identity, number in given), (turn, given)


def test_a_registry_is_asked_little(small: SmallRegistry) -> None:
    """A new version costs as many requests with a thousand numbers as with one."""

    def requests() -> int:
        small.asked.clear()
        claimed(small)
        return len(small.asked)

    few = requests()
    small.manifests.clear()
    for number in range(1, 1001):
        identity = f"sha256:{number:064x}"
        there(small, str(number), identity)
        there(small, f"{number}-{identity[7:]}", identity)
    assert requests() == few
