"""Which files are part of a source, as git says it: `git check-ignore` is asked about the same files."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from envspec.diagnostics import Failure
from envspec.workspace.database import Workspace
from envspec.workspace.trees import walk_source

NAMES = (
    "a",
    "b",
    "ab",
    "a.log",
    "b.log",
    "foo",
    "foobar",
    "-",
    "[",
    "a b",
    "a ",
    "!a",
    "#a",
    "é",
    "A",
    "a]",
    "\\",
)
FOLDERS = ("", "a", "foo", "a/b", "foo/a/b", "b.log", "a/foo.d")

words = st.sampled_from(
    ["a", "b", "foo", "bar", ".log", ".d", "*", "**", "***", "?", "/", "/**/", "**/", "/**", "[ab]", "[!a]", "[^a-e]",
     "[a-]", "[]a]", "[!]a]", "[[:alpha:]]", "[[:alpha]", "[[:wrong:]]", "[a-c-e]", "[z-a]", "[\\]a]", "[", "]", "\\",
     "\\a", "\\*", "\\ ", " ", "!", "#", "-", "é", "[é]", "[a/]", "[[:upper:]é]", "[+--]", "\t"]
)  # fmt: skip
patterns = st.builds(
    lambda sign, start, middle, end: sign + start + "".join(middle) + end,
    st.sampled_from(["", "", "", "!", "\\!", "#", "\\#"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(words, max_size=5),
    st.sampled_from(["", "", "", "/", "/*", "/**", " ", "\\ ", "\r"]),
)
files = st.lists(patterns, max_size=5)


def git(folder: Path, *arguments: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["git", "-c", "core.excludesFile=/dev/null", *arguments],
        cwd=folder, input=text, capture_output=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same files for all examples: only the ignore files change."""
    root = tmp_path_factory.mktemp("tree")
    git(root, "init", "-q")
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for folder in FOLDERS:
        for name in NAMES:
            if not (root / folder / name).exists():
                (root / folder / name).write_text("")
    return root


def as_git_says(root: Path) -> set[str]:
    """What `git ls-files` would add: it walks down itself, and asks the ignore files only."""
    listed = git(root, "ls-files", "--others", "--exclude-per-directory=.gitignore", "-z")
    assert listed.returncode == 0, listed.stderr
    return {os.fsdecode(path) for path in listed.stdout.split(b"\0") if path}


def as_we_say(root: Path) -> set[str]:
    return {found.path for found in walk_source(root, ())}


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(top=["build"], below=["!a"], deepest=[])
@example(top=["*.log", "!foo"], below=["!b.log"], deepest=["*"])
@example(top=["foo**/b"], below=["a**/b"], deepest=[])
@example(top=["/*", "!/foo", "/foo/*", "!/foo/a"], below=[], deepest=[])
@example(top=["a\\"], below=["a\\\\"], deepest=["\\"])
@example(top=["/", "//", "!", "\\", "**", "!a"], below=["!**/"], deepest=[])
@given(top=files, below=files, deepest=files)
def test_it_is_what_git_says(tree: Path, top: list[str], below: list[str], deepest: list[str]) -> None:
    places = {"": top, "foo": below, "foo/a": deepest}
    for folder, lines in places.items():
        (tree / folder / ".gitignore").write_bytes("\n".join(lines).encode())
    assert as_we_say(tree) == as_git_says(tree)


@pytest.mark.parametrize(
    "text",
    [b"a\r\nb\r\n", b"\xef\xbb\xbfa\nb", b"a\x0bb\nfoo\x0c", "a\u2028b\nfoo".encode(), b"\xff\n*.log\n",
     b"\r\n\n  \n#\n", b"a\0b\n"],
    ids=["carriage returns", "byte order mark", "other ends of lines", "of Unicode", "no UTF-8", "empty", "NUL"],
)  # fmt: skip
def test_bytes_of_a_file(tree: Path, text: bytes) -> None:
    for folder in ("foo", "foo/a"):
        (tree / folder / ".gitignore").unlink(missing_ok=True)
    (tree / ".gitignore").write_bytes(text)
    assert as_we_say(tree) == as_git_says(tree)


def test_single_lines_are_what_check_ignore_says(tree: Path) -> None:
    """Of every file by itself, those below ignored folders too."""
    for folder in ("foo", "foo/a"):
        (tree / folder / ".gitignore").unlink(missing_ok=True)
    (tree / ".gitignore").write_text("*.log\n!b.log\n/a/b\nfoo/*/b\n[[:upper:]]\n?b\n\\#a\n\\!a\na\\ \n")
    every = sorted(
        str(path.relative_to(tree))
        for path in tree.rglob("*")
        if path.is_file() and ".git/" not in f"{path}/"
    )
    asked = git(tree, "check-ignore", "--no-index", "-z", "--stdin", text=b"\0".join(map(os.fsencode, every)))
    ignored = {os.fsdecode(path) for path in asked.stdout.split(b"\0") if path}
    assert ignored
    assert as_we_say(tree) == set(every) - ignored


def test_ours_comes_after_that_of_git(workspace: Workspace, tmp_path: Path) -> None:
    """One folder, both files: as if their lines were in one."""
    both, one = tmp_path / "both", tmp_path / "one"
    for root in (both, one):
        root.mkdir()
        git(root, "init", "-q")
        for name in ("a.log", "keep.log", "data.csv", ".envspecignore", ".gitignore"):
            (root / name).write_text("")
    (both / ".gitignore").write_text("*.log\ndata.csv")
    (both / ".envspecignore").write_text("\ufeff!keep.log\n!data.csv\n")
    (one / ".gitignore").write_text("*.log\ndata.csv\n!keep.log\n!data.csv\n")
    assert as_we_say(both) == as_git_says(one) == {".envspecignore", ".gitignore", "keep.log", "data.csv"}


def test_ignore_files_that_are_none(workspace: Workspace, tmp_path: Path) -> None:
    """A folder, a link and a pipe of the name say nothing; git does not follow the link either."""
    for kind in ("folder", "link"):
        root = tmp_path / kind
        root.mkdir()
        git(root, "init", "-q")
        (root / "a.log").write_text("")
        (root / "lines").write_text("*.log\n")
        if kind == "folder":
            (root / ".gitignore").mkdir()
        else:
            (root / ".gitignore").symlink_to("lines")
        assert as_we_say(root) == as_git_says(root) >= {"a.log"}
    pipe = tmp_path / "pipe"
    pipe.mkdir()
    os.mkfifo(pipe / ".envspecignore")
    with pytest.raises(Failure) as failure:
        walk_source(pipe, ())
    assert re.search("neither a file nor a folder", failure.value.diagnostics[0].message)


def test_one_that_may_not_be_read() -> None:
    """Said by its name. Root reads everything, so another user is asked."""
    if os.geteuid():
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / ".gitignore").write_text("*.log\n")
        (root / ".gitignore").chmod(0)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                os.setuid(65534)
                walk_source(root, ())
            except Failure as failure:
                status = 0 if ".gitignore` cannot be read" in failure.diagnostics[0].message else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_line_is_read_in_time(tmp_path: Path) -> None:
    """Stars beside stars would take for ever in an expression that tries all of them."""
    (tmp_path / ".gitignore").write_text(
        "*a" * 20 + "b\n" + "a*" * 200 + "/**/" * 20 + "x\n" + "[" * 5000 + "\n"
    )
    (tmp_path / ("a" * 250)).write_text("")
    import time

    begin = time.process_time()
    assert ("a" * 250) in as_we_say(tmp_path)
    assert time.process_time() - begin < 1
