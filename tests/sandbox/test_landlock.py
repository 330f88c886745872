"""The level `landlock`: hostile programs of its own, at every version of Landlock; its limits."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from assay.sandbox import Limits, Program, Sandbox, UsageError, open_sandbox
from assay.sandbox.attacks import Attack
from assay.sandbox.canaries import canaries
from assay.sandbox.doctor import run_attack
from assay.sandbox.forkserver import landlock
from assay.sandbox.host_observer import HostObserver, descendants
from assay.sandbox.landlock_attacks import LANDLOCK_ATTACKS
from assay.sandbox.process.backend import ProcessOptions, ProcessSandbox

GOLD = "gold-answer"
HOSTILE = Limits(cpu_seconds=1, wall_seconds=5, memory_mb=256, files_mb=4, processes=8)


def opened(abi: int | None = None) -> ProcessSandbox:
    try:
        newest = landlock.abi_version()
        if abi is not None and abi > newest:
            pytest.skip(f"this kernel has version {newest} of Landlock")
        return ProcessSandbox(1, ProcessOptions("landlock", landlock_abi=abi))
    except OSError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="module", params=[1, 2, 3, 4, 5, 6])
def box(request: pytest.FixtureRequest) -> Iterator[ProcessSandbox]:
    with opened(request.param) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def observer() -> Iterator[HostObserver]:
    with HostObserver() as watching:
        yield watching


def test_there_are_enough_attacks() -> None:
    assert len(LANDLOCK_ATTACKS) >= 100
    assert len({attack.name for attack in LANDLOCK_ATTACKS}) == len(LANDLOCK_ATTACKS)


@pytest.mark.parametrize("attack", LANDLOCK_ATTACKS, ids=lambda one: one.name.replace(" ", "-"))
def test_no_attack_does_harm(box: ProcessSandbox, observer: HostObserver, attack: Attack) -> None:
    check = run_attack(box, attack, observer)
    assert check.passed, check.said


def test_the_canaries_hold(box: ProcessSandbox) -> None:
    assert [check for check in canaries(box) if not check.passed] == []


@pytest.fixture(scope="module")
def newest() -> Iterator[Sandbox]:
    with opened() as sandbox:
        yield sandbox


def test_a_program_finds_what_it_needs(newest: Sandbox) -> None:
    source = """
import hashlib, os, shutil, sqlite3, tempfile, threading, zoneinfo, importlib
importlib.invalidate_caches()
import xml.dom.minidom, csv, uuid
assert os.getcwd() == tempfile.gettempdir() == os.environ["TMPDIR"]
with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
    file.write(b"x"); file.flush()
    shutil.copy2(file.name, folder)
    os.mkdir("a"); os.mkdir("b"); open("a/f", "w").close(); os.rename("a/f", "b/f")
os.chmod("b/f", 0o640); assert os.stat("b/f").st_mode & 0o777 == 0o640
os.utime("b/f", (5, 7)); assert (os.stat("b/f").st_atime, os.stat("b/f").st_mtime) == (5, 7)
os.truncate("b/f", 10); assert os.path.getsize("b/f") == 10
os.symlink("b", "l"); os.chmod("l/f", 0o600); assert os.stat("b/f").st_mode & 0o777 == 0o600
os.chdir("b"); os.chmod("f", 0o644); os.fchmod(os.open("f", os.O_RDONLY), 0o600)
with open("f", "r+b") as f: os.posix_fallocate(f.fileno(), 0, 9999)
assert os.path.getsize("f") == 9999
sqlite3.connect("x.db").execute("create table t(x)")
zoneinfo.ZoneInfo("Asia/Tokyo")
print("fine")
"""
    outcome = newest.run(Program(source))
    assert outcome.stdout == "fine\n", outcome.stderr


def test_old_kernels_only_move_no_files_between_folders() -> None:
    source = "import os\nos.mkdir('a'); open('f', 'w').close(); os.rename('f', 'a/f'); print(1)"
    with opened(1) as first, opened(2) as second:
        assert "Invalid cross-device link" in first.run(Program(source)).reason
        assert second.run(Program(source)).stdout == "1\n"


def test_the_limits_say_what_was_exceeded(newest: Sandbox) -> None:
    write = (
        "import time\n"
        "for n in range(9):\n"
        "    with open(str(n), 'wb') as file: file.write(bytes(1 << 20))\n"
        "    time.sleep(0.05)\n"
    )
    full = newest.run(Program(write), HOSTILE)
    assert full.status == "nonzero_exit", full
    assert "files_mb=4: a file grew too large" in full.reason
    many = newest.run(Program("import os\nfor n in range(10**5): os.mkdir(str(n))"), HOSTILE)
    assert (many.status, many.reason) == ("nonzero_exit", "files_mb=4: the private folder is full")
    start = (
        "import os, threading, time\n"
        "try:\n"
        "    for n in range(9):\n"
        "        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
        "except RuntimeError as full: print(n, full, flush=True)\n"
        "os._exit(0)"
    )
    crowded = newest.run(Program(start), Limits(cpu_seconds=1, wall_seconds=20, processes=4))
    assert crowded.stdout == "3 can't start new thread\n", crowded


def test_threads_end_and_make_room(newest: Sandbox) -> None:
    source = (
        "import threading\n"
        "for _ in range(50):\n"
        "    t = threading.Thread(target=int); t.start(); t.join()\n"
        "print('fine')"
    )
    assert newest.run(Program(source), HOSTILE).stdout == "fine\n"


def test_nothing_is_left_by_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with opened() as sandbox:
        sandbox.run(Program("open('f', 'w').close()"))
        assert len(os.listdir(tmp_path)) == 1
    assert os.listdir(tmp_path) == []


_HOLD = """
import os, sys, time
from assay.sandbox import Limits, Program, open_sandbox
sandbox = open_sandbox("process", level="landlock", workers=1, check=False)
print(os.getpid(), *sandbox._idle[()][0]._server._process.args[-3:], flush=True)
sandbox.run(Program("import time\\nopen('f', 'w').close()\\nwhile True: time.sleep(1)"),
            Limits(cpu_seconds=60, wall_seconds=60))
"""


def _gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{pid}") for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("victim", ["harness", "server"])
def test_a_killed_process_takes_the_program_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, victim: str
) -> None:
    opened().close()  # skips where the level does not stand
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    harness = subprocess.Popen([sys.executable, "-c", _HOLD], stdout=subprocess.PIPE, text=True)
    assert harness.stdout is not None
    harness.stdout.readline()
    deadline = time.monotonic() + 20
    while not any(Path(tmp_path).glob("*/work/f")) and time.monotonic() < deadline:
        time.sleep(0.05)
    below = descendants(harness.pid)
    assert len(below) >= 3
    if victim == "harness":
        os.kill(harness.pid, signal.SIGKILL)
        harness.wait()
        assert _gone(below)
        assert os.listdir(tmp_path) == []
    else:
        server = min(below)
        os.kill(server, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while below - {server} & descendants(harness.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        harness.kill()
        harness.wait()
        assert _gone(below)


def test_what_a_killed_server_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with opened() as sandbox:
        (server,) = sandbox._idle[()]
        (left,) = os.listdir(tmp_path)
        os.kill(server.pid, signal.SIGKILL)
        server._server._process.wait()
        assert os.listdir(tmp_path) == [left]
        real = time.time
        later = "import time; real = time.time; time.time = lambda: real() + 3600; "
        code = later + (
            "from assay.sandbox.forkserver.workdir import PrivateFolder; "
            f"PrivateFolder([{str(tmp_path)!r}]).close()"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        assert os.listdir(tmp_path) == []
        assert real() > 0


def test_without_a_folder_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from assay.sandbox.process import backend

    monkeypatch.setattr(backend, "_folders", lambda: ["/proc", "/no/such/folder"])
    with pytest.raises(UsageError, match="no folder for programs to work in") as caught:
        open_sandbox("process", level="landlock", workers=1)
    assert "\n" not in str(caught.value)


def test_less_isolation_never_opens_the_callers_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is accepted: a program that looks for golds finds none."""
    from assay.sandbox.forkserver import client

    real = client._command

    def command(control: int, harness: int) -> list[str]:
        made = real(control, harness)
        made[made.index("-c") + 1] = (
            "import sys; sys.path.append(sys.argv.pop()); "
            "from forkserver import call_gate, kernel, server\n"
            "def refused(*_): raise OSError(1, 'refused')\n"
            "kernel.unshare = call_gate.prove = refused\n"
            "server.main()"
        )
        return made

    monkeypatch.setattr(client, "_command", command)
    with pytest.raises(UsageError, match="questions to the server"):
        open_sandbox("process", workers=1)
    (tmp_path / "gold.json").write_text(GOLD)
    with open_sandbox("process", workers=1, allow_unsafe=True) as sandbox:
        assert sandbox.isolation == "unsafe"
        assert "refused" in sandbox.isolation.mechanisms["questions to the server"]
        outcome = sandbox.run(Program(f"print(open({str(tmp_path / 'gold.json')!r}).read())"))
        assert GOLD not in outcome.stdout
        assert "PermissionError" in outcome.stderr
