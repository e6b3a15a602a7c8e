"""`envspec lsp` where it cannot work, and when it is ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

from tests.cli.test_check import ENVSPEC


def test_without_the_extra_it_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['pygls'] = None; from envspec.cli.outcome import run; sys.exit(run(['lsp']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "E1209" in done.stderr and 'pip install "envspec[lsp]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_sigterm_ends_it_while_its_editor_is_there() -> None:
    server = subprocess.Popen([*ENVSPEC, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None and server.stdout is not None
    asked = {"processId": None, "rootUri": None, "capabilities": {}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": asked}).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    server.stdin.flush()
    assert server.stdout.readline().startswith(b"Content-")
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) in (-signal.SIGTERM, 143)
    server.stdin.close()
    server.stdout.close()
