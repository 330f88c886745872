"""The harness's handle on a fork-server: start it, and start one program at a time in it.

Pure standard library: the harness uses it directly, and so does the agent in a container.
"""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from . import kernel, lasting_thread, programs
from .adopted import AdoptedProcess
from .program_run import ProgramRun
from .protocol import RunRequest, ServerGoneError

_START_SECONDS = 60.0
_CREDENTIALS = struct.Struct("iII")
"""The kernel's word about a sender: process, user and group id."""

# One thread, whatever is preloaded: a process with several cannot enter a user namespace.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "LD_BIND_NOW": "1", "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}  # fmt: skip


def sealed(content: bytes, name: str) -> int:
    """A memory file with this content that nobody can change; returns its descriptor."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, 0xF)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


class ForkServerClient:
    """A running fork-server. One run at a time; not for several threads at once."""

    def __init__(
        self, settings: Mapping[str, object], on_start: Callable[[int], None] | None = None
    ) -> None:
        """Start a server; `on_start` gets its process id. Raises ServerGoneError."""
        self._lifeline = -1
        try:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            harness = kernel.open_pid(os.getpid())
            if harness < 0:
                harness, self._lifeline = os.pipe()
        except OSError as problem:
            raise ServerGoneError(f"no channel to a fork-server: {problem}") from problem
        try:
            descriptors = theirs.fileno(), harness
            if settings.get("level") == "namespaces":  # it is to end with its parent
                process = lasting_thread.call(lambda: _started(*descriptors))
            else:
                process = _started(*descriptors)
        except OSError as problem:
            ours.close()
            raise ServerGoneError(f"the interpreter did not start: {problem}") from problem
        finally:
            theirs.close()
            os.close(harness)
        self._process: subprocess.Popen[bytes] | AdoptedProcess = process
        self._control = ours
        self._known: list[str] = []
        self.owner = os.getpid()
        try:
            if on_start is not None:
                on_start(process.pid)
            self.report = self._greet(settings)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    def _greet(self, settings: Mapping[str, object]) -> dict[str, object]:
        """Send the settings and wait for the report on the server's isolation."""
        self._control.settimeout(_START_SECONDS)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            self._control.send(json.dumps(settings).encode())
            message, pid = _with_sender(self._control)
        except OSError as problem:
            message, why = b"", str(problem)
        else:
            why = "it ended"
        self._control.settimeout(None)
        if not message:
            last = self._last_words().strip().splitlines()[-1:] or [why]
            raise ServerGoneError(f"the fork-server did not come up: {last[0]}")
        report = json.loads(message)
        assert isinstance(report, dict)
        if report.pop("adopted", False) and pid > 0:
            self._process.wait()
            self._process = AdoptedProcess(pid, self._process.stderr)
        return report

    def _last_words(self) -> str:
        """What a server that does not come up wrote to stderr."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self._process.kill()
        stream = self._process.stderr
        assert stream is not None
        os.set_blocking(stream.fileno(), False)  # a child of it may still hold the other end
        return (stream.read(4096) or b"").decode("utf-8", "replace")

    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._process.poll() is None

    def start(self, request: RunRequest, channel: bool) -> ProgramRun:
        """Start a program, with a channel or without. Raises ServerGoneError."""
        key = self._ensure_prelude(request.prelude) if request.prelude else ""
        handed: list[int] = []
        kept: list[int] = []
        connection: socket.socket | None = None
        try:
            handed.append(sealed(programs.pack(request.source, dict(request.files)), "program"))
            handed.append(sealed(request.stdin, "stdin"))
            for _ in range(2):
                read, write = os.pipe()
                kept.append(read)
                handed.append(write)
            if channel:
                connection, theirs = socket.socketpair()
                handed.append(theirs.detach())
            message = {"kind": "run", "key": key, "watch": not channel, **request.limits}
            if channel:
                message["wall_seconds"] = 1e9  # counted by us, while a question is open
            socket.send_fds(self._control, [json.dumps(message).encode()], handed)
        except OSError as problem:
            for descriptor in kept:
                os.close(descriptor)
            if connection is not None:
                connection.close()
            raise ServerGoneError(f"no program could be handed over: {problem}") from problem
        finally:
            for descriptor in handed:
                os.close(descriptor)
        return ProgramRun(self._control, kept[0], kept[1], request.limits, connection)

    def _ensure_prelude(self, prelude: bytes) -> str:
        """Give the server a prelude that it does not hold; it forgets the oldest as we do."""
        key = _key(prelude)
        if key not in self._known:
            order = json.dumps({"kind": "prelude", "key": key}).encode()
            try:
                descriptor = sealed(programs.pack(prelude, {}), "prelude")
                try:
                    socket.send_fds(self._control, [order], [descriptor])
                finally:
                    os.close(descriptor)
            except OSError as problem:
                raise ServerGoneError(f"no program could be handed over: {problem}") from problem
            if len(self._known) >= programs.PRELUDES_KEPT:
                self._known.pop(0)
            self._known.append(key)
        return key

    def forget(self) -> None:
        """Close our descriptors and leave the server alone: for a forked copy of the harness."""
        self._close_descriptors()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._process.returncode = 0  # it is not our child

    def close(self) -> None:
        """End the server and wait until it is gone, and everything it had started with it."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # for copies in forked processes too
        self._close_descriptors()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _close_descriptors(self) -> None:
        self._control.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1


def _with_sender(control: socket.socket) -> tuple[bytes, int]:
    """A message, and the process id of its sender as it is known here."""
    message, said, _, _ = control.recvmsg(1 << 16, socket.CMSG_SPACE(_CREDENTIALS.size))
    control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    pids = [
        _CREDENTIALS.unpack(data)[0] for _, kind, data in said if kind == socket.SCM_CREDENTIALS
    ]
    return message, (*pids, 0)[0]


@functools.lru_cache(maxsize=64)
def _key(prelude: bytes) -> str:
    return hashlib.sha256(prelude).hexdigest()


def _started(control: int, harness: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        _command(control, harness),
        pass_fds=(control, harness),
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
    )


def _command(control: int, harness: int) -> list[str]:
    interpreter = getattr(sys, "_base_executable", None) or sys.executable
    folder = str(Path(__file__).resolve().parents[1])
    start = (
        "import sys; sys.path.append(sys.argv.pop()); from forkserver import server; server.main()"
    )
    flags = ["-S", "-s", "-P", "-B", "-X", "utf8"]
    return [interpreter, *flags, "-c", start, str(control), str(harness), folder]
