"""Children of the fork-server, each forked and confined before its program arrives.

A child waits for one program under the limits of the run before; if the next run asks for others
it is thrown away. So the confinement of the next run is set up while this one works, and no
program waits for it.
"""

import _socket
import contextlib
import os
import signal
import struct
from dataclasses import dataclass, field

from . import isolation, kernel
from .confinement import KEY
from .zygote import ChildSource

_WITHOUT_CHANNEL = 4
LIMITS = ("cpu_seconds", "memory_mb", "files_mb", "inodes", "open_files", "processes")


@dataclass
class Child:
    """One child as the server holds it."""

    pid: int
    init: int
    """The first process of its pid namespace; 0 where it has none of its own."""
    handle: int
    """A pidfd, or -1 where the kernel has none (gVisor)."""
    connection: _socket.socket
    report: int
    limits: dict[str, float] = field(default_factory=dict)

    def waits(self) -> bool:
        """Whether it is still there to take a program."""
        return not self.ended()

    def ended(self) -> bool:
        """Whether it is dead and only has to be waited for."""
        state = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return state is not None

    def hand_over(self, key: str, descriptors: list[int]) -> None:
        """Give it its program: payload, stdin, stdout, stderr and perhaps a channel."""
        packed = struct.pack(f"{len(descriptors)}i", *descriptors)
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)]
        with contextlib.suppress(ConnectionError):  # it has ended, and `start_report` says why
            kind = b"c" if len(descriptors) > _WITHOUT_CHANNEL else b"-"
            self.connection.sendmsg([kind + key.encode().ljust(KEY)], rights)

    def receive_descriptor(self) -> int | None:
        """The descriptor that a watched child sends; None: not yet; -1: it never will."""
        try:
            _, sent, _, _ = self.connection.recvmsg(
                16, _socket.CMSG_SPACE(4), _socket.MSG_DONTWAIT | _socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return None
        except OSError:
            return -1
        return int(struct.unpack("i", sent[0][2][:4])[0]) if sent else -1

    def kill(self) -> None:
        """Order its end; `ChildPool.reap` waits for it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def start_report(self) -> str:
        """What it wrote about its start: "R" once the program ran, else what failed."""
        said = b""
        while part := os.read(self.report, 4096):
            said += part
        return said.decode("utf-8", "replace")

    def close(self) -> None:
        """Close our descriptors of it."""
        self.connection.close()
        if self.handle >= 0:
            os.close(self.handle)
        os.close(self.report)


class ChildPool:
    """Spawns children and keeps at most one spare."""

    def __init__(self, source: ChildSource) -> None:
        self._source = source
        self._spare: Child | None = None

    @property
    def listener(self) -> int:
        """The descriptor on which the kernel asks about the children, or -1."""
        return self._source.listener

    def add_prelude(self, key: str, descriptor: int) -> None:
        """Run a prelude, for the children that are forked from now on."""
        self.clear()
        self._source.add_prelude(key, descriptor)

    def workdir_changed(self) -> None:
        """A new working folder is mounted: a child made ready for the old one is no use."""
        self.clear()
        self._source.workdir_changed()

    def take(self, limits: dict[str, float]) -> Child:
        """A waiting child with these limits. Raises OSError where none can be forked."""
        child = self._spare
        if child is not None and child.limits == limits and child.waits():
            self._spare = None
            return child
        self.clear()
        return self._spawn(limits)

    def prepare_spare(self, limits: dict[str, float]) -> None:
        """Fork the next child ahead of time; where that fails, `take` will report it."""
        if self._spare is None:
            with contextlib.suppress(OSError):
                self._spare = self._spawn(limits)

    def clear(self) -> None:
        """End the spare child, if there is one."""
        child, self._spare = self._spare, None
        if child is not None:
            child.kill()
            os.waitpid(child.pid, 0)
            self.reap(child)

    def reap(self, child: Child) -> None:
        """After its end: kill the rest of its pid namespace and wait until that is empty."""
        isolation.end_namespace(child.init)
        child.close()

    def _spawn(self, limits: dict[str, float]) -> Child:
        self._source.set_limits(limits)
        ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        read, write = os.pipe()
        try:
            pid, init = self._source.fork(theirs.fileno(), write)
        except OSError:
            ours.close()
            os.close(read)
            raise
        finally:
            theirs.close()
            os.close(write)
        return Child(pid, init, kernel.open_pid(pid), ours, read, dict(limits))
