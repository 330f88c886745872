"""Where programs are forked from: the zygote, or the server where a machine cannot have one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from assay.sandbox import Limits, Outcome, Program, Sandbox, UsageError
from assay.sandbox.forkserver import batch, kernel, siblings, zygote
from assay.sandbox.host_observer import descendants
from assay.sandbox.process import backend

ENDS_BY_ITSELF = "import signal; signal.raise_signal(signal.SIGTERM)"


def _open(machine_code: bool = True) -> Sandbox:
    """A sandbox that keeps its spare child for as long as a test may take."""
    options = backend.ProcessOptions(machine_code=machine_code, spare_seconds=600)
    try:
        return backend.ProcessSandbox(1, options)
    except UsageError as problem:
        pytest.skip(str(problem))


@pytest.fixture
def with_zygote() -> Iterator[Sandbox]:
    with _open() as sandbox:
        sandbox.run(Program(""))
        if len(_children(sandbox)) < 3:
            pytest.skip(f"no zygote on {kernel.MACHINE}")
        yield sandbox


@pytest.fixture
def without() -> Iterator[Sandbox]:
    """A sandbox whose servers run no machine code, as on a machine that has none."""
    with _open(machine_code=False) as sandbox:
        sandbox.run(Program(""))
        assert len(_children(sandbox)) == 2  # the spare child and the init of its namespace
        yield sandbox


@pytest.fixture(params=["with_zygote", "without"])
def either(request: pytest.FixtureRequest) -> Sandbox:
    sandbox: Sandbox = request.getfixturevalue(request.param)
    return sandbox


def _server(sandbox: Sandbox) -> backend.LocalServer:
    assert isinstance(sandbox, backend.ProcessSandbox)
    (server,) = sandbox._idle[()]
    assert isinstance(server, backend.LocalServer)
    return server


def _below(pid: int) -> list[int]:
    """The children of a process, the oldest first."""
    found = []
    for one in descendants(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        if int(fields[1]) == pid:
            found.append((int(fields[19]), one))
    return [one for _, one in sorted(found)]


def _children(sandbox: Sandbox) -> list[int]:
    return _below(_server(sandbox).pid)


def _alike(outcome: Outcome) -> tuple[object, ...]:
    return outcome.status, outcome.stdout, outcome.exit_code


def test_programs_run_alike_from_either(either: Sandbox) -> None:
    for _ in range(3):
        assert either.run(Program("import os; print(os.getpid())")).stdout == "2\n"
    assert _alike(either.run(Program("print(x)", prelude="x = 5"))) == ("ok", "5\n", 0)
    assert either.run(Program("while True: pass"), Limits(cpu_seconds=0.2)).status == "timeout"
    assert either.run(Program("open('f', 'w')")).status == "ok"
    assert either.run(Program("import os; print(os.listdir())")).stdout == "[]\n"
    numbers = {
        either.run(Program("import random; print(random.random())")).stdout for _ in range(4)
    }
    assert len(numbers) == 4
    with either.open_channel(Program("serve(lambda question: question * 2)")) as channel:
        assert channel.ask(b"ab") == b"abab"


@pytest.mark.parametrize(
    "opens", ["open('/dev/null')", "os.pipe()", "[os.dup(0), os.dup(0)]; os.close(kept[0])"]
)
def test_a_prelude_may_leave_descriptors_open(either: Sandbox, opens: str) -> None:
    prelude = f"import os\nkept = {opens}\nx = 5"
    for _ in range(3):
        assert either.run(Program("print(x)", prelude=prelude)).stdout == "5\n"
        assert either.run(Program("print(1)")).stdout == "1\n"


def test_the_server_is_the_parent_of_every_program(with_zygote: Sandbox) -> None:
    server, (the_zygote, *_) = _server(with_zygote).pid, _children(with_zygote)
    with with_zygote.open_channel(Program("serve(lambda question: question)")) as channel:
        assert channel.ask(b"x") == b"x"
        assert _below(the_zygote) == []
        oldest, *others = _below(server)
        assert oldest == the_zygote
        assert len(others) == 4  # an init and a program, and two in stock


def test_libc_knows_the_number_of_a_program(either: Sandbox) -> None:
    (offset,) = siblings.holding_own_number()
    outcome = either.run(
        Program(
            "import ctypes\n"
            "record = ctypes.CDLL(None).pthread_self\n"
            "record.restype = ctypes.c_ulong\n"
            f"print(ctypes.c_int.from_address(record() + {offset}).value)"
        )
    )
    assert outcome.stdout == "2\n", outcome
    assert either.run(Program(ENDS_BY_ITSELF)).reason == "killed by SIGTERM"
    locks = "import threading\nlock = threading.RLock()\n" + (
        "def count():\n    for _ in range(1000):\n        with lock, lock: pass\n"
        "threads = [threading.Thread(target=count) for _ in range(3)]\n"
        "[t.start() for t in threads]; count(); [t.join() for t in threads]; print('done')"
    )
    assert either.run(Program(locks)).stdout == "done\n"


def test_a_zygote_that_is_killed_is_replaced_with_its_server(with_zygote: Sandbox) -> None:
    server = _server(with_zygote)
    os.kill(_children(with_zygote)[0], signal.SIGKILL)
    for _ in range(4):
        assert with_zygote.run(Program("print(1)")).stdout == "1\n"
    assert _server(with_zygote) is not server
    assert not server.alive()


def test_a_fork_that_fails_leaves_no_namespace_behind(with_zygote: Sandbox) -> None:
    group = _server(with_zygote)._group
    folders = {} if group is None else group._folders
    folder = folders.get("", folders.get("pids"))
    if folder is None:
        pytest.skip("no cgroup that counts processes")
    assert with_zygote.run(Program("print(1)")).status == "ok"
    before = len(_children(with_zygote))
    held = (folder / "pids.max").read_text()
    # Room for the init of a namespace, and none for a program in it.
    (folder / "pids.max").write_text(str(int((folder / "pids.current").read_text()) + 1))
    assert with_zygote.run(Program("print(2)")).stdout == "2\n"  # by the child in stock
    deadline = time.monotonic() + 20
    while len(_children(with_zygote)) != before - 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(_children(with_zygote)) == before - 2  # nothing in stock
    (folder / "pids.max").write_text(held)
    for _ in range(3):
        assert with_zygote.run(Program("print(3)")).stdout == "3\n"
    assert len(_children(with_zygote)) == before


def test_what_a_failed_fork_had_started_is_ended() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    seen = object.__new__(zygote.Zygote)
    seen._orders = ours
    started = []
    for _ in range(2):
        pid = os.fork()
        if pid == 0:
            time.sleep(60)
            os._exit(0)
        started.append(pid)
    theirs.send(zygote._FORM.pack(zygote._FAILED, *started) + b"setns: Operation not permitted")
    with pytest.raises(kernel.KernelError, match="setns"):
        seen._answer()
    for pid in started:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, 0)
    theirs.close()
    with pytest.raises(ConnectionError, match="gone"):
        seen._answer()
    ours.close()


def _gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_server_that_hangs_ends_with_its_sandbox(with_zygote: Sandbox) -> None:
    pid = _server(with_zygote).pid
    below = descendants(pid)
    os.kill(pid, signal.SIGSTOP)
    with_zygote.close()
    assert _gone(below | {pid})


HARNESS = """
import os, signal, sys, time
from assay.sandbox import open_sandbox
from assay.sandbox.host_observer import descendants
sandbox = open_sandbox("process", workers=1)
(server,) = sandbox._idle[()]
below = descendants(server.pid)
os.kill(server.pid, signal.SIGSTOP)
print(server.pid, *below, flush=True)
time.sleep(600)
"""


def test_a_server_that_hangs_ends_with_its_harness(with_zygote: Sandbox) -> None:
    with subprocess.Popen([sys.executable, "-c", HARNESS], stdout=subprocess.PIPE) as harness:
        assert harness.stdout is not None
        pids = {int(pid) for pid in harness.stdout.readline().split()}
        assert len(pids) > 2
        harness.kill()
    assert _gone(pids)


def test_machine_code_that_is_there_is_used() -> None:
    assert batch.has_machine_code() is (kernel.MACHINE == "x86_64")
