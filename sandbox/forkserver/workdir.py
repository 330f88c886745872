"""The working folder of programs: empty at the start of every run, wherever it lies.

It is reused only if no program touched it. To replace it is slow (unmounting waits for every
processor), and most programs write no file and leave a folder that is as good as new.

`secrets` and `pathlib` stay out: they import OpenSSL, and every fork copies what is mapped.
"""

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Sequence
from typing import Protocol

from . import kernel, rootfs

_FLAGS = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC | kernel.MS_NOATIME


class WorkFolder(Protocol):
    """A working folder as the server sees it."""

    path: str
    parent: str

    def fits(self, limits: dict[str, float]) -> bool:
        """Whether a folder is there and has the size that these limits ask for."""
        ...

    def renew(self, limits: dict[str, float]) -> None:
        """Replace the folder with an empty one. Raises OSError."""
        ...

    def reusable(self) -> bool:
        """Whether it is as good as new, after a run. Raises OSError where it cannot be emptied."""
        ...

    def close(self) -> None:
        """Remove what is left of it on the caller's file system."""
        ...


class MountedFolder:
    """A small tmpfs at `path` in the server's own mount namespace."""

    def __init__(self, path: str) -> None:
        self.path, self.parent = path, os.path.dirname(path)
        self._size = (0.0, 0.0)
        self._state: tuple[int, ...] = ()

    def fits(self, limits: dict[str, float]) -> bool:
        """As `WorkFolder.fits`."""
        return self._size == _size(limits)

    def renew(self, limits: dict[str, float]) -> None:
        """As `WorkFolder.renew`."""
        if self._size != (0.0, 0.0):
            kernel.unmount(self.path)
            self._size = (0.0, 0.0)
        kernel.mount("tmpfs", self.path, "tmpfs", _FLAGS, _options(limits))
        self._size = _size(limits)
        self._mark()

    def reusable(self) -> bool:
        """Whether nothing was made, changed or removed in it since it was new.

        The kernel numbers the files of a tmpfs in turn, including those that never had a name, so
        the number of the next file tells whether there were others.
        """
        before = self._state
        if _attributes(self.path) != before[1:] or os.listdir(self.path):
            return False
        self._mark()
        return self._state[0] == before[0] + 1

    def _mark(self) -> None:
        probe = f"{self.path}/probe"
        descriptor = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, stat.S_IRUSR)
        number = os.fstat(descriptor).st_ino
        os.close(descriptor)
        os.unlink(probe)
        self._state = (number, *_attributes(self.path))

    def close(self) -> None:
        """The mount ends with its namespace."""


class EmptiedFolder:
    """A folder that the container's engine has mounted; emptied after every run."""

    def __init__(self, path: str) -> None:
        self.path, self.parent = path, os.path.dirname(path)
        self._used = False

    def fits(self, limits: dict[str, float]) -> bool:
        """The engine decides on its size; whether it was ever used."""
        return self._used

    def renew(self, limits: dict[str, float]) -> None:
        """Empty it."""
        rootfs.clean(self.path)
        self._used = True

    def reusable(self) -> bool:
        """Empty it: it is the same folder in every run."""
        rootfs.clean(self.path)
        return True

    def close(self) -> None:
        """It ends with its container."""


class PrivateFolder:
    """A folder of the caller's file system that only this server uses.

    It is `work` in a folder with an unguessable name, which is locked as long as the server lives:
    so the next server removes what one that was killed left behind.
    """

    def __init__(self, candidates: Sequence[str]) -> None:
        """Make it in the first candidate that can take it. Raises OSError if none can."""
        self._lock, self.parent = _make_parent(candidates)
        self.path = f"{self.parent}/work"
        self._state: tuple[int, ...] = ()

    def fits(self, limits: dict[str, float]) -> bool:
        """Whether it is there: the server counts what is in it (`FolderUsage`)."""
        return bool(self._state)

    def renew(self, limits: dict[str, float]) -> None:
        """As `WorkFolder.renew`. A new folder also has no times that a program left."""
        self._state = ()
        if os.path.isdir(self.path):
            rootfs.clean(self.path)
            os.rmdir(self.path)
        os.mkdir(self.path, stat.S_IRWXU)
        # Read in the far future: so that listing it changes nothing, as relatime has it.
        os.utime(self.path, (_FAR_FUTURE, int(time.time())))
        self._state = _attributes(self.path)

    def untouched(self) -> bool:
        """Whether no name was made, changed or removed directly in it since it was new."""
        return _attributes(self.path) == self._state

    def reusable(self) -> bool:
        """As `WorkFolder.reusable`. The filter refuses files without a name."""
        return self.untouched() and not os.listdir(self.path)

    def close(self) -> None:
        """Remove it."""
        _remove(self.parent)
        os.close(self._lock)


_PREFIX = "assay-run-"
_FAR_FUTURE = 4102444800  # the year 2100
_NEEDED_BYTES, _NEEDED_FILES = 32 * 2**20, 2048
_SETTLED_SECONDS = 60
"""Age from which a folder that nobody has locked is left over, and not just being made."""


def _make_parent(candidates: Sequence[str]) -> tuple[int, str]:
    """A locked descriptor of the new folder, and its path. Raises OSError."""
    reasons = []
    for candidate in dict.fromkeys(candidates):
        try:
            _sweep(candidate)
            found = os.statvfs(candidate)
            if found.f_bavail * found.f_frsize < _NEEDED_BYTES:
                raise OSError(errno.ENOSPC, f"less than {_NEEDED_BYTES >> 20} MB are free")
            if found.f_files and found.f_favail < _NEEDED_FILES:
                raise OSError(errno.ENOSPC, f"less than {_NEEDED_FILES} files are free")
            folder = f"{os.path.realpath(candidate)}/{_PREFIX}{os.urandom(8).hex()}"
            os.mkdir(folder, stat.S_IRWXU)
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as problem:
            reasons.append(f"{candidate}: {problem.strerror}")
        else:
            return lock, folder
    said = "; ".join(reasons)
    raise OSError(errno.EROFS, f"no folder for programs to work in ({said}): mount a tmpfs at /tmp")


def _sweep(candidate: str) -> None:
    """Remove the folders of servers that are gone."""
    for name in os.listdir(candidate):
        if not name.startswith(_PREFIX):
            continue
        folder = f"{candidate}/{name}"
        with contextlib.suppress(OSError):
            held = os.lstat(folder)
            if held.st_uid != os.geteuid() or time.time() - held.st_ctime < _SETTLED_SECONDS:
                continue
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(folder)
            finally:
                os.close(lock)


def _remove(folder: str) -> None:
    with contextlib.suppress(OSError):
        rootfs.clean(folder)
        os.rmdir(folder)


def _attributes(path: str) -> tuple[int, ...]:
    found = os.stat(path)
    return found.st_mode, found.st_atime_ns, found.st_ctime_ns, found.st_mtime_ns


def _size(limits: dict[str, float]) -> tuple[float, float]:
    return limits["files_mb"], limits["inodes"]


def _options(limits: dict[str, float]) -> str:
    size = max(int(limits["files_mb"] * 1024), 4)
    return f"size={size}k,nr_inodes={int(limits['inodes'])},mode=700"
