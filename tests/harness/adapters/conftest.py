"""What several adapters' tests need."""

from collections.abc import Iterator

import pytest
from assay.harness.checking import local
from assay.harness.server import ServerConfig

from .serving import RunningServer, Serve


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server when asked for, and stop it afterwards; it checks in this process."""
    running: list[RunningServer] = []

    def start() -> str:
        running.append(RunningServer(ServerConfig(workers=1)))
        return running[-1].url

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def checks_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks are made in threads of this process, so that a test may replace what checks."""
    monkeypatch.setattr(local, "sendable", lambda check: None)
