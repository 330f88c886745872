"""The private working folder: a small tmpfs, reused only if no program touched it.

Unmounting waits for every processor, which is slow on a busy machine; most programs write no
file, and leave a folder that is as good as new.
"""

import os
import stat

from . import kernel

_FLAGS = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC | kernel.MS_NOATIME


class WorkDir:
    """A tmpfs at `path` in the server's own mount namespace."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._size = (0.0, 0.0)
        self._state: tuple[int, ...] = ()

    def fits(self, limits: dict[str, float]) -> bool:
        """Whether the mounted folder has the size that these limits ask for."""
        return self._size == _size(limits)

    def renew(self, limits: dict[str, float]) -> None:
        """Replace the folder with an empty one. Raises KernelError."""
        if self._size != (0.0, 0.0):
            kernel.unmount(self._path)
            self._size = (0.0, 0.0)
        kernel.mount("tmpfs", self._path, "tmpfs", _FLAGS, _options(limits))
        self._size = _size(limits)
        self._mark()

    def untouched(self) -> bool:
        """Whether nothing was made, changed or removed in it since it was new.

        The kernel numbers the files of a tmpfs in turn, including those that never had a name, so
        the number of the next file tells whether there were others.
        """
        before = self._state
        if _attributes(self._path) != before[1:] or os.listdir(self._path):
            return False
        self._mark()
        return self._state[0] == before[0] + 1

    def _mark(self) -> None:
        probe = f"{self._path}/probe"
        descriptor = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, stat.S_IRUSR)
        number = os.fstat(descriptor).st_ino
        os.close(descriptor)
        os.unlink(probe)
        self._state = (number, *_attributes(self._path))


def _attributes(path: str) -> tuple[int, ...]:
    found = os.stat(path)
    return found.st_mode, found.st_atime_ns, found.st_ctime_ns, found.st_mtime_ns


def _size(limits: dict[str, float]) -> tuple[float, float]:
    return limits["files_mb"], limits["inodes"]


def _options(limits: dict[str, float]) -> str:
    size = max(int(limits["files_mb"] * 1024), 4)
    return f"size={size}k,nr_inodes={int(limits['inodes'])},mode=700"
