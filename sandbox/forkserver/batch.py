"""Lists of system calls, prepared ahead and made in one go.

A child of a fork copies every page that it touches, and the interpreter touches a page on almost
every line it runs. So the confinement of a child is a list that the server prepares before the
fork. On x86-64 a few bytes of machine code walk through it; elsewhere, and where machine code is
switched off, a loop in Python does.
"""

import ctypes
import functools
import mmap
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

from . import kernel

MUST_SUCCEED, MAY_FAIL, MUST_BE_POSITIVE, PARKS_CHILD = 0, 1, 2, 3
"""When a call stops the list: on failure, never, or on zero too. `PARKS_CHILD` is for a clone(2)
that shares memory: its child, whose result is zero, closes every descriptor but the first and
pauses there until it is killed, without a stack of its own."""
_WORDS = 8  # number, six arguments, one of the above
_MACHINE_CODE = {  # run(list, count): 0, or what is left of the list << 32 | errno
    "x86_64": (
        "53 4154 4889fb 4989f4"  # push rbx; push r12; rbx = list; r12 = count
        "4d85e4 744f"  # next: test r12, r12; jz done
        "488b03 488b7b08 488b7310 488b5318"  # rax, rdi, rsi, rdx = the call's words
        "4c8b5320 4c8b4328 4c8b4b30 0f05"  # r10, r8, r9; syscall
        "488b4b38 4885c0 7817 750c"  # rcx = the rule; test rax, rax; js below; jnz good
        "4883f902 7415 4883f903 7421"  # cmp rcx, 2; je stop; cmp rcx, 3; je stay
        "4883c340 49ffcc ebbe"  # good: rbx += 64; r12 -= 1; jmp next
        "4883f901 74f1"  # below: cmp rcx, 1; je good
        "48f7d8 49c1e420 4c09e0 eb02"  # stop: rax = -rax | r12 << 32; jmp out
        "31c0 415c 5b c3"  # done: rax = 0; out: pop r12, rbx; ret
        "b8b4010000 bf01000000 beffffffff 31d2 0f05"  # stay: close_range(1, the last, 0)
        "b822000000 0f05 ebf7"  # again: pause(); jmp again
    ),
}


_allowed = True


def allow_machine_code(allowed: bool) -> None:
    """Switch machine code on or off for the lists that this process makes from now on."""
    global _allowed
    _allowed = allowed


def has_machine_code() -> bool:
    """Whether lists run as machine code, which `PARKS_CHILD` needs."""
    return _runner() is not None


def _runner() -> Callable[[int, int], int] | None:
    return _machine_code() if _allowed else None


@functools.cache
def _machine_code() -> Callable[[int, int], int] | None:
    """The runner, called without releasing the interpreter lock; None where there is none.

    The page is private: a program could write to one that it shared with the server, and so into
    the confinement of the next program.
    """
    text = bytes.fromhex(_MACHINE_CODE.get(kernel.MACHINE, ""))
    if not text:
        return None
    try:
        own = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        page = mmap.mmap(-1, mmap.PAGESIZE, flags=own, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        page.write(text)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        kernel.protect(address, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_EXEC)
    except OSError:
        return None  # this machine lets no process write code
    kind = ctypes.PYFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64)
    run = kind(address)
    run.page = page  # type: ignore[attr-defined]  # must live as long
    return run


class SyscallBatch:
    """A list of system calls with their arguments; pointers lead into memory that it holds."""

    def __init__(self) -> None:
        self._runner = _runner()
        self._names: list[str] = []
        self._words: list[int] = []
        self._held: list[object] = []
        self._table = (ctypes.c_uint64 * 0)()
        self._address = 0

    def add(self, name: str, *arguments: int, rule: int = MUST_SUCCEED) -> int:
        """Append a call; returns its place, for `set`."""
        padded = [*arguments, *(0 for _ in range(6 - len(arguments)))]
        self._words += [kernel.number(name), *padded, rule]
        self._names.append(name)
        return len(self._names) - 1

    def hold(self, data: "ctypes.Array[Any] | ctypes.Structure") -> int:
        """Keep what a pointer points to; returns the pointer."""
        self._held.append(data)
        return ctypes.addressof(data)

    def close(self) -> "SyscallBatch":
        """Build the table; nothing can be added afterwards."""
        self._table = (ctypes.c_uint64 * len(self._words))(*(w % 2**64 for w in self._words))
        self._address = ctypes.addressof(self._table)
        return self

    def set(self, place: int, argument: int, value: int) -> None:
        """Change one argument of one call."""
        self._table[place * _WORDS + 1 + argument] = value

    def run(self) -> tuple[str, int]:
        """Make the calls; returns ("", 0), or the call that stopped the list and its errno."""
        if self._runner is None:
            return self._walk()  # which cannot do `PARKS_CHILD`
        result = self._runner(self._address, len(self._names))
        return (self._names[-(result >> 32)], result & 0xFFFFFFFF) if result else ("", 0)

    def _walk(self) -> tuple[str, int]:
        """Make the calls without machine code."""
        for place, name in enumerate(self._names):
            words = self._table[place * _WORDS : (place + 1) * _WORDS]
            result, number = kernel.raw_syscall(words[:7])
            rule = words[7]
            if (result < 0 and rule != MAY_FAIL) or (result == 0 and rule == MUST_BE_POSITIVE):
                return name, number if result < 0 else 0
        return "", 0


_CONTROL_HEAD = socket.CMSG_LEN(0)


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


def rights_of(descriptors: tuple[int, ...]) -> bytes:
    """How `Inbox.rights` begins after a message with these descriptors."""
    count = len(descriptors)
    length = socket.CMSG_LEN(4 * count)
    head = struct.pack("@Nii", length, socket.SOL_SOCKET, socket.SCM_RIGHTS)
    return head.ljust(_CONTROL_HEAD, b"\0") + struct.pack(f"{count}i", *descriptors)


def send_descriptor(batch: SyscallBatch, channel: int, descriptor: int) -> None:
    """Append a call that sends one descriptor, with one byte of text, over a socket."""
    text = ctypes.create_string_buffer(b"d", 1)
    control = ctypes.create_string_buffer(
        struct.pack("@NiiI", socket.CMSG_LEN(4), socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor),
        socket.CMSG_SPACE(4),
    )
    message = _Message(
        vectors=batch.hold(_Vector(batch.hold(text), 1)),
        vector_count=1,
        control=batch.hold(control),
        control_length=len(control),
    )
    batch.add("sendmsg", channel, batch.hold(message), socket.MSG_NOSIGNAL)


class Inbox:
    """Where a batch receives a message of `text` bytes with at most `most` descriptors.

    The descriptors get the lowest free numbers, as the kernel assigns them.
    """

    def __init__(self, batch: SyscallBatch, text: int, most: int) -> None:
        self._text = ctypes.create_string_buffer(text)
        self.address = ctypes.addressof(self._text)
        """Of the text."""
        self._control = ctypes.create_string_buffer(socket.CMSG_SPACE(4 * most))
        vector = _Vector(batch.hold(self._text), text)
        self._message = _Message(
            vectors=batch.hold(vector),
            vector_count=1,
            control=batch.hold(self._control),
            control_length=len(self._control),
        )
        self._address = batch.hold(self._message)
        self._seen, self._rights = memoryview(self._text), memoryview(self._control)

    def receive(self, batch: SyscallBatch, channel: int) -> None:
        """Append a call that waits for a message; an empty one stops the list."""
        batch.add("recvmsg", channel, self._address, 0, rule=MUST_BE_POSITIVE)

    def text(self) -> bytes:
        """The received text, followed by what the buffer held behind it."""
        return bytes(self._seen)

    def descriptors(self) -> tuple[int, ...]:
        """The numbers of the received descriptors."""
        count = (self._message.control_length - _CONTROL_HEAD) // 4
        if count <= 0:
            return ()
        length = int.from_bytes(self._rights[:4], sys.byteorder)  # the rest is padding
        count = (length - _CONTROL_HEAD) // 4
        return struct.unpack_from(f"{count}i", self._rights, _CONTROL_HEAD)

    def rights(self) -> bytes:
        """What came with the text, as the kernel wrote it: see `rights_of`."""
        return bytes(self._rights)

    def reset(self) -> None:
        """Make room again, after a message with fewer descriptors."""
        self._message.control_length = len(self._control)
