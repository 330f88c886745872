"""A real server on a free port, in a thread of this process."""

import threading
import time
from collections.abc import Callable

import uvicorn
from assay.harness.server import ServerConfig, create_app

Serve = Callable[[], str]


class RunningServer:
    """Runs our application in uvicorn; `url` answers until `stop`."""

    def __init__(self, config: ServerConfig) -> None:
        self.app = create_app(config)
        self.server = uvicorn.Server(
            uvicorn.Config(self.app, host=config.host, port=0, log_level="error")
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        deadline = time.monotonic() + 60
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://{config.host}:{port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(60)
        self.app.state.admission.close()
