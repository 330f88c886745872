"""A hub out of reach costs one attempt and one line, then nothing for the rest of the process."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from assay.tasks import hub

TWICE = """
import contextlib, sys
{before}
from assay.sandbox.errors import UsageError
from assay.tasks import sources
for _ in range(2):
    try:
        sources.from_hub("amc", "math-ai/no-such-dataset", "test")
    except UsageError as mistake:
        print(mistake)
print("imported" if "datasets" in sys.modules else "not imported")
"""


class ClosingServer:
    """Accepts connections, counts them and closes each at once."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[ClosingServer]:
    server = ClosingServer()
    yield server
    server.close()


def _run(url: str, cache: object, before: str = "", **environment: str) -> tuple[list[str], str]:
    kept = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"}
    done = subprocess.run(
        [sys.executable, "-c", TWICE.format(before=before)],
        env=kept | {"HF_ENDPOINT": url, "HF_HOME": str(cache), "no_proxy": "*"} | environment,
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    return done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize("before", ["", "import datasets, huggingface_hub"])
def test_one_attempt_and_one_line_each(
    server: ClosingServer, tmp_path: object, before: str
) -> None:
    lines, noise = _run(server.url, tmp_path, before)
    assert server.connections == 1
    assert lines.pop() == ("imported" if before else "not imported")  # it could load nothing
    assert len(lines) == 2
    for line in lines:
        assert f"{server.url} cannot be reached" in line
        assert "point --data-dir" in line
    assert "Retry" not in noise


def test_offline_mode_asks_nobody(server: ClosingServer, tmp_path: object) -> None:
    lines, _ = _run(server.url, tmp_path, HF_HUB_OFFLINE="1")
    assert server.connections == 0
    assert all("HF_HUB_OFFLINE is set" in line for line in lines[:2])


def test_a_refused_connection_is_out_of_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert hub._ask(f"http://127.0.0.1:{port}") is not None


def test_an_address_that_is_none_is_out_of_reach() -> None:
    assert hub._ask("no-scheme") is not None
