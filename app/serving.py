"""A web application served from a thread, so that a command can go on beside its own pages."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

START_LIMIT_S = 30.0
KEPT_S = 75
"""How long a connection is kept that nothing comes over: much longer than whoever keeps one to us (Rasa, 15 s) does, so
that none is closed here while a request is on its way."""


class PortTaken(Exception):
    """Nothing could be served there; the message names the address."""


@contextmanager
def serving(app: FastAPI, host: str, port: int) -> Iterator[str]:
    """Serve until the block ends; gives the address, such as http://127.0.0.1:8080.

    :raises PortTaken: the port is in use or may not be listened on.
    """
    listener = _listen(host, port)
    kept = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_keep_alive=KEPT_S)
    server = uvicorn.Server(kept)
    thread = threading.Thread(target=server.run, args=([listener],), name="web", daemon=True)
    thread.start()
    limit = time.monotonic() + START_LIMIT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > limit:
            raise PortTaken(f"the web server on {host}:{port} did not start; the log says why")
        time.sleep(0.02)
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def require_free(host: str, port: int) -> None:
    """Nothing happens when the port can be served on.

    :raises PortTaken: it cannot.
    """
    _listen(host, port).close()


def _listen(host: str, port: int) -> socket.socket:
    # Bound here, not by uvicorn: what it does about a taken port is to end the process.
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"cannot listen on {host}:{port} ({error.strerror}); set AMENDS_PORT to another port"
        ) from error
    return listener
