"""Landlock: rules on files that a process and its kernel enforce on the process itself."""

import ctypes
import os
from collections.abc import Iterable

from . import kernel

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_BLOCK, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 13, 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_DEVICES = _MAKE_CHAR | _MAKE_BLOCK | _IOCTL_DEV
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
"""The rights that a rule for a file may hold; the others are for folders."""
NEWEST_ABI = 6
"""The version whose rights this module knows; newer kernels are asked for these."""


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi_version() -> int:
    """The Landlock version of the running kernel. Raises KernelError if there is none."""
    return kernel.syscall(
        "landlock_create_ruleset", ctypes.c_void_p(0), ctypes.c_size_t(0), ctypes.c_uint(1)
    )


def make_ruleset(abi: int, writable: str, readable: Iterable[str]) -> int:
    """Make a ruleset: read under `readable`, do anything but make devices under `writable`.

    TCP, abstract sockets and signals to the outside are refused where the kernel can. Returns its
    descriptor. The rules apply to the folders that are there now, not to their names.
    """
    rights = _rights(abi)
    ruleset = _create(abi, rights)
    for path in readable:
        _allow(ruleset, path, _READ)
    _allow(ruleset, writable, rights & ~_DEVICES)
    _allow_null(ruleset, _READ_FILE | _WRITE_FILE)
    return ruleset


def make_reading_ruleset(abi: int, readable: Iterable[str], parent: str) -> int:
    """Make a ruleset for reading alone: `readable`, and everything below `parent`.

    It has many rules and is made once; what may be changed is another, smaller ruleset that is
    enforced as well. Executing a file is refused everywhere.
    """
    # A ruleset that does not mention the right to move files between folders refuses it.
    moves = _REFER if abi >= 2 else 0
    ruleset = _create(0, _READ | moves)
    for path in readable:
        _allow(ruleset, path, _READ_FILE | _READ_DIR)
    _allow(ruleset, parent, _READ_FILE | _READ_DIR | moves)
    _allow_null(ruleset, _READ_FILE)
    return ruleset


def make_writing_ruleset(abi: int, writable: str) -> int:
    """Make a ruleset for all that is not reading: anything but devices under `writable`."""
    rights = _rights(abi) & ~_READ
    ruleset = _create(abi, rights)
    _allow(ruleset, writable, rights & ~_DEVICES)
    _allow_null(ruleset, _WRITE_FILE)
    return ruleset


def restrict(ruleset: int) -> None:
    """Apply the rules to this thread and all it starts. Needs no_new_privs."""
    kernel.syscall("landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint(0))


def _rights(abi: int) -> int:
    """The rights on files that this version knows: 13 in the first, one more in some others."""
    return (
        (1 << 13) - 1
        | (_REFER if abi >= 2 else 0)
        | (_TRUNCATE if abi >= 3 else 0)
        | (_IOCTL_DEV if abi >= 5 else 0)
    )


def _create(abi: int, rights: int) -> int:
    """A ruleset that governs these rights on files, and network and scopes as `abi` can."""
    rules = _Ruleset(rights, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else (16 if abi >= 4 else 8)
    return kernel.syscall(
        "landlock_create_ruleset", ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint(0)
    )


def _allow_null(ruleset: int, rights: int) -> None:
    if os.path.exists("/dev/null"):
        _allow(ruleset, "/dev/null", rights)


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            rights &= _OF_FILES
        rule = _Beneath(rights, descriptor)
        kernel.syscall(
            "landlock_add_rule",
            ctypes.c_int(ruleset),
            ctypes.c_int(1),
            ctypes.byref(rule),
            ctypes.c_uint(0),
        )
    finally:
        os.close(descriptor)
