"""What a program expects of its interpreter and the bare one (`python -S`, no /proc) lacks.

`exit` and `quit`; `/dev/stdin`, `/dev/stdout`, `/dev/stderr` and `/dev/fd/N`, which elsewhere lead
through /proc; and the same number of processors on every machine, so that a default thread pool
has the same size everywhere.
"""

import _sitebuiltins
import builtins
import io
import os
from typing import Any

CPUS = 2
"""The number of processors that every program sees. A default thread pool then has 6 threads."""
_STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_NUMBERED = ("/dev/fd/", "/proc/self/fd/")


def install() -> None:
    """Make the replacements, once, in the process that programs are copies of."""
    for name in ("exit", "quit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "end of file"))
    for function in (_StreamPaths.open, _StreamPaths.os_open, _StreamPaths.stat, _descriptor):
        # So that a program's tracebacks do not show where the harness is installed.
        function.__code__ = function.__code__.replace(co_filename="<sandbox>")
    paths, processors = _StreamPaths(), _Processors()
    builtins.open = io.open = paths.open
    _replace("open", paths.os_open)
    _replace("stat", paths.stat)
    for name in ("cpu_count", "process_cpu_count"):
        if hasattr(os, name):
            setattr(os, name, processors.count)
    os.sched_getaffinity = processors.affinity


def _replace(name: str, function: Any) -> None:
    """Replace a function of `os` that may be looked up in the sets of what it supports."""
    for supporting in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        if getattr(os, name) in supporting:
            supporting.add(function)
    setattr(os, name, function)


class _StreamPaths:
    """Opens a path that names an open descriptor as a duplicate of it.

    Bound methods, unlike functions, stay what they are when a class holds them (`op = open`).
    """

    def __init__(self) -> None:
        self._open, self._os_open, self._stat = io.open, os.open, os.stat

    def open(
        self, file: Any, mode: str = "r", buffering: int = -1, encoding: str | None = None,
        errors: str | None = None, newline: str | None = None, closefd: bool = True,
        opener: Any = None,
    ) -> Any:  # fmt: skip
        """Open file and return a stream; as the built-in of this name."""
        descriptor = None if isinstance(file, int) else _descriptor(file)
        if descriptor is not None:
            file, opener = os.dup(descriptor), None
        return self._open(file, mode, buffering, encoding, errors, newline, closefd, opener)

    def os_open(
        self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None
    ) -> int:
        """Open a file for low level IO; as `os.open`."""
        descriptor = _descriptor(path)
        if descriptor is not None:
            return os.dup(descriptor)
        return self._os_open(path, flags, mode, dir_fd=dir_fd)

    def stat(
        self, path: Any, *, dir_fd: int | None = None, follow_symlinks: bool = True
    ) -> os.stat_result:
        """Perform a stat system call on the given path; as `os.stat`."""
        descriptor = None if isinstance(path, int) else _descriptor(path)
        if descriptor is not None:
            return os.fstat(descriptor)
        return self._stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)


def _descriptor(path: Any) -> int | None:
    """The number of the descriptor that a path names, or None."""
    if not isinstance(path, str):
        if not isinstance(path, bytes | os.PathLike):
            return None  # the real function raises the right TypeError
        path = os.fsdecode(path)
    if path in _STREAMS:
        return _STREAMS[path]
    for prefix in _NUMBERED:
        if path.startswith(prefix) and path[len(prefix) :].isdecimal():
            return int(path[len(prefix) :])
    return None


class _Processors:
    """The machine as every program sees it."""

    def count(self) -> int:
        """Return the number of processors."""
        return CPUS

    def affinity(self, pid: int) -> set[int]:
        """Return the processors that a process may run on."""
        return set(range(CPUS))
