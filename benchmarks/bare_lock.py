"""What locking cannot do without: py-rattler's solver for each platform, then uv's for all of them. Nothing else.

Run as a script: `bare_lock.py INPUT.json FOLDER`. INPUT has `channel`, `python`, `conda`, `pip`, `subdirs`, the command
line of `uv` and its settings; the answers are written to FOLDER.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any


async def _conda(given: dict[str, Any], folder: Path) -> None:
    import rattler

    names = (
        ("__unix", "0"),
        ("__linux", "4.18"),
        ("__glibc", "2.28"),
        ("__osx", "13.0"),
        ("__archspec", "1"),
    )
    virtual = [
        rattler.GenericVirtualPackage(
            rattler.PackageName(name), rattler.Version(version), rattler.BuildString("0")
        )
        for name, version in names
    ]
    for subdir in given["subdirs"]:
        found = await rattler.solve(
            [given["channel"]],
            given["conda"],
            platforms=[rattler.Subdir(subdir), rattler.Subdir("noarch")],
            virtual_packages=virtual,
        )
        lines = [f"{one.url}#{one.sha256.hex() if one.sha256 else ''}\n" for one in found]
        (folder / f"{subdir}.txt").write_text("@EXPLICIT\n" + "".join(sorted(lines)))


def _pip(given: dict[str, Any], folder: Path) -> None:
    # The same question: for these platforms and this Python, with a wheel for each of them.
    (folder / "pyproject.toml").write_text(given["settings"])
    requirements = folder / "requirements.in"
    requirements.write_text("\n".join(given["pip"]) + "\n")
    output = str(folder / "requirements.txt")
    # As a lock is made anew, and not from the answer before.
    Path(output).unlink(missing_ok=True)
    subprocess.run([*given["uv"], "--output-file", output, str(requirements)], check=True, cwd=folder)


if __name__ == "__main__":
    task = json.loads(Path(sys.argv[1]).read_text())
    asyncio.run(_conda(task, Path(sys.argv[2])))
    _pip(task, Path(sys.argv[2]))
