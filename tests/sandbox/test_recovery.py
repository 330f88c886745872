"""What is killed, starved or refused from outside: a named outcome, and nothing left behind."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from assay.sandbox import (
    ChannelClosed,
    Limits,
    Outcome,
    Program,
    Sandbox,
    UsageError,
    open_sandbox,
    outcomes,
    pool,
    pooled_channel,
)
from assay.sandbox.forkserver import client, kernel, namespaces
from assay.sandbox.forkserver.protocol import Ending, ServerGoneError
from assay.sandbox.host_observer import descendants
from assay.sandbox.process import backend

PATIENT = Limits(cpu_seconds=30, wall_seconds=60)


def _gone(pids: set[int], seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def alone() -> Sandbox:
    try:
        return open_sandbox("process", workers=1)
    except UsageError as problem:
        pytest.skip(str(problem))


def _server(sandbox: Sandbox) -> backend.LocalServer:
    assert isinstance(sandbox, backend.ProcessSandbox)
    (server,) = sandbox._idle[()]
    assert isinstance(server, backend.LocalServer)
    return server


def test_closing_leaves_no_process_and_no_descriptor(alone: Sandbox) -> None:
    with alone as sandbox:
        below = descendants(_server(sandbox).pid)
        assert sandbox.run(Program("print(1)")).status == "ok"
        held = len(os.listdir("/proc/self/fd"))
        for source in ("print(1)", "1/0", "open('x', 'w')", "import os; os.abort()"):
            sandbox.run(Program(source))
        assert len(os.listdir("/proc/self/fd")) == held
    assert _gone(below)


@pytest.mark.parametrize("which", ["server", "zygote"])
def test_a_server_killed_between_runs_is_replaced(alone: Sandbox, which: str) -> None:
    with alone as sandbox:
        server = _server(sandbox)
        below = descendants(server.pid)
        os.kill(server.pid if which == "server" else min(below), signal.SIGKILL)
        assert sandbox.run(Program("print(1)")).stdout == "1\n"
        assert _gone(below)


def test_a_server_killed_in_the_middle_of_a_run(alone: Sandbox) -> None:
    with alone as sandbox:
        server = _server(sandbox)
        below = descendants(server.pid)
        threading.Timer(0.3, os.kill, (server.pid, signal.SIGKILL)).start()
        outcome = sandbox.run(Program("import time; time.sleep(1); print(1)"), PATIENT)
        assert (outcome.status, outcome.stdout) == ("ok", "1\n")  # run again by another server
        assert _gone(below)


def test_a_child_killed_while_it_waits_is_replaced(alone: Sandbox) -> None:
    with alone as sandbox:
        assert sandbox.run(Program("print(1)")).status == "ok"
        server = _server(sandbox)
        for _ in range(3):
            for pid in descendants(server.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert sandbox.run(Program("print(2)")).stdout == "2\n"


def test_a_run_that_never_began_is_tried_again(
    alone: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = pool.outcomes.conclude, []

    def conclude(*arguments: object) -> Outcome:
        seen.append(arguments)
        return pool.outcomes.failure("killed") if len(seen) == 1 else real(*arguments)  # type: ignore[arg-type]

    with alone as sandbox:
        first = _server(sandbox)
        monkeypatch.setattr(pool.outcomes, "conclude", conclude)
        assert sandbox.run(Program("print(1)")).stdout == "1\n"
        assert not first.alive()
        seen.clear()
        monkeypatch.setattr(pool.outcomes, "conclude", lambda *_: pool.outcomes.failure("why"))
        outcome = sandbox.run(Program("print(1)"))
        assert (outcome.status, outcome.reason) == ("sandbox_error", "why")


_HARNESS = """
import sys
from assay.sandbox import Limits, Program, open_sandbox
with open_sandbox("process", workers=2, check=False) as sandbox:
    print("up", flush=True)
    source = "import time\\nwhile True: time.sleep(1)"
    sandbox.run_many([Program(source)] * 2, Limits(wall_seconds=600))
"""


def test_killing_the_harness_takes_everything_with_it(alone: Sandbox) -> None:
    alone.close()
    harness = subprocess.Popen([sys.executable, "-c", _HARNESS], stdout=subprocess.PIPE)
    assert harness.stdout is not None
    assert harness.stdout.readline() == b"up\n"
    deadline = time.monotonic() + 60
    while len(descendants(harness.pid)) < 8 and time.monotonic() < deadline:
        time.sleep(0.05)  # both programs and what belongs to them
    below = descendants(harness.pid)
    assert len(below) >= 8
    harness.kill()
    harness.wait()
    harness.stdout.close()
    assert _gone(below)


def test_killing_the_harness_while_it_starts_leaves_nothing(alone: Sandbox) -> None:
    alone.close()
    for delay in (0.5, 0.8):
        harness = subprocess.Popen([sys.executable, "-c", _HARNESS], stdout=subprocess.DEVNULL)
        time.sleep(delay)
        below = descendants(harness.pid)
        harness.kill()
        harness.wait()
        assert _gone(below)


_REFUSED = """
import json, os, sys
sys.path.append(sys.argv.pop())
from forkserver import kernel, server
real = kernel.unshare
def unshare(flags, what="unshare"):
    if flags & {flag}:
        raise kernel.KernelError(1, what + ": Operation not permitted")
    real(flags, what)
kernel.unshare = unshare
server.main()
"""


@pytest.mark.parametrize(
    ("flag", "said"),
    [("0x10000000", "user namespace"), ("0x00020000", "mount namespace|minimal root")],
)
def test_without_namespaces_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, flag: str, said: str
) -> None:
    real = client._command

    def command(control: int, harness: int) -> list[str]:
        made = real(control, harness)
        made[made.index("-c") + 1] = _REFUSED.format(flag=flag)
        return made

    monkeypatch.setattr(client, "_command", command)
    with pytest.raises(UsageError, match=said) as caught:
        open_sandbox("process", level="namespaces", workers=1)
    assert "\n" not in str(caught.value)
    with open_sandbox("process", workers=1) as sandbox:  # the next level takes over, and says why
        assert sandbox.isolation == "landlock"
        assert sandbox.isolation.reasons == {"namespaces": str(caught.value)}


def test_root_without_capabilities_takes_the_ordinary_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not namespaces.is_privileged()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    held = "CapEff:\t0000000000000000\n"
    (tmp_path / "status").write_text(held)
    real = open
    monkeypatch.setattr("builtins.open", lambda *a, **k: real(tmp_path / "status"))
    assert not namespaces.is_privileged()


def test_a_server_that_does_not_come_up_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        client, "_command", lambda *_: [sys.executable, "-c", "raise SystemExit('no such luck')"]
    )
    with pytest.raises(ServerGoneError, match="no such luck"):
        client.ForkServerClient({})


def test_a_library_with_threads_is_refused(
    alone: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "threaded_7261.py").write_text(
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    with alone as sandbox, pytest.raises(UsageError, match="starts threads"):
        sandbox.run(Program("", preload=("threaded_7261",)))


def test_nothing_in_the_folder_reaches_the_next_run(sandbox: Sandbox) -> None:
    """Contents, modes, times, and files that never had a name."""
    look = "import os; s = os.stat('.'); print(os.listdir('.'), oct(s.st_mode & 0o777), s.st_mtime)"
    sandbox.run(Program("print()"))
    for source in (
        "open('x', 'w').write('y')",
        "import os; os.utime('.', (86400, 86400))",
        "import os; os.chmod('.', 0)",
        "import os; os.makedirs('a/b/c'); os.chmod('a', 0)",
        "import os; os.close(os.open('.', os.O_TMPFILE | os.O_RDWR))",
    ):
        sandbox.run(Program(source))
        seen = sandbox.run(Program(look)).stdout
        assert seen.startswith("[] 0o")
        assert " 0o0 " not in seen
        assert "86400.0" not in seen


def test_limits_may_differ_from_run_to_run(sandbox: Sandbox) -> None:
    for megabytes, fits in ((1, False), (8, True), (1, False), (8, True)):
        limits = Limits(files_mb=megabytes, memory_mb=256 + megabytes, open_files=16 + megabytes)
        outcome = sandbox.run(Program("open('x', 'wb').write(bytes(4 << 20))"), limits)
        assert (outcome.status == "ok") is fits, outcome


def _maps(pid: int) -> list[str]:
    """The mappings of a process; none where it has just ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/maps").read_text().splitlines()
    return []


REWRITES_THE_CONFINEMENT = """
import ctypes, sys
libc = ctypes.CDLL(None)
frame = sys._getframe()
while frame:
    for held in list(frame.f_locals.values()):
        runner = getattr(getattr(held, "_batch", held), "_runner", None)
        if runner is not None:
            page = ctypes.cast(runner, ctypes.c_void_p).value
            libc.mprotect(ctypes.c_void_p(page), ctypes.c_size_t(4096), 3)
            ctypes.memset(page, 0xCC, 64)
            print("written")
    frame = frame.f_back
"""


def test_a_program_cannot_rewrite_the_confinement_of_the_next(alone: Sandbox) -> None:
    with alone as sandbox:
        server = _server(sandbox)
        first = sandbox.run(Program(REWRITES_THE_CONFINEMENT))
        assert "written" in first.stdout or kernel.MACHINE != "x86_64", first
        for _ in range(4):
            assert sandbox.run(Program("print(1)")).stdout == "1\n"
        assert _server(sandbox) is server  # which forked all of them


def test_no_memory_that_can_be_written_is_shared_between_programs(alone: Sandbox) -> None:
    with alone as sandbox:
        for source in ("print(1)", "open('x', 'w')", "print(2)"):
            sandbox.run(Program(source), PATIENT)
        seen = 0
        for pid in descendants(_server(sandbox).pid):
            for line in _maps(pid):
                seen += 1
                _, rights, _, _, _, *name = line.split(None, 5)
                on_disk = bool(name) and Path(name[0].strip()).is_file()
                assert rights[3] == "p" or (on_disk and "w" not in rights), line
        assert seen > 50


def test_new_folders_and_limits_leave_nothing_in_the_server(alone: Sandbox) -> None:
    def mappings() -> int:
        """Of the largest process of the server, which is the one that forks."""
        below = descendants(_server(alone).pid)
        return max(len(_maps(pid)) for pid in below)

    def renew() -> None:
        for number in range(40):
            limits = Limits(memory_mb=100 + number, cpu_seconds=5)
            assert alone.run(Program("open('x', 'w').write('1')"), limits).status == "ok"

    with alone:
        renew()
        before = mappings()
        renew()
        assert mappings() <= before + 4


ANSWER = "serve(lambda question: question)"


def test_closing_the_sandbox_ends_what_runs_in_other_threads() -> None:
    sandbox = open_sandbox("process", workers=2)
    found: list[object] = []

    def sleep() -> None:
        try:
            found.append(sandbox.run(Program("import time; time.sleep(300)")).status)
        except UsageError as problem:
            found.append(str(problem))

    channel = sandbox.open_channel(Program(ANSWER))
    assert channel.ask(b"1") == b"1"
    thread = threading.Thread(target=sleep, daemon=True)
    thread.start()
    time.sleep(0.5)
    sandbox.close()
    thread.join(30)
    assert not thread.is_alive()
    assert len(found) == 1
    assert channel.close().status == "sandbox_error"


def test_a_forked_process_leaves_the_channels_of_its_parent_alone() -> None:
    with open_sandbox("process", workers=2) as sandbox:
        channel = sandbox.open_channel(Program(ANSWER))
        leaving = sandbox.open_channel(Program(ANSWER))
        assert channel.ask(b"1") == leaving.ask(b"1") == b"1"
        leaving.discard()
        pid = os.fork()
        if pid == 0:
            good = False
            try:
                try:
                    channel.ask(b"2")
                except ChannelClosed as error:
                    good = "forked" in str(error)
                good = good and sandbox.run(Program("print(1)")).stdout == "1\n"
                channel.discard()
                good = good and sandbox.run(Program("print(1)")).stdout == "1\n"
                good = good and channel.close().status == "sandbox_error"
                sandbox.close()
            finally:
                os._exit(0 if good else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert channel.ask(b"3") == b"3"
        assert sandbox.run(Program("print(1)")).stdout == "1\n"


def test_a_channel_that_nobody_closed_is_reaped_wherever_it_is_collected() -> None:
    with open_sandbox("process", workers=2) as sandbox:
        sandbox.run(Program("print(1)"))
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(6):
            channel = sandbox.open_channel(Program(ANSWER))
            assert channel.ask(b"1") == b"1"
            channel.itself = channel
            del channel
            with sandbox._lock:  # in the middle of the pool's own work
                gc.collect()
        assert sandbox.run(Program("print(1)")).stdout == "1\n"
        assert not sandbox._busy
        assert len(os.listdir("/proc/self/fd")) <= before + 4


def test_a_program_that_was_ended_before_it_started_is_no_failure_of_the_sandbox() -> None:
    ending = Ending(status=9, why="closed", report="")
    assert outcomes.conclude(ending, Limits(), False).status == "ok"
    ending = Ending(status=9, why="", report="")
    assert outcomes.conclude(ending, Limits(), False).status == "sandbox_error"


def test_a_sandbox_that_is_closed_while_a_server_starts_keeps_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sandbox = open_sandbox("process", workers=1)
    start, started = sandbox._start_server, []

    def close_meanwhile(preload: tuple[str, ...]) -> backend.LocalServer:
        started.append(start(preload))
        sandbox.close()
        return started[0]

    monkeypatch.setattr(sandbox, "_start_server", close_meanwhile)
    for server in sandbox._idle.pop((), []):
        server.close()
    with pytest.raises(UsageError, match="closed"):
        sandbox.open_channel(Program(ANSWER))
    assert not sandbox._busy
    assert not started[0].alive()


def test_the_memory_killer_is_not_reported_to_the_next_run() -> None:
    struck = [True]

    class Server:
        def out_of_memory(self) -> bool:
            return bool(struck) and struck.pop()

    assert not pooled_channel.killed_for_memory(Ending(status=9, why="closed"), Server())
    assert not pooled_channel.killed_for_memory(Ending(status=9), Server())
    struck.append(True)
    assert pooled_channel.killed_for_memory(Ending(status=9), Server())


def test_a_server_outside_a_container_empties_no_folder(tmp_path: Path) -> None:
    """In a container a server empties /tmp after every run; where files are in it, it refuses."""
    if not str(tmp_path).startswith("/tmp/"):
        pytest.skip("the folder for temporary files is not /tmp")
    (tmp_path / "kept").write_text("x")
    settings = {"level": "container", "required": []}
    with pytest.raises(ServerGoneError, match="/tmp holds files"):
        client.ForkServerClient(settings)
    assert (tmp_path / "kept").exists()
