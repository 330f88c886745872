"""Workers end at their deadline, are replaced, and end with their parent."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from assay.tasks.workers import (
    WorkerError,
    WorkerMemoryError,
    WorkerPool,
    WorkerStallError,
    WorkerStartError,
    WorkerTimeoutError,
)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(size=2, memory_mb=512)
    yield pool
    pool.close()


def test_runs_a_function_on_plain_data(pool: WorkerPool) -> None:
    assert pool.call("math:gcd", 12, 18) == 6
    assert pool.call("builtins:sorted", ["b", "\ud800", "a\x00"]) == ["a\x00", "b", "\ud800"]


def test_a_worker_that_overruns_is_replaced(pool: WorkerPool) -> None:
    with pytest.raises(WorkerTimeoutError):
        pool.call("time:sleep", 600, seconds=0.2)
    assert pool.call("math:gcd", 4, 6) == 2


def test_memory_is_bounded(pool: WorkerPool) -> None:
    with pytest.raises((WorkerMemoryError, WorkerError)):
        pool.call("builtins:bytearray", 4 * 1024**3, seconds=5)
    assert pool.call("math:gcd", 4, 6) == 2


def test_a_worker_that_dies_is_an_error_of_ours(pool: WorkerPool) -> None:
    with pytest.raises(WorkerError) as caught:
        pool.call("os:_exit", 3)
    assert not isinstance(caught.value, WorkerTimeoutError)
    assert pool.call("math:gcd", 4, 6) == 2


def test_an_exception_is_an_error_of_ours(pool: WorkerPool) -> None:
    with pytest.raises(WorkerError, match="ValueError"):
        pool.call("math:sqrt", -1)


def test_prints_do_not_enter_the_pipe(pool: WorkerPool) -> None:
    assert pool.call("builtins:print", "x" * 100_000) is None
    assert pool.call("os:system", "echo hello") == 0


def test_many_threads(pool: WorkerPool) -> None:
    results: list[int] = []

    def work(n: int) -> None:
        results.append(pool.call("math:factorial", n))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 12


async def test_inside_an_event_loop(pool: WorkerPool) -> None:
    assert pool.call("math:gcd", 4, 6) == 2
    assert await asyncio.to_thread(pool.call, "math:gcd", 9, 6) == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_starts_its_own(pool: WorkerPool) -> None:
    assert pool.call("math:gcd", 4, 6) == 2
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if pool.call("math:gcd", 10, 15) == 5 else 1
            pool.close()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert pool.call("math:gcd", 4, 6) == 2


def test_workers_go_with_a_parent_that_is_killed() -> None:
    script = (
        "from assay.tasks.workers import WorkerPool\n"
        "import os\n"
        "pool = WorkerPool(size=1)\n"
        "print(pool.call('os:getpid'), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    worker = int(done.stdout)
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        with open(f"/proc/{worker}/stat") as status:
            if status.read().split(") ")[1][0] == "Z":
                return
        time.sleep(0.1)
    pytest.fail("the worker outlived its parent")


def test_the_start_of_a_worker_counts_against_no_deadline() -> None:
    pool = WorkerPool(size=1, preload="assay.tasks.math.comparing.algebra")
    # The start takes far longer than this.
    assert pool.call("math:gcd", 4, 6, seconds=0.2, cpu_seconds=0.2) == 2
    pool.close()


def test_a_fork_ends_at_its_processor_time_and_the_worker_serves_on(pool: WorkerPool) -> None:
    worker = pool.call("os:getppid", seconds=60.0, cpu_seconds=5.0)
    with pytest.raises(WorkerTimeoutError, match="processor time"):
        pool.call("builtins:eval", "sum(iter(int, 1))", seconds=60.0, cpu_seconds=0.1)
    assert pool.call("os:getpid") == worker


def test_a_fork_that_waits_uses_no_processor_time_but_ends_at_the_backstop(
    pool: WorkerPool,
) -> None:
    with pytest.raises(WorkerStallError):
        pool.call("time:sleep", 600, seconds=0.2, cpu_seconds=5.0)
    assert pool.call("math:gcd", 4, 6) == 2


def test_a_fork_leaves_nothing_behind(pool: WorkerPool) -> None:
    pool.call("builtins:exec", "import builtins; builtins.left = 1", cpu_seconds=5.0)
    with pytest.raises(WorkerError, match="NameError"):
        pool.call("builtins:eval", "left", cpu_seconds=5.0)


def test_a_fork_that_dies_is_an_error_of_ours(pool: WorkerPool) -> None:
    with pytest.raises(WorkerError, match="fork died"):
        pool.call("os:_exit", 3, cpu_seconds=5.0)
    assert pool.call("math:gcd", 4, 6, cpu_seconds=5.0) == 2


def test_a_worker_that_waited_for_its_first_check_longer_than_a_start_may_take_serves_it() -> None:
    pool = WorkerPool(size=1)
    pool.warm()
    (worker,) = pool._idle
    worker.born -= 3600
    deadline = time.monotonic() + 30
    while not select.select([worker.process.stdout], [], [], 0.1)[0]:
        assert time.monotonic() < deadline
    assert pool.call("math:gcd", 12, 18, seconds=60.0) == 6
    assert worker.process.poll() is None
    pool.close()


def test_a_frame_that_a_deadline_cuts_is_read_on() -> None:
    pool = WorkerPool(size=1)
    worker = pool._get()
    while not select.select([worker.process.stdout], [], [], 0.1)[0]:
        pass
    worker._fill(2, time.monotonic() + 30)  # a part of the header, then the time is up
    with pytest.raises(WorkerStartError):
        worker.start(time.monotonic() - 1)
    worker.start(time.monotonic() + 30)
    assert worker.call("math:gcd", [12, 18], time.monotonic() + 30, None) == 6
    worker.kill()


def test_a_worker_that_does_not_come_up_is_replaced() -> None:
    pool = WorkerPool(size=1)
    pool.warm()
    (worker,) = pool._idle
    worker.process.send_signal(signal.SIGSTOP)
    worker.born -= 3600
    assert pool.call("math:gcd", 12, 18, seconds=60.0) == 6
    assert worker.process.poll() is not None
    pool.close()


def test_a_worker_that_overruns_leaves_a_warm_one(pool: WorkerPool) -> None:
    with pytest.raises(WorkerTimeoutError):
        pool.call("time:sleep", 600, seconds=0.1)
    assert pool._idle
    assert pool.call("math:gcd", 4, 6) == 2
