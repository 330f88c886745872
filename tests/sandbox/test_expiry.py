"""What is kept ready is let go when nothing has used it for a while."""

import time
from collections.abc import Callable

import pytest
from assay.sandbox import Program, UsageError, pool
from assay.sandbox.expiry import Expiry
from assay.sandbox.host_observer import descendants
from assay.sandbox.process import backend


def _until(reached: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not reached() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_idle_servers_and_their_spare_children_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_IDLE_SECONDS", 0.2)
    try:
        sandbox = backend.ProcessSandbox(3, backend.ProcessOptions(spare_seconds=0.1))
    except UsageError as problem:
        pytest.skip(str(problem))
    with sandbox:
        servers = [sandbox._take(()) for _ in range(3)]
        assert len({server.pid for server in servers}) == 3  # type: ignore[attr-defined]
        for server in servers:
            sandbox.give(server)
        _until(lambda: len(sandbox._idle[()]) == 1)
        (last,) = sandbox._idle[()]
        assert last is servers[-1]  # the one that was used last stands by
        _until(lambda: not any(server.alive() for server in servers[:2]))
        assert [server.alive() for server in servers] == [False, False, True]
        assert sandbox.run(Program("print(1)")).stdout == "1\n"
        _until(lambda: len(descendants(last.pid)) <= 1)  # type: ignore[attr-defined]
        assert len(descendants(last.pid)) <= 1  # type: ignore[attr-defined]  # the zygote
        for _ in range(2):
            assert sandbox.run(Program("print(2)")).stdout == "2\n"
        assert sandbox._idle[()] == [last]
        sandbox.standing = 0
        sandbox.give(sandbox._take(()))
        _until(lambda: not sandbox._idle[()])
        _until(lambda: not last.alive())
        assert not last.alive()
        assert sandbox.run(Program("print(3)")).stdout == "3\n"


def test_a_program_that_runs_for_long_needs_no_spare_child() -> None:
    try:
        sandbox = backend.ProcessSandbox(1, backend.ProcessOptions(spare_seconds=0.1))
    except UsageError as problem:
        pytest.skip(str(problem))
    with sandbox, sandbox.open_channel(Program("serve(lambda question: question)")) as channel:
        assert channel.ask(b"x") == b"x"
        (pid,) = sandbox.server_pids()
        _until(lambda: len(descendants(pid)) <= 3)
        assert len(descendants(pid)) <= 3  # the zygote, an init and the program
        assert channel.ask(b"y") == b"y"


def test_a_look_is_taken_as_often_as_it_asks_for() -> None:
    looks: list[float | None] = [0.001, 0.001, None, None]
    taken = []

    def look() -> float | None:
        taken.append(looks.pop(0))
        return taken[-1]

    expiry = Expiry(look, "test")
    expiry.begin(0.001)
    _until(lambda: expiry._thread is None)
    assert taken == [0.001, 0.001, None]
    expiry.begin(0.001)
    _until(lambda: expiry._thread is None)
    assert taken == [0.001, 0.001, None, None]
    expiry.end()
    expiry.begin(0.001)  # no longer
    assert expiry._thread is None
