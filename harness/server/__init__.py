"""`assay serve`: verdicts and rewards over HTTP.

The engine (see `checking`) checks in processes with hard deadlines; this process only waits for
them, so a malicious completion delays nobody. At most `max_pending` completions are accepted at a
time; further requests wait in order for up to `hold_seconds`, and then the answer is 503 with
Retry-After, as it is at once beyond `max_held_bytes` of bodies. A stop signal refuses new requests
and finishes the accepted ones within `grace_seconds`.
"""

import os
import signal
import socket
import sys

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from .config import ServerConfig, config_from, refuse_exposure
from .creation import create_app, say_address

__all__ = ["ServerConfig", "config_from", "create_app", "refuse_exposure", "serve"]

BACKLOG = 65_535
"""Connections that may wait to be accepted; the kernel takes as many as `somaxconn` allows."""
END_SECONDS = 4.0
"""What of the grace time is kept for the end of the workers, at most half of it."""
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays open: longer than clients keep theirs (httpx 5 s, aiohttp
15 s). Where the server closes first, a request may meet the close and is lost."""


def serve(config: ServerConfig) -> None:
    """Serve until a stop signal; then finish the accepted requests.

    With the engine ray it is a Ray Serve deployment (see `ray_serve`). Raises UsageError for an
    exposed host without a token, for an address that cannot be bound, and when a package of the
    extra `serve` is missing.
    """
    if config.engine == "ray":
        from .ray_serve import serve_on_ray

        serve_on_ray(config)
        return
    refuse_exposure(config)
    uvicorn = require("uvicorn", "serve")

    def leave(number: int, frame: object) -> None:
        raise SystemExit(0)  # uvicorn raises the signal again; `finally` below must run

    with listening_socket(config) as listener:
        app = create_app(config)
        port = listener.getsockname()[1]
        say_address(config, port)
        signal.signal(signal.SIGTERM, leave)
        # A thread that loads a task would keep the loop that answers waiting ten times as long.
        sys.setswitchinterval(0.0005)
        try:
            grace = max(config.grace_seconds / 2, config.grace_seconds - END_SECONDS)
            options = uvicorn.Config(
                app, log_level="warning", timeout_graceful_shutdown=grace,
                timeout_keep_alive=KEEP_ALIVE_SECONDS, backlog=BACKLOG,
            )  # fmt: skip
            uvicorn.Server(options).run(sockets=[listener])
        finally:
            app.state.admission.close(patience=1.0)


def listening_socket(config: ServerConfig) -> socket.socket:
    """A socket bound to the configured address. Raises UsageError when it cannot be bound."""
    try:
        found = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)
        family, *_, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        # create_server puts the address into strerror; the errors of getaddrinfo have no errno.
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror
        raise UsageError(
            f"--host {config.host} --port {config.port} cannot be used: {reason}"
        ) from error
