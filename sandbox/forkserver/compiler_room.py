"""The isolated process that a compiler runs in.

A source can name files (`#include`, `.incbin`), so the compiler sees the system's programs,
libraries and headers, an empty folder to work in, and nothing else: no other file, no network and
no other process. It is nobody, without capabilities. stdin brings the order as JSON; stdout gets
one line of JSON, then the bytes of the program.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from typing import Any, NoReturn

from . import kernel, landlock, namespaces, rootfs

_PARTS = ("bin", "lib", "lib32", "lib64", "libx32", "libexec", "include")
_NAMESPACES = (
    kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUTS
)  # fmt: skip
_MEGABYTE = 1 << 20
PROGRAM = "program"
_MESSAGES = "messages"
_SHOWN = _MEGABYTE
"""Bytes of the compiler's messages that are sent back."""


def main() -> None:
    """Compile what stdin orders: `command`, `files`, `seconds`, `memory_mb` and `files_mb`."""
    order = json.loads(sys.stdin.buffer.read())
    os.umask(0o022)
    from_root = namespaces.is_privileged()
    try:
        _isolate(order, from_root)
        status = _compile(order, from_root)
    except OSError as problem:
        _reply({"isolation": str(problem)}, b"")
        return
    image = _content(PROGRAM, order["files_mb"] * _MEGABYTE) if status == 0 else b""
    messages = _content(_MESSAGES, _SHOWN).decode("utf-8", "replace")
    _reply({"status": status, "messages": messages}, image)


def _reply(header: dict[str, Any], image: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + image)


def _isolate(order: dict[str, Any], from_root: bool) -> None:
    """Enter namespaces and a root that holds the system's files and the sources alone."""
    if not from_root:
        _enter_user()
    kernel.unshare(_NAMESPACES, "unshare")
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    root = rootfs.parking_place([order["command"][0]])
    kernel.mount("tmpfs", root, "tmpfs", kernel.MS_NOSUID, "size=2m,nr_inodes=4096,mode=755")
    rootfs.mirror_links(root)
    for folder in _system_folders(order["command"][0]):
        rootfs.show(root, folder)
    os.mkdir(root + rootfs.WORK)
    size = f"size={order['files_mb']}m,nr_inodes=1024,mode=777"
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("tmpfs", root + rootfs.WORK, "tmpfs", flags, size)
    for name, text in order["files"].items():
        with open(f"{root}{rootfs.WORK}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    kernel.mount(None, root, None, kernel.MS_REMOUNT | kernel.MS_RDONLY | kernel.MS_NOSUID)
    kernel.enter_root(root)
    os.chdir(rootfs.WORK)


def _enter_user() -> None:
    """Enter a user namespace in which this user is nobody. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWUSER, "unshare user namespace")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{namespaces.NOBODY} {uid} 1"),
        ("gid_map", f"{namespaces.NOBODY} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _system_folders(compiler: str) -> list[str]:
    """The folders that hold a compiler's parts, below /usr and where the compiler itself is."""
    prefixes = dict.fromkeys(["/usr", os.path.dirname(os.path.dirname(compiler))])
    found = [f"{prefix}/{part}" for prefix in prefixes if prefix != "/" for part in _PARTS]
    found += [f"/{part}" for part in _PARTS if not os.path.islink(f"/{part}")]
    return [folder for folder in found if os.path.isdir(folder) and not os.path.islink(folder)]


def _compile(order: dict[str, Any], from_root: bool) -> int:
    """Run the compiler as the first process of its namespace; returns its exit status."""
    compiler = os.fork()
    if compiler == 0:
        _become_compiler(order, from_root)
    _, status = os.waitpid(compiler, 0)
    return os.waitstatus_to_exitcode(status)


def _become_compiler(order: dict[str, Any], from_root: bool) -> NoReturn:
    try:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        messages = os.open(_MESSAGES, os.O_CREAT | os.O_WRONLY, 0o644)
        for stream in (1, 2):
            os.dup2(messages, stream)
        nothing, closed = os.pipe()
        os.close(closed)
        os.dup2(nothing, 0)
        kernel.close_from(3)
        for kind, value in (
            (resource.RLIMIT_CPU, order["seconds"]),
            (resource.RLIMIT_AS, order["memory_mb"] * _MEGABYTE),
            (resource.RLIMIT_FSIZE, order["files_mb"] * _MEGABYTE),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (value, value))
        _drop_rights(from_root)
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TMPDIR": rootfs.WORK}
        os.execve(order["command"][0], order["command"], environment)
    except OSError as problem:
        os.write(2, f"{problem}\n".encode())
    os._exit(125)


def _drop_rights(from_root: bool) -> None:
    """Become nobody for good, without capabilities, in this folder and the system's alone."""
    for capability in kernel.capabilities():
        with contextlib.suppress(OSError):
            kernel.prctl(kernel.PR_CAPBSET_DROP, capability)
    if from_root:
        os.setgroups([])
        os.setresgid(namespaces.NOBODY, namespaces.NOBODY, namespaces.NOBODY)
        os.setresuid(namespaces.NOBODY, namespaces.NOBODY, namespaces.NOBODY)
    header, none = ctypes.byref(kernel.CAPABILITY_HEADER), ctypes.byref(kernel.NO_CAPABILITIES)
    kernel.syscall("capset", header, none)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    version = _landlock_version()
    if version:
        landlock.restrict(landlock.make_ruleset(version, rootfs.WORK, ("/",)))


def _landlock_version() -> int:
    try:
        return landlock.abi_version()
    except OSError:
        return 0


def _content(name: str, most: int) -> bytes:
    """The first bytes of a file that the compiler may have written; empty if there is none."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return b""
    with open(descriptor, "rb") as file:
        return file.read(most)
