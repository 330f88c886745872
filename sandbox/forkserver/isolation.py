"""Isolation: what the server sets up once for itself, and what it does for each program.

One class for each level: `NamespaceIsolation`, `LandlockIsolation`, and `ContainerIsolation` for a
server that is the main process of a container. Every step is one function, and a failed step is
reported by name. A required step that fails stops the server, unless the caller accepts less.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable

from . import kernel, seccomp
from .confinement import Confinement, Grants
from .workdir import WorkFolder


class IsolationSteps(ABC):
    """What isolates this server: `steps` maps a mechanism to "", or to why it is missing."""

    optional: frozenset[str] = frozenset()
    """The steps without which programs are run all the same."""
    shared_files = False
    """Whether the caller's files are in sight, so that the filter guards what Landlock cannot."""
    own_uid = True
    """Whether the uid of a program is its own, so that the kernel can count threads by it."""

    def __init__(self, folder: WorkFolder) -> None:
        self.folder = folder
        self.steps: dict[str, str] = {}
        self.user = ""
        """The user that a program has, seen from outside."""
        self.home = -1
        """Descriptor of our own pid namespace, to return to from that of each run."""
        self.own_pid: int | None = None
        """The process id of every program, where it is known before the fork."""
        self.adopted = False
        """Whether this process is not the one that was started, but its sibling."""
        self.zygote_asks = False
        """Whether the programs inherit the filter that asks the server."""
        self._filter: seccomp.Filter | None = None
        self._rules: dict[int, int] = {}
        """Descriptors of the Landlock rulesets, by the layer that they form."""

    @property
    def work(self) -> str:
        """Path of the working folder."""
        return self.folder.path

    def missing(self) -> list[str]:
        """The required mechanisms that are not in force."""
        return [name for name, why in self.steps.items() if why and name not in self.optional]

    def has(self, name: str) -> bool:
        """Whether a mechanism is in force."""
        return self.steps.get(name, "absent") == ""

    def _step(self, name: str, action: Callable[[], None]) -> bool:
        try:
            action()
        except OSError as problem:
            self.steps[name] = str(problem)
            return False
        self.steps[name] = ""
        return True

    @abstractmethod
    def enter(self) -> None:
        """Isolate this server."""

    @abstractmethod
    def _ready_landlock(self) -> None:
        """Find out what Landlock can do here. Raises KernelError where it is missing."""

    @abstractmethod
    def workdir_changed(self) -> None:
        """Make the Landlock rules for the folder that is there now. Raises OSError."""

    def open_namespace(self) -> int:
        """Open a pid namespace for the next fork; 0 where programs have none of their own."""
        return 0

    def leave_namespace(self, init: int) -> None:
        """Let the next fork go into our own pid namespace again, if `init` is in another."""
        assert init == 0

    def _ready_confinement(self) -> None:
        self._step("seccomp", self._ready_filter)
        self._step("landlock", self._ready_landlock)
        self._step("no_new_privs", lambda: None)

    def _ready_filter(self) -> None:
        self._filter = seccomp.Filter(self.shared_files)

    def _replace_rules(self, layer: int, made: int) -> None:
        """Take over a new ruleset, away from the numbers that a child gives its descriptors."""
        before = self._rules.pop(layer, -1)
        if before >= 0:
            os.close(before)
        self._rules[layer] = fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, 100)
        os.close(made)

    def enter_zygote(self) -> int:
        """In the zygote, which has closed all descriptors: confine it as far as all programs.

        Returns the descriptor on which the kernel asks about its forks, or -1. Raises OSError.
        """
        self._rules.clear()
        return -1

    def confinement(self, limits: dict[str, float], base_bytes: int) -> Confinement:
        """The confinement of a program under these limits. Raises KernelError."""
        if self.has("landlock") and not self._rules:
            raise kernel.KernelError(2, "landlock: no rules were made for the working folder")
        grants = Grants(
            rules=tuple(self._rules[layer] for layer in sorted(self._rules)),
            filter=self._filter,
            own_user=self.has("user namespace"),
            own_uid=self.own_uid,
            own_pid=self.own_pid,
            watched=self.shared_files,
            asks=self.shared_files and not self.zygote_asks,
        )
        return Confinement(limits, base_bytes, self.work, grants)


def offer_to_the_memory_killer() -> None:
    """Where memory is shared the program should be killed, not the process that reports it."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")


def end_namespace(init: int) -> None:
    """Kill everything in a pid namespace and wait until it is empty."""
    if init:
        os.kill(init, signal.SIGKILL)
        os.waitpid(init, 0)


def reset_signals() -> None:
    """Set default actions and an empty mask, here and for every program forked from here."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with contextlib.suppress(OSError):
        signal.pthread_sigmask(signal.SIG_SETMASK, ())


def address_space() -> int:
    """Bytes of address space that this process already uses, before a program runs."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE") + ctypes.sizeof(ctypes.c_void_p)
