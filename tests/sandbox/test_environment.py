"""What a program finds around it: streams by path, time zones, processors, libraries."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from assay.sandbox import Limits, Program, Sandbox, UsageError, open_sandbox
from assay.sandbox.forkserver import client


@pytest.mark.parametrize(
    "source",
    [
        "print(open('/dev/stdin').read())",
        "with open('/dev/fd/0') as f: print(f.read())",
        "import pathlib; print(pathlib.Path('/dev/stdin').read_text())",
        "import io; print(io.open(b'/dev/stdin', 'rb').read().decode())",
        "import os; print(os.read(os.open('/dev/stdin', os.O_RDONLY), 99).decode())",
        "import fileinput; print(*fileinput.input('/dev/stdin'))",
        "import os, sys; assert os.path.exists('/dev/stdin'); print(sys.stdin.read())",
        "open('/dev/stdout', 'w').write(open(0).read() + '\\n')",
        "import os; os.write(os.open('/dev/fd/1', os.O_WRONLY), b'words\\n')",
        "class Reader:\n    op = open\nprint(Reader().op('/dev/stdin').read())",
    ],
)
def test_streams_can_be_opened_by_path(sandbox: Sandbox, source: str) -> None:
    outcome = sandbox.run(Program(source, stdin="words"))
    assert (outcome.status, outcome.stdout) == ("ok", "words\n"), outcome


@pytest.mark.parametrize("library", ["numpy", "pandas", "mpmath"])
def test_libraries_open_streams_by_path_too(library: str) -> None:
    pytest.importorskip(library)
    source = {
        "numpy": "import numpy as np\nprint(int(np.loadtxt('/dev/stdin').sum()))",
        "pandas": "import pandas as pd\nprint(pd.read_csv('/dev/stdin', header=None)[0].sum())",
        "mpmath": "import mpmath\nprint(int(sum(mpmath.mpf(x) for x in open('/dev/stdin'))))",
    }[library]
    with open_sandbox("process", workers=1) as sandbox:
        outcome = sandbox.run(Program(source, stdin="1\n2\n", preload=(library,)))
        assert outcome.stdout == "3\n", outcome


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("open('/dev/fd/77')", "OSError"),
        ("open('/dev/fd/x')", "FileNotFoundError"),
        ("open('/dev/nothing')", "FileNotFoundError"),
        ("open(None)", "TypeError"),
        ("import os; os.open(3.5, 0)", "TypeError"),
        ("import os; os.stat([])", "TypeError"),
        ("open('no such file')", "FileNotFoundError"),
    ],
)
def test_other_paths_fail_as_elsewhere(sandbox: Sandbox, source: str, error: str) -> None:
    outcome = sandbox.run(Program(source))
    assert outcome.stderr.rstrip().rpartition("\n")[2].startswith(error), outcome.stderr
    assert "forkserver" not in outcome.stderr


def test_files_work_as_elsewhere(sandbox: Sandbox) -> None:
    source = (
        "import os, shutil, tempfile\n"
        "open('a', 'w', encoding='utf-8').write('x')\n"
        "with open(os.open('a', os.O_RDONLY), closefd=True) as f: assert f.read() == 'x'\n"
        "folder = os.open('.', os.O_RDONLY)\n"
        "assert os.stat('a', dir_fd=folder).st_size == 1\n"
        "assert os.open in os.supports_dir_fd and os.stat in os.supports_follow_symlinks\n"
        "shutil.copy('a', 'b'); tempfile.TemporaryFile().write(b'1')\n"
        "os.makedirs('d/e'); shutil.rmtree('d'); print(sorted(os.listdir()))"
    )
    outcome = sandbox.run(Program(source))
    assert outcome.stdout == "['a', 'b']\n", outcome


def test_time_zones_are_known(sandbox: Sandbox) -> None:
    source = (
        "from datetime import datetime\nfrom zoneinfo import ZoneInfo\n"
        "there = datetime(2024, 7, 1, 12, tzinfo=ZoneInfo('America/New_York'))\n"
        "print(there.astimezone(ZoneInfo('Asia/Tokyo')).isoformat())"
    )
    assert sandbox.run(Program(source)).stdout == "2024-07-02T01:00:00+09:00\n"


def test_every_program_sees_the_same_processors(sandbox: Sandbox) -> None:
    source = (
        "import concurrent.futures as c, multiprocessing, os, threading, time\n"
        "with c.ThreadPoolExecutor() as pool:\n"
        "    list(pool.map(lambda _: time.sleep(0.01), range(40)))\n"
        "    threads = threading.active_count()\n"
        "print(os.cpu_count(), len(os.sched_getaffinity(0)), multiprocessing.cpu_count(), threads)"
    )
    assert sandbox.run(Program(source)).stdout == "2 2 2 7\n"


def test_a_library_may_lie_outside_of_site_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As PYTHONPATH or a .pth file puts it on the path; what lies beside it is not shown."""
    folder = tmp_path / "libraries"
    package = folder / "elsewhere_7261"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from . import part\nvalue = part.value\n")
    (package / "part.py").write_text("value = 42\n")
    (folder / "golds_7261.py").write_text("answer = 1\n")
    monkeypatch.syspath_prepend(str(folder))
    with open_sandbox("process", workers=1) as sandbox:
        program = Program("import elsewhere_7261 as e; print(e.value)", preload=("elsewhere_7261",))
        assert sandbox.run(program).stdout == "42\n"
        program = Program("import golds_7261", preload=("elsewhere_7261",))
        assert "ModuleNotFoundError" in sandbox.run(program).reason
        with pytest.raises(UsageError, match="nowhere_7261"):
            sandbox.run(Program("", preload=("nowhere_7261",)))


_PATCHED = """
import json, os, sys
sys.path.append(sys.argv.pop())
from forkserver import kernel, landlock, server
def absent():
    raise kernel.KernelError(38, "landlock: Function not implemented")
landlock.abi_version = absent
server.main()
"""


def test_nothing_can_be_planted_among_the_libraries_without_landlock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = client._command

    def command(control: int, harness: int) -> list[str]:
        made = real(control, harness)
        made[made.index("-c") + 1] = _PATCHED
        return made

    monkeypatch.setattr(client, "_command", command)
    plant = (
        "import os, sysconfig\n"
        "for base, folders, _ in os.walk('/'):\n"
        "    if base.startswith(('/tmp', '/dev')): continue\n"
        "    try: open(base + '/planted.py', 'w').write('x = 1')\n"
        "    except OSError: continue\n"
        "    print('planted in', base)\n"
        "site = sysconfig.get_path('stdlib') + '/site-packages'\n"
        "print(oct(os.stat(site).st_mode & 0o777) if os.path.isdir(site) else '0o755')"
    )
    with open_sandbox("process", workers=1) as sandbox:
        assert "not implemented" in sandbox.isolation.mechanisms["landlock"]
        outcome = sandbox.run(Program(plant), Limits(cpu_seconds=20, wall_seconds=60))
        assert outcome.stdout == "0o755\n", outcome
        assert "ModuleNotFoundError" in sandbox.run(Program("import planted")).reason


def test_sleepers_take_no_place_from_others() -> None:
    sleepers = [
        "import time; time.sleep(600)",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "import threading\nlock = threading.Lock(); lock.acquire(); lock.acquire()",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()",
    ]
    limits = Limits(cpu_seconds=5, wall_seconds=20)
    with open_sandbox("process", workers=1) as sandbox:
        ended: list[str] = []

        def sleep(source: str) -> None:
            ended.append(sandbox.run(Program(source), limits).reason)

        threads = [threading.Thread(target=sleep, args=(source,)) for source in sleepers]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        outcome = sandbox.run(Program("print(1)"), limits)
        assert outcome.stdout == "1\n"
        assert ended == []  # all four still sleep
        for thread in threads:
            thread.join(60)
        assert ended == ["ran longer than wall_seconds=20"] * 4


def test_programs_that_compute_keep_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that wants a processor and gets none is not asleep."""
    source = "import time\nend = time.process_time() + 0.6\nwhile time.process_time() < end: pass"
    most = 0
    with open_sandbox("process", workers=1) as sandbox:
        take, lock = sandbox._take, threading.Lock()

        def counted(preload: tuple[str, ...]) -> object:
            nonlocal most
            with lock:
                most = max(most, len(sandbox._busy) + 1)
            return take(preload)

        monkeypatch.setattr(sandbox, "_take", counted)
        outcomes = sandbox.run_many([Program(source)] * 4, Limits(cpu_seconds=5, wall_seconds=60))
    assert [outcome.status for outcome in outcomes] == ["ok"] * 4
    assert most == 1


def test_socket_buffers_count_as_memory() -> None:
    source = (
        "import socket\nheld = []\n"
        "while True:\n"
        "    a, b = socket.socketpair(); a.setblocking(False); b.setblocking(False)\n"
        "    held.append((a, b))\n"
        "    for one in (a, b):\n"
        "        try:\n            while True: one.send(bytes(65536))\n"
        "        except BlockingIOError: pass"
    )
    limits = Limits(memory_mb=32, files_mb=1, open_files=4000, cpu_seconds=10, wall_seconds=60)
    with open_sandbox("process", workers=1) as sandbox:
        if sandbox.isolation.mechanisms["cgroup"] != "present":
            pytest.skip(f"no cgroup counts memory: {sandbox.isolation.mechanisms['cgroup']}")
        for _ in range(2):
            assert sandbox.run(Program(source), limits).status == "memory"
            assert sandbox.run(Program("print(1)")).stdout == "1\n"
        channel = sandbox.open_channel(Program(source), limits)
        with pytest.raises(Exception, match="memory"):
            channel.ask(b"")
        assert sandbox.run(Program("print(1)")).stdout == "1\n"


_FORKS = """
import os, sys, threading, time
from assay.sandbox import Program, default_sandbox, defaults
real, began = defaults.open_sandbox, threading.Event()
def slowly(*arguments, **options):
    began.set()
    time.sleep(0.5)
    return real(*arguments, **options)
defaults.open_sandbox = slowly
threading.Thread(target=default_sandbox).start()
began.wait()
pid = os.fork()
outcome = default_sandbox().run(Program("print(1)"))
if pid == 0:
    os._exit(0 if outcome.stdout == "1\\n" else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) or outcome.stdout != "1\\n")
"""


def test_a_fork_while_a_thread_opens_the_first_sandbox() -> None:
    done = subprocess.run([sys.executable, "-c", _FORKS], timeout=60, env={**os.environ})
    assert done.returncode == 0
