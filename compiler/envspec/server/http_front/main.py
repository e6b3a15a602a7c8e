"""The life of the front: listen, start the workers, serve, and leave in order.

Exit status: 0 after SIGTERM or SIGINT, 2 when a setting is wrong, 3 when `init()` failed, 4 when the
address cannot be had. The order is: listen (a port that is taken is known before a model is loaded), start
the workers, answer. On SIGTERM: take what is already connected, stop listening, finish the requests that
have begun (at most `ENVSPEC_GRACE` seconds), end the workers. A second SIGTERM does not wait.

With `ENVSPEC_STAGED=1` the server listens on a free loopback port first and moves to its real address on
SIGUSR1: so nobody reaches a deployment before its sample worked. `ENVSPEC_STATE_FILE` says where it is.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import time
from typing import Any

from waitress import trigger, wasyncore
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from .application import QUEUE, Application
from .log import Log
from .masking import values_to_hide
from .protocol import Connection
from .settings import EXIT_INIT, EXIT_LISTEN, EXIT_SETTINGS, BadSettings, Settings, read_settings
from .workers import Pool

SPARE_THREADS = 4
"""For health checks while every worker is busy and the queue is full."""


class Front:
    def __init__(self, settings: Settings, log: Log) -> None:
        self._settings = settings
        self._log = log
        self._map: dict[int, Any] = {}
        self._alarm = trigger.trigger(self._map)
        self._terms = 0
        self._move = False
        self._failed = False
        self._pool = Pool(settings, log, self._give_up)
        self._application = Application(settings, self._pool, log)
        self._threads = ThreadedTaskDispatcher()
        self._servers: list[Any] = []

    def run(self) -> int:
        settings = self._settings
        address = ("127.0.0.1", 0) if settings.staged else (settings.host, settings.port)
        try:
            self._listen(*address)
        except OSError as error:
            self._log.say(f"cannot listen on {address[0]}:{address[1]}: {error.strerror or error}")
            return EXIT_LISTEN
        self._threads.set_thread_count(settings.workers * settings.concurrency + QUEUE + SPARE_THREADS)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_term)
        signal.signal(signal.SIGUSR1, self._on_move)
        self._write_state("")
        self._pool.start()
        parent = os.getppid()
        while not self._terms and not self._failed:
            self._poll(1.0)
            if self._staged and os.getppid() != parent:
                self._log.say("whoever started this is gone before it was checked")
                self._terms = 1
            if self._move:
                self._move = False
                self._move_to_address()
        if self._failed:
            self._pool.stop(0.5)
            return EXIT_INIT
        self._leave()
        return 0

    # --- listening

    @property
    def _staged(self) -> bool:
        return self._settings.staged and len(self._servers) == 1

    def _listen(self, host: str, port: int) -> None:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(1024)
        except OSError:
            listener.close()
            raise
        settings = self._settings
        server = create_server(
            lambda *_: [],
            map=self._map,
            _dispatcher=self._threads,
            _start=False,
            sockets=[listener],
            max_request_body_size=settings.body_limit + 1,
            connection_limit=1000,
            channel_timeout=120,
            ident="envspec",
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=False,
        )
        server.application = self._application
        server.channel_class = Connection
        server.accept_connections()
        self._servers.append(server)
        self._log.say(f"listening on http://{_authority(server.effective_host, server.effective_port)}")

    def _move_to_address(self) -> None:
        """From the staging port to the real one; connections that are open stay."""
        host, port = self._settings.host, self._settings.port
        try:
            self._listen(host, port)
        except OSError as error:
            self._log.say(f"cannot listen on {host}:{port}: {error.strerror or error}")
            self._write_state(error.strerror or str(error))
            return
        self._close(self._servers[0])
        self._write_state("")

    def _close(self, server: Any) -> None:
        """Stop listening. Whoever is connected already, accepted or not, is served."""
        server.accepting = False
        server.del_channel()
        while server.socket.fileno() >= 0:
            before = len(server.active_channels)
            server.handle_accept()
            if len(server.active_channels) == before:
                break
        server.socket.close()

    def _write_state(self, error: str) -> None:
        path = self._settings.state_file
        if not path:
            return
        server = self._servers[-1]
        state = {
            "pid": os.getpid(),
            "host": server.effective_host,
            "port": int(server.effective_port),
            "staged": self._staged,
            "error": error,
        }
        temporary = f"{path}.{os.getpid()}"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)

    # --- signals and the end

    def _on_term(self, *_: object) -> None:
        self._terms += 1
        self._alarm.pull_trigger()

    def _on_move(self, *_: object) -> None:
        self._move = True
        self._alarm.pull_trigger()

    def _give_up(self) -> None:
        self._failed = True
        self._alarm.pull_trigger()

    def _poll(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, map=self._map, use_poll=True, count=1)

    def _leave(self) -> None:
        self._log.say("stopping")
        for server in self._servers:
            if server.accepting:
                self._close(server)
        deadline = time.monotonic() + self._settings.grace
        while self._terms < 2 and time.monotonic() < deadline and not self._failed:
            working = [channel for channel in self._connections() if _unfinished(channel)]
            for channel in self._connections():
                if channel not in working:
                    channel.will_close = True
            if not working:
                break
            self._poll(0.05)
        self._pool.stop(0.0 if self._terms > 1 else min(5.0, self._settings.grace))
        self._log.say("stopped")

    def _connections(self) -> list[Any]:
        return [channel for server in self._servers for channel in list(server.active_channels.values())]


def _unfinished(channel: Any) -> bool:
    return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)


def _authority(host: str, port: object) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def main() -> int:
    # Nothing but the log may write here, and a worker must not inherit what stands for stdout.
    try:
        settings = read_settings(os.environ)
    except BadSettings as error:
        sys.stderr.write(f"envspec: {error}\n")
        return EXIT_SETTINGS
    log = Log(1, values_to_hide(settings.secrets))
    _route_warnings(log)
    status = Front(settings, log).run()
    # Threads of waitress may still hang in a request that nobody will answer.
    os._exit(status)


def _route_warnings(log: Log) -> None:
    class ToLog(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.say(self.format(record))

    logging.getLogger("waitress.queue").disabled = True
    logger = logging.getLogger("waitress")
    logger.addHandler(ToLog(logging.WARNING))
    logger.propagate = False
