"""A socket that passes everything on to a Docker engine until it is cut: an engine that goes away in the middle.

To the engine's clients there is no difference between an engine that was killed and a socket whose listener is
gone, and the engine behind it is the real one.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path


class Relay:
    """Listens at `host`, as `DOCKER_HOST` takes it, from the moment it is made."""

    def __init__(self, folder: Path, engine: str) -> None:
        self._path = folder / "relay.sock"
        self._engine = engine.removeprefix("unix://")
        self.host = f"unix://{self._path}"
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Nobody answers at `host` from now on, and whoever was connected is no longer."""
        with self._lock:
            for end in (self._listener, *self._open):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(self._engine)
                with self._lock:
                    self._open += [client, engine]
                for source, target in ((client, engine), (engine, client)):
                    threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
