"""Children of the fork-server: each forked ahead of its program, behind walls that already stand.

A child waits for one program, under limits that were guessed from the run before; where the
guess was wrong it is thrown away unused. So the walls of the next run go up while this one
works, and no program waits for them.
"""

import contextlib
import os
import signal
import socket
import sys
import types
from dataclasses import dataclass, field

from . import isolation, kernel, programs, rootfs

LIMITS = ("cpu_seconds", "memory_mb", "files_mb", "inodes", "open_files", "processes")
_LINE, _REPORT = 3, 4
_PARKED = 60  # above every descriptor that a child keeps
# Listed, because a look through sys.modules would copy every page that holds one of its names.
_OURS = tuple(
    "forkserver" + part
    for part in ("", ".children", ".folder", ".isolation", ".kernel", ".landlock", ".programs",
                 ".rootfs", ".seccomp", ".server")
)  # fmt: skip


@dataclass
class Child:
    """One child as the server holds it."""

    pid: int
    init: int
    """The first process of its pid namespace; 0 where it has none of its own."""
    handle: int
    """A pidfd, or -1 where the kernel has none (gVisor)."""
    line: socket.socket
    report: int
    limits: dict[str, float] = field(default_factory=dict)

    def waits(self) -> bool:
        """Whether it is still there to take a program."""
        return not self.ended()

    def ended(self) -> bool:
        """Whether it is dead, and only to be waited for."""
        state = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return state is not None

    def hand_over(self, key: str, descriptors: list[int]) -> None:
        """Give it its program: payload, stdin, stdout, stderr and perhaps a channel."""
        with contextlib.suppress(ConnectionError):  # it has ended, and `said` says why
            socket.send_fds(self.line, [key.encode() or b"-"], descriptors)

    def kill(self) -> None:
        """Order its end; `Nursery.bury` waits for it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def said(self) -> str:
        """What it wrote about its start: "R" once the program ran, else what failed."""
        with open(self.report, "rb", closefd=False) as report:
            return report.read(4096).decode("utf-8", "replace")

    def let_go(self) -> None:
        """Close what we hold of it."""
        self.line.close()
        if self.handle >= 0:
            os.close(self.handle)
        os.close(self.report)


class Nursery:
    """Raises children and keeps at most one in stock."""

    def __init__(self, walls: isolation.Isolation) -> None:
        self._walls = walls
        self.base_bytes = 0
        """Address space of the server itself, on top of which the limit of a program counts."""
        self._spare: Child | None = None

    def take(self, limits: dict[str, float], compiled: dict[str, types.CodeType]) -> Child:
        """A waiting child with these limits. Raises OSError where none can be forked."""
        child = self._spare
        if child is not None and child.limits == limits and child.waits():
            self._spare = None
            return child
        self.clear()
        return self._raise(limits, compiled)

    def stock(self, limits: dict[str, float], compiled: dict[str, types.CodeType]) -> None:
        """Fork the next child ahead of time; where that fails, `take` will say so."""
        if self._spare is None:
            with contextlib.suppress(OSError):
                self._spare = self._raise(limits, compiled)

    def clear(self) -> None:
        """End the child in stock, if there is one."""
        child, self._spare = self._spare, None
        if child is not None:
            child.kill()
            os.waitpid(child.pid, 0)
            self.bury(child)

    def bury(self, child: Child) -> None:
        """After its end: kill its namespace as a whole and wait until it is empty."""
        if child.init:
            os.kill(child.init, signal.SIGKILL)
            os.waitpid(child.init, 0)
        child.let_go()

    def _raise(self, limits: dict[str, float], compiled: dict[str, types.CodeType]) -> Child:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        read, write = os.pipe()
        init = 0
        try:
            init = self._open_namespace()
            pid = os.fork()
            if pid == 0:
                _live(self._walls, {**limits, "base_bytes": self.base_bytes}, compiled,
                      theirs.detach(), write)  # fmt: skip
        except OSError:
            ours.close()
            os.close(read)
            if init:
                os.kill(init, signal.SIGKILL)
                os.waitpid(init, 0)
            raise
        finally:
            theirs.close()
            os.close(write)
            if init:
                kernel.setns(self._walls.home, kernel.CLONE_NEWPID)
        return Child(pid, init, kernel.open_pid(pid), ours, read, dict(limits))

    def _open_namespace(self) -> int:
        """An empty pid namespace for what is forked next; gives its first process."""
        if not self._walls.has("pid namespace"):
            return 0
        kernel.unshare(kernel.CLONE_NEWPID, "unshare pid namespace")
        if os.path.exists(rootfs.INIT):
            return os.posix_spawn(rootfs.INIT, ["init"], {})
        init = os.fork()
        if init == 0:
            kernel.close_from(1)
            os.read(0, 1)
            os._exit(0)
        return init


def _live(
    walls: isolation.Isolation,
    limits: dict[str, float],
    compiled: dict[str, types.CodeType],
    line: int,
    report: int,
) -> None:
    """In the fork: go behind the walls, wait for a program, run it, never return."""
    status = 1
    try:
        _settle(walls, limits, line, report)
        key, descriptors = _receive()
        source, serve = _arrange(walls, limits, descriptors)
        code = compiled.get(key)
        compiled = {}
        _forget()
        sys.argv = [programs.NAME]
        sys.path.insert(0, rootfs.WORK)
        os.write(_REPORT, b"R")
        kernel.close_from(_REPORT if serve is not None else _LINE)
    except BaseException as problem:
        with contextlib.suppress(OSError):
            os.write(_REPORT, f"{type(problem).__name__}: {problem}".encode("utf-8", "replace"))
        os._exit(1)
    try:
        status = programs.run_main(source if code is None else None, code, serve)
    finally:
        os._exit(status)


def _settle(walls: isolation.Isolation, limits: dict[str, float], line: int, report: int) -> None:
    """Keep two descriptors, become nobody, and put up every wall that needs no program."""
    os.setsid()
    isolation.reset_signals()
    for parked, descriptor in ((_PARKED, line), (_PARKED + 1, report)):
        os.dup2(descriptor, parked)
    os.dup2(_PARKED, _LINE)
    os.dup2(_PARKED + 1, _REPORT)
    kernel.close_from(_REPORT + 1)
    walls.confine(limits, rootfs.WORK)
    programs.warm()


def _receive() -> tuple[str, list[int]]:
    """Wait for the program; end quietly where the server goes or wants none."""
    line = socket.socket(fileno=_LINE)
    message, descriptors, _, _ = socket.recv_fds(line, 256, 8)
    line.detach()
    if not message:
        os._exit(0)
    return message.decode(), list(descriptors)


def _arrange(
    walls: isolation.Isolation, limits: dict[str, float], descriptors: list[int]
) -> tuple[bytes, programs.Server | None]:
    """Lay streams and files where the program looks for them, and close the last wall."""
    payload, stdin, stdout, stderr, *channel = descriptors
    for number, descriptor in enumerate((stdin, stdout, stderr)):
        os.dup2(descriptor, number)
    source, files = programs.unpack(payload)
    if channel:
        os.dup2(channel[0], programs.CHANNEL)  # in the place of the line
    kernel.close_from(_REPORT + 1)
    walls.seal(limits)
    programs.lay_files(rootfs.WORK, files)
    return source, programs.Server(programs.CHANNEL) if channel else None


def _forget() -> None:
    for name in _OURS:
        sys.modules.pop(name, None)
