"""The process that programs are copies of: it forks when the server says so, and little else.

A page that a process touches after a fork must be copied, as long as the child lives. A server
that forks by itself pays more for these copies than for the forks. So a process that touches
almost nothing does the forking: it runs a list of system calls in machine code (see `batch`). Its
forks are nevertheless children of the server.
"""

import _random
import contextlib
import ctypes
import fcntl
import functools
import json
import os
import random
import select
import signal
import socket
import struct
import sys
import types
from typing import NoReturn, Protocol

from . import call_gate, isolation, kernel, memory_layout, programs, siblings
from .batch import MUST_BE_POSITIVE, PARKS_CHILD, Inbox, SyscallBatch, has_machine_code
from .confinement import CONNECTION, NO_KEY, PAYLOAD, REPORT, Confinement

_ORDERS, _HOME = 3, 4
"""The descriptors that the zygote keeps, besides those that preludes may have left open."""
_FORKS_IN_A_ROW = 64
"""Forks in one list of calls. Between two lists the interpreter runs and touches its pages."""
_SAME_MEMORY = 0x100  # CLONE_VM
_seed = functools.partial(_random.Random.seed, random._inst)
"""`random.seed()` without the lines of Python around it."""


class ChildTemplate:
    """What a child is a copy of: the preludes that ran, and the prepared confinement."""

    def __init__(self, isolated: isolation.IsolationSteps, base_bytes: int) -> None:
        self.isolation = isolated
        self._base_bytes = base_bytes
        self._preludes: dict[str, types.ModuleType | str] = {}
        self._limits: dict[str, float] = {}
        self._confinement: Confinement | None = None
        self._main = programs.main_module()
        self._serve = programs.Serve(programs.CHANNEL)
        sys.argv = [programs.NAME]
        sys.path.insert(0, self.isolation.work)

    @property
    def home(self) -> int:
        """A descriptor of the server's own pid namespace; any other if it has none."""
        return max(self.isolation.home, 0)

    @property
    def has_namespaces(self) -> bool:
        """Whether every child gets a pid namespace of its own."""
        return self.isolation.has("pid namespace")

    def add_prelude(self, key: str, descriptor: int) -> None:
        """Run a prelude, for the children that are forked from now on."""
        if self._preludes:
            memory_layout.unsettle()
        source, _ = programs.unpack(descriptor)
        if len(self._preludes) >= programs.PRELUDES_KEPT:
            self._preludes.pop(next(iter(self._preludes)))
        # A prelude imports nothing that a program might have left.
        sys.path.remove(self.isolation.work)
        try:
            self._preludes[key] = programs.run_prelude(source)
        except BaseException as problem:
            self._preludes[key] = f"{type(problem).__name__}: {problem}"
        sys.path.insert(0, self.isolation.work)
        memory_layout.settle()

    def workdir_changed(self) -> None:
        """A new working folder is mounted. Raises KernelError."""
        self._confinement = None
        self.isolation.workdir_changed()

    def set_limits(self, limits: dict[str, float]) -> None:
        """Set the limits of the children that are forked from now on."""
        if self._confinement is None or self._limits != limits:
            made = self.isolation.confinement(limits, self._base_bytes)
            self._limits, self._confinement = limits, made

    def set_descriptors(self, connection: int, report: int) -> None:
        """Say which descriptors the next children have."""
        if self._confinement is not None:
            self._confinement.set_descriptors(connection, report)

    def become_program(self) -> NoReturn:
        """In the fork: confine this process, wait for a program, run it."""
        status = 1
        try:
            assert self._confinement is not None
            key, channel = self._confinement.enter()
            _seed()  # the interpreter's own hooks did not run
            source, files = programs.unpack(PAYLOAD)
            if files:
                programs.lay_files(self.isolation.work, files)
            module = self._main if key == NO_KEY else self._preludes[key]
            if isinstance(module, str):
                raise RuntimeError(f"the prelude failed: {module}")
            serve = self._serve if channel else None
            os.write(REPORT, b"R")
            os.close(REPORT)
            if serve is None:
                os.close(CONNECTION)
        except BaseException as problem:
            with contextlib.suppress(OSError):
                os.write(REPORT, f"{type(problem).__name__}: {problem}".encode("utf-8", "replace"))
            os._exit(1)
        try:
            status = programs.run_main(source, module, serve)
        finally:
            os._exit(status)


class ChildSource(Protocol):
    """Where the server's children come from."""

    listener: int
    """The descriptor on which the kernel asks about them, or -1 where each hands over its own."""

    def add_prelude(self, key: str, descriptor: int) -> None: ...
    def workdir_changed(self) -> None: ...
    def set_limits(self, limits: dict[str, float]) -> None: ...
    def fork(self, connection: int, report: int) -> tuple[int, int]: ...


class DirectForks:
    """The server forks by itself: without machine code, or without CLONE_PARENT (gVisor)."""

    listener = -1

    def __init__(self, template: ChildTemplate) -> None:
        self._template = template
        self.add_prelude = template.add_prelude
        self.workdir_changed = template.workdir_changed
        self.set_limits = template.set_limits

    def fork(self, connection: int, report: int) -> tuple[int, int]:
        """A child with these descriptors: its pid, and that of its namespace's init or 0."""
        isolated = self._template.isolation
        init = isolated.open_namespace()
        self._template.set_descriptors(connection, report)
        try:
            pid = kernel.fork()
            if pid == 0:
                self._template.become_program()
        except OSError:
            isolation.end_namespace(init)
            raise
        finally:
            isolated.leave_namespace(init)
        return pid, init


class Zygote:
    """The zygote as its server sees it."""

    def __init__(self, template: ChildTemplate) -> None:
        """Fork it. Raises OSError where this machine cannot have one."""
        if not (has_machine_code() and kernel.has_close_range()):
            raise kernel.KernelError(38, "no machine code here")
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._limits: dict[str, float] | None = None
        offsets = siblings.holding_own_number()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                _ZygoteLoop(theirs, template, offsets).serve()
            finally:
                os._exit(1)
        theirs.close()
        self.listener = -1
        try:
            _, descriptors, _, _ = socket.recv_fds(self._orders, 1, 1)
            self.listener = (*descriptors, -1)[0]
            self._prove()
        except OSError:
            self._orders.close()
            os.waitpid(self._pid, 0)
            raise

    def _prove(self) -> None:
        """Check that its forks are children of ours; without limits they end at once."""
        nothing = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        try:
            child, init = self.fork(nothing, nothing)
            os.waitpid(child, 0)
            isolation.end_namespace(init)
        finally:
            os.close(nothing)

    def add_prelude(self, key: str, descriptor: int) -> None:
        """As `ChildTemplate.add_prelude`."""
        self._order({"prelude": key}, descriptor)

    def _let_preludes_pass(self) -> None:
        """Answer what the kernel asks about the zygote itself, until it has answered us."""
        if self.listener < 0:
            return
        waiting = select.poll()
        for descriptor in (self._orders.fileno(), self.listener):
            waiting.register(descriptor, select.POLLIN)
        while self._orders.fileno() not in (ready := dict(waiting.poll())):
            if not ready[self.listener] & select.POLLIN:
                return  # the zygote is gone
            call_gate.let_pass(self.listener)

    def workdir_changed(self) -> None:
        """As `ChildTemplate.workdir_changed`."""
        self._limits = None
        self._order({"workdir": True})

    def set_limits(self, limits: dict[str, float]) -> None:
        """As `ChildTemplate.set_limits`."""
        if limits != self._limits:
            self._order({"limits": limits})
            self._limits = dict(limits)

    def fork(self, connection: int, report: int) -> tuple[int, int]:
        """As `DirectForks.fork`."""
        socket.send_fds(self._orders, [_FORM.pack(_FORKED, 0, 0)], [connection, report])
        return self._answer()

    def _order(self, order: dict[str, object], *descriptors: int) -> None:
        self._orders.send(b"")  # ends the list of calls that waits
        socket.send_fds(self._orders, [json.dumps(order).encode()], descriptors)
        if "prelude" in order:  # at that time no program runs
            self._let_preludes_pass()
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
"""An order to fork, or an answer: its kind, the init of the new namespace, the child."""
_FORKED, _DONE, _FAILED = b"fork", b"done", b"fail"


class _ZygoteLoop:
    """What runs in the zygote."""

    def __init__(self, orders: socket.socket, template: ChildTemplate, offsets: set[int]) -> None:
        kept = [
            fcntl.fcntl(number, fcntl.F_DUPFD, 50) for number in (orders.detach(), template.home)
        ]
        for number, place in zip(kept, (_ORDERS, _HOME), strict=True):
            os.dup2(number, place, inheritable=False)
        kernel.close_from(_HOME + 1)
        self._orders = socket.socket(fileno=_ORDERS)
        listener = template.isolation.enter_zygote()
        socket.send_fds(self._orders, [b"l"], [] if listener < 0 else [listener])
        if listener >= 0:
            os.close(listener)
        self._template = template
        self._own_number = siblings.thread_record() + siblings.only(
            offsets & siblings.holding_own_number()
        )

    def serve(self) -> NoReturn:
        """Fork and obey until the server is gone."""
        received = self._next_descriptors()
        batch, inbox = self._calls(received)
        become_program = self._template.become_program
        while True:
            self._template.set_descriptors(*received)
            stopped, number = batch.run()
            if stopped == "clone" and number == 0:
                become_program()
            if stopped == "recvmsg" and number == 0:
                self._obey()
                if received != self._next_descriptors():
                    received = self._next_descriptors()
                    batch, inbox = self._calls(received)
            elif stopped in ("recvmsg", "close"):
                os._exit(1)  # an answer could be taken for that of another order
            elif stopped:
                self._fail(inbox, f"{stopped}: {os.strerror(number)}")
            inbox.reset()

    def _next_descriptors(self) -> tuple[int, int]:
        """The numbers that the next two received descriptors will get: connection and report."""
        connection, report = os.dup(_ORDERS), os.dup(_ORDERS)
        os.close(connection)
        os.close(report)
        return connection, report

    def _calls(self, received: tuple[int, int]) -> tuple[SyscallBatch, Inbox]:
        """Many rounds of: wait for an order, open a namespace, fork, report the process ids.

        An order is received into the memory that the answer is sent from.
        """
        batch = SyscallBatch()
        inbox = Inbox(batch, _FORM.size, len(received))
        init, child = inbox.address + 4, inbox.address + 8
        all_signals = batch.hold((ctypes.c_uint64 * 1)(2**64 - 1))
        no_signals = batch.hold((ctypes.c_uint64 * 1)(0))
        # As libc's fork does it, except that the child is our sibling.
        fork = (
            siblings.PARENT
            | siblings.TO_PARENT
            | siblings.TO_CHILD
            | siblings.UNTIL_END
            | signal.SIGCHLD,
            0,
            child,
        )
        stay = (siblings.PARENT | siblings.TO_PARENT | _SAME_MEMORY | signal.SIGCHLD, 0, init)
        for _ in range(_FORKS_IN_A_ROW):
            inbox.receive(batch, _ORDERS)
            if self._template.has_namespaces:
                batch.add("unshare", kernel.CLONE_NEWPID)
                # A handler would run in our memory, on our stack.
                batch.add("rt_sigprocmask", signal.SIG_SETMASK, all_signals, 0, 8)
                batch.add("clone", *stay, rule=PARKS_CHILD)
                batch.add("rt_sigprocmask", signal.SIG_SETMASK, no_signals, 0, 8)
            batch.add("clone", *fork, self._own_number, rule=MUST_BE_POSITIVE)
            if self._template.has_namespaces:
                batch.add("setns", _HOME, kernel.CLONE_NEWPID)
            batch.add("sendto", _ORDERS, inbox.address, _FORM.size, socket.MSG_NOSIGNAL)
            for descriptor in received:
                batch.add("close", descriptor)
        return batch.close(), inbox

    def _fail(self, inbox: Inbox, why: str) -> None:
        for descriptor in inbox.descriptors():
            os.close(descriptor)
        if self._template.has_namespaces:
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
            if "prelude" in order:
                self._template.add_prelude(order["prelude"], descriptors[0])
            elif "limits" in order:
                self._template.set_limits(order["limits"])
            else:
                self._template.workdir_changed()
        except OSError as problem:
            self._say(_FAILED, str(problem))
        else:
            self._say(_DONE)

    def _say(self, kind: bytes, text: str = "", init: int = 0, child: int = 0) -> None:
        with contextlib.suppress(ConnectionError):
            self._orders.send(_FORM.pack(kind, init, child) + text.encode())
