"""The system calls that a program may make: an allow-list, as classic BPF written by hand.

Every other call fails: recent and unknown ones with ENOSYS, so that libraries fall back to older
ones, the rest with EPERM. A foreign architecture or an x32 number kills the process.
"""

import ctypes
import errno
import struct

from . import kernel

_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_NUMBERS: dict[str, tuple[int | None, int | None]] = {  # name -> (x86_64, aarch64)
    # files, as far as the mounts allow
    "read": (0, 63), "write": (1, 64), "open": (2, None), "close": (3, 57), "stat": (4, None),
    "fstat": (5, 80), "lstat": (6, None), "poll": (7, None), "lseek": (8, 62),
    "pread64": (17, 67), "pwrite64": (18, 68), "readv": (19, 65), "writev": (20, 66),
    "access": (21, None), "pipe": (22, None), "select": (23, None), "dup": (32, 23),
    "dup2": (33, None), "sendfile": (40, 71), 
    "fsync": (74, 82), "fdatasync": (75, 83), "truncate": (76, 45), "ftruncate": (77, 46),
    "getdents": (78, None), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50),
    "rename": (82, None), "mkdir": (83, None), "rmdir": (84, None), "creat": (85, None),
    "link": (86, None), "unlink": (87, None), "symlink": (88, None), "readlink": (89, None),
    "chmod": (90, None), "fchmod": (91, 52), "umask": (95, 166), "utime": (132, None),
    "statfs": (137, 43), "fstatfs": (138, 44), "getdents64": (217, 61), "fadvise64": (221, 223),
    "utimes": (235, None), "openat": (257, 56), "mkdirat": (258, 34), "newfstatat": (262, 79),
    "unlinkat": (263, 35), "renameat": (264, 38), "linkat": (265, 37), "symlinkat": (266, 36),
    "readlinkat": (267, 78), "fchmodat": (268, 53), "faccessat": (269, 48),
    "pselect6": (270, 72), "ppoll": (271, 73), "utimensat": (280, 88), "fallocate": (285, 47),
    "dup3": (292, 24), "pipe2": (293, 59), "preadv": (295, 69), "pwritev": (296, 70),
    "renameat2": (316, 276), "copy_file_range": (326, 285), "preadv2": (327, 286),
    "pwritev2": (328, 287), "statx": (332, 291), "close_range": (436, 436),
    "faccessat2": (439, 439),
    # memory and threads
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214),
    "mremap": (25, 216), "msync": (26, 227), "madvise": (28, 233), "futex": (202, 98),
    "sched_yield": (24, 124), "set_robust_list": (273, 99), "get_robust_list": (274, 100),
    "set_tid_address": (218, 96), "rseq": (334, 293), "membarrier": (324, 283),
    "exit": (60, 93), "exit_group": (231, 94), "restart_syscall": (219, 128),
    "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
    "sched_getaffinity": (204, 123), "getcpu": (309, 168),
    # signals, to the program itself only
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132), "pause": (34, None), "alarm": (37, None),
    "getitimer": (36, 102), "setitimer": (38, 103),
    "wait4": (61, 260), "waitid": (247, 95),
    # identity and time
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getpgrp": (111, None),
    "getpgid": (121, 155), "getsid": (124, 156), "getuid": (102, 174), "getgid": (104, 176),
    "geteuid": (107, 175), "getegid": (108, 177), "getgroups": (115, 158),
    "getresuid": (118, 148), "getresgid": (120, 150), "getpriority": (140, 141),
    "uname": (63, 160), "sysinfo": (99, 179), "times": (100, 153), "time": (201, None),
    "getrlimit": (97, None), "getrusage": (98, 165), "gettimeofday": (96, 169),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101), "getrandom": (318, 278),
    # what an event loop needs, on descriptors that the program made itself
    "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, None),
    "epoll_pwait": (281, 22), "eventfd2": (290, 19), "recvfrom": (45, 207),
    "shutdown": (48, 210), "getsockname": (51, 204), "getpeername": (52, 205),
    "getsockopt": (55, 209),
}  # fmt: skip

_UNGOVERNED = ("utime", "utimes")
"""Old ways of `utimensat`."""
ASKED = {
    "clone": (56, 220), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53),
    "truncate": (76, 45), "utimensat": (280, 88),
}  # fmt: skip
"""Calls that the kernel asks the server about where a program shares the caller's user and files:
the start of a thread, and what changes a file that was not opened for writing, which Landlock does
not govern. Without the server they fail."""
_CLONE, _CLONE3 = (56, 220), (435, 435)
_OPEN, _OPENAT, _FALLOCATE = (2, None), (257, 56), (285, 47)
_SOCKETPAIR, _SENDTO = (53, 199), (44, 206)
_LISTXATTR = ((194, 11), (195, 12), (196, 13))  # of a path, of a link, of a descriptor
_IOCTL, _PRLIMIT, _FCNTL = (16, 29), (302, 261), (72, 25)
_ARCH_PRCTL = (158, None)
_THREAD = 0x00010100  # CLONE_THREAD | CLONE_VM
_CLONE_THREAD = 0x00010000
_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag
_IOCTLS = (0x5450, 0x5451, 0x5421)  # FIONCLEX, FIOCLEX, FIONBIO
_SET_THREAD_STORAGE = (0x1002,)  # ARCH_SET_FS, with which a C library starts
# Locks of open files are allowed; leases and signal owners would reach outside.
_FCNTLS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
_SIGNALS = ((62, 129), (234, 131))  # kill, tgkill
_ACCESS_MODE, _TRUNCATE, _NAMELESS = 0o3, 0o1000, 0o20000000  # O_ACCMODE, O_TRUNC, __O_TMPFILE
_RLIMIT_CORE = 4
NEW_LISTENER = 8  # SECCOMP_FILTER_FLAG_NEW_LISTENER
_OWN_PID = 0x7FEDCBA9  # placeholder for the process id of the confined program
_NEWEST_KNOWN = 334

_LOAD, _JUMP, _EQUAL, _GREATER, _AND, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x54, 0x06
_ALLOW, _KILL, _ERRNO, _ASK = 0x7FFF0000, 0x80000000, 0x00050000, 0x7FC00000
_NR, _ARCH_AT, _ARGUMENTS = 0, 4, 16


def _op(code: int, value: int, true: int = 0, false: int = 0) -> bytes:
    return struct.pack("HBBI", code, true, false, value & 0xFFFFFFFF)


def _error(number: int) -> bytes:
    return _op(_RETURN, _ERRNO | number)


def _argument(index: int, high: bool = False) -> bytes:
    return _op(_LOAD, _ARGUMENTS + 8 * index + (4 if high else 0))


_Step = tuple[int, list[bytes]]
"""The first number of a range, and the code for it: a list that ends in a return."""


def _special_calls(column: int, shared_files: bool) -> dict[int, list[bytes]]:
    """The calls whose arguments decide whether they are allowed."""
    allow, refuse = _op(_RETURN, _ALLOW), _error(errno.EPERM)
    thread = [
        _argument(0),
        _op(_AND, _THREAD | _NAMESPACES),
        _op(_EQUAL, _THREAD, 0, 1),
        allow,
        refuse,
    ]
    pair = [  # a connected pair of Unix streams, which event loops use to wake themselves
        _argument(0),
        _op(_EQUAL, 1, 0, 4),
        _argument(1),
        _op(_AND, 0xFF),
        _op(_EQUAL, 1, 0, 1),
        allow,
        refuse,
    ]
    send = [  # without an address
        _argument(4),
        _op(_EQUAL, 0, 0, 3),
        _argument(4, high=True),
        _op(_EQUAL, 0, 0, 1),
        allow,
        refuse,
    ]
    limits = [_argument(0), _op(_EQUAL, 0, 0, 1), allow, refuse]
    signal = [_argument(0), _op(_EQUAL, _OWN_PID, 0, 1), allow, refuse]
    bodies: tuple[tuple[tuple[int | None, ...], list[bytes]], ...] = (
        (_CLONE, thread),
        (_SOCKETPAIR, pair),
        (_SENDTO, send),
        (_IOCTL, _one_of(1, _IOCTLS, errno.ENOTTY)),
        (_FCNTL, _one_of(1, _FCNTLS, errno.EPERM)),
        (_PRLIMIT, limits),
        (_CLONE3, [_error(errno.ENOSYS)]),
        (_ARCH_PRCTL, _one_of(0, _SET_THREAD_STORAGE, errno.EPERM)),
        *((numbers, signal) for numbers in _SIGNALS),
        # As a file system without extended attributes: shutil.copy2 then copies without them.
        *((numbers, [_error(errno.EOPNOTSUPP)]) for numbers in _LISTXATTR),
    )
    numbered = ((numbers[column], body) for numbers, body in bodies)
    special = {number: body for number, body in numbered if number is not None}
    return special | (_guards(column) if shared_files else {})


def _guards(column: int) -> dict[int, list[bytes]]:
    """What is decided otherwise where only Landlock stands before the caller's files."""
    guards = {
        _PRLIMIT[column]: _own_limits(),
        _FALLOCATE[column]: [_error(errno.EOPNOTSUPP)],  # then libc writes zeros
    }
    for numbers, place in ((_OPEN, 1), (_OPENAT, 2)):
        if (number := numbers[column]) is not None:
            guards[number] = _opening(place)
    return guards


def _opening(flags: int) -> list[bytes]:
    """Allow to open a file, but not to truncate one without the right to write, nor without a name.

    `flags` is the place of the argument. Before version 3 Landlock lets O_TRUNC pass; and access
    mode 3, which asks for no right, has no use here.
    """
    return [
        _argument(flags),
        _op(_AND, _NAMELESS),
        _op(_EQUAL, _NAMELESS, 0, 1),
        _error(errno.EOPNOTSUPP),
        _argument(flags),
        _op(_AND, _TRUNCATE | _ACCESS_MODE),
        _op(_EQUAL, _TRUNCATE, 2, 0),
        _op(_AND, _ACCESS_MODE),
        _op(_EQUAL, _ACCESS_MODE, 0, 1),
        _error(errno.EPERM),
        _op(_RETURN, _ALLOW),
    ]


def _own_limits() -> list[bytes]:
    """Allow the program to set its own limits but that on core files.

    With a limit of 1 the kernel writes none, not even to a program that collects them.
    """
    return [
        _argument(0),
        _op(_EQUAL, 0, 0, 6),
        _argument(1),
        _op(_EQUAL, _RLIMIT_CORE, 0, 5),
        _argument(2),
        _op(_EQUAL, 0, 0, 2),
        _argument(2, high=True),
        _op(_EQUAL, 0, 1, 0),
        _error(errno.EPERM),
        _op(_RETURN, _ALLOW),
    ]


def _one_of(index: int, values: tuple[int, ...], otherwise: int) -> list[bytes]:
    """Allow a call if its argument is one of the values."""
    program = [_argument(index)]
    for left, value in zip(range(len(values), 0, -1), values, strict=True):
        program.append(_op(_EQUAL, value, left, 0))
    return [*program, _error(otherwise), _op(_RETURN, _ALLOW)]


def build_filter(machine: str, shared_files: bool = False) -> bytes:
    """The filter for one architecture, as an array of `struct sock_filter`.

    Signals may go to `_OWN_PID` only: in a container the pid namespace holds others too.
    `shared_files`: the program has the caller's file system before it, behind Landlock alone.
    """
    if machine not in _ARCH:
        raise kernel.KernelError(errno.ENOSYS, f"seccomp: no allow-list for {machine}")
    column = list(_ARCH).index(machine)
    program = [
        _op(_LOAD, _ARCH_AT),
        _op(_EQUAL, _ARCH[machine], 1, 0),
        _op(_RETURN, _KILL),
        _op(_LOAD, _NR),
    ]
    if machine == "x86_64":
        program += [_op(_GREATER, 0x40000000, 0, 1), _op(_RETURN, _KILL)]
    return b"".join(program + _tree(_steps(column, shared_files)))


def _steps(column: int, shared_files: bool) -> list[_Step]:
    """The ranges of all call numbers, in order."""
    left_out = _UNGOVERNED if shared_files else ()
    listed = (pair[column] for name, pair in _NUMBERS.items() if name not in left_out)
    known = {number: [_op(_RETURN, _ALLOW)] for number in listed if number is not None}
    known |= _special_calls(column, shared_files)
    steps: list[_Step] = []
    for number in range(max(known) + 2):
        refuse = errno.EPERM if number <= _NEWEST_KNOWN else errno.ENOSYS
        body = known.get(number, [_error(refuse)])
        if not steps or steps[-1][1] != body:
            steps.append((number, body))
    return steps


def _tree(steps: list[_Step]) -> list[bytes]:
    """A binary search for the call number.

    The kernel evaluates a new filter once for every call number. A linear list would take it
    longer than the rest of the confinement.
    """
    if len(steps) == 1:
        return steps[0][1]
    half = len(steps) // 2
    below, above = _tree(steps[:half]), _tree(steps[half:])
    if len(below) < 256:
        return [_op(_GREATER, steps[half][0], len(below), 0), *below, *above]
    return [_op(_GREATER, steps[half][0], 0, 1), _op(_JUMP, len(below)), *below, *above]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class Filter:
    """A filter prepared before the fork, so that a child only has to install it."""

    def __init__(self, shared_files: bool = False) -> None:
        text = build_filter(kernel.MACHINE, shared_files)
        mark = struct.pack("I", _OWN_PID)
        self._own = [at for at in range(4, len(text), 8) if text[at : at + 4] == mark]
        self._buffer = ctypes.create_string_buffer(text, len(text))
        self._program = _Program(len(text) // 8, ctypes.addressof(self._buffer))

    def bound_to(self, pid: int) -> int:
        """Allow signals to this process only; returns the address of the `sock_fprog`."""
        for at in self._own:
            struct.pack_into("I", self._buffer, at, pid)
        return ctypes.addressof(self._program)


def asked_name(number: int) -> str:
    """The name of a call in `ASKED`, by its number on this machine; "" for any other."""
    column = list(_ARCH).index(kernel.MACHINE)
    return next((name for name, pair in ASKED.items() if pair[column] == number), "")


class QuestionFilter:
    """A filter that has the kernel ask the server about the calls in `ASKED`; all else passes.

    Of clone(2) it asks about threads alone, so that the zygote can have it and fork.

    The allow-list is installed after it, and what that refuses is not asked about.
    """

    def __init__(self) -> None:
        column = list(_ARCH).index(kernel.MACHINE)
        asked = (pair[column] for name, pair in ASKED.items() if name != "clone")
        numbers = [number for number in asked if number is not None]
        steps = [
            _op(_LOAD, _ARCH_AT),
            _op(_EQUAL, _ARCH[kernel.MACHINE], 0, len(numbers) + 5),
            _op(_LOAD, _NR),
        ]
        for left, number in zip(range(len(numbers), 0, -1), numbers, strict=True):
            steps.append(_op(_EQUAL, number, left + 4, 0))
        steps += [
            _op(_EQUAL, _CLONE[column], 0, 3),
            _argument(0),
            _op(_AND, _CLONE_THREAD),
            _op(_EQUAL, _CLONE_THREAD, 1, 0),
            _op(_RETURN, _ALLOW),
            _op(_RETURN, _ASK),
        ]
        text = b"".join(steps)
        self._buffer = ctypes.create_string_buffer(text, len(text))
        self._program = _Program(len(steps), ctypes.addressof(self._buffer))
        self.address = ctypes.addressof(self._program)
        """Of the `sock_fprog`."""

    def install(self) -> int:
        """Install it for this process; returns the descriptor on which the kernel asks.

        Needs no_new_privs. Raises KernelError.
        """
        return kernel.syscall(
            "seccomp",
            ctypes.c_uint(1),
            ctypes.c_uint(NEW_LISTENER),
            ctypes.c_void_p(self.address),
        )
