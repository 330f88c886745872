"""Children of the fork-server: each forked ahead of its program, behind walls that already stand.

A child waits for one program, under limits that were guessed from the run before; where the
guess was wrong it is thrown away unused. So the walls of the next run go up while this one
works, and no program waits for them.
"""

import _socket
import contextlib
import os
import random
import signal
import struct
import sys
import types
from dataclasses import dataclass, field

from . import isolation, kernel, programs, rootfs
from .confinement import KEY, LINE, PAYLOAD, REPORT, Confinement

_WITHOUT_CHANNEL = 4
LIMITS = ("cpu_seconds", "memory_mb", "files_mb", "inodes", "open_files", "processes")

Preludes = dict[str, types.ModuleType | str]
"""By key: what a prelude left behind, or why it failed."""


@dataclass
class Child:
    """One child as the server holds it."""

    pid: int
    init: int
    """The first process of its pid namespace; 0 where it has none of its own."""
    handle: int
    """A pidfd, or -1 where the kernel has none (gVisor)."""
    line: _socket.socket
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
        packed = struct.pack(f"{len(descriptors)}i", *descriptors)
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)]
        with contextlib.suppress(ConnectionError):  # it has ended, and `said` says why
            kind = b"c" if len(descriptors) > _WITHOUT_CHANNEL else b"-"
            self.line.sendmsg([kind + key.encode().ljust(KEY)], rights)

    def kill(self) -> None:
        """Order its end; `Nursery.bury` waits for it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def said(self) -> str:
        """What it wrote about its start: "R" once the program ran, else what failed."""
        said = b""
        while part := os.read(self.report, 4096):
            said += part
        return said.decode("utf-8", "replace")

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
        self._ready: tuple[dict[str, float], Confinement] | None = None

    def renewed(self) -> None:
        """The working folder is another one: no child and no wall made ready for it is good."""
        self.clear()
        self._ready = None

    def take(self, limits: dict[str, float], preludes: Preludes) -> Child:
        """A waiting child with these limits. Raises OSError where none can be forked."""
        child = self._spare
        if child is not None and child.limits == limits and child.waits():
            self._spare = None
            return child
        self.clear()
        return self._raise(limits, preludes)

    def stock(self, limits: dict[str, float], preludes: Preludes) -> None:
        """Fork the next child ahead of time; where that fails, `take` will say so."""
        if self._spare is None:
            with contextlib.suppress(OSError):
                self._spare = self._raise(limits, preludes)

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

    def _raise(self, limits: dict[str, float], preludes: Preludes) -> Child:
        ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        read, write = os.pipe()
        init = 0
        try:
            init = self._open_namespace()
            walls = self._confinement(limits)
            walls.expect(theirs.fileno(), write)
            random.seed()  # for the child, which runs no hook that would do it
            pid = kernel.fork()
            if pid == 0:
                _live(walls, preludes)
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

    def _confinement(self, limits: dict[str, float]) -> Confinement:
        if self._ready is None or self._ready[0] != limits:
            made = self._walls.confinement(limits, self.base_bytes, rootfs.WORK)
            self._ready = (dict(limits), made)
        return self._ready[1]

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


def _live(walls: Confinement, preludes: Preludes) -> None:
    """In the fork: go behind the walls, wait for a program, run it, never return."""
    status = 1
    try:
        key, channel = walls.enter()
        source, files = programs.unpack(PAYLOAD)
        programs.lay_files(rootfs.WORK, files)
        module = preludes[key] if key else programs.main_module()
        if isinstance(module, str):
            raise RuntimeError(f"the prelude failed: {module}")
        preludes = {}
        serve = programs.Server(programs.CHANNEL) if channel else None
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
