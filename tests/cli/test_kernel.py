"""`kernel`: Jupyter's own client starts what was written, and it runs in the environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from envspec.actions.kernels import _folder
from tests.cli.test_check import envspec

pytestmark = [pytest.mark.slow, pytest.mark.index]

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
SPEC = f"""edition = 1

secret token {{ variable = "KERNEL_TOKEN" }}

environment plain {{
    python = "{PYTHON}"
}}

environment notebook extends plain {{
    pip       = ["ipykernel >=6,<8"]
    variables = {{ SHADE = "dark", TOKEN = secret.token }}
}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC)
    return tmp_path


def test_a_kernel_runs_in_its_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_client.manager import start_new_kernel

    data = project / "jupyter"
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(data))
    monkeypatch.setenv("KERNEL_TOKEN", "canary-5f1c")
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    done = envspec(
        "kernel",
        "notebook",
        "--name",
        "wine",
        cwd=project,
        JUPYTER_DATA_DIR=str(data),
        KERNEL_TOKEN="canary-5f1c",
    )
    assert done.returncode == 0, done.stderr
    file = data / "kernels" / "wine" / "kernel.json"
    assert "canary" not in file.read_text()
    assert json.loads(file.read_text())["display_name"] == f"notebook ({project.name})"

    (project / "click.py").write_text("raise SystemExit('a module of the notebook, not of envspec')\n")
    manager, client = start_new_kernel(startup_timeout=180, kernel_name="wine", cwd=str(project))
    try:
        printed = []

        def hook(message: dict[str, object]) -> None:
            content = message["content"]
            if message["header"]["msg_type"] == "stream":  # type: ignore[index]
                printed.append(content["text"])  # type: ignore[index]

        code = "import os, sys; print(os.environ['SHADE'], os.environ['TOKEN'], sys.prefix)"
        reply = client.execute_interactive(code, timeout=120, output_hook=hook)
        assert reply["content"]["status"] == "ok"
        shade, token, prefix = "".join(printed).split()
        assert (shade, token) == ("dark", "canary-5f1c")
        assert Path(prefix).is_relative_to(project / ".envspec" / "environments")
        # An interrupt goes by message, and ends what is executed, not the kernel.
        waiting = client.execute("import time; print('begun', flush=True); time.sleep(120)")
        while "begun" not in client.get_iopub_msg(timeout=120)["content"].get("text", ""):
            pass
        manager.interrupt_kernel()
        while (answer := client.get_shell_msg(timeout=120))["parent_header"]["msg_id"] != waiting:
            pass
        assert answer["content"]["status"] == "error"
        assert manager.is_alive()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=False)
    assert not manager.is_alive()


def test_without_ipykernel_it_says_what_to_add(project: Path) -> None:
    done = envspec("kernel", "plain", "--prefix", "p", cwd=project)
    assert done.returncode == 2
    assert "error[E1221]: `plain` has no `ipykernel`" in done.stderr
    assert "a.envspec:5:" in done.stderr and "ipykernel >=6,<8" in done.stderr
    assert not (project / ".envspec/environments").exists(), "nobody waits for a build to hear it"
    assert not (project / "p").exists()


def test_where_jupyter_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_core.paths import jupyter_data_dir

    for name in ("JUPYTER_DATA_DIR", "XDG_DATA_HOME", "JUPYTER_PLATFORM_DIRS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert str(_folder(None)) == os.path.join(jupyter_data_dir(), "kernels")  # noqa: PTH118
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert str(_folder(None)) == os.path.join(jupyter_data_dir(), "kernels")  # noqa: PTH118
    assert _folder(Path("/opt/x")) == Path("/opt/x/share/jupyter/kernels")
