"""Room for a bounded number of completions: requests wait for it in order, for a while."""

import asyncio
import time
from collections import deque

from fastapi import HTTPException


class Room:
    """Lets requests in while at most `most` completions are pending.

    A request that finds no room is held for up to `patience` seconds, first come, first served,
    since a client may try only a few times (OpenRLHF: five times, a second apart). At most
    `most_held` completions are held; beyond them a request is refused at once. Belongs to one event
    loop.
    """

    def __init__(self, most: int, most_held: int, patience: float) -> None:
        self.most = most
        self.most_held = most_held
        self.patience = patience
        self.pending = 0
        """Completions that were let in and are not answered."""
        self.held = 0
        """Completions that wait for room."""
        self._waiting: deque[tuple[int, asyncio.Future[bool]]] = deque()
        self._arrivals: dict[object, float] = {}
        """By request, in order: when it arrived."""

    @property
    def age(self) -> float:
        """Seconds since the oldest request arrived that is not answered; 0 without one."""
        # The event loop may add and remove requests while another thread asks.
        oldest = min(list(self._arrivals.values()), default=None)
        return 0.0 if oldest is None else time.monotonic() - oldest

    async def enter(self, count: int) -> object:
        """Wait for room for so many completions; what it returns is given to `leave`.

        Raises HTTPException 413 for more than there ever is room for, and 503 when there is none.
        """
        if count > self.most:
            raise HTTPException(413, f"{count} items: at most {self.most} may be pending")
        ticket = object()
        self._arrivals[ticket] = time.monotonic()
        try:
            if not self._waiting and self.pending + count <= self.most:
                self.pending += count
            else:
                await self._hold(count)
        except BaseException:
            del self._arrivals[ticket]
            raise
        return ticket

    async def _hold(self, count: int) -> None:
        if self.patience <= 0 or self.held + count > self.most_held:
            raise self._refusal()
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[bool] = loop.create_future()
        place = (count, turn)
        self._waiting.append(place)
        self.held += count
        timer = loop.call_later(self.patience, _settle, turn, False)
        try:
            if not await turn:
                raise self._refusal()
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                self.pending -= count  # its turn came as its client went
            raise
        finally:
            timer.cancel()
            self.held -= count
            if place in self._waiting:
                self._waiting.remove(place)
            self._let_in()

    def leave(self, ticket: object, count: int) -> None:
        """Give back the room of so many completions, to those that wait."""
        del self._arrivals[ticket]
        self.pending -= count
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self.pending + self._waiting[0][0] <= self.most:
            count, turn = self._waiting.popleft()
            if not turn.done():
                self.pending += count
                turn.set_result(True)

    def _refusal(self) -> HTTPException:
        detail = f"{self.pending} checks are pending; try again"
        return HTTPException(503, detail, {"Retry-After": "1"})


def _settle(turn: "asyncio.Future[bool]", value: bool) -> None:
    if not turn.done():
        turn.set_result(value)
