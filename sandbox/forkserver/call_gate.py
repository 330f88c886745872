"""Calls of a program that the server decides on, because the kernel cannot.

A program that shares the caller's user id has threads that the kernel counts among the caller's,
and may change the mode of every file that the caller may, for which Landlock has no right. So the
kernel asks the server about these calls (`seccomp.ASKED`): the program installs a filter that does
so, and hands the server the descriptor on which the questions come.
"""

import contextlib
import errno
import fcntl
import os
import signal
import struct

from . import kernel, seccomp
from .file_changes import FileChanges

_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV and _SEND
_QUESTION = struct.Struct("@QIIiIQ6Q")  # id, thread, flags, call, architecture, place, arguments
_REPLY = struct.Struct("@QqiI")  # id, value, error, flags
_CONTINUE = 1


class CallGate:
    """Answers the kernel's questions about one program."""

    def __init__(self, descriptor: int, pid: int, most_threads: int, changes: FileChanges) -> None:
        """At most `most_threads` may live at a time, the main thread included."""
        self.descriptor, self._pid, self._most = descriptor, pid, most_threads
        self._changes = changes

    def answer(self) -> None:
        """Answer one question: carry the call out or let the kernel do so, or name the error."""
        question = bytearray(_QUESTION.size)
        try:
            fcntl.ioctl(self.descriptor, _RECEIVE, question)
        except OSError:  # the thread that asked has ended
            return
        identity, thread, _, number, _, _, *arguments = _QUESTION.unpack(question)
        if os.path.exists(f"/proc/{self._pid}/task/{thread}"):
            error, flags = self._decide(seccomp.asked_name(number), arguments)
        else:  # of no program that runs
            error, flags = errno.EPERM, 0
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.descriptor, _ANSWER, _REPLY.pack(identity, 0, -error, flags))

    def _decide(self, name: str, arguments: list[int]) -> tuple[int, int]:
        if name == "clone":
            full = self._threads() >= self._most
            return (errno.EAGAIN, 0) if full else (0, _CONTINUE)
        try:
            self._changes.make(name, arguments)
        except OSError as problem:
            return problem.errno or errno.EPERM, 0
        return 0, 0

    def _threads(self) -> int:
        try:
            return len(os.listdir(f"/proc/{self._pid}/task"))
        except OSError:
            return self._most  # it has ended


def let_pass(descriptor: int) -> None:
    """Answer one question with yes: that of a process which runs trusted code."""
    question = bytearray(_QUESTION.size)
    with contextlib.suppress(OSError):
        fcntl.ioctl(descriptor, _RECEIVE, question)
        (identity,) = struct.unpack_from("@Q", question)
        fcntl.ioctl(descriptor, _ANSWER, _REPLY.pack(identity, 0, 0, _CONTINUE))


def prove() -> None:
    """Try it with a process that waits. Raises OSError where it does not work."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        _ask_and_wait(write)
    try:
        said = os.read(read, 4096).decode()
        os.listdir(f"/proc/{child}/fd")
        os.close(os.open(f"/proc/{child}/mem", os.O_RDONLY))
    finally:
        os.close(read)
        os.close(write)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if said != "-":
        raise kernel.KernelError(errno.ENOSYS, said)


def _ask_and_wait(write: int) -> None:
    reason = b""
    try:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        seccomp.QuestionFilter().install()
    except OSError as problem:
        reason = str(problem).encode()
    os.write(write, reason or b"-")
    while True:
        signal.pause()  # until it is killed
