"""The main process of a container: runs a fork-server, commanded over stdin and stdout.

The harness writes frames to stdin and reads frames from stdout: one byte of kind, four of length,
then the body. The end of stdin ends this process, and with it the container.
"""

import errno
import hashlib
import importlib
import json
import os
import queue
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from . import client, kernel, programs
from .program_run import ProgramRun
from .protocol import Ending, RunRequest, ServerGoneError

HEAD = struct.Struct("<cI")
START, RUN, OPEN, ASK, CLOSE, MEMORY = b"S", b"R", b"O", b"Q", b"X", b"M"
HELLO, ENDING, ANSWER, NO_ANSWER, COUNT, FAILURE = b"H", b"E", b"A", b"N", b"M", b"F"
SLEEPS = b"Z"
LARGEST = 1 << 30


def digest() -> str:
    """A hash of this package: the harness refuses a container with another edition."""
    seen = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        seen.update(path.name.encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:16]


def join(head: dict[str, object], *parts: bytes) -> bytes:
    """Encode a body: a JSON head that lists the lengths of the parts after it."""
    encoded = json.dumps({**head, "parts": [len(part) for part in parts]}).encode()
    return b"".join((struct.pack("<I", len(encoded)), encoded, *parts))


def split(body: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Decode a body into head and parts. Raises ValueError if the lengths do not add up."""
    if len(body) < 4:
        raise ValueError("a frame without a head")
    (length,) = struct.unpack_from("<I", body)
    head = json.loads(body[4 : 4 + length])
    parts, at = [], 4 + length
    for size in head.pop("parts"):
        parts.append(body[at : at + size])
        at += size
    if at != len(body):
        raise ValueError("a frame of another length than its head says")
    return head, parts


def pack_request(request: RunRequest) -> bytes:
    """Encode a request as the body of a frame."""
    names = list(request.files)
    head: dict[str, object] = {"limits": dict(request.limits), "files": names}
    parts = (request.source, request.stdin, request.prelude, *request.files.values())
    return join(head, *parts)


def unpack_request(body: bytes) -> RunRequest:
    """Decode the request in the body of a frame."""
    head, (source, stdin, prelude, *contents) = split(body)
    limits, names = head["limits"], head["files"]
    assert isinstance(limits, dict)
    assert isinstance(names, list)
    files = dict(zip(names, contents, strict=True))
    return RunRequest(source, limits, files, stdin, prelude)


def pack_ending(ending: Ending) -> bytes:
    """Encode an ending as the body of a frame."""
    head = {key: value for key, value in vars(ending).items() if key not in ("stdout", "stderr")}
    return join(head, ending.stdout, ending.stderr)


def unpack_ending(body: bytes) -> Ending:
    """Decode the ending in the body of a frame."""
    head, (stdout, stderr) = split(body)
    return Ending(**head, stdout=stdout, stderr=stderr)  # type: ignore[arg-type]


class ContainerAgent:
    """One fork-server and the stream that commands it."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)  # only frames go to the stream
        self._orders: queue.SimpleQueue[tuple[bytes, bytes]] = queue.SimpleQueue()
        self._server: client.ForkServerClient | None = None
        self._running: ProgramRun | None = None
        self._kills = 0

    def send(self, kind: bytes, body: bytes = b"") -> None:
        """Write one frame."""
        view = memoryview(HEAD.pack(kind, len(body)) + body)
        while view:
            view = view[os.write(self._out, view[: 1 << 20]) :]

    def _listen(self) -> None:
        """Read frames until the stream ends, then end the whole container."""
        stream = open(0, "rb", buffering=1 << 16, closefd=False)  # noqa: SIM115
        while len(head := stream.read(HEAD.size)) == HEAD.size:
            kind, length = HEAD.unpack(head)
            if length > LARGEST:
                break
            self._orders.put((kind, stream.read(length)))
        os._exit(0)

    def serve(self) -> None:
        """Carry out orders until the stream ends."""
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            kind, body = self._orders.get()
            try:
                self._obey(kind, body)
            except ServerGoneError as problem:
                if kind in (RUN, ASK, CLOSE) and kill_count() > self._kills:
                    self.send(ENDING, pack_ending(Ending(status=9, why="memory")))
                    os._exit(1)
                self.send(FAILURE, str(problem).encode("utf-8", "replace"))
                os._exit(1)

    def _obey(self, kind: bytes, body: bytes) -> None:
        if kind == START:
            self._start(json.loads(body))
            return
        server = self._server
        assert server is not None
        if kind in (RUN, OPEN):
            self._kills = kill_count()
        if kind == RUN:
            running = server.start(unpack_request(body), channel=False)
            ending = running.finish(lambda: self.send(SLEEPS))
            self.send(ENDING, pack_ending(ending))
        elif kind == OPEN:
            self._running = server.start(unpack_request(body), channel=True)
        elif kind == MEMORY:
            self.send(COUNT, str(kill_count()).encode())
        elif kind == ASK:
            assert self._running is not None
            allowance, question = struct.unpack_from("<d", body)[0], body[8:]
            answer = self._running.ask(question, None if allowance < 0 else allowance)
            self.send(NO_ANSWER if answer is None else ANSWER, answer or b"")
        elif kind == CLOSE:
            assert self._running is not None
            self.send(ENDING, pack_ending(self._running.close()))
            self._running = None

    def _start(self, wanted: dict[str, object]) -> None:
        facts = container_isolation()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)  # our memory is not to be read by our own uid
        preload = wanted.get("preload", [])
        assert isinstance(preload, list)
        settings = {
            "preload": preload, "site": _site() if preload else [], "level": "container",
            "required": [], "machine_code": wanted.get("machine_code", True),
        }  # fmt: skip
        self._server = client.ForkServerClient(settings)
        report = {**self._server.report, "facts": facts, "digest": digest()}
        self.send(HELLO, json.dumps(report).encode())


def _site() -> list[str]:
    site = importlib.import_module("site")
    found = site.getsitepackages()
    assert isinstance(found, list)
    return found


def container_isolation() -> dict[str, str]:
    """What isolates the container, checked from inside: name -> "", or why it is missing."""
    status = dict(_status_lines())
    return {
        "ordinary user": "" if os.geteuid() else "the container runs as root",
        "no capabilities": _none(status, "CapEff") or _none(status, "CapBnd"),
        "read-only root": _read_only(),
        "no network": _network(),
        "pids limit": _limited("pids/pids.max", "pids.max"),
        "memory limit": _limited("memory/memory.limit_in_bytes", "memory.max"),
    }


def _read_only() -> str:
    """Whether the root is read-only, tried out: not every runtime shows the flag."""
    name = f"/assay-{os.getpid()}"
    try:
        os.mkdir(name)
    except OSError as problem:
        return "" if problem.errno == errno.EROFS else f"the root file system: {problem.strerror}"
    os.rmdir(name)
    return "the root file system can be written"


def _status_lines() -> Iterator[tuple[str, str]]:
    with open("/proc/self/status") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            yield name, value.strip()


def _none(status: dict[str, str], name: str) -> str:
    held = status.get(name, "not shown by this kernel")
    return "" if held.strip("0") == "" else f"{name} is {held}"


def _network() -> str:
    with open("/proc/net/dev") as lines:
        names = [line.partition(":")[0].strip() for line in lines if ":" in line]
    others = [name for name in names if name != "lo"]
    return f"it has the interfaces {', '.join(others)}" if others else ""


def _limited(*names: str) -> str:
    for name in names:
        try:
            with open(f"/sys/fs/cgroup/{name}") as file:
                value = file.read().strip()
        except OSError:
            continue
        return "" if value.isdigit() and int(value) < 1 << 50 else f"{name} is {value}"
    return "no cgroup shows it"


def kill_count() -> int:
    """How many processes of this container the kernel has killed for memory."""
    for name in ("memory/memory.oom_control", "memory.events"):
        try:
            with open(f"/sys/fs/cgroup/{name}") as lines:
                counts = dict(line.split() for line in lines)
        except OSError:
            continue
        return int(counts.get("oom_kill", 0))
    return 0


def main() -> None:
    """The container's entry point."""
    if programs.LARGEST_FRAME > LARGEST:
        raise AssertionError("a question must fit into a frame")
    ContainerAgent().serve()


if __name__ == "__main__":
    sys.exit("start it through its container")
