"""The trusted side of a fork-server: start it, hand it one program at a time, collect the end.

Pure standard library: the harness uses it directly, and the relay in a container does too.
"""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import kernel, programs

_START_SECONDS = 60.0
_GRACE = 10.0  # beyond the wall limit, before a silent server counts as dead
_CHUNK = 1 << 16
_BOTH = select.POLLIN | select.POLLOUT
_PEEK = int(socket.MSG_DONTWAIT | socket.MSG_PEEK)
_UNTOLD = 0.05
"""Seconds that an answer may take before the server is told its limit: most take far less."""


# One thread, whatever is preloaded: a process with several cannot enter a user namespace.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "LD_BIND_NOW": "1", "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}  # fmt: skip


class ServerGoneError(OSError):
    """The fork-server does not answer any more, or never came up."""


@dataclass
class Ending:
    """How a run ended, in numbers: the raw material of an Outcome."""

    status: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    peak_kb: int = 0
    why: str = ""
    """Who ended it: "" itself, "cpu", "wall", "output", "closed", "protocol", "answer"."""
    report: str = ""
    """"R" once the walls stood and the program started; else what failed before."""
    stdout: bytes = b""
    stderr: bytes = b""
    detail: str = ""


@dataclass
class Request:
    """One program with its limits, in the plain values that cross to the server."""

    source: bytes
    limits: Mapping[str, float]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    prelude: bytes = b""


def sealed(content: bytes, name: str) -> int:
    """A memory file that nobody can change any more; gives its descriptor."""
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


class Server:
    """A running fork-server. One run at a time; not for several threads at once."""

    def __init__(
        self, settings: Mapping[str, object], on_start: Callable[[int], None] | None = None
    ) -> None:
        self._lifeline = -1
        try:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            harness = kernel.open_pid(os.getpid())
            if harness < 0:
                harness, self._lifeline = os.pipe()
        except OSError as problem:
            raise ServerGoneError(f"no channel to a fork-server: {problem}") from problem
        try:
            self._process = subprocess.Popen(
                _command(theirs.fileno(), harness),
                pass_fds=(theirs.fileno(), harness),
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd="/",
            )
        except OSError as problem:
            ours.close()
            raise ServerGoneError(f"the interpreter did not start: {problem}") from problem
        finally:
            theirs.close()
            os.close(harness)
        self._control = ours
        self._known: list[str] = []
        self.owner = os.getpid()
        try:
            if on_start is not None:
                on_start(self._process.pid)
            self.report = self._greet(settings)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    def _greet(self, settings: Mapping[str, object]) -> dict[str, object]:
        self._control.settimeout(_START_SECONDS)
        try:
            self._control.send(json.dumps(settings).encode())
            message = self._control.recv(1 << 16)
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
        return report

    def _last_words(self) -> str:
        """What a server that does not come up wrote to stderr."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self._process.kill()
        stream = self._process.stderr
        assert stream is not None
        os.set_blocking(stream.fileno(), False)  # something of it may still hold the other end
        return (stream.read(4096) or b"").decode("utf-8", "replace")

    def alive(self) -> bool:
        """Whether the server still runs and waits."""
        return self._process.poll() is None

    def run(self, request: Request) -> Ending:
        """Run one program to its end. Raises ServerGoneError when the server dies under it."""
        running = self.start(request, channel=False)
        return running.finish()

    def start(self, request: Request, channel: bool) -> "Running":
        """Start a program, with a channel or without."""
        key = self._ensure_prelude(request.prelude) if request.prelude else ""
        handed: list[int] = []
        kept: list[int] = []
        line: socket.socket | None = None
        try:
            handed.append(sealed(programs.pack(request.source, dict(request.files)), "program"))
            handed.append(sealed(request.stdin, "stdin"))
            for _ in range(2):
                read, write = os.pipe()
                kept.append(read)
                handed.append(write)
            if channel:
                line, theirs = socket.socketpair()
                handed.append(theirs.detach())
            message = {"kind": "run", "key": key, **request.limits}
            if channel:
                message["wall_seconds"] = 1e9  # counted by us, while a question is open
            socket.send_fds(self._control, [json.dumps(message).encode()], handed)
        except OSError as problem:
            for descriptor in kept:
                os.close(descriptor)
            if line is not None:
                line.close()
            raise ServerGoneError(f"no program could be handed over: {problem}") from problem
        finally:
            for descriptor in handed:
                os.close(descriptor)
        return Running(self._control, kept[0], kept[1], request.limits, line)

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
        """Let go of the descriptors without ending the server: for a forked copy of us."""
        self._let_go()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._process.returncode = 0  # it is not our child

    def close(self) -> None:
        """End the server; returns when it is gone, and with it all that it had started."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)  # for copies in forked processes too
        self._let_go()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _let_go(self) -> None:
        self._control.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1


@functools.lru_cache(maxsize=64)
def _key(prelude: bytes) -> str:
    return hashlib.sha256(prelude).hexdigest()


def _command(control: int, harness: int) -> list[str]:
    interpreter = getattr(sys, "_base_executable", None) or sys.executable
    folder = str(Path(__file__).resolve().parents[1])
    start = (
        "import sys; sys.path.append(sys.argv.pop()); from forkserver import server; server.main()"
    )
    flags = ["-S", "-s", "-P", "-B", "-X", "utf8"]
    return [interpreter, *flags, "-c", start, str(control), str(harness), folder]


class Running:
    """A program under way: collects its output, kills it at its limits, gives its ending."""

    def __init__(
        self,
        control: socket.socket,
        stdout: int,
        stderr: int,
        limits: Mapping[str, float],
        line: socket.socket | None,
    ) -> None:
        self._control = control
        self._control_number = control.fileno()
        self._output = {stdout: bytearray(), stderr: bytearray()}
        self._order = (stdout, stderr)
        self._limits = limits
        self._line = line
        self._left = int(limits["output_kb"] * 1024)
        self._wall_left = float(limits["wall_seconds"])
        self._why = ""
        self._detail = ""
        self._poll = select.poll()
        for descriptor in (control.fileno(), stdout, stderr):
            self._poll.register(descriptor, select.POLLIN)
        if line is not None:
            line.setblocking(False)
            self._poll.register(line, select.POLLIN)
        self._ending: Ending | None = None
        self._released = False
        self._owner = os.getpid()

    def finish(self) -> Ending:
        """Wait for the end. Raises ServerGoneError."""
        deadline = time.monotonic() + self._wall_left
        while self._ending is None:
            self._step(deadline)
        return self._ending

    def ask(self, question: bytes, cpu_seconds: float | None) -> bytes | None:
        """One question and its reply, or None when the program has ended (see `finish`)."""
        line = self._line
        assert line is not None
        if self._ending is not None:
            return None
        if len(question) > programs.LARGEST_FRAME:
            raise ValueError(f"a question of {len(question)} bytes; at most 64 MiB")
        if self._early(line):
            self._break("protocol", "it sent bytes that nobody had asked for")
            return None
        nonce = os.urandom(programs.NONCE)
        started = time.monotonic()
        deadline = started + self._wall_left
        untold = cpu_seconds is not None
        tell_at = min(started + (_UNTOLD if (cpu_seconds or 0) > 20 * _UNTOLD else 0), deadline)
        frame = memoryview(struct.pack("<I", len(question)) + nonce + question)
        outgoing = self._push(line, frame)
        incoming = bytearray()
        wanted = 4 + programs.NONCE
        if outgoing:
            self._poll.modify(line, _BOTH)
        try:
            while self._ending is None and len(incoming) < wanted:
                if untold and time.monotonic() >= tell_at:
                    self._tell(b"C" + repr(cpu_seconds).encode())
                    untold = False
                until = tell_at if untold else deadline
                events = self._step(until, answer=cpu_seconds, final=not untold)
                if events & (select.POLLOUT) and outgoing:
                    outgoing = self._push(line, outgoing)
                    if not outgoing:
                        self._poll.modify(line, select.POLLIN)
                if events & (select.POLLIN | select.POLLHUP):
                    if not self._pull(line, incoming, wanted):
                        self._lost()
                        return None
                    wanted = self._check(incoming, nonce, wanted)
                    if wanted < 0 or outgoing:
                        self._break("protocol", "it answered a question it was not asked")
                        return None
        finally:
            self._wall_left -= time.monotonic() - started
        if self._ending is not None:
            return None
        if len(incoming) > wanted:  # what comes later is there before the next question
            self._break("protocol", "it sent bytes after its answer")
            return None
        if cpu_seconds is not None and not untold:
            self._tell(b"C")
        return bytes(incoming[4 + programs.NONCE :])

    def order_end(self) -> None:
        """Kill the program if it still runs; `close` waits for it."""
        if self._ending is None:
            self._kill("closed")

    def over(self) -> bool:
        """Whether `close` would not wait."""
        if self._released or self._control.fileno() < 0:
            return True
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        return bool(waiting.poll(0))

    def forget(self) -> None:
        """Order the end and let go of the descriptors, where nobody will ask how it ended."""
        if self._ending is None and not self._released and self._owner == os.getpid():
            self._tell(b"K")
        self._release()

    def __del__(self) -> None:
        if getattr(self, "_released", True) is False:
            self._release()

    def close(self) -> Ending:
        """Kill the program if it still runs; gives its ending."""
        if self._ending is None:
            line = self._line
            if line is not None and self._early(line):
                self._break("protocol", "it sent bytes that nobody had asked for")
            else:
                self._break("closed", "")
        assert self._ending is not None
        return self._ending

    def _check(self, incoming: bytearray, nonce: bytes, wanted: int) -> int:
        head = 4 + programs.NONCE
        if len(incoming) < head:
            return head
        (length,) = struct.unpack("<I", incoming[:4])
        if bytes(incoming[4:head]) != nonce or length > programs.LARGEST_FRAME:
            return -1
        return head + int(length)

    def _push(self, line: socket.socket, outgoing: memoryview) -> memoryview:
        try:
            return outgoing[line.send(outgoing[: 1 << 20]) :]
        except BlockingIOError:
            return outgoing
        except OSError:
            return outgoing[:0]  # the program closed its end; its ending will say so

    def _pull(self, line: socket.socket, incoming: bytearray, wanted: int) -> bool:
        try:
            part = line.recv(max(wanted - len(incoming) + 1, _CHUNK))
        except BlockingIOError:
            return True
        except OSError:
            return False
        incoming += part
        return bool(part)

    def _early(self, line: socket.socket) -> bool:
        try:
            return bool(line.recv(1, _PEEK))
        except OSError:
            return False

    def _lost(self) -> None:
        """The program closed the channel: give it the chance to end by itself."""
        self._deafen()
        deadline = time.monotonic() + min(1.0, max(self._wall_left, 0.0))
        while self._ending is None and time.monotonic() < deadline:
            self._step(deadline, final=False)
        if self._ending is None:
            self._break("protocol", "it closed the channel without an answer")

    def _break(self, why: str, detail: str) -> None:
        self._deafen()
        self._kill(why, detail)
        self.finish()

    def _deafen(self) -> None:
        """Wait for the end alone: a channel with bytes that nobody reads would always be ready."""
        if self._line is not None:
            with contextlib.suppress(KeyError):
                self._poll.unregister(self._line)

    def _kill(self, why: str, detail: str = "") -> None:
        if not self._why:
            self._tell(b"K")  # first: an interrupt between the two must not leave it running
            self._why, self._detail = why, detail

    def _tell(self, order: bytes) -> None:
        with contextlib.suppress(OSError):  # a server that is gone shows at the next read
            self._control.send(order)

    def _step(self, deadline: float, answer: float | None = None, final: bool = True) -> int:
        """Wait for one event and deal with it; gives the events of the channel."""
        left = deadline - time.monotonic()
        if left <= 0 and final and not self._why:
            self._kill("wall")
        patience = _GRACE if self._why else min(max(left, 0.001), 3600.0)
        events = self._poll.poll(patience * 1000)
        if not events and self._why:
            self._abandon("the fork-server does not answer")
        channel = 0
        for descriptor, event in events:
            if event & select.POLLNVAL:
                self._abandon("the sandbox was closed")
            elif descriptor == self._control_number:
                self._conclude(answer)
                return 0
            elif descriptor in self._output:
                self._collect(descriptor)
            else:
                channel = event
        return channel

    def _collect(self, descriptor: int) -> bool:
        part = os.read(descriptor, _CHUNK)
        if not part:
            self._poll.unregister(descriptor)
            return False
        room = max(self._left, 0)
        self._output[descriptor] += part[:room]
        self._left -= len(part)
        if self._left < 0:
            self._kill("output")
        return True

    def _abandon(self, why: str) -> None:
        self._release()
        self._ending = Ending(why="lost", report=why)
        raise ServerGoneError(why)

    def _conclude(self, answer: float | None) -> None:
        try:
            message = self._control.recv(1 << 16)
        except OSError:
            message = b""
        if not message:
            self._abandon("the fork-server died")
        for descriptor in self._output:
            self._drain(descriptor)
        ending = Ending(**json.loads(message))
        limit = ending.why == "cpu" and answer is not None
        if ending.why == "order" or (self._why and ending.why == ""):
            ending.why = self._why
        elif limit and answer is not None and ending.cpu < self._limits["cpu_seconds"]:
            ending.why = "answer"
        ending.detail = self._detail
        ending.stdout, ending.stderr = (bytes(self._output[d]) for d in self._order)
        self._release()
        self._ending = ending

    def _drain(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        try:
            while (part := os.read(descriptor, _CHUNK)) and self._left >= 0:
                self._output[descriptor] += part[: max(self._left, 0)]
                self._left -= len(part)
        except BlockingIOError:
            pass
        if self._left < 0:
            self._why = self._why or "output"

    def _release(self) -> None:
        if self._released:
            return
        self._released = True
        for descriptor in self._order:
            os.close(descriptor)
        if self._line is not None:
            self._line.close()
