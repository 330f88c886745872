"""The bytes that cross to a child and to a container: encoded, decoded, refused when malformed."""

import os
import socket
import struct
import threading
import time
from typing import Any

import pytest
from assay.sandbox.docker.frame_stream import FrameStream
from assay.sandbox.forkserver import container_agent as agent
from assay.sandbox.forkserver import programs
from assay.sandbox.forkserver.client import sealed
from assay.sandbox.forkserver.protocol import Ending, RunRequest, ServerGoneError

FILES = {"a": b"", "deep/b.bin": bytes(range(256)), "\udcff name": b"\n" * 9}


@pytest.mark.parametrize("files", [{}, FILES])
@pytest.mark.parametrize("source", [b"", b"print(1)", bytes(100_000)])
def test_a_program_is_packed_and_unpacked(source: bytes, files: dict[str, bytes]) -> None:
    packed = programs.pack(source, files)
    descriptor = sealed(packed, "program")
    assert programs.unpack(descriptor) == (source, list(files.items()))
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(descriptor)  # it was closed


def test_the_layout_of_a_packed_program_is_fixed() -> None:
    packed = programs.pack(b"ab", {"n": b"xyz"})
    assert packed == struct.pack("<II", 2, 1) + b"ab" + struct.pack("<II", 1, 3) + b"nxyz"


def test_files_are_written_where_their_names_say(tmp_path: Any) -> None:
    programs.lay_files(str(tmp_path), [("a/b/c", b"1"), ("d", b"2")])
    assert (tmp_path / "a/b/c").read_bytes() == b"1"
    assert (tmp_path / "d").read_bytes() == b"2"


def test_a_sealed_file_cannot_be_changed() -> None:
    descriptor = sealed(b"abc", "x")
    for change in (
        lambda: os.write(descriptor, b"d"),
        lambda: os.ftruncate(descriptor, 1),
        lambda: os.ftruncate(descriptor, 9),
    ):
        with pytest.raises(PermissionError):
            change()
    assert os.read(descriptor, 9) == b"abc"
    os.close(descriptor)


def test_the_end_of_a_channel_repeats_the_nonce() -> None:
    ours, theirs = socket.socketpair()
    serve = programs.Serve(theirs.fileno())
    thread = threading.Thread(target=serve, args=(lambda question: question * 2,))
    thread.start()
    for question in (b"", b"ab", b"z" * 200_000):
        nonce = os.urandom(programs.NONCE)
        ours.sendall(struct.pack("<I", len(question)) + nonce + question)
        head = ours.recv(20, socket.MSG_WAITALL)
        assert head == struct.pack("<I", 2 * len(question)) + nonce
        assert ours.recv(len(question) * 2, socket.MSG_WAITALL) == question * 2
    ours.close()
    thread.join(10)
    assert not thread.is_alive()
    with pytest.raises(RuntimeError, match="already"):
        serve(lambda question: question)
    theirs.close()


def test_a_program_may_exchange_step_by_step() -> None:
    ours, theirs = socket.socketpair()
    exchange = programs.Serve(theirs.fileno()).exchange
    first, second = os.urandom(programs.NONCE), os.urandom(programs.NONCE)
    ours.sendall(struct.pack("<I", 1) + first + b"a")
    assert exchange(None) == b"a"
    ours.sendall(struct.pack("<I", 1) + second + b"b")
    assert exchange(b"reply") == b"b"
    assert ours.recv(99) == struct.pack("<I", 5) + first + b"reply"
    for wrong in ("text", 5):
        with pytest.raises(TypeError, match="not bytes"):
            exchange(wrong)
    ours.shutdown(socket.SHUT_WR)
    with pytest.raises(SystemExit) as left:
        exchange(b"")
    assert left.value.code == 0
    assert ours.recv(99) == bytes(4) + second
    for one in (ours, theirs):
        one.close()


@pytest.mark.parametrize("parts", [(), (b"",), (b"ab", b"", bytes(9999))])
def test_a_body_is_joined_and_split(parts: tuple[bytes, ...]) -> None:
    head: dict[str, object] = {"name": "x", "number": 2.5}
    assert agent.split(agent.join(head, *parts)) == (head, list(parts))


@pytest.mark.parametrize("body", [b"", b"abc"])
def test_a_body_without_a_head_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="without a head"):
        agent.split(body)


def test_a_body_of_another_length_is_refused() -> None:
    body = agent.join({}, b"abc")
    for wrong in (body + b"d", body[:-1]):
        with pytest.raises(ValueError, match="another length"):
            agent.split(wrong)


def test_requests_and_endings_arrive_as_they_were() -> None:
    request = RunRequest(b"s", {"cpu_seconds": 1.5}, {"f": b"1", "g": b"22"}, b"in", b"prelude")
    assert agent.unpack_request(agent.pack_request(request)) == request
    ending = Ending(9, 0.5, 1.5, 7, "cpu", "R", b"\xff out", b"err", "detail")
    assert agent.unpack_ending(agent.pack_ending(ending)) == ending


class _Engine:
    """An engine whose containers all answer over one socket."""

    def __init__(self, attached: socket.socket) -> None:
        self.api = self
        self._attached = attached

    def attach_socket(self, identity: str, parameters: dict[str, int]) -> socket.socket:
        return self._attached


@pytest.fixture
def stream() -> Any:
    ours, theirs = socket.socketpair()
    opened = FrameStream(_Engine(ours), "id")
    with theirs:
        yield opened, theirs
    opened.close()


def _piece(stream: int, content: bytes) -> bytes:
    """As an engine multiplexes the output of a container."""
    return bytes([stream, 0, 0, 0]) + struct.pack(">I", len(content)) + content


def test_frames_are_sent_whole(stream: Any) -> None:
    opened, theirs = stream
    opened.send(b"Q", b"body")
    opened.send(b"X")
    assert theirs.recv(99) == b"Q\x04\x00\x00\x00bodyX\x00\x00\x00\x00"


@pytest.mark.parametrize("size", [1, 3, 8, 9, 1000])
def test_frames_are_received_however_they_are_cut(stream: Any, size: int) -> None:
    opened, theirs = stream
    plain = b"A\x03\x00\x00\x00abcN\x00\x00\x00\x00"
    sent = b"".join(
        _piece(2, b"noise") + _piece(1, plain[at : at + 2]) for at in range(0, len(plain), 2)
    )
    for at in range(0, len(sent), size):
        theirs.sendall(sent[at : at + size])
    assert opened.receive(5) == (b"A", b"abc")
    assert opened.receive(5) == (b"N", b"")


def test_a_stream_that_ends_says_what_the_container_wrote(stream: Any) -> None:
    opened, theirs = stream
    theirs.sendall(_piece(2, b"first\nlast words\n"))
    theirs.close()
    with pytest.raises(ServerGoneError, match="ended: last words"):
        opened.receive(5)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (_piece(1, b"F\x03\x00\x00\x00why"), "why"),
        (_piece(3, b"x"), "unknown stream 3"),
        (_piece(1, b"A" + struct.pack("<I", agent.LARGEST + 1)), "announces"),
    ],
)
def test_a_stream_that_breaks_the_rules_is_given_up(stream: Any, sent: bytes, said: str) -> None:
    opened, theirs = stream
    theirs.sendall(sent)
    with pytest.raises(ServerGoneError, match=said):
        opened.receive(5)


def test_a_stream_has_a_deadline(stream: Any) -> None:
    opened, theirs = stream
    theirs.sendall(_piece(1, b"A\x03\x00\x00\x00ab"))
    begun = time.monotonic()
    with pytest.raises(ServerGoneError, match="in time"):
        opened.receive(0.2)
    assert time.monotonic() - begun >= 0.2
