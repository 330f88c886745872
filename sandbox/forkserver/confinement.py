"""The confinement of one program: a list of system calls, prepared before the fork.

The child makes them in one go. The last ones wait for the program and receive it, so that a child
runs almost no Python between the fork and the program's own code.
"""

import ctypes
import os
import resource
import signal
from dataclasses import dataclass

from . import kernel, seccomp
from .batch import MAY_FAIL, Inbox, SyscallBatch, rights_of, send_descriptor

CONNECTION, REPORT, PAYLOAD = 3, 4, 5
_LISTENER = REPORT + 1
"""The number that the next descriptor gets once a child has closed all others."""
_STREAMS = 3
_CHANNEL = PAYLOAD + 1 + _STREAMS
_MOVED = 60  # above every descriptor that a child keeps
_ALL = 0xFFFFFFFF
KEY = 64
"""Length of the key of a prelude."""
NO_KEY = " " * KEY


@dataclass(frozen=True, slots=True)
class Grants:
    """What the isolation of the server gives to the confinement of each program.

    `rules`: Landlock rulesets, all of them enforced. `own_user`: enter a user namespace.
    `own_uid`: the uid is the program's alone, so that the kernel can count its threads by it.
    `own_pid`: the child's process id where it is known before the fork; else `enter` installs the
    filter last. `watched`: the server counts its threads and files. `asks`: the child installs the
    filter that asks the server by itself, because its parent has none.
    """

    rules: tuple[int, ...]
    filter: seccomp.Filter | None
    own_user: bool
    own_uid: bool
    own_pid: int | None
    watched: bool
    asks: bool


class Confinement:
    """What a child goes through under given limits; the README explains the order."""

    def __init__(
        self, limits: dict[str, float], base_bytes: int, work: str, grants: Grants
    ) -> None:
        """`base_bytes`: address space in use before a program runs; `work`: its folder."""
        self._limits, self._filter, self._own_pid = limits, grants.filter, grants.own_pid
        self._batch = batch = SyscallBatch()
        batch.add("setsid")
        self._from = [batch.add("dup3", 0, _MOVED), batch.add("dup3", 0, _MOVED + 1)]
        batch.add("dup3", _MOVED, CONNECTION)
        batch.add("dup3", _MOVED + 1, REPORT)
        if grants.own_user:
            batch.add("unshare", kernel.CLONE_NEWUSER)
        batch.add("chdir", batch.hold(ctypes.create_string_buffer(os.fsencode(work))))
        for kind, value, rule in _resources(limits, base_bytes, grants):
            self._limit(kind, value, rule)
        self._drop_capabilities()
        batch.add("prctl", kernel.PR_SET_NO_NEW_PRIVS, 1)
        for ruleset in grants.rules:
            batch.add("landlock_restrict_self", ruleset, 0)
        self._close_from(REPORT + 1)
        if grants.watched:
            # No namespace ends it together with the server, which looks at its open files.
            batch.add("prctl", kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
            batch.add("prctl", kernel.PR_SET_DUMPABLE, 1)
        if grants.asks:
            self._ask_the_server()
        self._program = Inbox(batch, 1 + KEY, _STREAMS + 2)
        self._program.receive(batch, CONNECTION)
        for stream in range(_STREAMS):
            batch.add("dup3", PAYLOAD + 1 + stream, stream)
        batch.add("dup3", _CHANNEL, CONNECTION, rule=MAY_FAIL)  # if it has a channel
        self._close_from(PAYLOAD + 1)
        self._limit(resource.RLIMIT_NOFILE, int(limits["open_files"]))
        if grants.filter is not None and grants.own_pid is not None:
            batch.add("seccomp", 1, 0, grants.filter.bound_to(grants.own_pid))
        batch.close()

    def _ask_the_server(self) -> None:
        """Have the kernel ask, and hand the server the descriptor on which it does."""
        self._questions = seccomp.QuestionFilter()
        self._batch.add("seccomp", 1, seccomp.NEW_LISTENER, self._questions.address)
        send_descriptor(self._batch, CONNECTION, _LISTENER)
        self._batch.add("close", _LISTENER)

    def _limit(self, kind: int, value: int, rule: int = 0) -> None:
        """Set a resource limit, or keep the present one where that is tighter."""
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        pair = self._batch.hold((ctypes.c_uint64 * 2)(value, value))
        self._batch.add("prlimit64", 0, kind, pair, 0, rule=rule)

    def _drop_capabilities(self) -> None:
        """Remove every capability from every set, for good."""
        batch = self._batch
        for capability in kernel.capabilities():
            batch.add("prctl", kernel.PR_CAPBSET_DROP, capability, rule=MAY_FAIL)
        locked = 0xEF  # every bit that can be locked
        batch.add("prctl", kernel.PR_SET_SECUREBITS, locked, rule=MAY_FAIL)
        batch.add("prctl", kernel.PR_CAP_AMBIENT, 4, rule=MAY_FAIL)
        header = batch.hold(kernel.CAPABILITY_HEADER)
        batch.add("capset", header, batch.hold(kernel.NO_CAPABILITIES))

    def _close_from(self, first: int) -> None:
        if kernel.has_close_range():
            self._batch.add("close_range", first, _ALL, 0)
            return
        for descriptor in range(first, 256):
            self._batch.add("close", descriptor, rule=MAY_FAIL)

    def set_descriptors(self, connection: int, report: int) -> None:
        """Say, before the fork, which descriptors the child keeps."""
        self._batch.set(self._from[0], 0, connection)
        self._batch.set(self._from[1], 0, report)

    def enter(self) -> tuple[str, bool]:
        """In the child: confine this process, then wait for a program and receive it.

        Returns the key of its prelude (`NO_KEY` without one) and whether it has a channel. Ends the
        process if the server has no program for it. Raises KernelError.
        """
        failed, number = self._batch.run()
        if failed == "recvmsg" and number == 0:
            os._exit(0)
        if failed:
            raise kernel.KernelError(number, f"{failed}: {os.strerror(number)}")
        received = self._received()
        if self._filter is not None and self._own_pid is None:
            kernel.syscall(
                "seccomp",
                ctypes.c_uint(1),
                ctypes.c_uint(0),
                ctypes.c_void_p(self._filter.bound_to(os.getpid())),
            )
        return received

    def _received(self) -> tuple[str, bool]:
        """The key and whether there is a channel, as the message says. Raises KernelError."""
        text = self._program.text().decode("ascii", "replace")
        channel = text[0] == "c"
        if not self._program.rights().startswith(_RIGHTS[channel]):
            raise kernel.KernelError(9, "the program's descriptors have other numbers")
        return text[1:], channel


_RIGHTS = [rights_of(tuple(range(PAYLOAD, _CHANNEL + channel))) for channel in (0, 1)]
"""What a child receives without a channel and with one."""


def _resources(
    limits: dict[str, float], base_bytes: int, grants: Grants
) -> list[tuple[int, int, int]]:
    """Resource limits of one program, the kernel's backstop behind the supervisor."""
    found = [
        (resource.RLIMIT_AS, int(base_bytes + limits["memory_mb"] * 2**20), 0),
        (resource.RLIMIT_CPU, int(limits["cpu_seconds"]) + 2, 0),
        (resource.RLIMIT_FSIZE, int(limits["files_mb"] * 2**20), 0),
        # A program that may be watched could be dumped, and 1 alone stops a collector of dumps.
        (resource.RLIMIT_CORE, 1 if grants.watched else 0, 0),
        # gVisor has none of these; no listed call needs them.
        (resource.RLIMIT_MEMLOCK, 0, MAY_FAIL),
        (resource.RLIMIT_MSGQUEUE, 0, MAY_FAIL),
        (resource.RLIMIT_SIGPENDING, 64, MAY_FAIL),
    ]
    if grants.own_uid:
        found.append((resource.RLIMIT_NPROC, int(limits["processes"]), 0))
    return found
