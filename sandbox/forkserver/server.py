"""The fork-server's loop: one request, one confined child, one ending, and again.

It holds numbers only. Sources, inputs and outputs travel in descriptors that it hands to the
child unread, so that a child, which is a copy of this process, finds nothing of another run in
its memory. Preludes are the exception; they hold no secrets by contract.
"""

import importlib
import json
import os
import select
import signal
import socket
import sys
import time
from typing import Any

from . import children, folder, isolation, kernel, programs, rootfs, zygote

# What programs of benchmarks import most. Every further module costs each fork its pages and
# mappings, so what is rare or large (hashlib, uuid, csv, tempfile, ...) is imported when asked for.
STANDARD_MODULES = (
    "__future__", "abc", "array", "ast", "bisect", "calendar", "collections", "collections.abc",
    "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools",
    "heapq", "inspect", "io", "itertools", "json", "keyword", "linecache", "math", "numbers",
    "operator", "os", "random", "re", "statistics", "string", "struct", "textwrap", "threading",
    "time", "traceback", "types", "typing", "warnings", "weakref",
)  # fmt: skip
_TICK = 0.002


class Server:
    """State of one server: its walls, the child in stock, the preludes."""

    def __init__(self, control: socket.socket, harness: int, settings: dict[str, object]) -> None:
        self._control = control
        self._harness = harness
        self._settings = settings
        wanted = settings["rootfs"]
        assert isinstance(wanted, dict)
        self._isolation = isolation.Isolation(wanted, bool(settings.get("contained")), harness)
        self._folder = folder.Folder(rootfs.WORK)

    def start(self) -> None:
        """Import, build the walls, report what stands; raises OSError where the socket is gone."""
        sys.path[:] = [p for p in sys.path if "forkserver" not in p and p not in ("", ".")]
        site = self._settings.get("site", [])
        assert isinstance(site, list)
        sys.path.extend(site)
        preload = self._settings.get("preload", [])
        assert isinstance(preload, list)
        rootfs.leave_out_threads(preload)
        for name in (*STANDARD_MODULES, *preload):
            importlib.import_module(name)
        _give_exits()
        base_bytes = isolation.address_space()
        self._isolation.enter()
        missing = self._isolation.missing()
        allowed = bool(self._settings.get("allow_unsafe"))
        report = {
            "steps": self._isolation.steps, "missing": missing, "user": self._isolation.user,
        }  # fmt: skip
        self._control.send(json.dumps(report).encode())
        if missing and not allowed:
            sys.exit(0)
        isolation.reset_signals()
        _rehearse()
        _forget()
        zygote.settle()
        self._nursery = children.Nursery(_forks(self._isolation, base_bytes))
        if not self._isolation.private_folder:
            self._nursery.view()

    def loop(self) -> None:
        """Serve until the harness is gone."""
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        waiting.register(self._harness, select.POLLIN)
        while True:
            for descriptor, _ in waiting.poll():
                if descriptor == self._harness:
                    return
            message, descriptors, _, _ = socket.recv_fds(self._control, 65536, 8)
            if not message:
                return
            if message[:1] in (b"K", b"C"):
                continue  # for a program that has ended meanwhile
            request = json.loads(message)
            if request["kind"] == "prelude":
                self._nursery.learn(request["key"], descriptors[0])
                continue
            self._run(request, descriptors)

    def _run(self, request: dict[str, Any], descriptors: list[int]) -> None:
        limits = {name: float(request[name]) for name in children.LIMITS}
        started = time.monotonic()
        try:
            self._make_room(limits)
            child = self._nursery.take(limits)
            used = _cpu(child.pid)
            child.hand_over(str(request["key"]), descriptors)
        except OSError as problem:
            self._send({**_NOTHING, "report": f"no program could be started: {problem}"})
            return
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self._nursery.stock(limits)
        ending = self._supervise(child, request, used)
        ending["report"] = child.said()
        self._nursery.bury(child)
        self._send({**ending, "wall": time.monotonic() - started})
        self._tidy(limits)

    def _make_room(self, limits: dict[str, float]) -> None:
        if self._isolation.private_folder and not self._folder.fits(limits):
            self._renew(limits)

    def _renew(self, limits: dict[str, float]) -> None:
        self._nursery.clear()
        self._folder.renew(limits)
        self._nursery.view()

    def _tidy(self, limits: dict[str, float]) -> None:
        """Have an empty folder before the next run; where that fails, this server ends."""
        if self._isolation.contained:
            rootfs.clean(rootfs.WORK)
        elif self._isolation.private_folder and not self._folder.untouched():
            self._renew(limits)
            self._nursery.stock(limits)

    def _send(self, ending: dict[str, object]) -> None:
        self._control.send(json.dumps(ending).encode())

    def _supervise(
        self, child: children.Child, request: dict[str, Any], used: float
    ) -> dict[str, object]:
        """Watch CPU time and orders from the harness until the child has ended.

        `used` is the CPU time in seconds that the walls took before the program came.
        """
        pid, longest = child.pid, 3.6e6
        waiting = select.poll()
        for descriptor in (self._control.fileno(), self._harness):
            waiting.register(descriptor, select.POLLIN)
        if child.handle >= 0:
            waiting.register(child.handle, select.POLLIN)
        else:
            longest = _TICK * 1000
        whole = allowance = used + request["cpu_seconds"]
        backstop = time.monotonic() + request["wall_seconds"]
        why, gone = "", False
        while True:
            left = min(allowance - _cpu(pid), backstop - time.monotonic())
            if left <= 0 and not why:
                why = "cpu" if time.monotonic() < backstop else "wall"
                child.kill()
            pause = 1000.0 if why else max(left * 1000 / _PARALLEL, _TICK * 1000)
            ready = {descriptor for descriptor, _ in waiting.poll(min(pause, longest))}
            if (child.handle in ready or child.handle < 0) and child.ended():
                break
            if self._harness in ready:
                gone = True
            elif self._control.fileno() in ready:
                order = self._control.recv(4096)
                gone = not order
                if order == b"K":
                    why = why or "order"
                    child.kill()
                elif order.startswith(b"C"):
                    allowance = whole
                    if len(order) > 1:
                        allowance = min(whole, _cpu(pid) + float(order[1:]))
            if gone:
                child.kill()
                os._exit(0)  # the init process sees our end and takes the namespace with it
        _, status, usage = os.wait4(pid, 0)
        cpu = max(usage.ru_utime + usage.ru_stime - used, 0.0)
        return {"status": status, "cpu": cpu, "peak_kb": usage.ru_maxrss, "why": why}


def _forks(walls: isolation.Isolation, base_bytes: int) -> zygote.Forks:
    try:
        return zygote.Zygote(zygote.Pattern(walls, base_bytes))
    except OSError:
        return zygote.OwnForks(walls, base_bytes)


_NOTHING = {"status": 0, "cpu": 0.0, "peak_kb": 0, "why": "", "wall": 0.0}
_PARALLEL = max(1, len(os.sched_getaffinity(0)))


def _give_exits() -> None:
    """The built-ins `exit` and `quit`, which `site` gives to scripts and is not loaded here."""
    import _sitebuiltins
    import builtins

    for name in ("exit", "quit"):
        setattr(builtins, name, _sitebuiltins.Quitter(name, "end of file"))


def _rehearse() -> None:
    """Run what a child will run, so that it begins with code that the interpreter has adapted."""
    payload = os.memfd_create("rehearsal")
    os.write(payload, programs.pack(b"def f(x):\n    return [x]\nf(1)\n", {}))
    for _ in range(20):
        source, _ = programs.unpack(os.dup(payload))
        exec(programs.compile_source(source), programs.main_module().__dict__)
    os.close(payload)


def _forget() -> None:
    """Let no program import what this server is made of."""
    package = __name__.partition(".")[0]
    for name in [one for one in sys.modules if one.partition(".")[0] == package]:
        del sys.modules[name]


def _cpu(pid: int) -> float:
    try:
        return kernel.cpu_seconds(pid)
    except OSError:
        return 0.0  # it has ended; its usage comes from wait4


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
