"""The container backend when its containers or its engine go away, and what it leaves behind."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from assay.sandbox import ChannelClosed, Limits, Program, Sandbox, UsageError, open_sandbox
from assay.sandbox.docker import engine
from assay.sandbox.docker.backend import DockerSandbox

SLOW = Limits(cpu_seconds=30, wall_seconds=60)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    try:
        opened = open_sandbox("docker", workers=1, check=False)
    except UsageError as problem:
        pytest.skip(str(problem))
    with opened:
        yield opened


def _ours(client: Any) -> list[str]:
    mark = {"label": f"{engine.OWNER}={engine.owner_mark(os.getpid())}"}
    return [found["Id"] for found in client.api.containers(all=True, filters=mark)]


def _container(sandbox: Sandbox) -> Any:
    assert isinstance(sandbox, DockerSandbox)
    (server,) = sandbox._idle[()]
    return server._container


def test_a_container_killed_in_the_middle_is_replaced(sandbox: Sandbox) -> None:
    container = _container(sandbox)
    threading.Timer(0.5, container.kill).start()
    outcome = sandbox.run(Program("import time; time.sleep(1.5); print(1)"), SLOW)
    assert (outcome.status, outcome.stdout) == ("ok", "1\n")


def test_a_channel_whose_container_dies_says_that_it_was_us(sandbox: Sandbox) -> None:
    container = _container(sandbox)
    with sandbox.open_channel(
        Program("import time\nserve(lambda q: time.sleep(30))"), SLOW
    ) as channel:
        threading.Timer(0.5, container.kill).start()
        with pytest.raises(ChannelClosed) as caught:
            channel.ask(b"?")
    assert caught.value.outcome.status == "sandbox_error"


def test_orphans_are_swept_at_the_next_start(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = engine.connect()
    mark = engine.owner_mark(os.getpid()).rsplit("/", 1)[0] + "/0"  # this pid, begun at the boot
    monkeypatch.setattr(engine, "owner_mark", lambda _: mark)
    shape = engine.ContainerShape(memory_mb=128, processes=8, files_mb=1, inodes=64)
    image = engine.find_image(client)
    orphan = engine.start(client, image, shape, None, engine.Abilities(cpu=False))
    monkeypatch.undo()
    try:
        assert engine.sweep(client) >= 1
        assert orphan.id not in [found["Id"] for found in client.api.containers(all=True)]
        assert _container(sandbox).id in _ours(client)
    finally:
        client.close()


class Door:
    """A proxy in front of the engine's socket that can be closed in the middle of a run."""

    def __init__(self, path: Path, behind: str) -> None:
        self._behind = behind
        self._held: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._behind)
                self._held += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(65536):
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)

    def shut(self) -> None:
        """Refuses new connections and closes the open ones."""
        for held in [self._listener, *self._held]:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
            held.close()


def test_an_engine_that_stops_in_the_middle_of_a_run(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        pytest.skip("the engine is not behind a Unix socket")
    door = Door(tmp_path / "s", host.removeprefix("unix://"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/s")
    opened = open_sandbox("docker", workers=1, check=False)
    monkeypatch.undo()
    try:
        threading.Timer(0.5, door.shut).start()
        outcome = opened.run(Program("import time; time.sleep(30)"), SLOW)
        assert outcome.status == "sandbox_error"
        assert "\n" not in outcome.reason
    finally:
        opened.close()
