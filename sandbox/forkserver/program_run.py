"""A program that is running: collect its output, enforce its limits, learn how it ended."""

import contextlib
import json
import os
import select
import socket
import time
from collections.abc import Callable, Mapping

from . import channel
from .process_state import SleepWatch
from .protocol import Ending, ServerGoneError

_GRACE = 10.0  # seconds that a server gets to report an end that was ordered
_LOOK = 0.1  # seconds between two looks at whether a long program sleeps
_CHUNK = 1 << 16
_BOTH = select.POLLIN | select.POLLOUT
_QUIET = 0.05
"""Seconds that an answer may take before the server is told its CPU limit: most take far less."""


class ProgramRun:
    """A program in a fork-server, as the harness sees it. Not for several threads at once."""

    def __init__(
        self,
        control: socket.socket,
        stdout: int,
        stderr: int,
        limits: Mapping[str, float],
        connection: socket.socket | None,
    ) -> None:
        """`connection` is our end of the program's channel, if it has one."""
        self._control = control
        self._control_number = control.fileno()
        self._output = {stdout: bytearray(), stderr: bytearray()}
        self._order = (stdout, stderr)
        self._cpu_limit = limits["cpu_seconds"]
        self._connection = connection
        self._output_left = int(limits["output_kb"] * 1024)
        self._wall_left = float(limits["wall_seconds"])
        self._why = ""
        self._detail = ""
        self._watch: SleepWatch | None = None
        self._poll = select.poll()
        for descriptor in (control.fileno(), stdout, stderr):
            self._poll.register(descriptor, select.POLLIN)
        if connection is not None:
            connection.setblocking(False)
            self._poll.register(connection, select.POLLIN)
        self._ending: Ending | None = None
        self._released = False
        self._owner = os.getpid()

    def finish(self, on_sleep: Callable[[], None] | None = None) -> Ending:
        """Wait for the end. Raises ServerGoneError.

        `on_sleep` is called once if the program turns out to wait rather than to compute.
        """
        deadline = time.monotonic() + self._wall_left
        while self._ending is None:
            watching = on_sleep is not None and self._watch is not None
            look_at = min(deadline, time.monotonic() + _LOOK) if watching else deadline
            self._step(look_at, final=look_at == deadline)
            if watching and self._watch is not None and self._watch.asleep():
                assert on_sleep is not None
                on_sleep()
                on_sleep = None
        return self._ending

    def ask(self, question: bytes, cpu_seconds: float | None) -> bytes | None:
        """Send one question and wait for its reply; None if the program has ended (see `close`).

        Raises ValueError for a question that is too large, ServerGoneError.
        """
        connection = self._connection
        assert connection is not None
        if self._ending is not None:
            return None
        if channel.has_unread(connection):
            self._break("protocol", channel.UNASKED)
            return None
        exchange = channel.Exchange(connection, question)
        started = time.monotonic()
        try:
            self._carry(exchange, connection, cpu_seconds, started)
        finally:
            self._wall_left -= time.monotonic() - started
        if self._ending is None and exchange.violation:
            self._break("protocol", exchange.violation)
        return exchange.reply() if self._ending is None else None

    def _carry(
        self,
        exchange: channel.Exchange,
        connection: socket.socket,
        cpu_seconds: float | None,
        started: float,
    ) -> None:
        """Move the bytes of an exchange until it is finished or the program has ended."""
        deadline = started + self._wall_left
        untold = cpu_seconds is not None
        quiet = _QUIET if (cpu_seconds or 0) > 20 * _QUIET else 0
        tell_at = min(started + quiet, deadline)
        if exchange.sending:
            self._poll.modify(connection, _BOTH)
        while self._ending is None and not exchange.finished:
            if untold and time.monotonic() >= tell_at:
                self._tell(b"C" + repr(cpu_seconds).encode())
                untold = False
            until = tell_at if untold else deadline
            events = self._step(until, answer=cpu_seconds, final=not untold)
            if events & select.POLLOUT and exchange.sending:
                exchange.push()
                if not exchange.sending:
                    self._poll.modify(connection, select.POLLIN)
            if events & (select.POLLIN | select.POLLHUP) and not exchange.pull():
                self._lost()
        if self._ending is None and cpu_seconds is not None and not untold:
            self._tell(b"C")

    def order_end(self) -> None:
        """Kill the program if it still runs, without waiting; `close` waits."""
        if self._ending is None:
            self._kill("closed")

    def over(self) -> bool:
        """Whether `close` would return at once."""
        if self._released or self._control.fileno() < 0:
            return True
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        return bool(waiting.poll(0))

    def forget(self) -> None:
        """Order the end and close our descriptors; nobody will ask how it ended."""
        if self._ending is None and not self._released and self._owner == os.getpid():
            self._tell(b"K")
        self._release()

    def __del__(self) -> None:
        if getattr(self, "_released", True) is False:
            self._release()

    def close(self) -> Ending:
        """Kill the program if it still runs and wait for its end. Raises ServerGoneError."""
        if self._ending is None:
            if self._connection is not None and channel.has_unread(self._connection):
                self._break("protocol", channel.UNASKED)
            else:
                self._break("closed", "")
        assert self._ending is not None
        return self._ending

    def _lost(self) -> None:
        """The program closed its end of the channel: give it a moment to end by itself."""
        self._ignore_channel()
        deadline = time.monotonic() + min(1.0, max(self._wall_left, 0.0))
        while self._ending is None and time.monotonic() < deadline:
            self._step(deadline, final=False)
        if self._ending is None:
            self._break("protocol", channel.NO_REPLY)

    def _break(self, why: str, detail: str) -> None:
        self._ignore_channel()
        self._kill(why, detail)
        self.finish()

    def _ignore_channel(self) -> None:
        """Stop polling the channel: unread bytes would wake every poll."""
        if self._connection is not None:
            with contextlib.suppress(KeyError):
                self._poll.unregister(self._connection)

    def _kill(self, why: str, detail: str = "") -> None:
        if not self._why:
            self._tell(b"K")  # first: an interrupt between the two must not leave it running
            self._why, self._detail = why, detail

    def _tell(self, order: bytes) -> None:
        with contextlib.suppress(OSError):  # a server that is gone shows at the next read
            self._control.send(order)

    def _step(self, deadline: float, answer: float | None = None, final: bool = True) -> int:
        """Handle one round of events, or the deadline if it is `final`; the channel's events."""
        left = deadline - time.monotonic()
        if left <= 0 and final and not self._why:
            self._kill("wall")
        patience = _GRACE if self._why else min(max(left, 0.001), 3600.0)
        events = self._poll.poll(patience * 1000)
        if not events and self._why:
            self._abandon("the fork-server does not answer")
        of_channel, heard = 0, False
        for descriptor, event in events:
            if event & select.POLLNVAL:
                self._abandon("the sandbox was closed")
            elif descriptor == self._control_number:
                heard = True
            elif descriptor in self._output:
                self._collect(descriptor)
            else:
                of_channel = event
        if heard and not of_channel & select.POLLIN:  # what it sent came before its end
            self._hear(answer)
            return 0
        return of_channel

    def _collect(self, descriptor: int) -> None:
        part = os.read(descriptor, _CHUNK)
        if not part:
            self._poll.unregister(descriptor)
        elif not self._keep(descriptor, part):
            self._kill("output")

    def _keep(self, descriptor: int, part: bytes) -> bool:
        """Keep output within the limit; whether it all fitted."""
        self._output[descriptor] += part[: max(self._output_left, 0)]
        self._output_left -= len(part)
        return self._output_left >= 0

    def _abandon(self, why: str) -> None:
        self._release()
        self._ending = Ending(why="lost", report=why)
        raise ServerGoneError(why)

    def _hear(self, answer: float | None) -> None:
        """Read the server's message: that the program runs for long, or how it ended."""
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 1)
        except OSError:
            message, descriptors = b"", []
        if not message:
            self._abandon("the fork-server died")
        if message == b"L":
            self._watch = SleepWatch(descriptors[0])
        else:
            self._conclude(Ending(**json.loads(message)), answer)

    def _conclude(self, ending: Ending, answer: float | None) -> None:
        for descriptor in self._output:
            self._drain(descriptor)
        by_itself = ending.why == ""
        if ending.why == "order" or (by_itself and self._why not in ("", "closed")):
            ending.why = self._why
        elif ending.why == "cpu" and answer is not None and ending.cpu < self._cpu_limit:
            ending.why = "answer"
        ending.detail = self._detail
        ending.stdout, ending.stderr = (bytes(self._output[d]) for d in self._order)
        self._release()
        self._ending = ending

    def _drain(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        with contextlib.suppress(BlockingIOError):
            while self._output_left >= 0 and (part := os.read(descriptor, _CHUNK)):
                self._keep(descriptor, part)
        if self._output_left < 0:
            self._why = self._why or "output"

    def _release(self) -> None:
        if self._released:
            return
        self._released = True
        for descriptor in self._order:
            os.close(descriptor)
        if self._connection is not None:
            self._connection.close()
        if self._watch is not None:
            self._watch.close()
