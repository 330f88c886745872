"""The isolation of a server that is the main process of a container: the container's, and ours."""

import os
import sys

from . import isolation, kernel, landlock, rootfs
from .workdir import EmptiedFolder

_DEVICES = ("/dev/zero", "/dev/urandom", "/dev/random")


class ContainerIsolation(isolation.IsolationSteps):
    """A server in a container of its own, which the engine has isolated."""

    optional = frozenset({"landlock"})
    own_uid = False  # other containers run as the same user; the pids cgroup counts instead

    def __init__(self) -> None:
        """Raises FileExistsError where the working folder is not empty."""
        if os.listdir(rootfs.WORK):
            # It is emptied after every run; what is in it already is not ours to remove.
            raise FileExistsError(f"{rootfs.WORK} holds files: in a container it starts empty")
        super().__init__(EmptiedFolder(rootfs.WORK))
        wanted = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", sys.base_prefix, *_DEVICES)
        self._readable = tuple(path for path in wanted if os.path.exists(path))
        self._landlock = 0

    def enter(self) -> None:
        """Prepare the confinement of programs inside the container."""
        os.umask(0o022)
        isolation.offer_to_the_memory_killer()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        self._ready_confinement()

    def _ready_landlock(self) -> None:
        self._landlock = landlock.abi_version()

    def workdir_changed(self) -> None:
        """Make the Landlock rules for the working folder. Raises KernelError."""
        if self._landlock:
            self._replace_rules(0, landlock.make_ruleset(self._landlock, self.work, self._readable))
