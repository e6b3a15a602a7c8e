"""Asks the scoring server of this container whether it is ready: exit status 0 when it says 200, else 1.

Sockets only: this runs every few seconds, and an HTTP library would take longer to load than the question. Ready, not
merely alive: a container whose `init()` has not returned is not healthy yet.
"""

import os
import socket
import sys

REQUEST = b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n"


def main():  # type: ignore[no-untyped-def]  # runs by any Python 3
    port = int(os.environ.get("ENVSPEC_PORT") or "8080")
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=4.0) as connection:
            connection.sendall(REQUEST)
            status = connection.makefile("rb").readline().split()
    except OSError as error:
        sys.stderr.write(f"no answer on port {port}: {error}\n")
        return 1
    return 0 if status[1:2] == [b"200"] else 1


if __name__ == "__main__":
    sys.exit(main())
