"""The process that programs are copies of: it forks when the server says so, and little else.

What a process touches after a fork has to be copied, page by page, as long as the child lives; a
server that forks by itself pays for that more than for the forks. So the forks are those of a
process that touches next to nothing: a list of system calls in machine code (see `batch`). What
it forks are children of the server all the same.
"""

import _random
import contextlib
import ctypes
import functools
import gc
import json
import os
import random
import signal
import socket
import struct
import sys
import threading
import types
from collections.abc import Iterator
from typing import NoReturn, Protocol

from . import isolation, kernel, programs, rootfs
from .batch import MUST_GIVE, Batch, Inbox
from .confinement import LINE, PAYLOAD, REPORT, Confinement

_ORDERS = 3
_FORKS_IN_A_ROW = 64
"""How many forks one list of calls holds: in between the interpreter touches its pages."""
_THREAD_RECORD = 1024
"""Bytes of libc's record of a thread, among the first of which is the thread's number."""
_TO_PARENT, _TO_CHILD, _UNTIL_END, _SIBLING = 0x00100000, 0x01000000, 0x00200000, 0x8000


_seed = functools.partial(_random.Random.seed, random._inst)
"""`random.seed()` without the lines of Python around it."""


class Pattern:
    """What a child is a copy of: the preludes that were run, and the walls written down."""

    def __init__(self, walls: isolation.Isolation, base_bytes: int) -> None:
        self._walls = walls
        self._base_bytes = base_bytes
        self._preludes: dict[str, types.ModuleType | str] = {}
        self._limits: dict[str, float] = {}
        self._confinement: Confinement | None = None
        self._main = programs.main_module()
        self._serve = programs.Server(programs.CHANNEL)

    @property
    def has_namespaces(self) -> bool:
        """Whether every child is in a pid namespace of its own."""
        return self._walls.has("pid namespace")

    def learn(self, key: str, descriptor: int) -> None:
        """Run a prelude, for the children that are forked from now on."""
        source, _ = programs.unpack(descriptor)
        if len(self._preludes) >= programs.PRELUDES_KEPT:
            self._preludes.pop(next(iter(self._preludes)))
        try:
            self._preludes[key] = programs.run_prelude(source)
        except BaseException as problem:
            self._preludes[key] = f"{type(problem).__name__}: {problem}"
        settle()

    def view(self) -> None:
        """The working folder is another one. Raises KernelError."""
        self._walls.view(rootfs.WORK)
        self._confinement = None

    def restrict(self, limits: dict[str, float]) -> None:
        """The limits of the children that are forked from now on."""
        if self._confinement is None or self._limits != limits:
            made = self._walls.confinement(limits, self._base_bytes, rootfs.WORK)
            self._limits, self._confinement = limits, made

    def live(self, line: int, report: int) -> NoReturn:
        """In the fork: go behind the walls, wait for a program, run it."""
        status = 1
        try:
            assert self._confinement is not None
            self._confinement.expect(line, report)
            key, channel = self._confinement.enter()
            _seed()  # no hook of the interpreter has done it
            source, files = programs.unpack(PAYLOAD)
            programs.lay_files(rootfs.WORK, files)
            module = self._preludes[key] if key else self._main
            if isinstance(module, str):
                raise RuntimeError(f"the prelude failed: {module}")
            self._preludes = {}
            serve = self._serve if channel else None
            sys.argv = [programs.NAME]
            sys.path.insert(0, rootfs.WORK)
            os.write(REPORT, b"R")
            os.close(REPORT)
            if serve is None:
                os.close(LINE)
        except BaseException as problem:
            with contextlib.suppress(OSError):
                os.write(REPORT, f"{type(problem).__name__}: {problem}".encode("utf-8", "replace"))
            os._exit(1)
        try:
            status = programs.run_main(source, module, serve)
        finally:
            os._exit(status)


def settle() -> None:
    """Let no child inherit garbage, walk through what is there, or copy what nobody uses."""
    gc.collect()
    gc.freeze()
    kernel.give_back_memory()


class Forks(Protocol):
    """Where the server's children come from."""

    def learn(self, key: str, descriptor: int) -> None: ...
    def view(self) -> None: ...
    def restrict(self, limits: dict[str, float]) -> None: ...
    def fork(self, line: int, report: int, init: int) -> int: ...


class OwnForks(Pattern):
    """The server forks by itself: where the kernel gives a process no siblings (gVisor)."""

    def fork(self, line: int, report: int, init: int) -> int:
        """A child in the namespace that is open, with these descriptors; gives its pid."""
        pid = kernel.fork()
        if pid == 0:
            self.live(line, report)
        return pid


class Zygote:
    """The zygote as its server sees it."""

    def __init__(self, pattern: Pattern, walls: isolation.Isolation) -> None:
        """Fork it. Raises OSError where this machine has no way for it."""
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._limits: dict[str, float] | None = None
        offsets = _holding_own_number()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _ForksToOrder(theirs, pattern, offsets).serve()
            finally:
                os._exit(1)
        theirs.close()
        try:
            self._prove(walls)
        except OSError:
            self._orders.close()
            os.waitpid(self._pid, 0)
            raise

    def _prove(self, walls: isolation.Isolation) -> None:
        """See that it can enter a namespace and fork children that are ours."""
        init = walls.open_namespace()
        try:
            walls.leave_namespace(init)
            with _pid_descriptors(init) as handed:
                child = _number(self._order({"prove": True}, *handed))
            os.waitpid(child, 0)
        finally:
            isolation.end_namespace(init)

    def learn(self, key: str, descriptor: int) -> None:
        """As `Pattern.learn`."""
        self._order({"learn": key}, descriptor)

    def view(self) -> None:
        """As `Pattern.view`."""
        self._limits = None
        self._order({"view": True})

    def restrict(self, limits: dict[str, float]) -> None:
        """As `Pattern.restrict`."""
        if limits != self._limits:
            self._order({"restrict": limits})
            self._limits = dict(limits)

    def fork(self, line: int, report: int, init: int) -> int:
        """A child in the namespace of `init`, with these descriptors; gives its pid."""
        with _pid_descriptors(init) as handed:
            socket.send_fds(self._orders, [b"F"], [line, report, *handed])
            return _number(self._answer())

    def _order(self, order: dict[str, object], *descriptors: int) -> bytes:
        self._orders.send(b"")  # which ends the list of calls that waits
        socket.send_fds(self._orders, [json.dumps(order).encode()], descriptors)
        return self._answer()

    def _answer(self) -> bytes:
        answer = self._orders.recv(4096)
        if not answer:
            raise ConnectionError("the zygote is gone")
        if answer[:1] == _FAILED:
            raise kernel.KernelError(1, answer[1:].decode())
        return answer


_FORKED, _DONE, _FAILED = b"P", b"D", b"E"
_FORKED_FORM = struct.Struct("@4si")


@contextlib.contextmanager
def _pid_descriptors(init: int) -> Iterator[list[int]]:
    """A descriptor of a process, by which its namespace is entered; none of no process."""
    handed = [os.pidfd_open(init)] if init else []
    try:
        yield handed
    finally:
        for descriptor in handed:
            os.close(descriptor)


def _number(answer: bytes) -> int:
    return int(_FORKED_FORM.unpack(answer)[1])


class _ForksToOrder:
    """What runs in the zygote."""

    def __init__(self, orders: socket.socket, pattern: Pattern, offsets: set[int]) -> None:
        os.dup2(orders.detach(), _ORDERS, inheritable=False)
        kernel.close_from(_ORDERS + 1)
        self._orders = socket.socket(fileno=_ORDERS)
        self._pattern = pattern
        self._answer = ctypes.create_string_buffer(_FORKED_FORM.pack(_FORKED, 0))
        self._clone = _clone_arguments(self._answer, offsets & _holding_own_number())

    def serve(self) -> NoReturn:
        """Fork and obey until the server is gone."""
        batch, inbox = self._calls()
        while True:
            stopped, number = batch.run()
            if stopped == "clone" and number == 0:
                self._pattern.live(*_RECEIVED[:2])
            if stopped == "recvmsg" and number == 0:
                self._obey()
            elif stopped:
                for descriptor in inbox.descriptors():
                    os.close(descriptor)
                self._say(_FAILED, f"{stopped}: {os.strerror(number)}")
            inbox.reset()

    def _calls(self) -> tuple[Batch, Inbox]:
        """Many rounds of: wait for an order, enter the namespace, fork, say the number."""
        namespace = self._pattern.has_namespaces
        count = 3 if namespace else 2
        batch = Batch()
        inbox = Inbox(batch, 1, count)
        answer = batch.hold(self._answer)
        for _ in range(_FORKS_IN_A_ROW):
            inbox.receive(batch, _ORDERS)
            if namespace:
                batch.add("setns", _RECEIVED[-1], kernel.CLONE_NEWPID)
            batch.add("clone", *self._clone, decides=MUST_GIVE)
            batch.add("sendto", _ORDERS, answer, _FORKED_FORM.size, socket.MSG_NOSIGNAL)
            for descriptor in _RECEIVED[:count]:
                batch.add("close", descriptor)
        return batch.close(), inbox

    def _obey(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self._orders, 65536, 1)
        if not message:
            os._exit(0)
        order = json.loads(message)
        try:
            if "learn" in order:
                self._pattern.learn(order["learn"], descriptors[0])
            elif "restrict" in order:
                self._pattern.restrict(order["restrict"])
            elif "prove" in order:
                self._prove(*descriptors)
                return
            else:
                self._pattern.view()
        except OSError as problem:
            self._say(_FAILED, str(problem))
        else:
            self._say(_DONE)

    def _prove(self, *namespace: int) -> None:
        for descriptor in namespace:
            kernel.setns(descriptor, kernel.CLONE_NEWPID)
            os.close(descriptor)
        if kernel.syscall("clone", *map(ctypes.c_ulong, self._clone)) == 0:
            os._exit(0)
        self._orders.send(self._answer.raw[: _FORKED_FORM.size])

    def _say(self, kind: bytes, text: str = "") -> None:
        with contextlib.suppress(ConnectionError):
            self._orders.send(kind + text.encode())


def _clone_arguments(answer: "ctypes.Array[ctypes.c_char]", offsets: set[int]) -> tuple[int, ...]:
    """Of clone(2), for what libc's fork does, but that the child becomes our sibling.

    Raises KernelError where libc keeps the number of a thread nowhere that can be found.
    """
    if len(offsets) != 1:
        raise kernel.KernelError(38, f"libc keeps a thread's number in {len(offsets)} places")
    flags = _TO_PARENT | _TO_CHILD | _UNTIL_END | _SIBLING | signal.SIGCHLD
    to_parent = ctypes.addressof(answer) + 4
    to_child = _thread_record() + offsets.pop()
    if kernel.MACHINE == "aarch64":
        return flags, 0, to_parent, 0, to_child
    return flags, 0, to_parent, to_child, 0


def _thread_record() -> int:
    get = ctypes.PyDLL(None).pthread_self
    get.restype = ctypes.c_ulong
    return int(get())


def _holding_own_number() -> set[int]:
    """Where libc's record of this thread holds its number, by which locks know their owner."""
    record = ctypes.string_at(_thread_record(), _THREAD_RECORD)
    own = struct.pack("@i", threading.get_native_id())
    return {at for at in range(0, _THREAD_RECORD, 4) if record[at : at + 4] == own}


_RECEIVED = (_ORDERS + 1, _ORDERS + 2, _ORDERS + 3)
"""The line of a child, its report, and the first process of its namespace."""
