"""The stream to the agent in a container: frames out, multiplexed frames back, with deadlines."""

import contextlib
import socket
import struct
import time
from typing import Any

from ..forkserver import container_agent as agent
from ..forkserver.protocol import ServerGoneError

_STDOUT, _STDERR = 1, 2
_CHUNK = 1 << 18
_KEPT = 4096


class FrameStream:
    """An attached container, as a pair of frame streams. Not for several threads at once."""

    def __init__(self, client: Any, identity: str) -> None:
        parameters = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        self._held = client.api.attach_socket(identity, parameters)
        # The SDK returns a reader around the connection, or under TLS the connection itself.
        self._socket: socket.socket = getattr(self._held, "_sock", self._held)
        self._raw = bytearray()
        self._plain = bytearray()
        self._said = bytearray()

    def send(self, kind: bytes, body: bytes = b"") -> None:
        """Write one frame. Raises ServerGoneError."""
        try:
            self._socket.settimeout(60.0)
            self._socket.sendall(agent.HEAD.pack(kind, len(body)))
            if body:
                self._socket.sendall(body)
        except OSError as problem:
            raise ServerGoneError(f"the container takes no orders: {problem}") from problem

    def receive(self, seconds: float) -> tuple[bytes, bytes]:
        """The next frame, within `seconds`. Raises ServerGoneError."""
        deadline = time.monotonic() + seconds
        head = self._take(agent.HEAD.size, deadline)
        kind, length = agent.HEAD.unpack(head)
        if length > agent.LARGEST:
            raise ServerGoneError(f"the container announces {length} bytes")
        body = self._take(length, deadline)
        if kind == agent.FAILURE:
            raise ServerGoneError(body.decode("utf-8", "replace"))
        return kind, body

    def _take(self, count: int, deadline: float) -> bytes:
        while len(self._plain) < count:
            self._demultiplex()
            if len(self._plain) >= count:
                break
            self._raw += self._read(deadline)
        taken = bytes(self._plain[:count])
        del self._plain[:count]
        return taken

    def _read(self, deadline: float) -> bytes:
        left = deadline - time.monotonic()
        try:
            self._socket.settimeout(max(left, 0.001))
            part = self._socket.recv(_CHUNK)
        except TimeoutError:
            raise ServerGoneError("the container does not answer in time") from None
        except OSError as problem:
            raise ServerGoneError(f"the connection to the container broke: {problem}") from problem
        if not part:
            said = self._said.decode("utf-8", "replace").strip().splitlines()[-1:]
            why = f": {said[0]}" if said else ""
            raise ServerGoneError(f"the container ended{why}")
        return part

    def _demultiplex(self) -> None:
        """Move whole pieces from the raw stream to the stream that they belong to."""
        while len(self._raw) >= 8:
            stream, length = self._raw[0], struct.unpack(">I", self._raw[4:8])[0]
            if len(self._raw) < 8 + length:
                return
            piece = self._raw[8 : 8 + length]
            del self._raw[: 8 + length]
            if stream == _STDOUT:
                self._plain += piece
            elif stream == _STDERR:
                self._said = (self._said + piece)[-_KEPT:]
            else:
                raise ServerGoneError(f"the engine sends an unknown stream {stream}")

    def close(self) -> None:
        """Close; the agent reads the end of its stdin and ends too."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.forget()

    def forget(self) -> None:
        """Close our descriptor without ending the connection: for a forked copy of us."""
        with contextlib.suppress(OSError):
            self._held.close()
            self._socket.close()
