"""A real server on a free port, in a thread of this process."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from assay.harness.server import ServerConfig, create_app

Serve = Callable[[], str]


@contextmanager
def serving(app: Any, host: str = "127.0.0.1") -> Iterator[str]:
    """Runs an application in uvicorn; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://{host}:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(60)


class RunningServer:
    """Runs our application in uvicorn; `url` answers until `stop`."""

    def __init__(self, config: ServerConfig) -> None:
        self.app = create_app(config)
        self._serving = serving(self.app, config.host)
        self.url = self._serving.__enter__()

    def stop(self) -> None:
        self._serving.__exit__(None, None, None)
        self.app.state.admission.close()
