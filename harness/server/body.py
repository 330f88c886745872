"""JSON that any input passes through, and limits on the bodies that are read."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import Response
from fastapi.responses import JSONResponse

from .messages import Json


class SafeJson(JSONResponse):
    """JSON that any input can pass through: NaN becomes null, lone surrogates are escaped."""

    def render(self, content: Any) -> bytes:
        try:
            return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:
            return json.dumps(content, ensure_ascii=True, default=str).encode()


class ClientGoneError(Exception):
    """The client left before its body was complete; there is nobody to answer."""


class BodyLimit:
    """Refuses a body over `limit` bytes with 413, and with 503 when all bodies pass `held` bytes.

    A refused body is not read any further.
    """

    def __init__(self, app: Any, limit: int, held: int) -> None:
        self.app = app
        self.limit = limit
        self.room = held

    async def __call__(self, scope: Json, receive: Any, send: Any) -> None:
        """The ASGI entry point."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        try:
            refusal = await self._read(receive, body)
            if refusal is None:
                await self.app(scope, _replay(bytes(body), receive), send)
            else:
                await refusal(scope, receive, send)
        except ClientGoneError:
            return
        except asyncio.CancelledError:  # the grace time after a stop signal is over
            detail = {"detail": "the server is stopping; try another"}
            await SafeJson(detail, 503, {"Retry-After": "1"})(scope, receive, send)
        finally:
            self.room += len(body)

    async def _read(self, receive: Any, body: bytearray) -> Response | None:
        """Read the body and take room for it; returns a refusal when there is no room."""
        message: Json = {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            piece = message.get("body", b"")
            if len(body) + len(piece) > self.limit:
                return SafeJson({"detail": f"the body is over {self.limit} bytes"}, 413)
            if len(piece) > self.room:
                detail = {"detail": "too many bytes are held; try again"}
                return SafeJson(detail, 503, {"Retry-After": "1"})
            self.room -= len(piece)
            body += piece
        return None


def _replay(body: bytes, receive: Any) -> Callable[[], Awaitable[Json]]:
    """A `receive` that returns the body that was read, then what follows."""
    pieces = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def replay() -> Json:
        return next(pieces, None) or await receive()

    return replay
