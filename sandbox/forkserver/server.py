"""The fork-server's loop: one request, one confined child, one ending, and again.

The server handles numbers only. Sources, inputs and outputs travel in descriptors that it passes
to the child unread, so that a child, which is a copy of this memory, finds nothing of another run
there. Preludes are the exception; by contract they hold no secrets.
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

from . import batch, children, isolation, memory_layout, program_builtins, programs, rootfs, zygote
from .levels import isolation_for
from .run_watch import RunWatch
from .supervisor import Supervisor, cpu_seconds
from .workdir import PrivateFolder

# The modules that benchmark programs import most. Every further one costs each fork its pages and
# mappings, so rare or large ones (hashlib, uuid, csv, tempfile, ...) are imported on demand.
STANDARD_MODULES = (
    "__future__", "abc", "array", "ast", "bisect", "calendar", "collections", "collections.abc",
    "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools",
    "heapq", "inspect", "io", "itertools", "json", "keyword", "linecache", "math", "numbers",
    "operator", "os", "random", "re", "statistics", "string", "struct", "textwrap", "threading",
    "time", "traceback", "types", "typing", "warnings", "weakref",
)  # fmt: skip


class ForkServer:
    """One server: its isolation, its children, its working folder."""

    def __init__(self, control: socket.socket, harness: int, settings: dict[str, object]) -> None:
        self._control = control
        self._harness = harness
        self._settings = settings
        self._spare_seconds = float(str(settings.get("spare_seconds", 1.0)))
        """How long the child made ready for the next program waits for it."""
        self._isolation = isolation_for(settings, harness)
        self._workdir = self._isolation.folder

    def start(self) -> None:
        """Import, isolate, report the isolation. Raises OSError if the harness is gone."""
        sys.path[:] = [p for p in sys.path if "forkserver" not in p and p not in ("", ".")]
        site = self._settings.get("site", [])
        assert isinstance(site, list)
        sys.path.extend(site)
        preload = self._settings.get("preload", [])
        assert isinstance(preload, list)
        program_builtins.install()  # first: some modules keep the `open` that they find
        rootfs.leave_out_threads(preload)
        for name in (*STANDARD_MODULES, *preload):
            importlib.import_module(name)
        batch.allow_machine_code(bool(self._settings.get("machine_code", True)))
        base_bytes = isolation.address_space()
        memory_layout.keep_text_mapped()
        self._isolation.enter()
        missing = self._isolation.missing()
        required = self._settings["required"]
        assert isinstance(required, list | None)
        report = {
            "steps": self._isolation.steps, "missing": missing, "user": self._isolation.user,
            "adopted": self._isolation.adopted,
        }  # fmt: skip
        self._control.send(json.dumps(report).encode())
        if missing if required is None else set(missing) & set(required):
            sys.exit(0)
        isolation.reset_signals()
        programs.rehearse()
        _hide_package()
        memory_layout.settle()
        self._children = children.ChildPool(_child_source(self._isolation, base_bytes))

    def loop(self) -> None:
        """Serve until the harness is gone."""
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        waiting.register(self._harness, select.POLLIN)
        while True:
            events = waiting.poll(self._spare_seconds * 1000) or self._wait_without_spare(waiting)
            if any(descriptor == self._harness for descriptor, _ in events):
                return
            message, descriptors, _, _ = socket.recv_fds(self._control, 65536, 8)
            if not message:
                return
            if message[:1] in (b"K", b"C"):
                continue  # for a program that has ended meanwhile
            request = json.loads(message)
            if request["kind"] == "prelude":
                self._children.add_prelude(request["key"], descriptors[0])
                continue
            self._run(request, descriptors)

    def _wait_without_spare(self, waiting: select.poll) -> list[tuple[int, int]]:
        """Nothing has come for a while: do not keep a child ready any longer."""
        self._children.clear()
        return waiting.poll()

    def _run(self, request: dict[str, Any], descriptors: list[int]) -> None:
        limits = {name: float(request[name]) for name in children.LIMITS}
        started = time.monotonic()
        try:
            if not self._workdir.fits(limits):
                self._renew_workdir(limits)
            child = self._children.take(limits)
            used = cpu_seconds(child.pid)
            child.hand_over(str(request["key"]), descriptors)
        except OSError as problem:
            self._send({**_NOTHING, "report": f"no program could be started: {problem}"})
            return
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self._children.prepare_spare(limits)
        watch = None
        if isinstance(self._workdir, PrivateFolder):
            watch = RunWatch(child, self._workdir, limits, self._children.listener)
        supervisor = Supervisor(self._control, self._harness, child, request, used, watch)
        ending = supervisor.wait(self._spare_seconds, self._children.clear)
        if watch is not None:
            watch.close()
        ending["report"] = child.start_report()
        self._children.reap(child)
        self._send({**ending, "wall": time.monotonic() - started})
        if not self._workdir.reusable():  # if it cannot be emptied, this server ends
            self._renew_workdir(limits)
            self._children.prepare_spare(limits)

    def _renew_workdir(self, limits: dict[str, float]) -> None:
        self._children.clear()
        self._workdir.renew(limits)
        self._children.workdir_changed()

    def close(self) -> None:
        """Remove what lies on the caller's file system."""
        self._workdir.close()

    def _send(self, ending: dict[str, object]) -> None:
        self._control.send(json.dumps(ending).encode())


def _child_source(isolated: isolation.IsolationSteps, base_bytes: int) -> zygote.ChildSource:
    template = zygote.ChildTemplate(isolated, base_bytes)
    try:
        return zygote.Zygote(template)
    except OSError:
        return zygote.DirectForks(template)


_NOTHING = {"status": 0, "cpu": 0.0, "peak_kb": 0, "why": "", "wall": 0.0}


def _hide_package() -> None:
    """Let no program import what this server is made of."""
    package = __name__.partition(".")[0]
    for name in [one for one in sys.modules if one.partition(".")[0] == package]:
        del sys.modules[name]


def main() -> None:
    """Start from the command line, given the descriptors of the control socket and the harness."""
    control = socket.socket(fileno=int(sys.argv[1]))
    harness = int(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.setsid()
    lifeline, _ = os.pipe()  # the init processes read it: end of file means that we are gone
    os.dup2(lifeline, 0)
    os.close(lifeline)
    settings = json.loads(control.recv(1 << 20))
    server = ForkServer(control, harness, settings)
    try:
        server.start()
        server.loop()
    finally:
        server.close()
