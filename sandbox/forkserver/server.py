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
from .supervisor import Supervisor, cpu_seconds
from .workdir import WorkDir

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
        wanted = settings["rootfs"]
        assert isinstance(wanted, dict)
        self._isolation = isolation.Isolation(wanted, bool(settings.get("contained")), harness)
        self._workdir = WorkDir(rootfs.WORK)

    def start(self) -> None:
        """Import, isolate, report the isolation. Raises OSError if the harness is gone."""
        sys.path[:] = [p for p in sys.path if "forkserver" not in p and p not in ("", ".")]
        site = self._settings.get("site", [])
        assert isinstance(site, list)
        sys.path.extend(site)
        preload = self._settings.get("preload", [])
        assert isinstance(preload, list)
        if self._isolation.contained and os.listdir(rootfs.WORK):
            # It is emptied after every run; what is in it already is not ours to remove.
            raise FileExistsError(f"{rootfs.WORK} holds files: in a container it starts empty")
        program_builtins.install()  # first: some modules keep the `open` that they find
        rootfs.leave_out_threads(preload)
        for name in (*STANDARD_MODULES, *preload):
            importlib.import_module(name)
        batch.allow_machine_code(bool(self._settings.get("machine_code", True)))
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
        programs.rehearse()
        _hide_package()
        memory_layout.settle()
        self._children = children.ChildPool(_child_source(self._isolation, base_bytes))
        if not self._isolation.private_workdir:
            self._children.workdir_changed()

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
                self._children.add_prelude(request["key"], descriptors[0])
                continue
            self._run(request, descriptors)

    def _run(self, request: dict[str, Any], descriptors: list[int]) -> None:
        limits = {name: float(request[name]) for name in children.LIMITS}
        started = time.monotonic()
        try:
            self._prepare_workdir(limits)
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
        ending = Supervisor(self._control, self._harness, child, request, used).wait()
        ending["report"] = child.start_report()
        self._children.reap(child)
        self._send({**ending, "wall": time.monotonic() - started})
        self._clean_workdir(limits)

    def _prepare_workdir(self, limits: dict[str, float]) -> None:
        if self._isolation.private_workdir and not self._workdir.fits(limits):
            self._renew_workdir(limits)

    def _renew_workdir(self, limits: dict[str, float]) -> None:
        self._children.clear()
        self._workdir.renew(limits)
        self._children.workdir_changed()

    def _clean_workdir(self, limits: dict[str, float]) -> None:
        """Provide an empty folder for the next run; if that fails, this server ends."""
        if self._isolation.contained:
            rootfs.clean(rootfs.WORK)
        elif self._isolation.private_workdir and not self._workdir.untouched():
            self._renew_workdir(limits)
            self._children.prepare_spare(limits)

    def _send(self, ending: dict[str, object]) -> None:
        self._control.send(json.dumps(ending).encode())


def _child_source(isolated: isolation.Isolation, base_bytes: int) -> zygote.ChildSource:
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
    server.start()
    server.loop()
