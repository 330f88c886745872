"""How a request reaches a server and comes back: what each client library is wrapped into."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from .refusals import Refusal


class RefusedError(Exception):
    """The server answered with an error."""

    def __init__(self, refusal: Refusal, wait: float | None = None) -> None:
        """`wait` is the number of seconds that the server asks to wait, where it asks."""
        super().__init__(refusal.words)
        self.refusal = refusal
        self.wait = wait


class UnreachableError(Exception):
    """No connection could be made, or it broke before the answer; the message is the cause."""


class SilentError(Exception):
    """The connection stands, but no answer came in time."""


class DamagedError(Exception):
    """The client library could not read the answer; the message says why."""


class Transport(Protocol):
    """Sends one request."""

    async def send(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer in one of the forms of the OpenAI API, for a request in that form.

        Raises RefusedError, UnreachableError, SilentError, DamagedError, or
        MalformedResponseError for a body that cannot be an answer.
        """
        ...


class Connect(Protocol):
    """Opens a transport within the event loop that uses it."""

    def __call__(self) -> AbstractAsyncContextManager[Transport]:
        """The transport, closed at the end of the block."""
        ...
