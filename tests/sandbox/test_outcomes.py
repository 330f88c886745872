"""How runs end: every status, every limit by name, bad input."""

import math

import pytest
from assay.sandbox import Limits, Program, Sandbox, UsageError, open_sandbox

QUICK = Limits(cpu_seconds=0.5, wall_seconds=20, memory_mb=128, output_kb=64, files_mb=4)


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [
        ("", "ok", ""),
        ("print(1)", "ok", ""),
        ("import sys; sys.exit(7)", "nonzero_exit", "7"),
        ("import sys; sys.exit('words')", "nonzero_exit", "words"),
        ("1/0", "nonzero_exit", "ZeroDivisionError"),
        ("def (", "nonzero_exit", "SyntaxError"),
        ("a\0b", "nonzero_exit", "null"),
        ("x = '\ud800'", "nonzero_exit", "surrogates"),
        ("while True: pass", "timeout", "cpu_seconds=0.5"),
        ("x = bytearray(1 << 28)", "memory", "memory_mb=128"),
        ("print('x' * 10**6)", "output_limit", "output_kb=64"),
        ("import sys\nwhile 1: sys.stderr.write('y' * 999)", "output_limit", "output_kb=64"),
        ("import os; os.abort()", "signal", "SIGABRT"),
        ("import os; os.kill(os.getpid(), 9)", "signal", "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", "signal", "SIGSEGV"),
        ("f = [open('a', 'w') for _ in range(99)]", "nonzero_exit", "open_files"),
        ("open('a', 'wb').write(bytes(5 << 20))", "nonzero_exit", "files_mb"),
        (  # level landlock looks at the folder every 10 ms
            "import time\n"
            "for i in range(9): open(str(i), 'wb').write(bytes(1 << 20)); time.sleep(0.05)",
            "nonzero_exit",
            "files_mb=4",
        ),
        ("for i in range(9999): open(str(i), 'w').close()", "nonzero_exit", "full"),
        (
            "import threading, time\n"
            "for i in range(9): threading.Thread(target=time.sleep, args=(9,)).start()",
            "nonzero_exit",
            "processes=8",
        ),
        ("import os; os.fork()", "nonzero_exit", "forbids"),
    ],
)
def test_every_ending_has_its_name(sandbox: Sandbox, source: str, status: str, said: str) -> None:
    limits = QUICK if "Thread" not in source else Limits(wall_seconds=1)
    outcome = sandbox.run(Program(source), limits)
    if "Thread" in source and outcome.status == "timeout":
        assert "can't start new thread" in outcome.stderr  # the others sleep on
        return
    assert outcome.status == status, outcome
    assert said in outcome.reason


def test_wall_clock_is_the_backstop(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Program("import time; time.sleep(60)"), Limits(wall_seconds=0.3))
    assert outcome.status == "timeout"
    assert "wall_seconds=0.3" in outcome.reason


def test_streams_are_binary_safe(sandbox: Sandbox) -> None:
    every = bytes(range(256)) * 40
    source = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    outcome = sandbox.run(Program(source, stdin=every))
    assert outcome.status == "ok"
    assert outcome.stdout_bytes == every


def test_large_stdin_arrives_whole(sandbox: Sandbox) -> None:
    source = "import sys; print(len(sys.stdin.read()))"
    assert sandbox.run(Program(source, stdin="x" * 5_000_000)).stdout == "5000000\n"


def test_files_lie_beside_the_program(sandbox: Sandbox) -> None:
    files = {"helper.py": "value = 41", "deep/data.bin": b"\xff"}
    source = "import helper; print(helper.value + len(open('deep/data.bin', 'rb').read()))"
    assert sandbox.run(Program(source, files=files)).stdout == "42\n"


def test_nothing_of_a_run_reaches_the_next(sandbox: Sandbox) -> None:
    mark = "left-behind-7261"
    sandbox.run(Program(f"open('note', 'w').write({mark!r}); import builtins; builtins.x = 1"))
    look = "import os, builtins; print(os.listdir('.'), hasattr(builtins, 'x'))"
    assert {sandbox.run(Program(look)).stdout for _ in range(4)} == {"[] False\n"}


def test_run_many_keeps_the_order(sandbox: Sandbox) -> None:
    outcomes = sandbox.run_many([Program(f"print({i})") for i in range(20)])
    assert [outcome.stdout for outcome in outcomes] == [f"{i}\n" for i in range(20)]


def test_a_source_of_a_hundred_megabytes_is_an_outcome(sandbox: Sandbox) -> None:
    outcome = sandbox.run(Program("#" * 100_000_000))
    assert outcome.status == "memory"
    assert "100000000" in outcome.reason


def test_hash_order_is_the_same_in_every_run() -> None:
    source = "print(list({'a', 'b', 'c', 'd', 'e'}), hash('word'))"
    seen = set()
    for _ in range(2):
        with open_sandbox("process", workers=1) as fresh:
            seen.add(fresh.run(Program(source)).stdout)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "limits",
    [
        Limits(cpu_seconds=0),
        Limits(wall_seconds=-1),
        Limits(memory_mb=10**9),
        Limits(output_kb=0),
        Limits(open_files=1),
        Limits(cpu_seconds=math.nan),
        Limits(processes=10**7),
        Limits(cpu_seconds=math.inf),
    ],
)
def test_impossible_limits_are_the_callers_mistake(sandbox: Sandbox, limits: Limits) -> None:
    with pytest.raises(UsageError):
        sandbox.run(Program("print(1)"), limits)


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", "", "a\0b", "a/../../b"])
def test_file_names_stay_in_the_folder(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(UsageError):
        sandbox.run(Program("", files={name: "x"}))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": "x", "a/b": "y"}, "folder of another"),
        ({"x" * 256: ""}, "too long"),
        ({"a/" * 2000 + "b": ""}, "too long"),
        ({"\ud800": ""}, "not Unicode"),
        ({f"f{i}": "" for i in range(300)}, "more than files_mb=1"),
        ({"big": "x" * 2_000_000}, "more than files_mb=1"),
    ],
)
def test_files_that_cannot_lie_there(sandbox: Sandbox, files: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        sandbox.run(Program("", files=files), Limits(files_mb=1))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_as_many_files_as_there_is_room_for(sandbox: Sandbox) -> None:
    files = {f"d/{i}": "" for i in range(61)}
    outcome = sandbox.run(Program("import os; print(len(os.listdir('d')))", files=files), QUICK)
    assert outcome.stdout == "61\n"


def test_nothing_is_written_to_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, or no folder for temporary files, changes nothing."""
    monkeypatch.setenv("TMPDIR", "/nowhere")
    monkeypatch.setattr("tempfile.tempdir", None)
    with open_sandbox("process", workers=1) as opened:
        program = Program("import sys; print(sys.stdin.read() + open('f').read())", "a", {"f": "b"})
        assert opened.run(program).stdout == "ab\n"


def test_an_unknown_backend_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"'chroot' is unknown.*process, docker, auto"):
        open_sandbox("chroot")


def test_a_closed_sandbox_says_so() -> None:
    opened = open_sandbox("process", workers=1)
    opened.close()
    opened.close()
    with pytest.raises(UsageError, match="closed"):
        opened.run(Program(""))
