"""Forks whose parent is the caller's own parent (CLONE_PARENT), which libc's fork does not make."""

import ctypes
import signal
import struct
import threading

from . import kernel

_THREAD_RECORD = 1024
"""Bytes of libc's record of a thread in which to look for the thread's number."""
PARENT, TO_PARENT, TO_CHILD, UNTIL_END = 0x8000, 0x00100000, 0x01000000, 0x00200000
"""CLONE_PARENT, CLONE_PARENT_SETTID, CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID."""
_syscall = ctypes.PyDLL(None, use_errno=True).syscall  # which keeps the interpreter lock
_syscall.restype = ctypes.c_long


def thread_record() -> int:
    """The address of libc's record of this thread."""
    get = ctypes.PyDLL(None).pthread_self
    get.restype = ctypes.c_ulong
    return int(get())


def holding_own_number() -> set[int]:
    """Where libc's record of this thread holds its number, which locks use to name an owner."""
    record = ctypes.string_at(thread_record(), _THREAD_RECORD)
    own = struct.pack("@i", threading.get_native_id())
    return {at for at in range(0, _THREAD_RECORD, 4) if record[at : at + 4] == own}


def only(offsets: set[int]) -> int:
    """The one place of the number. Raises KernelError unless there is exactly one."""
    if len(offsets) != 1:
        raise kernel.KernelError(
            38, f"libc keeps a thread's number in {len(offsets)} places, not one"
        )
    return next(iter(offsets))


def fork_sibling() -> int:
    """Fork as fork(2) does, from a process of one thread, except that the child is our sibling.

    Returns 0 in the child. Raises KernelError where that cannot be done.
    """
    number = thread_record() + only(holding_own_number())
    flags = PARENT | TO_CHILD | UNTIL_END | signal.SIGCHLD
    places = (number, 0) if kernel.MACHINE == "x86_64" else (0, number)  # and thread storage
    words = (kernel.number("clone"), flags, 0, 0, *places)
    found = int(_syscall(*(ctypes.c_long(word) for word in words)))
    if found < 0:
        raise kernel.KernelError(ctypes.get_errno(), "clone of a sibling")
    return found
