"""`assay serve`: verdicts and rewards over HTTP.

Checks run in processes with a hard deadline (see `checking`); this process only waits for
them, so a malicious completion delays nobody. At most `max_pending` completions and
`max_held_bytes` of bodies are accepted at a time; beyond them the answer is 503 with
Retry-After, so that no queue grows without bound. A stop signal refuses new requests and
finishes the accepted ones.
"""

import signal
import sys
from typing import TYPE_CHECKING

from ...sandbox.extras import require
from .config import ServerConfig, config_from, refuse_exposure

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["ServerConfig", "config_from", "create_app", "refuse_exposure", "serve"]


def create_app(config: ServerConfig) -> "FastAPI":
    """The application. `app.state.admission` owns the workers: close it when done.

    Raises UsageError when a package of the extra `serve` is missing.
    """
    for package in ("fastapi", "prometheus_client"):
        require(package, "serve")
    from .app import build_app

    return build_app(config)


def serve(config: ServerConfig) -> None:
    """Serve until a stop signal; then finish the accepted requests.

    Raises UsageError for an exposed host without a token, and when a package of the extra
    `serve` is missing.
    """
    refuse_exposure(config)
    uvicorn = require("uvicorn", "serve")

    def leave(number: int, frame: object) -> None:
        raise SystemExit(0)  # uvicorn raises the signal again; `finally` below must run

    app = create_app(config)
    print(f"assay serves on http://{config.host}:{config.port}", file=sys.stderr, flush=True)
    signal.signal(signal.SIGTERM, leave)
    try:
        uvicorn.run(app, host=config.host, port=config.port, log_level="warning")
    finally:
        app.state.admission.close()
