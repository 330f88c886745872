"""Changes of a program's own files that the server makes for it: modes, times, length by path.

The paths come from the program and are not trusted. A file is first opened without any right, then
it is looked up where that file lies, and only a file in the program's folder is changed, through
the descriptor that was looked at.
"""

import errno
import os
import struct
import time

_LONGEST_PATH = 4096
_NO_DESCRIPTOR = 1 << 31  # AT_FDCWD and all other negative numbers, as unsigned
_NO_FOLLOW = 0x100  # AT_SYMLINK_NOFOLLOW
_TIMES = struct.Struct("@4q")
_NOW, _OMIT = (1 << 30) - 1, (1 << 30) - 2
_PAGE = 4096


class FileChanges:
    """Makes changes for one program in its folder."""

    def __init__(self, folder: str, pid: int, most_bytes: int) -> None:
        """`most_bytes`: the length that a file may have."""
        self._folder, self._pid, self._most_bytes = folder, pid, most_bytes

    def make(self, name: str, arguments: list[int]) -> None:
        """Make the change that a call asks for. Raises OSError as the call would."""
        if name == "fchmod":
            self._set_mode(self._open_descriptor(arguments[0]), arguments[1])
        elif name == "chmod":
            self._set_mode(self._open(_NO_DESCRIPTOR, arguments[0]), arguments[1])
        elif name == "fchmodat":
            self._set_mode(self._open(arguments[0], arguments[1]), arguments[2])
        elif name == "truncate":
            self._set_length(self._open(_NO_DESCRIPTOR, arguments[0]), arguments[1])
        elif name == "utimensat":
            self._set_times(*arguments[:4])
        else:
            raise OSError(errno.EPERM, name)

    def _set_mode(self, descriptor: int, mode: int) -> None:
        try:
            os.chmod(f"/proc/self/fd/{descriptor}", mode & 0o1777)  # no setuid, no setgid
        finally:
            os.close(descriptor)

    def _set_length(self, descriptor: int, length: int) -> None:
        try:
            if length > self._most_bytes:
                raise OSError(errno.EFBIG, "the limit on files")
            os.truncate(f"/proc/self/fd/{descriptor}", length)
        finally:
            os.close(descriptor)

    def _set_times(self, folder: int, path: int, times: int, flags: int) -> None:
        raw = self._read(times, _TIMES.size) if times else b""
        if path:
            descriptor = self._open(folder, path, bool(flags & _NO_FOLLOW))
        else:
            descriptor = self._open_descriptor(folder)
        name = f"/proc/self/fd/{descriptor}"
        try:
            if not times:
                os.utime(name)
                return
            held, now = os.stat(name), time.time_ns()
            seconds, parts = _TIMES.unpack(raw)[::2], _TIMES.unpack(raw)[1::2]
            wanted = []
            for second, part, old in zip(
                seconds, parts, (held.st_atime_ns, held.st_mtime_ns), strict=True
            ):
                special = {_NOW: now, _OMIT: old}
                wanted.append(special.get(part, second * 10**9 + part))
            os.utime(name, ns=(wanted[0], wanted[1]))
        finally:
            os.close(descriptor)

    def _open(self, folder: int, path: int, no_follow: bool = False) -> int:
        name = self._text(path)
        if not name:
            raise OSError(errno.ENOENT, "no name")
        if not name.startswith(b"/"):
            own = f"/proc/{self._pid}"
            base = f"{own}/cwd" if folder >= _NO_DESCRIPTOR else f"{own}/fd/{folder}"
            name = base.encode() + b"/" + name
        return self._checked(name, os.O_NOFOLLOW if no_follow else 0)

    def _open_descriptor(self, number: int) -> int:
        if number >= _NO_DESCRIPTOR:
            raise OSError(errno.EBADF, "no descriptor")
        return self._checked(f"/proc/{self._pid}/fd/{number}".encode(), 0)

    def _checked(self, name: bytes, flags: int) -> int:
        """A descriptor of a file in the folder, which gives no right yet."""
        descriptor = os.open(name, os.O_PATH | os.O_CLOEXEC | flags)
        if os.readlink(f"/proc/self/fd/{descriptor}").startswith(self._folder + "/"):
            return descriptor
        os.close(descriptor)
        raise OSError(errno.EPERM, "not in the folder")

    def _text(self, address: int) -> bytes:
        """A string that ends with a zero in the program's memory."""
        found = b""
        while len(found) < _LONGEST_PATH:
            length = _PAGE - (address + len(found)) % _PAGE  # the next page may not be there
            part = self._read(address + len(found), length)
            text, end, _ = part.partition(b"\0")
            found += text
            if end:
                return found
        raise OSError(errno.ENAMETOOLONG, "a path")

    def _read(self, address: int, length: int) -> bytes:
        memory = os.open(f"/proc/{self._pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            found = os.pread(memory, length, address)
        except (OSError, OverflowError):
            raise OSError(errno.EFAULT, "an address") from None
        finally:
            os.close(memory)
        if len(found) < length:
            raise OSError(errno.EFAULT, "an address")
        return found
