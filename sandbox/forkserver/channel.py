"""The harness's end of a channel: one question out, one reply back, over a non-blocking socket.

A frame is the length of its body (4 bytes, little-endian), a nonce, and the body. Each question
carries a fresh random nonce; a reply counts only if it repeats the nonce of the open question.
"""

import os
import socket
import struct

from .programs import LARGEST_FRAME, NONCE

HEAD = 4 + NONCE
_CHUNK = 1 << 16
_LARGEST_STEP = 1 << 20
_PEEK = int(socket.MSG_DONTWAIT | socket.MSG_PEEK)

UNASKED = "it sent bytes that nobody had asked for"
WRONG_REPLY = "it answered a question it was not asked"
SURPLUS = "it sent bytes after its answer"
NO_REPLY = "it closed the channel without an answer"


def has_unread(connection: socket.socket) -> bool:
    """Whether the program has sent bytes that no question asked for."""
    try:
        return bool(connection.recv(1, _PEEK))
    except OSError:
        return False


class Exchange:
    """One question and its reply. Nothing here waits; the caller polls the connection."""

    def __init__(self, connection: socket.socket, question: bytes) -> None:
        """Start sending. Raises ValueError if the question is too large."""
        if len(question) > LARGEST_FRAME:
            raise ValueError(f"a question of {len(question)} bytes; at most {LARGEST_FRAME}")
        self._connection = connection
        self._nonce = os.urandom(NONCE)
        self._outgoing = memoryview(struct.pack("<I", len(question)) + self._nonce + question)
        self._incoming = bytearray()
        self._wanted = HEAD
        self.violation = ""
        """The rule of the channel that the program broke, or ""."""
        self.push()

    @property
    def sending(self) -> bool:
        """Whether part of the question is still to be sent."""
        return bool(self._outgoing)

    @property
    def finished(self) -> bool:
        """Whether the whole reply is here, or a rule was broken."""
        return bool(self.violation) or len(self._incoming) >= self._wanted

    def push(self) -> None:
        """Send as much of the question as the socket takes now."""
        try:
            sent = self._connection.send(self._outgoing[:_LARGEST_STEP])
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._outgoing)  # the program closed its end; its ending will say so
        self._outgoing = self._outgoing[sent:]

    def pull(self) -> bool:
        """Receive what has arrived; False if the program has closed its end."""
        try:
            missing = self._wanted - len(self._incoming)
            part = self._connection.recv(min(max(missing + 1, _CHUNK), _LARGEST_STEP))
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not part:
            return False
        self._incoming += part
        self._check()
        return True

    def _check(self) -> None:
        if self.sending:  # it cannot have read the question
            self.violation = WRONG_REPLY
        elif len(self._incoming) >= HEAD:
            (length,) = struct.unpack_from("<I", self._incoming)
            if self._incoming[4:HEAD] != self._nonce or length > LARGEST_FRAME:
                self.violation = WRONG_REPLY
            self._wanted = HEAD + length
            if not self.violation and len(self._incoming) > self._wanted:
                self.violation = SURPLUS

    def reply(self) -> bytes:
        """The body of the reply, once `finished` without a violation."""
        return bytes(self._incoming[HEAD : self._wanted])
