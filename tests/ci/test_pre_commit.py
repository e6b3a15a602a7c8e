"""The hooks, run by the real pre-commit in a repository that has nothing to do with this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.ci.checkout import ROOT, copy_project

PRE_COMMIT = Path(sys.executable).parent / "pre-commit"
UNTIDY = 'edition=1\n\nenvironment e {\n  python="3.12"\n}\n'


def git(*arguments: str, cwd: Path) -> str:
    identity = (
        "-c",
        "user.name=somebody",
        "-c",
        "user.email=somebody@example.com",
        "-c",
        "init.defaultBranch=main",
    )
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def test_the_manifest_is_valid() -> None:
    done = subprocess.run(
        [PRE_COMMIT, "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_documentation_names_hooks_that_there_are(tmp_path: Path) -> None:
    from tests.ci.test_ci_documentation import FILES

    config = FILES[".pre-commit-config.yaml"]
    (tmp_path / ".pre-commit-config.yaml").write_text(config)
    done = subprocess.run(
        [PRE_COMMIT, "validate-config", tmp_path / ".pre-commit-config.yaml"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    there = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for hook in yaml.safe_load(config)["repos"][0]["hooks"]} == there


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with the project as it is here, and its newest commit."""
    repository = tmp_path_factory.mktemp("hooks")
    copy_project(repository)
    git("init", "-q", cwd=repository)
    git("add", "-A", cwd=repository)
    git("commit", "-q", "-m", "as it is", cwd=repository)
    return repository, git("rev-parse", "HEAD", cwd=repository)


@pytest.mark.index
@pytest.mark.slow
def test_the_hooks_stop_a_commit(hooks: tuple[Path, str], tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    repository, revision = hooks
    config = {
        "repos": [
            {
                "repo": str(repository),
                "rev": revision,
                "hooks": [{"id": "envspec-fmt"}, {"id": "envspec-check"}],
            }
        ]
    }
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git("init", "-q", cwd=project)

    def pre_commit() -> subprocess.CompletedProcess[str]:
        git("add", "-A", cwd=project)
        return subprocess.run(
            [PRE_COMMIT, "run"],
            cwd=project, env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"), "PRE_COMMIT_COLOR": "never"},
            capture_output=True, text=True, timeout=500, check=False,
        )  # fmt: skip

    (project / "notes.txt").write_text("no spec\n")
    done = pre_commit()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("no files to check") == 2

    (project / "a.envspec").write_text(UNTIDY)
    done = pre_commit()
    assert done.returncode == 1 and "files were modified by this hook" in done.stdout, (
        done.stdout + done.stderr
    )
    assert (project / "a.envspec").read_text() == 'edition = 1\n\nenvironment e {\n    python = "3.12"\n}\n'
    done = pre_commit()
    assert done.returncode == 0, done.stdout + done.stderr

    (project / "a.envspec").write_text('edition = 1\n\nenvironment e {\n    pithon = "3.12"\n}\n')
    done = pre_commit()
    assert done.returncode == 1 and "error[E0203]" in done.stdout, done.stdout + done.stderr
    assert "did you mean `python`?" in done.stdout
