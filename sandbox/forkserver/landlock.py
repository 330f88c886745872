"""Landlock: enforces the view of the files that the mounts give a second time."""

import ctypes
import os

from . import kernel

_LIST = 0b1000  # READ_DIR, which no file can have
_READ = 0b0100 | _LIST | 1  # READ_FILE and EXECUTE (mapping of extension modules)
_RIGHTS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_DEVICE_IOCTL = 1 << 15  # ABI 5


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


def make_ruleset(abi: int, writable: str, readable: tuple[str, ...]) -> int:
    """Make a ruleset: read under `readable`, do anything but make devices under `writable`.

    TCP, abstract sockets and signals to the outside are refused where the kernel can. Returns its
    descriptor. The rules apply to the folders that are there now, not to their names.
    """
    rights = _RIGHTS_BY_ABI[min(abi, 3)] | (_DEVICE_IOCTL if abi >= 5 else 0)
    rules = _Ruleset(rights, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 24 if abi >= 6 else (16 if abi >= 4 else 8)
    ruleset = kernel.syscall(
        "landlock_create_ruleset", ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint(0)
    )
    no_devices = rights & ~((1 << 6) | (1 << 11) | _DEVICE_IOCTL)
    for path in readable:
        _allow(ruleset, path, _READ if os.path.isdir(path) else _READ & ~_LIST)
    _allow(ruleset, writable, no_devices)
    if os.path.exists("/dev/null"):
        _allow(ruleset, "/dev/null", 0b110)
    return ruleset


def restrict(ruleset: int) -> None:
    """Apply the rules to this thread and all it starts. Needs no_new_privs."""
    kernel.syscall("landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint(0))


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
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
