"""Lock files on two branches, merged by the real git; and what `lock` makes of it."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from envspec.frozen import replace
from envspec.lock.file import read_lock
from envspec.lock.merging import has_marks, read_both
from envspec.lock.model import Lock, LockedEnvironment, LockedFile, LockedPip, LockedPlatform
from envspec.lock.text import FILE, read, write
from tests.cli.test_check import envspec
from tests.lock.test_pypi import write_index

pytestmark = pytest.mark.slow

PLATFORMS = ("linux/amd64", "linux/arm64")


def package(name: str, version: str) -> LockedPip:
    digest = f"{random.Random(name + version).getrandbits(256):064x}"
    return LockedPip(name, version, (LockedFile(f"{name}-{version}-py3-none-any.whl", digest),))


def environment(name: str, packages: dict[str, str]) -> LockedEnvironment:
    rows = tuple(package(*item) for item in sorted(packages.items()))
    definition = f"sha256:{random.Random(repr(sorted(packages))).getrandbits(256):064x}"
    return LockedEnvironment(name, definition, tuple(LockedPlatform(p, "3.11", pip=rows) for p in PLATFORMS))


def lock(environments: dict[str, dict[str, str]]) -> Lock:
    return Lock({name: environment(name, packages) for name, packages in sorted(environments.items())})


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "a@b.example")
        self.git("config", "user.name", "A")

    def git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=check
        )

    def commit(self, branch: str, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", branch)

    def merge(self, *sides: dict[str, str], style: str = "merge") -> bool:
        """Whether git merged by itself."""
        base, ours, theirs = sides
        self.commit("base", base)
        self.git("checkout", "-q", "-b", "theirs")
        self.commit("theirs", theirs)
        self.git("checkout", "-q", "main")
        self.commit("ours", ours)
        return (
            self.git("-c", f"merge.conflictStyle={style}", "merge", "-q", "theirs", check=False).returncode
            == 0
        )


@pytest.mark.parametrize("seed", range(6))
def test_branches_that_change_different_environments_merge(tmp_path: Path, seed: int) -> None:
    """Whatever is added, removed and upgraded in each."""
    chance = random.Random(seed)
    names = [f"package-{letter}" for letter in "abcdefghijklmnop"]
    base = {env: dict.fromkeys(chance.sample(names, 8), "1.0") for env in ("one", "two", "three")}
    ours, theirs = ({env: dict(packages) for env, packages in base.items()} for _ in range(2))
    for side, env in ((ours, "one"), (theirs, "three")):
        side[env].pop(chance.choice(sorted(side[env])))
        side[env][chance.choice(sorted(side[env]))] = "2.0"
        side[env]["new"] = "1.0"
    repository = Repository(tmp_path)
    assert repository.merge(*({FILE: write(lock(side))} for side in (base, ours, theirs)))
    merged = read_lock(tmp_path)
    assert merged == lock({**base, "one": ours["one"], "three": theirs["three"]})
    assert write(merged) == (tmp_path / FILE).read_text(), "what git made is what `lock` would write"


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_branches_that_change_one_environment_conflict_in_its_head_only(tmp_path: Path, style: str) -> None:
    names = [f"package-{letter}" for letter in "abcdefghijklmnop"]
    base = {"one": dict.fromkeys(names, "1.0"), "other": {"six": "1.0"}}
    ours = {"one": {**base["one"], "package-aa": "1.0"}, "other": {"six": "1.0"}}
    theirs = {"one": {**base["one"], "package-oo": "1.0", "package-h": "2.0"}, "other": {"six": "2.0"}}
    repository = Repository(tmp_path)
    assert not repository.merge(*({FILE: write(lock(side))} for side in (base, ours, theirs)), style=style)
    text = (tmp_path / FILE).read_text()
    assert text.count("<<<<<<< ") == 1, "the lines of packages were merged"
    assert has_marks(text)
    found = read_both(text)
    pins = {p.name: p.version for p in found.environments["one"].platforms[0].pip}
    assert pins == {**ours["one"], "package-oo": "1.0", "package-h": "2.0"}
    assert found.environments["one"].definition == "", "what was solved apart is solved again"
    assert found.environments["other"] == lock(theirs).environments["other"]


def test_of_a_package_that_both_moved_ours_is_the_pin() -> None:
    ours, theirs = ({"one": {"six": version, own: "1.0"}} for version, own in (("2.0", "a"), ("3.0", "b")))
    mine, yours = write(lock(ours)).splitlines(True), write(lock(theirs)).splitlines(True)
    text = "".join([*mine[:3], "<<<<<<< HEAD\n", *mine[3:], "=======\n", *yours[3:], ">>>>>>> theirs\n"])
    (platform, _) = read_both(text).environments["one"].platforms
    assert {p.name: p.version for p in platform.pip} == {"a": "1.0", "b": "1.0", "six": "2.0"}


def test_lines_that_nobody_solved_together_are_stale() -> None:
    text = write(lock({"one": {"alpha": "1.0", "beta": "1.0"}, "two": {"alpha": "1.0"}}))
    assert read(text).environments["one"].definition
    line = next(line for line in text.splitlines(True) if '"alpha"' in line)
    found = read(text.replace(line, "", 1))
    assert found.environments["one"].definition == ""
    assert found.environments["two"].definition != ""
    assert read(text.replace("\n", "\r\n")) == read(text), "a checkout with other line ends is the same"
    plain = "".join(part for part in text.splitlines(True) if not part.startswith("solved"))
    assert read(plain) == read(text), "a lock of before there was such a digest is taken as it is"


def test_platforms_of_either_side_are_kept() -> None:
    one = environment("one", {"six": "1.0"})
    mine = Lock({"one": replace(one, definition="sha256:1", platforms=one.platforms[:1])})
    yours = Lock({"one": replace(one, definition="sha256:2", platforms=one.platforms[1:])})
    text = f"<<<<<<< a\n{write(mine)}=======\n{write(yours)}>>>>>>> b\n"
    assert [p.platform for p in read_both(text).environments["one"].platforms] == list(PLATFORMS)


SPEC = """edition = 1

environment e {
    python = "3.11"
    pip = [
        "alpha >=1",
    ]
}
"""


def test_lock_finishes_a_merge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two branches add a package each; `alpha` has a newer version by then, which nobody asked for."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    names = ("alpha", "bravo", "charlie")
    index = write_index(tmp_path / "index", tuple((name, "1.0", "py3-none-any", ()) for name in names))
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.as_uri())
    project = tmp_path / "project"
    repository = Repository(project)
    (project / ".gitignore").write_text(".envspec/\n")

    def locked(spec: str) -> dict[str, str]:
        (project / "a.envspec").write_text(spec)
        done = envspec("lock", cwd=project)
        assert done.returncode == 0, done.stderr
        return {"a.envspec": spec, FILE: (project / FILE).read_text()}

    base = locked(SPEC)
    ours = locked(SPEC.replace("pip = [\n", 'pip = [\n        "bravo >=1",\n'))
    (project / FILE).write_text(base[FILE])
    theirs = locked(SPEC.replace('"alpha >=1",\n', '"alpha >=1",\n        "charlie >=1",\n'))
    assert not repository.merge(base, ours, theirs)
    assert "<<<<<<<" not in (project / "a.envspec").read_text()
    write_index(
        tmp_path / "index", (("alpha", "2.0", "py3-none-any", ()), ("alpha", "1.0", "py3-none-any", ()))
    )
    for arguments in (("lock", "--check"), ("build", "--frozen")):
        refused = envspec(*arguments, cwd=project)
        assert (refused.returncode, "E0603" in refused.stderr) == (4, True), refused.stderr
    done = envspec("lock", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "two branches changed it" in done.stderr
    lock = read_lock(project)
    assert lock is not None
    (platform,) = lock.environments["a.envspec#e"].platforms
    assert {p.name: p.version for p in platform.pip} == {"alpha": "1.0", "bravo": "1.0", "charlie": "1.0"}
    assert envspec("lock", "--check", cwd=project).returncode == 0
