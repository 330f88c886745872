"""What every backend shares: a pool of fork-servers, each running one program at a time."""

import os
import threading
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, Self

from . import outcomes, requests
from .errors import UsageError
from .forkserver.client import Ending, Request, ServerGoneError
from .types import ChannelClosed, Limits, Outcome, Program

_MOST_CHANNELS = 256
_MANY = 512
"""Programs after which a pool is worth more servers than workers, so that none waits for an end."""
_ATTEMPTS = 2


class RunningProgram(Protocol):
    """A program under way in a server."""

    def ask(self, question: bytes, cpu_seconds: float | None) -> bytes | None: ...
    def finish(self) -> Ending: ...
    def order_end(self) -> None: ...
    def over(self) -> bool: ...
    def close(self) -> Ending: ...
    def forget(self) -> None: ...


class PooledServer(Protocol):
    """A fork-server as the pool sees it, wherever it runs."""

    def prepare(self, request: Request) -> None: ...
    def start(self, request: Request, channel: bool) -> RunningProgram: ...
    def out_of_memory(self) -> bool: ...
    def alive(self) -> bool: ...
    def forget(self) -> None: ...
    def close(self) -> None: ...


class PooledSandbox(ABC):
    """A Sandbox over a pool of servers. Subclasses say how one server starts."""

    name = "pooled"

    def __init__(self, workers: int | None) -> None:
        count = len(os.sched_getaffinity(0)) if workers is None else workers
        if count < 1:
            raise UsageError(f"workers={count} runs nothing: give at least 1")
        self.workers = count
        self.isolation: Mapping[str, str] = {}
        self._closed = False
        self._reset()
        _POOLS.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self.workers)
        self._idle: dict[tuple[str, ...], list[PooledServer]] = {}
        self._busy: set[PooledServer] = set()
        self._waited = 0
        self._leaving: dict[PooledServer, PooledChannel] = {}
        """Idle servers whose last program was ordered to end, and need not have ended yet."""
        self._channels: weakref.WeakSet[PooledChannel] = weakref.WeakSet()
        self._dropped: deque[PooledServer] = deque()
        """Servers of channels that nobody closed; a collector may put one here at any time."""

    @abstractmethod
    def _start_server(self, preload: tuple[str, ...]) -> PooledServer:
        """Start one server whose programs may import `preload`; UsageError or ServerGoneError."""

    def _take(self, preload: tuple[str, ...]) -> PooledServer:
        self._bury_dropped()
        while True:
            with self._lock:
                if self._closed:
                    raise self._closed_error()
                server = self._choose(preload)
                if server is None:
                    break
                self._busy.add(server)
                leaving = self._leaving.pop(server, None)
            if leaving is not None and not leaving._settle():
                continue
            if server.alive():
                return server
            self._retire(server)
        server = self._start_server(preload)
        with self._lock:
            if not self._closed:
                self._busy.add(server)
                return server
        server.close()
        raise self._closed_error()

    def _closed_error(self) -> UsageError:
        return UsageError(f"the {self.name} sandbox is closed: open a new one")

    def _bury_dropped(self) -> None:
        while self._dropped:
            self._retire(self._dropped.popleft())

    def _choose(self, preload: tuple[str, ...]) -> PooledServer | None:
        """An idle server, best one whose last program is over; None asks for another server."""
        waiting = self._idle.setdefault(preload, [])
        for place in reversed(range(len(waiting))):
            leaving = self._leaving.get(waiting[place])
            if leaving is None or leaving._running.over():
                return waiting.pop(place)
        self._waited += 1
        servers = len(waiting) + len(self._busy)
        if not waiting or (self._waited > _MANY and servers < 2 * self.workers):
            return None
        return waiting.pop(0)

    def _give(self, server: PooledServer) -> None:
        with self._lock:
            if server not in self._busy:
                return  # the sandbox was closed meanwhile, or belongs to the process that forked
            self._busy.discard(server)
            held = sum(len(servers) for servers in self._idle.values())
            keep = not self._closed and held < 2 * self.workers + 4
            if keep:
                for preload, servers in self._idle.items():
                    if preload == getattr(server, "preload", ()):
                        servers.append(server)
                        return
            leaving = self._leaving.pop(server, None)
        if leaving is not None:
            leaving._running.forget()
        server.close()

    def _give_early(self, server: PooledServer, leaving: "PooledChannel") -> None:
        """Take a server back whose program has been ordered to end."""
        with self._lock:
            if server in self._busy:
                self._leaving[server] = leaving
        self._give(server)

    def _retire(self, server: PooledServer) -> None:
        with self._lock:
            self._busy.discard(server)
        server.close()

    def run(self, program: Program, limits: Limits | None = None) -> Outcome:
        """Run a program to its end. UsageError for impossible limits, never for the program."""
        limits = limits or Limits()
        request = requests.prepare(program, limits)
        if isinstance(request, Outcome):
            return request
        with self._slots:
            why = ""
            for _ in range(_ATTEMPTS):
                try:
                    return self._run_once(request, program.preload, limits)
                except ServerGoneError as problem:
                    why = str(problem)
            return outcomes.failure(why)

    def _run_once(self, request: Request, preload: tuple[str, ...], limits: Limits) -> Outcome:
        server, running = self._take(preload), None
        try:
            server.prepare(request)
            running = server.start(request, channel=False)
            ending = running.finish()
            outcome = outcomes.conclude(ending, limits, _killed(ending, server))
            if outcome.status == "sandbox_error":  # another server may have better luck
                raise ServerGoneError(outcome.reason)
        except BaseException:
            if running is not None:
                running.forget()
            self._retire(server)
            raise
        self._give(server)
        return outcome

    def run_many(self, programs: Sequence[Program], limits: Limits | None = None) -> list[Outcome]:
        """Run programs in parallel; the outcomes come in the order of the programs."""
        if len(programs) < 2 or self.workers == 1:
            return [self.run(program, limits) for program in programs]
        with ThreadPoolExecutor(min(self.workers, len(programs))) as threads:
            return list(threads.map(lambda program: self.run(program, limits), programs))

    def open_channel(self, program: Program, limits: Limits | None = None) -> "PooledChannel":
        """Start a program that answers questions. Raises ChannelClosed if it cannot start."""
        limits = limits or Limits()
        request = requests.prepare(program, limits)
        if isinstance(request, Outcome):
            raise ChannelClosed(request)
        if len(self._busy) >= _MOST_CHANNELS:
            raise UsageError(f"{_MOST_CHANNELS} channels are open: close some first")
        why = ""
        for _ in range(_ATTEMPTS):
            try:
                return self._open_once(request, program.preload, limits)
            except ServerGoneError as problem:
                why = str(problem)
        raise ChannelClosed(outcomes.failure(why))

    def _open_once(
        self, request: Request, preload: tuple[str, ...], limits: Limits
    ) -> "PooledChannel":
        server = self._take(preload)
        try:
            server.prepare(request)
            channel = PooledChannel(self, server, server.start(request, channel=True), limits)
        except BaseException:
            self._retire(server)
            raise
        self._channels.add(channel)
        return channel

    def server_pids(self) -> list[int]:
        """Processes whose children are the programs that run now; none where they are not ours."""
        with self._lock:
            return [pid for server in self._busy if (pid := getattr(server, "pid", 0))]

    def close(self) -> None:
        """Stop every server; idempotent."""
        self._bury_dropped()
        with self._lock:
            self._closed = True
            servers = [s for waiting in self._idle.values() for s in waiting] + list(self._busy)
            leaving = list(self._leaving.values())
            self._idle, self._busy, self._leaving = {}, set(), {}
        for channel in leaving:
            channel._running.forget()
        for server in servers:
            server.close()

    def _after_fork(self) -> None:
        """In a forked copy of the harness: the servers belong to the other process."""
        servers = [s for waiting in self._idle.values() for s in waiting] + list(self._busy)
        for channel in [*self._leaving.values(), *self._channels]:
            channel._running.forget()
            channel._outcome = _OF_ANOTHER_PROCESS
        for server in servers:
            server.forget()
        self._reset()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class PooledChannel:
    """A running program and the server it occupies."""

    def __init__(
        self, pool: PooledSandbox, server: PooledServer, running: RunningProgram, limits: Limits
    ) -> None:
        self._pool, self._server, self._running, self._limits = pool, server, running, limits
        self._outcome: Outcome | None = None

    def ask(self, question: bytes, cpu_seconds: float | None = None) -> bytes:
        """Send one question and wait for its reply; ChannelClosed when there will be none."""
        if self._outcome is not None:
            raise ChannelClosed(self._outcome)
        try:
            reply = self._running.ask(question, cpu_seconds)
        except ServerGoneError as problem:
            self._fail(str(problem))
            reply = None
        except ValueError as problem:
            raise UsageError(str(problem)) from None
        except BaseException:
            self._fail("the wait for a reply was interrupted")
            raise
        if reply is None:
            outcome = self.close()
            if outcome.status == "ok":
                raise ChannelClosed(
                    Outcome(
                        **{
                            **{f: getattr(outcome, f) for f in Outcome.__slots__},
                            "reason": "the program ended without answering",
                        }
                    )
                )
            raise ChannelClosed(outcome)
        return reply

    def _fail(self, why: str) -> None:
        self._outcome = outcomes.failure(why)
        self._running.forget()
        self._pool._retire(self._server)

    def close(self) -> Outcome:
        """Kill the program if it still runs and wait until nothing of it is left. Idempotent."""
        if self._outcome is None and self._settle():
            self._pool._give(self._server)
        assert self._outcome is not None
        return self._outcome

    def discard(self) -> None:
        """Kill the program without waiting for it. Idempotent.

        The server that it occupied waits for its end before it takes the next program.
        """
        if self._outcome is not None:
            return
        try:
            self._running.order_end()
        except ServerGoneError as problem:
            self._fail(str(problem))
            return
        self._outcome = _DISCARDED
        self._pool._give_early(self._server, self)

    def _settle(self) -> bool:
        """Kill the program and wait for its end; whether the server can serve on, or is retired."""
        try:
            ending = self._running.close()
            killed = _killed(ending, self._server)
            outcome = outcomes.conclude(ending, self._limits, killed)
        except OSError as problem:  # a server that is gone, among others
            self._fail(str(problem))
            return False
        except BaseException:
            self._fail("the wait for its end was interrupted")
            raise
        if self._outcome is None:
            self._outcome = outcome
        if outcome.status == "sandbox_error":
            self._pool._retire(self._server)
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        # A collector may call this anywhere, in the middle of the pool's own work too.
        if getattr(self, "_outcome", self) is None:
            self._running.forget()
            self._pool._dropped.append(self._server)


_DISCARDED = Outcome("ok", reason="discarded by its user")
_OF_ANOTHER_PROCESS = outcomes.failure("the channel belongs to the process that forked")


def _killed(ending: Ending, server: PooledServer) -> bool:
    """Whether the kernel's memory killer ended the run; asked only where it may have struck.

    It is asked of a run that we ended too: the next one must not be told of this one's kill.
    """
    return ending.status == 9 and server.out_of_memory() and not ending.why


_POOLS: "weakref.WeakSet[PooledSandbox]" = weakref.WeakSet()


def _forget_pools() -> None:
    for pool in list(_POOLS):
        pool._after_fork()


os.register_at_fork(after_in_child=_forget_pools)
