"""The level `landlock`: no namespace, so that it works in a container's default profile.

The server runs among the caller's processes, as the caller's user, and so do the programs. What
keeps a program from them:

- Landlock: it may read the interpreter's files and its own folder, and change its own folder.
- The seccomp filter: no fork, no exec, no socket, no signal to others, no tracing, no shared
  memory.
- The server, which the kernel asks (`CallGate`) before a thread starts, or a file changes in a way
  that Landlock does not govern (modes, times, length by path).
- The server counts its files (`FolderUsage`), which a mount of its own would bound.

What remains: a program sees that a path exists, its size and its times, and that a process exists.
"""

import os
import resource
import sys
from collections.abc import Mapping, Sequence

from . import call_gate, isolation, kernel, landlock, seccomp
from .workdir import PrivateFolder

_DEVICES = ("/dev/zero", "/dev/urandom", "/dev/random")
_NOT_OF_THE_LIBRARY = ("site-packages", "dist-packages", "test")


class LandlockIsolation(isolation.IsolationSteps):
    """A server among the caller's own processes."""

    shared_files = True
    own_uid = False

    def __init__(
        self, wanted: Mapping[str, Sequence[str]], folders: Sequence[str], newest_abi: int
    ) -> None:
        """`wanted`: the files that `rootfs.survey` found; `folders`: where to make our own.

        `newest_abi` bounds the version of Landlock that is used. Raises OSError where no folder
        can be made.
        """
        super().__init__(PrivateFolder(folders))
        self._wanted, self._newest_abi = wanted, newest_abi
        self._landlock = 0

    def enter(self) -> None:
        """Prepare the confinement of programs."""
        os.umask(0o022)
        self.user = f"uid {os.geteuid()}, the caller's"
        isolation.offer_to_the_memory_killer()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        self._ready_confinement()
        self._step("questions to the server", call_gate.prove)
        self._step("no core files", _stop_core_files)
        for folder in self._wanted["zones"][:1]:  # elsewhere they are found at the usual place
            os.environ["PYTHONTZPATH"] = os.environ["TZDIR"] = folder
        keep_importable(self._wanted["folders"])

    def _ready_landlock(self) -> None:
        self._landlock = min(landlock.abi_version(), self._newest_abi)

    def enter_zygote(self) -> int:
        """As `IsolationSteps.enter_zygote`; what all programs share costs each nothing."""
        super().enter_zygote()
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        if self._landlock:
            ruleset = self._reading_ruleset()
            landlock.restrict(ruleset)
            os.close(ruleset)
        listener = seccomp.QuestionFilter().install()
        self.zygote_asks = True
        return listener

    def _reading_ruleset(self) -> int:
        return landlock.make_reading_ruleset(self._landlock, self._readable(), self.folder.parent)

    def _readable(self) -> list[str]:
        found = [path for path in (*_DEVICES, "/etc/ld.so.cache") if os.path.exists(path)]
        for folder in self._wanted["folders"]:
            names = (name for name in os.listdir(folder) if name not in _NOT_OF_THE_LIBRARY)
            found += (f"{folder}/{name}" for name in names)
        for kind in ("files", "packages", "zones"):
            found += self._wanted[kind]
        return [path for path in found if os.path.exists(path)]

    def workdir_changed(self) -> None:
        """Make the Landlock rules for the folder that is there now. Raises OSError."""
        os.environ["TMPDIR"] = self.work
        if self._landlock:
            if 0 not in self._rules and not self.zygote_asks:
                self._replace_rules(0, self._reading_ruleset())
            self._replace_rules(1, landlock.make_writing_ruleset(self._landlock, self.work))


def _stop_core_files() -> None:
    """Make sure that a program which is watched cannot have its memory dumped by the kernel."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard == 0:  # stops a file, but not a program that collects dumps
        with open("/proc/sys/kernel/core_pattern") as file:
            if file.read(1) == "|":
                raise OSError(1, "the limit on core files is 0, and the kernel pipes them")


def keep_importable(folders: Sequence[str]) -> None:
    """Let the import system keep its lists of folders that a program may not list.

    Beside the standard library may lie packages that are none of a program's business.
    """
    for folder in folders:
        finder = sys.path_importer_cache.get(folder)
        find = getattr(finder, "find_spec", None)
        if find is not None:
            find("assay_no_such_module")  # fills the list
            finder.invalidate_caches = _nothing  # type: ignore[union-attr]


def _nothing() -> None:
    """Nothing has to be read again: these folders do not change while the server runs."""
