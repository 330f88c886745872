"""What every backend shares: a pool of fork-servers, each of which runs one program at a time."""

import os
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from . import outcomes, requests
from .errors import UsageError
from .expiry import Expiry
from .forkserver.protocol import RunRequest, ServerGoneError
from .pooled_channel import (
    KILLED_FOR_MEMORY,
    OF_ANOTHER_PROCESS,
    PooledChannel,
    PooledServer,
    killed_for_memory,
)
from .types import ChannelClosed, Isolation, Limits, Outcome, Program

_MOST_CHANNELS = 256
_MANY = 64
"""Waits for a server after which a pool may have a second one for a single caller."""
_ATTEMPTS = 2
_IDLE_SECONDS = 5.0
"""Seconds without a program after which a server ends, unless it is one that stands by."""
_SLEEPERS = 8
"""Sleeping programs per worker that occupy no slot."""


class _Place:
    """The place of one run: a slot while it computes, a bed once it is seen to sleep."""

    def __init__(self, slots: threading.Semaphore, beds: threading.Semaphore) -> None:
        """Wait for a slot."""
        self._slots, self._beds = slots, beds
        slots.acquire()
        self._held = slots

    def sleep(self) -> None:
        """Give the slot to another run, if there is room for one more sleeping program."""
        if self._held is self._slots and self._beds.acquire(blocking=False):
            self._slots.release()
            self._held = self._beds

    def leave(self) -> None:
        """Give back what is held; once."""
        self._held.release()


class PooledSandbox(ABC):
    """A Sandbox over a pool of servers. Subclasses implement how a server starts."""

    name = "pooled"
    standing: int | None = 1
    """Servers that stand by when nothing has run for a while; None: all that were started."""

    def __init__(self, workers: int | None) -> None:
        count = len(os.sched_getaffinity(0)) if workers is None else workers
        if count < 1:
            raise UsageError(f"workers={count} runs nothing: give at least 1")
        self.workers = count
        self.isolation = Isolation("unsafe", {})  # until the subclass knows better
        self._closed = False
        self._expiry = Expiry(self._let_go, "idle servers")
        self._reset()
        _POOLS.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(self.workers)
        self._beds = threading.BoundedSemaphore(_SLEEPERS * self.workers)
        """Places for programs that sleep, which take no slot from those that compute."""
        self._idle: dict[tuple[str, ...], list[PooledServer]] = {}
        self._idle_since: dict[PooledServer, float] = {}
        self._busy: set[PooledServer] = set()
        self._waited = 0
        self._expiry.reset()
        self._leaving: dict[PooledServer, PooledChannel] = {}
        """Idle servers whose last program was ordered to end and may not have ended yet."""
        self._channels: weakref.WeakSet[PooledChannel] = weakref.WeakSet()
        self._dropped: deque[PooledServer] = deque()
        """Servers of channels that nobody closed. The garbage collector may add one at any time."""

    @abstractmethod
    def _start_server(self, preload: tuple[str, ...]) -> PooledServer:
        """Start a server whose programs may import `preload`. UsageError or ServerGoneError."""

    def _take(self, preload: tuple[str, ...]) -> PooledServer:
        self._close_dropped()
        while True:
            with self._lock:
                if self._closed:
                    raise self._closed_error()
                server = self._choose(preload)
                if server is None:
                    break
                self._busy.add(server)
                self._idle_since.pop(server, None)
                leaving = self._leaving.pop(server, None)
            if leaving is not None and not leaving.settle():
                continue
            if server.alive():
                return server
            self.retire(server)
        server = self._start_server(preload)
        with self._lock:
            if not self._closed:
                self._busy.add(server)
                return server
        server.close()
        raise self._closed_error()

    def _closed_error(self) -> UsageError:
        return UsageError(f"the {self.name} sandbox is closed: open a new one")

    def drop(self, server: PooledServer) -> None:
        """Have the server of a channel that nobody closed retired at the next occasion."""
        self._dropped.append(server)

    def _close_dropped(self) -> None:
        while self._dropped:
            self.retire(self._dropped.popleft())

    def _choose(self, preload: tuple[str, ...]) -> PooledServer | None:
        """An idle server, preferably one whose last program is over; None to start another."""
        waiting = self._idle.setdefault(preload, [])
        for place in reversed(range(len(waiting))):
            leaving = self._leaving.get(waiting[place])
            if leaving is None or leaving.running.over():
                return waiting.pop(place)
        self._waited += 1
        servers = len(waiting) + len(self._busy)
        if not waiting or (self._waited > _MANY and servers < max(2, self.workers)):
            return None
        return waiting.pop(0)

    def give(self, server: PooledServer) -> None:
        """Take back a server that waits for its next program."""
        with self._lock:
            if server not in self._busy:
                return  # the sandbox was closed meanwhile, or belongs to the process that forked
            self._busy.discard(server)
            held = sum(len(servers) for servers in self._idle.values())
            keep = not self._closed and held < 2 * self.workers + 4
            preload = getattr(server, "preload", ())
            if keep and preload in self._idle:
                self._idle[preload].append(server)
                self._idle_since[server] = time.monotonic()
            else:
                keep = False
                leaving = self._leaving.pop(server, None)
        if keep:
            if self.standing is not None and held >= self.standing:
                self._expiry.begin(_IDLE_SECONDS)
            return
        if leaving is not None:
            leaving.running.forget()
        server.close()

    def _let_go(self) -> float | None:
        """Close the servers that have been idle for long; seconds until the next is due."""
        if self.standing is None:
            return None
        with self._lock:
            now = time.monotonic()
            idle = sorted(
                (self._idle_since.get(server, now), preload, number)
                for preload, servers in self._idle.items()
                for number, server in enumerate(servers)
            )
            surplus = idle[
                : max(0, len(idle) + min(len(self._busy), self.standing) - self.standing)
            ]
            due = [one for one in surplus if one[0] + _IDLE_SECONDS <= now]
            gone = [self._idle[preload][number] for _, preload, number in due]
            for server in gone:
                self._idle[getattr(server, "preload", ())].remove(server)
                del self._idle_since[server]
            leaving = [self._leaving.pop(server, None) for server in gone]
        for channel in leaving:
            if channel is not None:
                channel.running.forget()
        for server in gone:
            server.close()
        left = surplus[len(due) :]
        return max(0.05, left[0][0] + _IDLE_SECONDS - now) if left else None

    def give_early(self, server: PooledServer, leaving: "PooledChannel") -> None:
        """Take back a server whose program has been ordered to end."""
        with self._lock:
            if server in self._busy:
                self._leaving[server] = leaving
        self.give(server)

    def retire(self, server: PooledServer) -> None:
        """Close a server instead of taking it back."""
        with self._lock:
            self._busy.discard(server)
        server.close()

    def run(self, program: Program, limits: Limits | None = None) -> Outcome:
        """Run a program to its end. UsageError for impossible limits, never for the program.

        At most `workers` programs compute at a time; one that sleeps gives its place to another.
        """
        limits = limits or Limits()
        request = requests.encode_request(program, limits)
        if isinstance(request, Outcome):
            return request
        why = ""
        for _ in range(_ATTEMPTS):
            place = _Place(self._slots, self._beds)
            try:
                return self._run_once(request, program.preload, limits, place.sleep)
            except ServerGoneError as problem:
                why = str(problem)
            finally:
                place.leave()
        return outcomes.failure(why)

    def _run_once(
        self,
        request: RunRequest,
        preload: tuple[str, ...],
        limits: Limits,
        on_sleep: Callable[[], None],
    ) -> Outcome:
        server, running = self._take(preload), None
        try:
            server.prepare(request)
            running = server.start(request, channel=False)
            ending = running.finish(on_sleep)
            outcome = outcomes.conclude(ending, limits, killed_for_memory(ending, server))
            if outcome.status == "sandbox_error":  # another server may have better luck
                raise ServerGoneError(outcome.reason)
        except ServerGoneError:
            if running is not None:
                running.forget()
            memory = running is not None and server.out_of_memory()
            self.retire(server)
            if memory:
                return outcomes.conclude(KILLED_FOR_MEMORY, limits, True)
            raise
        except BaseException:
            if running is not None:
                running.forget()
            self.retire(server)
            raise
        self.give(server)
        return outcome

    def run_many(self, programs: Sequence[Program], limits: Limits | None = None) -> list[Outcome]:
        """Run programs in parallel; the outcomes come in the order of the programs."""
        if len(programs) < 2:
            return [self.run(program, limits) for program in programs]
        most = self.workers * (1 + _SLEEPERS)
        with ThreadPoolExecutor(min(most, len(programs))) as threads:
            return list(threads.map(lambda program: self.run(program, limits), programs))

    def open_channel(self, program: Program, limits: Limits | None = None) -> "PooledChannel":
        """Start a program that answers questions. Raises ChannelClosed if it cannot start."""
        limits = limits or Limits()
        request = requests.encode_request(program, limits)
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
        self, request: RunRequest, preload: tuple[str, ...], limits: Limits
    ) -> "PooledChannel":
        server = self._take(preload)
        try:
            server.prepare(request)
            channel = PooledChannel(self, server, server.start(request, channel=True), limits)
        except BaseException:
            self.retire(server)
            raise
        self._channels.add(channel)
        return channel

    def server_pids(self) -> list[int]:
        """Process ids of the servers that run programs now; none where they are not ours."""
        with self._lock:
            return [pid for server in self._busy if (pid := getattr(server, "pid", 0))]

    def close(self) -> None:
        """Stop every server; idempotent."""
        self._close_dropped()
        with self._lock:
            self._closed = True
            servers = [s for waiting in self._idle.values() for s in waiting] + list(self._busy)
            leaving = list(self._leaving.values())
            self._idle, self._busy, self._leaving, self._idle_since = {}, set(), {}, {}
        self._expiry.end()
        for channel in leaving:
            channel.running.forget()
        for server in servers:
            server.close()

    def _after_fork(self) -> None:
        """Forget the servers in a forked copy of the harness: they belong to the other process."""
        servers = [s for waiting in self._idle.values() for s in waiting] + list(self._busy)
        for channel in [*self._leaving.values(), *self._channels]:
            channel.running.forget()
            channel._outcome = OF_ANOTHER_PROCESS
        for server in servers:
            server.forget()
        self._reset()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


_POOLS: "weakref.WeakSet[PooledSandbox]" = weakref.WeakSet()


def _forget_pools() -> None:
    for pool in list(_POOLS):
        pool._after_fork()


os.register_at_fork(after_in_child=_forget_pools)
