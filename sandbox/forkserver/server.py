"""The fork-server's loop: one request, one confined child, one ending, and again.

It holds numbers only. Sources, inputs and outputs travel in descriptors that it hands to the
child unread, so that a child, which is a copy of this process, finds nothing of another run in
its memory. Compiled reusable sources are the exception; they hold no secrets by contract.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
import types

from . import isolation, kernel, programs, rootfs

STANDARD_MODULES = (
    "__future__", "abc", "array", "ast", "base64", "bisect", "calendar", "cmath", "collections",
    "collections.abc", "contextlib", "copy", "csv", "dataclasses", "datetime", "decimal", "enum",
    "fractions", "functools", "hashlib", "heapq", "inspect", "io", "itertools", "json", "keyword",
    "linecache", "locale", "math", "numbers", "operator", "os", "pickle", "pprint", "queue",
    "random", "re", "shutil", "statistics", "string", "struct", "tempfile", "textwrap",
    "threading", "time", "timeit", "traceback", "types", "typing", "unicodedata", "uuid",
    "warnings", "weakref", "zlib",
)  # fmt: skip
_COMPILED_KEPT = 16
_TICK = 0.002


class Server:
    """State of one server: its walls, the waiting init process, the compiled sources."""

    def __init__(self, control: socket.socket, harness: int, settings: dict[str, object]) -> None:
        self._control = control
        self._harness = harness
        self._settings = settings
        self._compiled: dict[str, types.CodeType] = {}
        self._init = 0
        self._base_bytes = 0
        wanted = settings["rootfs"]
        assert isinstance(wanted, dict)
        self._isolation = isolation.Isolation(wanted, bool(settings.get("contained")))

    def start(self) -> None:
        """Import, build the walls, report what stands; raises OSError where the socket is gone."""
        sys.path[:] = [p for p in sys.path if "forkserver" not in p and p not in ("", ".")]
        site = self._settings.get("site", [])
        assert isinstance(site, list)
        sys.path.extend(site)
        preload = self._settings.get("preload", [])
        assert isinstance(preload, list)
        for name in (*STANDARD_MODULES, *preload):
            importlib.import_module(name)
        self._base_bytes = isolation.address_space()
        self._isolation.enter()
        missing = self._isolation.missing()
        allowed = bool(self._settings.get("allow_unsafe"))
        report = {"steps": self._isolation.steps, "missing": missing, "pid": os.getpid()}
        self._control.send(json.dumps(report).encode())
        if missing and not allowed:
            sys.exit(0)
        gc.collect()
        gc.freeze()

    def loop(self) -> None:
        """Serve until the harness is gone."""
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        waiting.register(self._harness, select.POLLIN)
        while True:
            self._prepare()
            for descriptor, _ in waiting.poll():
                if descriptor == self._harness:
                    return
            message, descriptors, _, _ = socket.recv_fds(self._control, 65536, 8)
            if not message:
                return
            if message == b"K":
                continue  # for a program that has ended meanwhile
            request = json.loads(message)
            if request["kind"] == "compile":
                self._compile(request["key"], descriptors[0])
                continue
            self._run(request, descriptors)

    def _prepare(self) -> None:
        """Have an empty pid namespace ready, its init process waiting."""
        if self._init or not self._isolation.has("pid namespace"):
            return
        kernel.unshare(kernel.CLONE_NEWPID, "unshare pid namespace")
        if os.path.exists(rootfs.INIT):
            self._init = os.posix_spawn(rootfs.INIT, ["init"], {})
            return
        self._init = os.fork()
        if self._init == 0:
            kernel.close_from(1)
            os.read(0, 1)
            os._exit(0)

    def _discard(self) -> None:
        """Kill the namespace as a whole and wait until it is empty."""
        if not self._init:
            return
        os.kill(self._init, signal.SIGKILL)
        os.waitpid(self._init, 0)
        self._init = 0
        kernel.setns(self._isolation.home, kernel.CLONE_NEWPID)

    def _compile(self, key: str, descriptor: int) -> None:
        source, _ = programs.unpack(descriptor)
        if len(self._compiled) >= _COMPILED_KEPT:
            self._compiled.pop(next(iter(self._compiled)))
        try:
            self._compiled[key] = programs.compile_source(source)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            self._compiled.pop(key, None)  # the child will compile it and say what is wrong
        gc.freeze()

    def _run(self, request: dict[str, object], descriptors: list[int]) -> None:
        report_read, report_write = os.pipe()
        started = time.monotonic()
        try:
            pid = os.fork()
        except OSError as problem:
            self._refuse(f"fork: {problem.strerror}", [*descriptors, report_read, report_write])
            return
        if pid == 0:
            self._child(request, descriptors, report_write)
        os.close(report_write)
        for descriptor in descriptors:
            os.close(descriptor)
        ending = self._supervise(pid, request)
        self._discard()
        if self._isolation.contained:
            rootfs.clean(rootfs.WORK)  # one that cannot be emptied ends this server
        with open(report_read, "rb") as report:
            ending["report"] = report.read(4096).decode("utf-8", "replace")
        ending["wall"] = time.monotonic() - started
        self._control.send(json.dumps(ending).encode())

    def _refuse(self, why: str, descriptors: list[int]) -> None:
        for descriptor in descriptors:
            os.close(descriptor)
        self._discard()
        ending = {"status": 0, "cpu": 0.0, "peak_kb": 0, "why": "", "report": why, "wall": 0.0}
        self._control.send(json.dumps(ending).encode())

    def _supervise(self, pid: int, request: dict[str, object]) -> dict[str, object]:
        """Watch CPU time and orders from the harness until the child has ended."""
        handle = os.pidfd_open(pid)
        waiting = select.poll()
        for descriptor in (handle, self._control.fileno(), self._harness):
            waiting.register(descriptor, select.POLLIN)
        allowance = float(str(request["cpu_seconds"]))
        backstop = time.monotonic() + float(str(request["wall_seconds"]))
        why, gone = "", False
        while True:
            left = min(allowance - _cpu(pid), backstop - time.monotonic())
            if left <= 0 and not why:
                why = "cpu" if time.monotonic() < backstop else "wall"
                _kill(pid)
            pause = 1000.0 if why else max(left * 1000 / _PARALLEL, _TICK * 1000)
            ready = {descriptor for descriptor, _ in waiting.poll(min(pause, 3.6e6))}
            if handle in ready:
                break
            if self._harness in ready:
                gone = True
            elif ready:
                order = self._control.recv(4096)
                gone = not order
                if order == b"K":
                    why = why or "order"
                    _kill(pid)
                elif order.startswith(b"C"):
                    allowance = float(str(request["cpu_seconds"]))
                    if len(order) > 1:
                        allowance = min(allowance, _cpu(pid) + float(order[1:]))
            if gone:
                _kill(pid)
                os._exit(0)  # the init process sees our end and takes the namespace with it
        _, status, usage = os.wait4(pid, 0)
        os.close(handle)
        used = usage.ru_utime + usage.ru_stime
        return {"status": status, "cpu": used, "peak_kb": usage.ru_maxrss, "why": why}

    def _child(self, request: dict[str, object], descriptors: list[int], report: int) -> None:
        """In the fork: take the descriptors, go behind the walls, run, never return."""
        status = 1
        try:
            source, code, serve = self._settle(request, descriptors, report)
        except BaseException as problem:
            os.write(report, f"{type(problem).__name__}: {problem}".encode("utf-8", "replace"))
            os._exit(1)
        try:
            status = programs.run_main(source, code, serve)
        finally:
            os._exit(status)

    def _settle(
        self, request: dict[str, object], descriptors: list[int], report: int
    ) -> tuple[bytes | None, types.CodeType | None, programs.Server | None]:
        os.setsid()
        isolation.reset_signals()
        self._control.detach()
        parked = [os.dup2(d, _PARKED + i) for i, d in enumerate([*descriptors, report])]
        payload, stdin, stdout, stderr, *channel, report_at = parked
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        first = 3
        if channel:
            os.dup2(channel[0], programs.CHANNEL)
            first = 4
        os.dup2(payload, first)
        os.dup2(report_at, first + 1)
        kernel.close_from(first + 2)
        source, files = programs.unpack(first)
        limits = {key: float(str(request[key])) for key in _LIMITS}
        limits["base_bytes"] = self._base_bytes
        self._isolation.confine(limits, rootfs.WORK)
        programs.lay_files(rootfs.WORK, files)
        code = self._compiled.get(str(request.get("key", "")))
        self._forget()
        sys.argv = [programs.NAME]
        sys.path.insert(0, rootfs.WORK)
        os.write(first + 1, b"R")
        os.close(first + 1)
        serve = programs.Server(programs.CHANNEL) if channel else None
        return source, code, serve

    def _forget(self) -> None:
        self._compiled = {}
        for name in _OURS:
            sys.modules.pop(name, None)


_LIMITS = ("cpu_seconds", "memory_mb", "files_mb", "inodes", "open_files", "processes")
# Listed, because a look through sys.modules would copy every page that holds one of its names.
_OURS = tuple(
    "forkserver" + part
    for part in ("", ".isolation", ".kernel", ".landlock", ".programs", ".rootfs", ".seccomp",
                 ".server")
)  # fmt: skip
_PARKED = 60  # above every descriptor that a child keeps
_PARALLEL = max(1, len(os.sched_getaffinity(0)))


def _cpu(pid: int) -> float:
    try:
        return kernel.cpu_seconds(pid)
    except OSError:
        return 0.0  # it has ended; its usage comes from wait4


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Start from the command line: descriptors of the control socket and of the harness."""
    control = socket.socket(fileno=int(sys.argv[1]))
    harness = int(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.setsid()
    lifeline, _ = os.pipe()  # the init processes read it: end of file says that we are gone
    os.dup2(lifeline, 0)
    os.close(lifeline)
    settings = json.loads(control.recv(1 << 20))
    server = Server(control, harness, settings)
    server.start()
    server.loop()
