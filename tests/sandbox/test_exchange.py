"""One question and its reply over a socket, byte by byte, without a program."""

import os
import socket
import struct
from collections.abc import Iterator

import pytest
from assay.sandbox.forkserver import channel, programs
from assay.sandbox.forkserver.channel import HEAD, Exchange

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def _asked(pair: Pair, question: bytes = b"what") -> tuple[Exchange, bytes]:
    """An exchange whose question has been read, and the nonce of that question."""
    ours, theirs = pair
    exchange = Exchange(ours, question)
    assert not exchange.sending
    frame = theirs.recv(1 << 20)
    assert frame[:4] == struct.pack("<I", len(question))
    assert frame[HEAD:] == question
    return exchange, frame[4:HEAD]


def _frame(nonce: bytes, body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + nonce + body


@pytest.mark.parametrize("body", [b"", b"x", b"y" * 70_000])
def test_a_reply_with_the_nonce_counts(pair: Pair, body: bytes) -> None:
    exchange, nonce = _asked(pair)
    assert not exchange.finished
    pair[1].sendall(_frame(nonce, body))
    while not exchange.finished:
        assert exchange.pull()
    assert exchange.violation == ""
    assert exchange.reply() == body


def test_a_reply_may_come_in_single_bytes(pair: Pair) -> None:
    exchange, nonce = _asked(pair)
    frame = _frame(nonce, b"abc")
    for place in range(len(frame)):
        assert exchange.pull()  # nothing is there: no end, no violation
        assert not exchange.finished
        pair[1].sendall(frame[place : place + 1])
        assert exchange.pull()
    assert exchange.finished
    assert (exchange.violation, exchange.reply()) == ("", b"abc")


@pytest.mark.parametrize("place", range(programs.NONCE))
def test_every_byte_of_the_nonce_counts(pair: Pair, place: int) -> None:
    exchange, nonce = _asked(pair)
    wrong = nonce[:place] + bytes([nonce[place] ^ 1]) + nonce[place + 1 :]
    pair[1].sendall(_frame(wrong, b"abc"))
    assert exchange.pull()
    assert exchange.finished
    assert exchange.violation == channel.WRONG_REPLY


def test_every_question_has_a_nonce_of_its_own(pair: Pair) -> None:
    nonces = {_asked(pair)[1] for _ in range(20)}
    assert len(nonces) == 20
    assert {len(nonce) for nonce in nonces} == {16}


def test_bytes_after_the_reply_are_a_violation(pair: Pair) -> None:
    exchange, nonce = _asked(pair)
    pair[1].sendall(_frame(nonce, b"abc") + b"d")
    assert exchange.pull()
    assert exchange.finished
    assert exchange.violation == channel.SURPLUS


@pytest.mark.parametrize(("length", "broken"), [(0, False), (1, True)])
def test_a_reply_may_not_announce_too_much(pair: Pair, length: int, broken: bool) -> None:
    exchange, nonce = _asked(pair)
    pair[1].sendall(struct.pack("<I", programs.LARGEST_FRAME + length) + nonce)
    assert exchange.pull()
    assert exchange.finished is broken
    assert (exchange.violation == channel.WRONG_REPLY) is broken


def test_a_reply_before_the_whole_question_was_sent_is_a_violation(pair: Pair) -> None:
    ours, theirs = pair
    exchange = Exchange(ours, bytes(8 << 20))
    assert exchange.sending
    nonce = theirs.recv(HEAD)[4:]
    theirs.sendall(_frame(nonce, b"abc"))
    assert exchange.pull()
    assert exchange.finished
    assert exchange.violation == channel.WRONG_REPLY


def test_a_large_question_is_sent_piece_by_piece(pair: Pair) -> None:
    ours, theirs = pair
    question = os.urandom(3 << 20)
    exchange = Exchange(ours, question)
    received = bytearray()
    while exchange.sending:
        received += theirs.recv(1 << 16)
        exchange.push()
    theirs.setblocking(False)
    while len(received) < HEAD + len(question):
        received += theirs.recv(1 << 16)
    assert received[HEAD:] == question
    assert not exchange.finished


def test_a_question_has_a_largest_size(pair: Pair) -> None:
    with pytest.raises(ValueError, match=str(programs.LARGEST_FRAME)):
        Exchange(pair[0], bytes(programs.LARGEST_FRAME + 1))
    Exchange(pair[0], bytes(programs.LARGEST_FRAME))


def test_a_closed_end_is_no_reply(pair: Pair) -> None:
    exchange, nonce = _asked(pair)
    pair[1].sendall(_frame(nonce, b"abc")[:-1])
    pair[1].close()
    assert exchange.pull()
    assert not exchange.pull()
    assert not exchange.finished


def test_an_end_that_is_closed_early_leaves_nothing_to_send(pair: Pair) -> None:
    pair[1].close()
    exchange = Exchange(pair[0], b"abc")
    assert not exchange.sending
    assert not exchange.pull()


def test_unread_bytes_are_seen_and_stay(pair: Pair) -> None:
    ours, theirs = pair
    assert not channel.has_unread(ours)
    theirs.sendall(b"a")
    assert channel.has_unread(ours)
    assert channel.has_unread(ours)
    assert ours.recv(9) == b"a"
    theirs.close()
    assert not channel.has_unread(ours)
