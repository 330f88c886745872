"""The pool of workers: order, deadlines, deaths, slow calls, forks, and the end of the caller."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from assay.harness.checking.processes import ProcessPool
from assay.harness.checking.worker_process import WorkerSettings
from assay.tasks.workers import (
    WorkerError,
    WorkerMemoryError,
    WorkerStallError,
    WorkerStartError,
    WorkerTimeoutError,
)

HERE = Path(__file__).parent


@pytest.fixture
def pool(monkeypatch):
    monkeypatch.syspath_prepend(str(HERE))
    pools = []

    def make(size=1, spare=0, **settings):
        pools.append(ProcessPool(size, spare, WorkerSettings(**settings)))
        return pools[-1]

    yield make
    for one in pools:
        one.close()


def test_results_come_in_order_from_few_workers(pool):
    one = pool(2)
    futures = [one.submit("calls:double", number, 10.0) for number in range(300)]
    assert [future.result() for future in futures] == [2 * number for number in range(300)]
    assert one.started <= 2


def test_processor_time_ends_a_call_and_those_behind_it_are_made(pool):
    one = pool(1)
    late = one.submit("calls:burn", 60.0, 0.3)
    behind = [one.submit("calls:double", number, 10.0) for number in range(5)]
    with pytest.raises(WorkerTimeoutError):
        late.result(120)
    assert [future.result(120) for future in behind] == [0, 2, 4, 6, 8]


def test_wall_time_is_our_failure(pool):
    one = pool(1)
    stuck = one.submit("calls:wait_for", "/no/such/file", 10.0, 0.5)
    with pytest.raises(WorkerStallError):
        stuck.result(120)
    assert one.submit("calls:double", 2, 10.0).result(120) == 4


def test_a_call_whose_worker_died_is_made_once_more(pool, tmp_path):
    one = pool(1)
    assert one.submit("calls:die_once", str(tmp_path / "died"), 10.0).result(120) == "alive"


def test_a_call_that_kills_two_workers_fails_alone(pool):
    one = pool(1)
    bad = one.submit("calls:end", 7, 10.0)
    good = [one.submit("calls:double", number, 10.0) for number in range(4)]
    with pytest.raises(WorkerError, match="code 7"):
        bad.result(120)
    assert [future.result(120) for future in good] == [0, 2, 4, 6]


def test_memory_and_exceptions_are_told_apart(pool):
    one = pool(1, memory_mb=1024)
    with pytest.raises(WorkerMemoryError):
        one.submit("calls:fill", 4096, 10.0).result(120)
    with pytest.raises(WorkerError, match="ValueError: no"):
        one.submit("calls:fail", "no", 10.0).result(120)
    with pytest.raises(WorkerError, match="no_such"):
        one.submit("calls:no_such", None, 10.0).result(120)
    assert one.started == 1


def test_what_a_call_prints_is_no_reply(pool):
    assert pool(1).submit("calls:print_and_return", "x" * 9, 10.0).result(120) == "x" * 9


def test_a_long_call_holds_up_no_other(pool, tmp_path):
    one = pool(1, spare=1)
    long = one.submit("calls:wait_for", str(tmp_path / "go"), 10.0)
    others = [one.submit("calls:double", number, 10.0) for number in range(20)]
    assert [future.result(120) for future in others] == [2 * number for number in range(20)]
    assert not long.done()
    (tmp_path / "go").touch()
    assert long.result(120) == "seen"


def test_workers_that_cannot_start_are_not_tried_again(pool):
    one = pool(1, preload="no_such_module_of_ours")
    futures = [one.submit("calls:double", 1, 10.0) for _ in range(3)]
    for future in futures:
        with pytest.raises(WorkerStartError, match="as it started"):
            future.result(120)
    with pytest.raises(WorkerStartError, match="as it started"):
        one.submit("calls:double", 1, 10.0)
    assert one.started == 1


def test_a_closed_pool_answers_what_waits(pool):
    one = pool(1)
    stuck = [one.submit("calls:wait_for", "/no/such/file", 10.0) for _ in range(3)]
    one.close()
    for future in stuck:
        with pytest.raises(WorkerError):
            future.result(120)
    with pytest.raises(WorkerError, match="closed"):
        one.submit("calls:double", 1, 10.0)


def test_a_fork_has_workers_of_its_own(pool):
    one = pool(1)
    ours = one.submit("calls:process", None, 10.0).result(120)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        theirs = one.submit("calls:process", None, 10.0).result(120)
        os.write(writing, str(theirs).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as reply:
        theirs = int(reply.read())
    os.waitpid(child, 0)
    assert theirs != ours
    assert one.submit("calls:process", None, 10.0).result(120) == ours


ORPHAN = """
import os, sys
sys.path.insert(0, {here!r})
from assay.harness.checking.processes import ProcessPool
pool = ProcessPool(1)
print(pool.submit("calls:process", None, 10.0).result(), flush=True)
pool.submit("calls:wait_for", "/no/such/file", 10.0)
sys.stdin.read()
"""


def test_no_worker_outlives_a_caller_that_is_killed():
    caller = subprocess.Popen(
        [sys.executable, "-c", ORPHAN.format(here=str(HERE))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    worker = int(caller.stdout.readline())
    caller.kill()
    caller.communicate()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and Path(f"/proc/{worker}").exists():
        if Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            break  # whoever adopted it has not reaped it yet
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{worker}").exists()
