"""The way without machine code, run by an aarch64 interpreter, natively or under qemu-user.

ASSAY_AARCH64_PYTHON names one, with its emulator if it needs one:
"qemu-aarch64 -L ROOT ROOT/usr/bin/python3.11", where ROOT holds Debian's arm64 packages of
python3.11-minimal and the libraries that it depends on (apt-get download, dpkg-deb -x), outside
/tmp, over which the test mounts an empty one. Needs root.
qemu-user has no seccomp(2) and no namespaces; everything else of a run is real.
"""

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from assay.sandbox import Limits, outcomes, requests
from assay.sandbox.forkserver import client
from assay.sandbox.forkserver.protocol import RunRequest
from assay.sandbox.types import Outcome, Program

PYTHON = shlex.split(os.environ.get("ASSAY_AARCH64_PYTHON", ""))
PACKAGE = str(Path(client.__file__).resolve().parents[1])
pytestmark = pytest.mark.skipif(not PYTHON, reason="ASSAY_AARCH64_PYTHON names no interpreter")

LISTS = """
import ctypes, errno, os, socket, sys
sys.path.append(sys.argv[1])
from forkserver import batch, kernel, seccomp
assert kernel.MACHINE == "aarch64" and not batch.has_machine_code()
read, write = os.pipe()
calls = batch.SyscallBatch()
for number in (200, 201):
    calls.add("dup3", write, number)
calls.add("close", 201)
assert calls.close().run() == ("", 0)
assert os.write(200, b"a") == 1 and os.read(read, 9) == b"a"
calls = batch.SyscallBatch()
calls.add("close", 555, rule=batch.MAY_FAIL)
calls.add("chdir", calls.hold(ctypes.create_string_buffer(b"/nonexistent")))
calls.add("close", read)
assert calls.close().run() == ("chdir", errno.ENOENT)
calls = batch.SyscallBatch()
calls.add("close", write, rule=batch.MUST_BE_POSITIVE)
assert calls.close().run() == ("close", 0)
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
calls = batch.SyscallBatch()
inbox = batch.Inbox(calls, 8, 2)
inbox.receive(calls, theirs.fileno())
socket.send_fds(ours, [b"12345678"], [0, 1])
assert calls.close().run() == ("", 0)
assert inbox.text()[:8] == b"12345678" and len(inbox.descriptors()) == 2
print("done")
"""


WITHOUT_SECCOMP = (
    "import sys; sys.path.append(sys.argv.pop()); from forkserver import isolation, server; "
    "isolation.Isolation._ready_filter = lambda self: None; server.main()"
)
MOUNT = 'mount -t tmpfs tmpfs /tmp && exec "$@"'
OWN_TMP = ["unshare", "--mount", "--propagation", "private", "sh", "-c", MOUNT, "sh"]


def test_lists_of_calls_are_made_by_the_loop() -> None:
    command = [*PYTHON, "-S", "-B", "-c", LISTS, PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60)
    assert done.stdout == "done\n", done.stderr


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [
        ("import platform; print(platform.machine())", "ok", "aarch64"),
        ("print(sum(range(10**5)))", "ok", "4999950000"),
        ("1 / 0", "nonzero_exit", ""),
        ("while True: pass", "timeout", ""),
        ("import sys; print(sys.stdin.read() * 2)", "ok", "inin"),
    ],
)
def test_a_server_runs_programs(
    monkeypatch: pytest.MonkeyPatch, source: str, status: str, said: str
) -> None:
    real = client._command

    def command(control: int, harness: int) -> list[str]:
        made = [*OWN_TMP, *PYTHON, *real(control, harness)[1:]]
        made[made.index("-c", len(OWN_TMP)) + 1] = WITHOUT_SECCOMP
        return made

    monkeypatch.setattr(client, "_command", command)
    nothing: dict[str, list[str]] = {"folders": [], "files": [], "packages": [], "zones": []}
    server = client.ForkServerClient(
        {"rootfs": nothing, "site": [], "preload": [], "allow_unsafe": True, "contained": True}
    )
    try:
        for _ in range(2):  # the second one is the spare child
            limits = Limits(cpu_seconds=2, wall_seconds=30, memory_mb=4000, processes=1000)
            request = requests.encode_request(Program(source, stdin="in"), limits)
            assert isinstance(request, RunRequest)
            ending = server.start(request, channel=False).finish()
            outcome: Outcome = outcomes.conclude(ending, limits, False)
            assert outcome.status == status, outcome
            assert said in outcome.stdout
    finally:
        server.close()
