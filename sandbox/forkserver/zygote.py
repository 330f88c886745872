"""The process that programs are copies of: it forks when the server says so, and little else.

What a process touches after a fork has to be copied, page by page, as long as the child lives; a
server that forks by itself pays for that more than for the forks. So the forks are those of a
process that touches next to nothing: a list of system calls in machine code (see `batch`). What
it forks are children of the server all the same.
"""

import _random
import contextlib
import ctypes
import fcntl
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
from typing import NoReturn, Protocol

from . import isolation, kernel, programs, rootfs
from .batch import MUST_GIVE, STAYS, Batch, Inbox, has_machine_code
from .confinement import LINE, PAYLOAD, REPORT, Confinement

_ORDERS, _HOME = 3, 4
"""The descriptors that the zygote keeps, beside those that preludes may have left open."""
_FORKS_IN_A_ROW = 64
"""How many forks one list of calls holds: in between the interpreter touches its pages."""
_THREAD_RECORD = 1024
"""Bytes of libc's record of a thread, among the first of which is the thread's number."""
# CLONE_PARENT, CLONE_PARENT_SETTID, CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID, CLONE_VM
_SIBLING, _TO_PARENT, _TO_CHILD, _UNTIL_END = 0x8000, 0x00100000, 0x01000000, 0x00200000
_SAME_MEMORY = 0x100
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
    def home(self) -> int:
        """A descriptor of the server's own pid namespace; any other where it has none."""
        return max(self._walls.home, 0)

    @property
    def has_namespaces(self) -> bool:
        """Whether every child is in a pid namespace of its own."""
        return self._walls.has("pid namespace")

    def learn(self, key: str, descriptor: int) -> None:
        """Run a prelude, for the children that are forked from now on."""
        if self._preludes:
            _FILLING.clear()  # lest it grow with every prelude
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
        self._confinement = None
        self._walls.view(rootfs.WORK)

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
    _fill_holes()


_FILLING: list[bytes] = []
_POOL, _POOL_HEAD, _BYTES_HEAD = 16_384, 48, 33
"""Of CPython's allocator for small objects: what it cuts into pieces of one size, and of `bytes`
what comes before their content. Where they are others, less is filled."""


def _fill_holes() -> None:
    """Take the room that is left between objects, so that new ones lie side by side.

    Each hole that a child puts an object into costs it a copy of the page around.
    """
    for size in range(48, 513, 16):
        whole = (_POOL - _POOL_HEAD) // size - 1
        filling: list[bytes] = []
        last = run = 0
        while run < whole and len(filling) < 20 * whole:
            filling.append(bytes(size - _BYTES_HEAD))
            run = run + 1 if id(filling[-1]) == last + size else 0
            last = id(filling[-1])
        del filling[-(run + 1) :]  # a pool that was empty stays so
        _FILLING.extend(filling)


class Forks(Protocol):
    """Where the server's children come from."""

    def learn(self, key: str, descriptor: int) -> None: ...
    def view(self) -> None: ...
    def restrict(self, limits: dict[str, float]) -> None: ...
    def fork(self, line: int, report: int) -> tuple[int, int]: ...


class OwnForks(Pattern):
    """The server forks by itself: where the kernel gives a process no siblings (gVisor)."""

    def fork(self, line: int, report: int) -> tuple[int, int]:
        """A child with these descriptors: its pid, and that of the init of its namespace or 0."""
        init = self._walls.open_namespace()
        try:
            pid = kernel.fork()
            if pid == 0:
                self.live(line, report)
        except OSError:
            isolation.end_namespace(init)
            raise
        finally:
            self._walls.leave_namespace(init)
        return pid, init


class Zygote:
    """The zygote as its server sees it."""

    def __init__(self, pattern: Pattern) -> None:
        """Fork it. Raises OSError where this machine has no way for it."""
        if not (has_machine_code() and kernel.has_close_range()):
            raise kernel.KernelError(38, "no machine code for this machine")
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
            self._prove()
        except OSError:
            self._orders.close()
            os.waitpid(self._pid, 0)
            raise

    def _prove(self) -> None:
        """See that it forks children that are ours: without limits they end at once."""
        nothing = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        try:
            child, init = self.fork(nothing, nothing)
            os.waitpid(child, 0)
            isolation.end_namespace(init)
        finally:
            os.close(nothing)

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

    def fork(self, line: int, report: int) -> tuple[int, int]:
        """As `OwnForks.fork`."""
        socket.send_fds(self._orders, [_FORM.pack(_FORKED, 0, 0)], [line, report])
        return self._answer()

    def _order(self, order: dict[str, object], *descriptors: int) -> None:
        self._orders.send(b"")  # which ends the list of calls that waits
        socket.send_fds(self._orders, [json.dumps(order).encode()], descriptors)
        self._answer()

    def _answer(self) -> tuple[int, int]:
        answer = self._orders.recv(4096)
        if not answer:
            raise ConnectionError("the zygote is gone")
        kind, init, child = _FORM.unpack_from(answer)
        if kind == _FAILED:
            for started in filter(None, (child, init)):  # an init ends after what it holds
                os.kill(started, signal.SIGKILL)
                os.waitpid(started, 0)
            raise kernel.KernelError(1, answer[_FORM.size :].decode())
        return child, init


_FORM = struct.Struct("@4sii")
"""An order to fork, and any answer: its kind, the init of the new namespace, the child."""
_FORKED, _DONE, _FAILED = b"fork", b"done", b"fail"


class _ForksToOrder:
    """What runs in the zygote."""

    def __init__(self, orders: socket.socket, pattern: Pattern, offsets: set[int]) -> None:
        kept = [
            fcntl.fcntl(number, fcntl.F_DUPFD, 50) for number in (orders.detach(), pattern.home)
        ]
        for number, place in zip(kept, (_ORDERS, _HOME), strict=True):
            os.dup2(number, place, inheritable=False)
        kernel.close_from(_HOME + 1)
        self._orders = socket.socket(fileno=_ORDERS)
        self._pattern = pattern
        self._own_number = _thread_record() + _only(offsets & _holding_own_number())

    def serve(self) -> NoReturn:
        """Fork and obey until the server is gone."""
        received = self._next_descriptors()
        batch, inbox = self._calls(received)
        while True:
            stopped, number = batch.run()
            if stopped == "clone" and number == 0:
                self._pattern.live(*received)
            if stopped == "recvmsg" and number == 0:
                self._obey()
                if received != self._next_descriptors():
                    received = self._next_descriptors()
                    batch, inbox = self._calls(received)
            elif stopped in ("recvmsg", "close"):
                os._exit(1)  # nobody knows any more which answer is whose
            elif stopped:
                self._fail(inbox, f"{stopped}: {os.strerror(number)}")
            inbox.reset()

    def _next_descriptors(self) -> tuple[int, int]:
        """The numbers of the next two that are received: the line of a child, and its report."""
        line, report = os.dup(_ORDERS), os.dup(_ORDERS)
        os.close(line)
        os.close(report)
        return line, report

    def _calls(self, received: tuple[int, int]) -> tuple[Batch, Inbox]:
        """Many rounds of: wait for an order, open a namespace, fork, say who is there.

        An order is received into the memory that the answer is sent from.
        """
        batch = Batch()
        inbox = Inbox(batch, _FORM.size, len(received))
        init, child = inbox.address + 4, inbox.address + 8
        all_signals = batch.hold((ctypes.c_uint64 * 1)(2**64 - 1))
        no_signals = batch.hold((ctypes.c_uint64 * 1)(0))
        # As libc's fork does it, but that the child is our sibling.
        fork = (_SIBLING | _TO_PARENT | _TO_CHILD | _UNTIL_END | signal.SIGCHLD, 0, child)
        stay = (_SIBLING | _TO_PARENT | _SAME_MEMORY | signal.SIGCHLD, 0, init)
        for _ in range(_FORKS_IN_A_ROW):
            inbox.receive(batch, _ORDERS)
            if self._pattern.has_namespaces:
                batch.add("unshare", kernel.CLONE_NEWPID)
                # A handler would run in our memory, on our stack.
                batch.add("rt_sigprocmask", signal.SIG_SETMASK, all_signals, 0, 8)
                batch.add("clone", *stay, decides=STAYS)
                batch.add("rt_sigprocmask", signal.SIG_SETMASK, no_signals, 0, 8)
            batch.add("clone", *fork, self._own_number, decides=MUST_GIVE)
            if self._pattern.has_namespaces:
                batch.add("setns", _HOME, kernel.CLONE_NEWPID)
            batch.add("sendto", _ORDERS, inbox.address, _FORM.size, socket.MSG_NOSIGNAL)
            for descriptor in received:
                batch.add("close", descriptor)
        return batch.close(), inbox

    def _fail(self, inbox: Inbox, why: str) -> None:
        for descriptor in inbox.descriptors():
            os.close(descriptor)
        if self._pattern.has_namespaces:
            kernel.setns(_HOME, kernel.CLONE_NEWPID)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        _, init, child = _FORM.unpack(inbox.text())
        self._say(_FAILED, why, init, child)

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
            else:
                self._pattern.view()
        except OSError as problem:
            self._say(_FAILED, str(problem))
        else:
            self._say(_DONE)

    def _say(self, kind: bytes, text: str = "", init: int = 0, child: int = 0) -> None:
        with contextlib.suppress(ConnectionError):
            self._orders.send(_FORM.pack(kind, init, child) + text.encode())


def _only(offsets: set[int]) -> int:
    if len(offsets) != 1:
        raise kernel.KernelError(38, f"libc keeps a thread's number in {len(offsets)} places")
    return offsets.pop()


def _thread_record() -> int:
    get = ctypes.PyDLL(None).pthread_self
    get.restype = ctypes.c_ulong
    return int(get())


def _holding_own_number() -> set[int]:
    """Where libc's record of this thread holds its number, by which locks know their owner."""
    record = ctypes.string_at(_thread_record(), _THREAD_RECORD)
    own = struct.pack("@i", threading.get_native_id())
    return {at for at in range(0, _THREAD_RECORD, 4) if record[at : at + 4] == own}
