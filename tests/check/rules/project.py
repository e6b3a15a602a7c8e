"""A project of a few files on disk, checked."""

from __future__ import annotations

from pathlib import Path

from envspec.check.project import Checked, check
from envspec.diagnostics.fixes import applicable, apply
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve


def checked(root: Path, text: str, others: dict[str, str] | None = None) -> Checked:
    """The result for `main.envspec` with this text."""
    for name, content in {**(others or {}), "main.envspec": text}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
    files = ProjectFiles(root)
    return check(resolve("main.envspec", files), files)


def codes(result: Checked) -> list[str]:
    return [finding.code for finding in result.diagnostics]


def mended(result: Checked, code: str, *, unsafe: bool) -> str:
    """The text of `main.envspec` after the fixes of a code; the same text when there are none."""
    fixes = applicable([d for d in result.diagnostics if d.code == code], unsafe=unsafe)
    texts = apply(fixes, result.resolution.sources)
    return texts.get("main.envspec", result.resolution.sources["main.envspec"].text)
