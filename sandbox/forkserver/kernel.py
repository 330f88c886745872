"""Thin wrappers over Linux calls that Python lacks; every failure names the call."""

import ctypes
import errno
import os
import platform
from collections.abc import Sequence

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_NOATIME, MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 1024, 4096, 8192, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE, PR_CAPBSET_READ, PR_CAPBSET_DROP = 4, 23, 24
PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 28, 38, 47
LAST_CAPABILITY = 63

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_ulong,
    ctypes.c_char_p,
)
_libc.prctl.argtypes = (ctypes.c_int,) + (ctypes.c_ulong,) * 4
_libc.syscall.restype = ctypes.c_long
_malloc = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_size_t)(("malloc", _libc))
_free = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(("free", _libc))
_fork = ctypes.PyDLL(None, use_errno=True).fork  # which keeps the interpreter lock

MACHINE = platform.machine()
_NUMBERS = {  # name -> (x86_64, aarch64)
    "close": (3, 57),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "rt_sigprocmask": (14, 135),
    "clone": (56, 220),
    "chdir": (80, 49),
    "setsid": (112, 157),
    "pivot_root": (155, 41),
    "capset": (126, 91),
    "prctl": (157, 167),
    "unshare": (272, 97),
    "dup3": (292, 24),
    "setns": (308, 268),
    "prlimit64": (302, 261),
    "close_range": (436, 436),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "seccomp": (317, 277),
}


class KernelError(OSError):
    """A call that the kernel refused; the text names the call."""


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise KernelError(number, f"{what}: {os.strerror(number)}")
    return result


def number(name: str) -> int:
    """The number of a system call on this machine. Raises KernelError if it is not known."""
    column = {"x86_64": 0, "aarch64": 1}.get(MACHINE)
    if column is None:
        raise KernelError(38, f"{name}: no number known for {MACHINE}")
    return _NUMBERS[name][column]


def syscall(name: str, *arguments: object) -> int:
    """Make a system call that libc does not wrap, by name. Raises KernelError."""
    return _check(_libc.syscall(ctypes.c_long(number(name)), *arguments), name)


def raw_syscall(words: Sequence[int]) -> tuple[int, int]:
    """Make a system call: its number and six arguments; returns the result and errno."""
    result = _libc.syscall(*(ctypes.c_long(word) for word in words))
    return result, ctypes.get_errno()


def protect(address: int, length: int, protection: int) -> None:
    """mprotect(2)."""
    where = ctypes.c_void_p(address)
    _check(_libc.mprotect(where, ctypes.c_size_t(length), protection), "mprotect")


def fork() -> int:
    """fork(2) without the interpreter's hooks, which a process of one thread does not need.

    The hooks of `threading` and `random` alone cost a child more than its whole confinement. The
    child must seed `random` itself.
    """
    return _check(_fork(), "fork")


def give_back_memory() -> None:
    """Return the memory that malloc holds in reserve, if libc can, so that forks are smaller."""
    trim = getattr(_libc, "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))


def reserve(size: int) -> int:
    """Take a piece of libc's heap without touching it; returns its address, 0 if there is none."""
    return _malloc(size) or 0


def release(address: int) -> None:
    """Give back a piece of libc's heap."""
    _free(address)


def unshare(flags: int, what: str = "unshare") -> None:
    """unshare(2): enter new namespaces of the kinds in `flags`."""
    _check(_libc.unshare(flags), what)


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace behind `descriptor`."""
    _check(_libc.setns(descriptor, kind), "setns")


def mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str | None = None
) -> None:
    """mount(2)."""
    encoded = [None if part is None else os.fsencode(part) for part in (source, target, kind)]
    data = None if options is None else options.encode()
    _check(_libc.mount(encoded[0], encoded[1], encoded[2], flags, data), f"mount {target}")


def bind(source: str, target: str, extra: int = 0) -> None:
    """Bind `source` to `target`, read-only, keeping the flags that it is mounted with."""
    mount(source, target, None, MS_BIND | MS_REC)
    held = os.statvfs(target).f_flag
    keep = held & (MS_NOSUID | MS_NODEV | MS_NOEXEC | 1024 | 2048)  # and noatime, nodiratime
    if held & 4096:  # ST_RELATIME, whose mount flag has another value
        keep |= 1 << 21
    flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | keep | extra
    mount(None, target, None, flags)


def unmount(target: str) -> None:
    """Unmount at once, even if the mount is still in use."""
    _check(_libc.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def enter_root(root: str) -> None:
    """Make `root` the root of this mount namespace, out of which no path leads.

    Where pivot_root(2) is refused (on an initial RAM disk), `root` is moved over the old one.
    """
    os.chdir(root)
    try:
        syscall("pivot_root", ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
        _check(_libc.umount2(b".", MNT_DETACH), "umount2")
    except KernelError:
        mount(".", "/", None, MS_MOVE)
        os.chroot(".")
    os.chdir("/")


def prctl(option: int, second: int = 0, third: int = 0) -> int:
    """prctl(2)."""
    return _check(_libc.prctl(option, second, third, 0, 0), f"prctl {option}")


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


NO_CAPABILITIES = (ctypes.c_uint32 * 6)()
CAPABILITY_HEADER = _CapHeader(0x20080522, 0)


def capabilities() -> range:
    """The numbers of the capabilities that this kernel knows."""
    for capability in range(LAST_CAPABILITY + 1):
        if _libc.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) < 0:
            return range(capability)
    return range(LAST_CAPABILITY + 1)


def open_pid(pid: int) -> int:
    """A pidfd, which becomes readable when the process ends; -1 if the kernel has none."""
    try:
        return os.pidfd_open(pid)
    except OSError as problem:
        if problem.errno != errno.ENOSYS:
            raise
        return -1


def has_close_range() -> bool:
    """Whether close_range(2) takes an open end (Linux 5.9; gVisor refuses it)."""
    words = (number("close_range"), 1 << 30, 0xFFFFFFFF, 0, 0, 0, 0)
    return raw_syscall(words)[0] == 0


def close_from(first: int) -> None:
    """Close every descriptor from `first` upwards."""
    try:
        syscall("close_range", ctypes.c_uint(first), ctypes.c_uint(0xFFFFFFFF), ctypes.c_uint(0))
    except KernelError:
        os.closerange(first, 65536)


def cpu_seconds(pid: int) -> float:
    """CPU time that the process, all its threads together, has used so far."""
    import time

    return time.clock_gettime((~pid << 3) | 2)
