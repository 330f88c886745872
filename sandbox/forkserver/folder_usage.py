"""What a running program keeps in a folder that no file system of its own bounds.

Files are counted with a name and without: one that was removed occupies its space as long as it is
open or mapped.
"""

import math
import os
import re
from collections.abc import Iterator

_MOST_LEVELS = 200
_MAPPED = re.compile(r"^\S+ \S+ \S+ \S+ (\d+) +(.*)$", re.MULTILINE)
_GONE = " (deleted)"
_BLOCK = 512


class FolderUsage:
    """Counts the bytes and the files of one program in its folder."""

    def __init__(self, path: str, pid: int, limits: dict[str, float]) -> None:
        self._path, self._pid = path, pid
        self._most_bytes = limits["files_mb"] * 2**20
        self._most_files = limits["inodes"]

    def excess(self) -> float:
        """Bytes beyond the limit; infinite for too many files. Never raises: programs race."""
        sizes: dict[int, int] = {}
        for inode, size in self._named():
            sizes[inode] = size
            if len(sizes) > self._most_files:
                return math.inf
        for inode, size in (*self._open(), *self._mapped()):
            sizes.setdefault(inode, size)
        if len(sizes) > self._most_files:
            return math.inf
        return sum(sizes.values()) - self._most_bytes

    def _named(self) -> Iterator[tuple[int, int]]:
        waiting = [(self._path, 0)]
        while waiting:
            folder, level = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        found = entry.stat(follow_symlinks=False)
                        yield found.st_ino, found.st_blocks * _BLOCK
                        if entry.is_dir(follow_symlinks=False):
                            if level >= _MOST_LEVELS:  # no program needs it: count no further
                                yield from ((-n, 0) for n in range(int(self._most_files) + 1))
                            waiting.append((f"{folder}/{entry.name}", level + 1))
            except OSError:
                continue  # removed meanwhile

    def _open(self) -> Iterator[tuple[int, int]]:
        """Removed files that are still open."""
        folder = f"/proc/{self._pid}/fd"
        try:
            numbers = os.listdir(folder)
        except OSError:
            return
        for number in numbers:
            try:
                if self._ours(os.readlink(f"{folder}/{number}")):
                    found = os.stat(f"{folder}/{number}")
                    yield found.st_ino, found.st_blocks * _BLOCK
            except OSError:
                continue

    def _mapped(self) -> Iterator[tuple[int, int]]:
        """Removed files that are still mapped: taken to be as large as a file may be."""
        try:
            with open(f"/proc/{self._pid}/maps", encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            return
        for inode, path in _MAPPED.findall(text):
            if self._ours(path):
                yield int(inode), int(self._most_bytes)

    def _ours(self, path: str) -> bool:
        return path.endswith(_GONE) and path.startswith(self._path + "/")
