"""The level `namespaces`: a server in user, mount, pid, net, ipc, uts and cgroup namespaces.

Its root holds the interpreter and nothing else, and every program gets a pid and a user namespace
of its own.
"""

import functools
import os
import select
import signal
import socket
from typing import NoReturn

from . import kernel, landlock, rootfs, siblings
from .isolation import IsolationSteps
from .workdir import MountedFolder

NOBODY = 65534
FIRST_PID = 2
"""Process id of a program in its pid namespace, after the namespace's init."""
_LAST_SECONDS = 5
"""Seconds that a server gets to end by itself."""
_SERVER_NAMESPACES = {
    "net": kernel.CLONE_NEWNET,
    "ipc": kernel.CLONE_NEWIPC,
    "uts": kernel.CLONE_NEWUTS,
    "cgroup": kernel.CLONE_NEWCGROUP,
}
_CAP_SET_IDS_AND_MOUNT = (6, 7, 21)  # CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN


class NamespaceIsolation(IsolationSteps):
    """A server in namespaces of its own."""

    optional = frozenset({"landlock", "cgroup namespace"})

    def __init__(self, wanted: dict[str, list[str]], harness: int) -> None:
        """`wanted`: the files that `rootfs.survey` found.

        `harness` is a descriptor that becomes readable when the harness ends.
        """
        super().__init__(MountedFolder(rootfs.WORK))
        self._wanted, self._harness = wanted, harness
        self._landlock = 0

    def enter(self) -> None:
        """Isolate this server. Afterwards nothing outside can be reached by name."""
        privileged = is_privileged()
        self.user = "nobody, from root" if privileged else f"uid {os.geteuid()}"
        processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
        if privileged:  # the interpreter may lie where nobody else can look
            self._step("mount namespace", self._enter_mounts)
            self._step("minimal root", self._enter_root)
        self._step("user namespace", lambda: self._enter_user(privileged, processes))
        if not privileged:
            self._step("mount namespace", self._enter_mounts)
            self._step("minimal root", self._enter_root)
        elif self.has("user namespace"):
            self._step("mount namespace", lambda: kernel.unshare(kernel.CLONE_NEWNS))
        for name, flag in _SERVER_NAMESPACES.items():
            self._step(f"{name} namespace", functools.partial(kernel.unshare, flag))
        if self.has("uts namespace"):
            socket.sethostname("sandbox")
        self._step("pid namespace", lambda: self._enter_pids(processes))
        os.close(processes)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        self._ready_confinement()

    def _enter_mounts(self) -> None:
        kernel.unshare(kernel.CLONE_NEWNS, "unshare mount namespace")
        kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)

    def _enter_root(self) -> None:
        if not self.has("mount namespace"):
            raise kernel.KernelError(1, "needs the mount namespace")
        kernel.enter_root(rootfs.build(self._wanted))
        rootfs.move_imports()

    def _enter_user(self, privileged: bool, processes: int) -> None:
        """Become nobody in a user namespace, with capabilities in our own namespaces only.

        A privileged server maps to the host's nobody, so that even an escaped program is nobody
        there. The map has to be written from outside, by a child left behind.
        """
        uid, gid = (NOBODY, NOBODY) if privileged else (os.geteuid(), os.getegid())
        go_read, go_write = os.pipe()
        writer = os.fork()
        if writer == 0:
            os.close(go_write)  # else it would wait for itself if the parent gave up
            os._exit(_write_maps(processes, os.getppid(), uid, gid, go_read, not privileged))
        try:
            kernel.unshare(kernel.CLONE_NEWUSER, "unshare user namespace")
            os.write(go_write, b"g")
        finally:
            os.close(go_read)
            os.close(go_write)
            _, status = os.waitpid(writer, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            raise kernel.KernelError(1, "user namespace: the uid map was refused")
        if privileged:
            os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)

    def _enter_pids(self, processes: int) -> None:
        """Continue as the first process of a pid namespace: nothing below can outlive it.

        It takes the place of the process that was started, as a child of the harness. Where the
        kernel makes no siblings, that process stays behind and ends when the namespace does.
        """
        kernel.unshare(kernel.CLONE_NEWPID, "unshare pid namespace")
        try:
            if siblings.fork_sibling():
                os._exit(0)
            self.adopted = True
        except kernel.KernelError:
            first = os.fork()
            if first:
                _stay_behind(first, self._harness)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        self.home = os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=processes)
        self.own_pid = FIRST_PID

    def _ready_landlock(self) -> None:
        if not self.has("minimal root"):
            raise kernel.KernelError(1, "needs the minimal root")
        self._landlock = landlock.abi_version()

    def workdir_changed(self) -> None:
        """Make the Landlock rules for the folder that is mounted now. Raises KernelError."""
        if self._landlock:
            self._replace_rules(0, landlock.make_ruleset(self._landlock, self.work, ("/",)))

    def open_namespace(self) -> int:
        """Open an empty pid namespace for the next fork; returns its first process.

        0 where programs have no namespace of their own. Raises KernelError.
        """
        if not self.has("pid namespace"):
            return 0
        kernel.unshare(kernel.CLONE_NEWPID, "unshare pid namespace")
        try:
            if os.path.exists(rootfs.INIT):
                return os.posix_spawn(rootfs.INIT, ["init"], {})
            init = os.fork()
        except OSError:
            kernel.setns(self.home, kernel.CLONE_NEWPID)
            raise
        if init == 0:
            kernel.close_from(1)
            os.read(0, 1)
            os._exit(0)
        return init

    def leave_namespace(self, init: int) -> None:
        """Let the next fork go into our own pid namespace again."""
        if init:
            kernel.setns(self.home, kernel.CLONE_NEWPID)


def _stay_behind(server: int, harness: int) -> NoReturn:
    """Wait for the server, and kill it if it does not end when the harness does."""
    os.dup2(harness, 0)
    kernel.close_from(1)
    handle = kernel.open_pid(server)
    if handle >= 0:
        waiting = select.poll()
        waiting.register(0, select.POLLIN)
        waiting.register(handle, select.POLLIN)
        if handle not in dict(waiting.poll()):
            waiting.unregister(0)
            if not waiting.poll(_LAST_SECONDS * 1000):
                os.kill(server, signal.SIGKILL)
    _, status = os.waitpid(server, 0)
    os._exit(min(abs(os.waitstatus_to_exitcode(status)), 255))


def is_privileged() -> bool:
    """Whether we may mount and map any uid: root that still has its capabilities."""
    if os.geteuid() != 0:
        return False
    with open("/proc/self/status") as lines:
        held = next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff")), 0)
    return all(held >> number & 1 for number in _CAP_SET_IDS_AND_MOUNT)


def _write_maps(processes: int, pid: int, uid: int, gid: int, go: int, deny: bool) -> int:
    if not os.read(go, 1):
        return 1
    try:
        for name, text in (
            ("setgroups", "deny"),
            ("gid_map", f"{NOBODY} {gid} 1"),
            ("uid_map", f"{NOBODY} {uid} 1"),
        ):
            if name == "setgroups" and not deny:
                continue
            map_file = os.open(f"{pid}/{name}", os.O_WRONLY, dir_fd=processes)
            os.write(map_file, text.encode())
            os.close(map_file)
    except OSError:
        return 1
    return 0
