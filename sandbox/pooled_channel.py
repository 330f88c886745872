"""A channel of a pooled sandbox: a running program and the server that it occupies."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, Self

from . import outcomes
from .errors import UsageError
from .forkserver.protocol import Ending, RunRequest, ServerGoneError
from .types import ChannelClosed, Limits, Outcome


class RunningProgram(Protocol):
    """A program that runs in a server."""

    def ask(self, question: bytes, cpu_seconds: float | None) -> bytes | None: ...
    def finish(self, on_sleep: Callable[[], None] | None = None) -> Ending: ...
    def order_end(self) -> None: ...
    def over(self) -> bool: ...
    def close(self) -> Ending: ...
    def forget(self) -> None: ...


class PooledServer(Protocol):
    """A fork-server as the pool sees it, wherever it runs."""

    def prepare(self, request: RunRequest) -> None: ...
    def start(self, request: RunRequest, channel: bool) -> RunningProgram: ...
    def out_of_memory(self) -> bool: ...
    def alive(self) -> bool: ...
    def forget(self) -> None: ...
    def close(self) -> None: ...


class ServerPool(Protocol):
    """Where a channel returns its server to."""

    def give(self, server: PooledServer) -> None: ...
    def give_early(self, server: PooledServer, leaving: "PooledChannel") -> None: ...
    def retire(self, server: PooledServer) -> None: ...
    def drop(self, server: PooledServer) -> None: ...


class PooledChannel:
    """A running program and the server it occupies."""

    def __init__(
        self, pool: ServerPool, server: PooledServer, running: RunningProgram, limits: Limits
    ) -> None:
        self._pool, self._server, self.running, self._limits = pool, server, running, limits
        self._outcome: Outcome | None = None

    def ask(self, question: bytes, cpu_seconds: float | None = None) -> bytes:
        """Send one question and wait for its reply; ChannelClosed when there will be none."""
        if self._outcome is not None:
            raise ChannelClosed(self._outcome)
        try:
            reply = self.running.ask(question, cpu_seconds)
        except ServerGoneError as problem:
            self._lose(problem)
            reply = None
        except ValueError as problem:
            raise UsageError(str(problem)) from None
        except BaseException:
            self._fail("the wait for a reply was interrupted")
            raise
        if reply is None:
            outcome = self.close()
            if outcome.status == "ok":
                outcome = replace(outcome, reason="the program ended without answering")
            raise ChannelClosed(outcome)
        return reply

    def _fail(self, why: str) -> None:
        self._outcome = outcomes.failure(why)
        self.running.forget()
        self._pool.retire(self._server)

    def _lose(self, problem: OSError) -> None:
        """The server is gone: because the program used up its memory, or by our own fault."""
        if isinstance(problem, ServerGoneError) and self._server.out_of_memory():
            self._outcome = outcomes.conclude(KILLED_FOR_MEMORY, self._limits, True)
            self.running.forget()
            self._pool.retire(self._server)
        else:
            self._fail(str(problem))

    def close(self) -> Outcome:
        """End the program and wait until nothing of it is left. Idempotent.

        The outcome is "ok" if it was still running; else it says how the program had ended.
        """
        if self._outcome is None and self.settle():
            self._pool.give(self._server)
        assert self._outcome is not None
        return self._outcome

    def discard(self) -> None:
        """End the program without waiting for it. Idempotent.

        The server that it occupied waits for its end before it takes the next program.
        """
        if self._outcome is not None:
            return
        try:
            self.running.order_end()
        except ServerGoneError as problem:
            self._fail(str(problem))
            return
        self._outcome = _DISCARDED
        self._pool.give_early(self._server, self)

    def settle(self) -> bool:
        """End the program and wait for it; False if the server had to be retired."""
        try:
            ending = self.running.close()
            killed = killed_for_memory(ending, self._server)
            outcome = outcomes.conclude(ending, self._limits, killed)
        except OSError as problem:  # a server that is gone, among others
            self._lose(problem)
            return False
        except BaseException:
            self._fail("the wait for its end was interrupted")
            raise
        if self._outcome is None:
            self._outcome = outcome
        if outcome.status == "sandbox_error":
            self._pool.retire(self._server)
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        # The garbage collector may call this anywhere, even in the middle of the pool's work.
        if getattr(self, "_outcome", self) is None:
            self.running.forget()
            self._pool.drop(self._server)


_DISCARDED = Outcome("ok", reason="discarded by its user")
KILLED_FOR_MEMORY = Ending(status=9, why="memory", report="R")
OF_ANOTHER_PROCESS = outcomes.failure("the channel belongs to the process that forked")


def killed_for_memory(ending: Ending, server: PooledServer) -> bool:
    """Whether the kernel ended the run for its memory; asks only if it may have.

    A run that we killed counts as asked too: its kill must not be reported for the next run.
    """
    return ending.status == 9 and server.out_of_memory() and not ending.why
