"""The deployment that importers leave in a comment, made what it is for: with its script, it compiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from envspec.actions.importing import Imported
from tests.importing.imported import compiled

SCRIPT = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"


def finished(folder: Path, made: Imported, source: str = ".") -> dict[str, Any]:
    """The only deployment of the document, when the comment is one no more and the script is there."""
    before, mark, after = made.text.partition("# A deployment needs")
    assert mark
    lines = after.split("\n")[2:]
    (folder / source).mkdir(exist_ok=True)
    (folder / source / "score.py").write_text(SCRIPT)
    text = before + "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)
    (folder / "made.envspec").write_text(text)
    document, errors = compiled(folder)
    assert errors == []
    (deployment,) = document["deployments"].values()
    return deployment  # type: ignore[no-any-return]
