"""The docker backend beyond Docker's own engine and runtime: podman's service, gVisor's kernel."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from assay.sandbox import Limits, Program, Sandbox, UsageError, open_sandbox
from assay.sandbox.canaries import canaries
from assay.sandbox.docker import engine, image

PATIENT = Limits(cpu_seconds=1, wall_seconds=60, memory_mb=128)
ENDINGS = {
    "print(6 * 7)": ("ok", ""),
    "while True: pass": ("timeout", "cpu_seconds=1"),
    "x = bytearray(1 << 28)": ("memory", "memory_mb=128"),
    "import os; os.abort()": ("signal", "SIGABRT"),
    "import os; os.kill(os.getpid(), 9)": ("signal", "SIGKILL"),
    "import os; os.fork()": ("nonzero_exit", "forbids"),
    "import socket; socket.socket()": ("nonzero_exit", "forbids"),
}


def _holds(sandbox: Sandbox) -> None:
    assert [check for check in canaries(sandbox) if not check.passed] == []
    for source, (status, said) in ENDINGS.items():
        outcome = sandbox.run(Program(source), PATIENT)
        assert outcome.status == status, outcome
        assert said in outcome.reason
    sandbox.run(Program("open('left', 'w').write('x')"))
    assert sandbox.run(Program("import os; print(os.listdir('.'))")).stdout == "[]\n"
    with sandbox.open_channel(Program("serve(bytes.upper)")) as channel:
        assert channel.ask(b"abc") == b"ABC"


def test_gvisor_is_a_runtime_like_another() -> None:
    try:
        sandbox = open_sandbox("docker", workers=1, runtime="runsc", check=False)
    except UsageError as absent:
        pytest.skip(str(absent))
    with sandbox:
        assert sandbox.isolation.mechanisms["runtime"] == "runsc"
        _holds(sandbox)


@pytest.fixture
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Podman's service in namespaces of its own, with an image made of this Python."""
    if shutil.which("podman") is None or os.geteuid() != 0:
        pytest.skip("podman is not installed (apt-get install podman), or we are not root")
    if shutil.which("runc") is None:
        pytest.skip("runc is not installed: crun refuses hybrid cgroups")
    folder = tmp_path_factory.mktemp("podman")
    host = f"unix://{folder}/socket"
    start = (
        f"ip link set lo up; exec podman --root {folder}/root --runroot {folder}/run "
        "--runtime runc --cgroup-manager cgroupfs --events-backend file "
        f"system service --time=0 {host}"
    )
    command = ["unshare", "--net", "--mount", "--propagation", "slave", "sh", "-c", start]
    with open(folder / "log", "wb") as log:
        service = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DOCKER_HOST", host)
            _await(folder / "log", service)
            image.build_from_host()
            yield host
    finally:
        service.terminate()
        service.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await(log: Path, service: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            engine.connect().close()
        except UsageError:
            if service.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"podman's service does not start here: {log.read_text()[-300:]}")
            time.sleep(0.2)
        else:
            return


def test_podman_is_an_engine_like_another(podman: str) -> None:
    try:
        sandbox = open_sandbox("docker", workers=2, check=False)
    except UsageError as absent:
        pytest.skip(f"no container starts under podman here: {absent}")
    with sandbox:
        assert sandbox.isolation.mechanisms["inode limit"]
        _holds(sandbox)
    client = engine.connect()
    try:
        deadline = time.monotonic() + 30
        while client.api.containers(all=True) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert client.api.containers(all=True) == []
    finally:
        client.close()
