"""The `docker` backend: programs in warm containers, one at a time in each."""

import json
import math
import os
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..errors import UsageError
from ..forkserver import container_agent as agent
from ..forkserver import programs
from ..forkserver.protocol import Ending, RunRequest, ServerGoneError
from ..interpreter_survey import check_names
from ..pool import PooledSandbox
from ..requests import limit_values
from ..types import Isolation, Limits
from . import engine
from .frame_stream import FrameStream

_START_SECONDS = 60.0
_GRACE = 20.0
_OWN_MB = 96  # the agent, the fork-server and the interpreter in it
_OWN_TASKS = 5  # the agent, its listener, the fork-server, its zygote, the spare child
_OPTIONAL = ("memory limit", "pids limit", "landlock")


class ContainerSettings:
    """What all containers of one sandbox share: the engine, the image, the runtime."""

    def __init__(self, runtime: str | None, machine_code: bool) -> None:
        self.runtime = runtime
        self.machine_code = machine_code
        self.client = engine.connect()
        try:
            info = self.client.info()
            known = set(info.get("Runtimes") or {})
            if runtime is not None and runtime not in known:
                names = ", ".join(sorted(known)) or "none by name"
                raise UsageError(
                    f"the engine does not know the runtime {runtime!r} (it knows {names}): "
                    "install it and register it in the engine's daemon.json"
                )
            self.image = engine.find_image(self.client)
            engine.sweep(self.client)
        except engine.ENGINE_ERRORS as problem:
            self.client.close()
            raise UsageError(f"the engine refuses: {engine.shorten(problem)}") from problem
        except UsageError:
            self.client.close()
            raise
        self.can = engine.Abilities(
            cpu=bool(info.get("CpuCfsQuota", info.get("CPUCfsQuota", True)))
        )
        self.version = str(info.get("ServerVersion", "?"))
        self.default_runtime = str(info.get("DefaultRuntime") or "the default")


class ContainerServer:
    """A fork-server in a container of its own."""

    def __init__(self, settings: ContainerSettings, preload: tuple[str, ...]) -> None:
        self.preload = preload
        self._settings = settings
        self._owner = os.getpid()
        self._container: Any = None
        self._stream: FrameStream | None = None
        self._dead = False
        self._kills = 0
        self.report: dict[str, Any] = {}
        self._shape = _shape(RunRequest(b"", limit_values(Limits())), None)
        self._start()

    def _start(self) -> None:
        settings = self._settings
        try:
            self._container = engine.start(
                settings.client, settings.image, self._shape, settings.runtime, settings.can
            )
            self._stream = FrameStream(settings.client, self._container.id)
        except engine.ENGINE_ERRORS as problem:
            self.close()
            raise ServerGoneError(f"no container starts: {engine.shorten(problem)}") from problem
        orders = {"preload": list(self.preload), "machine_code": settings.machine_code}
        try:
            self._stream.send(agent.START, json.dumps(orders).encode())
            _, hello = self._stream.receive(_START_SECONDS)
        except ServerGoneError:
            self.close()
            raise
        self.report = json.loads(hello)
        self._kills = 0
        if self.report.get("digest") != agent.digest():
            self.close()
            raise UsageError(f"the image {engine.IMAGE} holds another edition: build it again")

    def prepare(self, request: RunRequest) -> None:
        """Have a container of the right size; usually the present one is."""
        wanted = _shape(request, self._shape)
        if wanted != self._shape:
            self.close()
            self._shape = wanted
            self._dead = False
            self._start()

    def start(self, request: RunRequest, channel: bool) -> "ContainerRun":
        """Start a program."""
        stream = self._alive_stream()
        try:
            stream.send(agent.OPEN if channel else agent.RUN, agent.pack_request(request))
        except ServerGoneError:
            self._dead = True
            raise
        return ContainerRun(self, float(request.limits["wall_seconds"]))

    def order(self, kind: bytes) -> None:
        """Send an order whose answer is read later. Raises ServerGoneError."""
        try:
            self._alive_stream().send(kind)
        except BaseException:
            self._dead = True
            raise

    def call(self, kind: bytes, body: bytes, seconds: float) -> tuple[bytes, bytes]:
        """Send an order, if `kind` names one, and wait for a frame. Raises ServerGoneError."""
        stream = self._alive_stream()
        try:
            if kind:
                stream.send(kind, body)
            return stream.receive(seconds)
        except BaseException:
            self._dead = True  # a late frame would be taken for another answer
            raise

    def _alive_stream(self) -> FrameStream:
        if self._stream is None or self._dead:
            raise ServerGoneError("the container is gone")
        return self._stream

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed for memory in the container since the last call."""
        if self._dead:
            return False  # the agent has told the reason with the ending
        _, count = self.call(agent.MEMORY, b"", _GRACE)
        before, self._kills = self._kills, int(count)
        return self._kills > before

    def alive(self) -> bool:
        """Whether the container can be used, as far as we know without asking the engine."""
        return not self._dead and self._stream is not None

    def lost(self) -> None:
        """The container is ending: nothing more can be asked of it."""
        self._dead = True

    def forget(self) -> None:
        """Close our descriptors, in a forked copy of the harness."""
        self._dead = True
        if self._stream is not None:
            self._stream.forget()
        self._stream = self._container = None

    def close(self) -> None:
        """Remove the container; returns when it, or the engine, is gone."""
        self._dead = True
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        container, self._container = self._container, None
        if container is not None and self._owner == os.getpid():
            try:
                engine.remove(self._settings.client, container.id)
            except engine.ENGINE_ERRORS:
                return  # without its stdin it ends by itself, and the next start sweeps up


class ContainerRun:
    """A program under way in a container."""

    def __init__(self, server: ContainerServer, wall_seconds: float) -> None:
        self._server = server
        self._wall = wall_seconds
        self._ordered = False
        self._lost: Ending | None = None
        """How it ended, if its container ended with it."""

    def finish(self, on_sleep: Callable[[], None] | None = None) -> Ending:
        """Wait for the end; `on_sleep` is called if the program waits rather than computes."""
        return self._ending(on_sleep)

    def order_end(self) -> None:
        """Kill the program if it still runs, without waiting; `close` waits."""
        if not self._ordered and self._lost is None:
            self._ordered = True
            self._server.order(agent.CLOSE)

    def over(self) -> bool:
        """Unknown without waiting, so taken for true."""
        return True

    def close(self) -> Ending:
        """Kill the program if it still runs and wait for its end."""
        self.order_end()
        return self._ending()

    def forget(self) -> None:
        """Nothing is held here beyond the server's own connection."""

    def _ending(self, on_sleep: Callable[[], None] | None = None) -> Ending:
        if self._lost is not None:
            return self._lost
        kind, body = self._server.call(b"", b"", self._wall + _GRACE)
        if kind == agent.SLEEPS:
            if on_sleep is not None:
                on_sleep()
            kind, body = self._server.call(b"", b"", self._wall + _GRACE)
        if kind != agent.ENDING:
            raise ServerGoneError(f"the container answers {kind!r} instead of an ending")
        return self._read(body)

    def _read(self, body: bytes) -> Ending:
        ending = agent.unpack_ending(body)
        if ending.why == "memory":  # it took the agent's fork-server with it
            self._lost = ending
            self._server.lost()
        return ending

    def ask(self, question: bytes, cpu_seconds: float | None) -> bytes | None:
        """Send one question and wait for its reply; None if the program has ended."""
        if len(question) > programs.LARGEST_FRAME:
            raise ValueError(f"a question of {len(question)} bytes; at most 64 MiB")
        allowance = struct.pack("<d", -1.0 if cpu_seconds is None else cpu_seconds)
        kind, body = self._server.call(agent.ASK, allowance + question, self._wall + _GRACE)
        if kind == agent.ENDING and self._read(body).why == "memory":
            return None
        if kind == agent.NO_ANSWER:
            return None
        if kind != agent.ANSWER:
            raise ServerGoneError(f"the container answers {kind!r} instead of a reply")
        return body


class DockerSandbox(PooledSandbox):
    """Programs in warm containers of an engine that speaks Docker's API."""

    name = "docker"
    standing = None  # a container takes too long to start

    def __init__(
        self,
        workers: int | None = None,
        runtime: str | None = None,
        allow_unsafe: bool = False,
        machine_code: bool = True,
    ) -> None:
        super().__init__(workers)
        self._allow_unsafe = allow_unsafe
        self._settings = ContainerSettings(runtime, machine_code)
        try:
            with ThreadPoolExecutor(self.workers) as threads:
                started = [threads.submit(self._open_one) for _ in range(self.workers)]
            failed = [task.exception() for task in started if task.exception() is not None]
            servers = [task.result() for task in started if task.exception() is None]
            self._idle[()] = list(servers)
            if failed:
                self.close()
                raise failed[0] or UsageError("no container starts")
            self.isolation = Isolation("namespaces", _described(self._settings, servers[0]))
            self._require_isolation()
        except ServerGoneError as problem:
            raise UsageError(f"the docker sandbox does not start: {problem}") from problem

    def _open_one(self) -> ContainerServer:
        return ContainerServer(self._settings, ())

    def _require_isolation(self) -> None:
        missing = {
            name: why
            for name, why in self.isolation.mechanisms.items()
            if why != "present" and name in _required(self._settings)
        }
        if missing and not self._allow_unsafe:
            self.close()
            name, why = next(iter(missing.items()))
            raise UsageError(
                f"the containers lack {name} ({why}): change the engine's configuration"
            )

    def _start_server(self, preload: tuple[str, ...]) -> ContainerServer:
        check_names(preload)
        try:
            return ContainerServer(self._settings, preload)
        except ServerGoneError as problem:
            if "ModuleNotFoundError" in str(problem):
                raise UsageError(
                    f"the image {engine.IMAGE} lacks a library ({problem}): build it with "
                    f'--build-arg LIBRARIES="{" ".join(preload)}"'
                ) from problem
            raise

    def close(self) -> None:
        """Remove every container; idempotent."""
        super().close()
        self._settings.client.close()


def _shape(request: RunRequest, held: engine.ContainerShape | None) -> engine.ContainerShape:
    """The container that a run needs. More memory does no harm, as rlimits bound the run."""
    limits = request.limits
    carried = len(request.source) + len(request.stdin) + sum(map(len, request.files.values()))
    carried_mb = 4 * (carried + limits["output_kb"] * 1024) / 2**20
    memory = _OWN_MB + limits["memory_mb"] + limits["files_mb"] + carried_mb
    rounded = 64 * math.ceil(memory / 64)
    return engine.ContainerShape(
        memory_mb=max(rounded, held.memory_mb if held else 0),
        processes=int(limits["processes"]) + _OWN_TASKS,
        files_mb=math.ceil(limits["files_mb"]),
        inodes=int(limits["inodes"]),
    )


def _required(settings: ContainerSettings) -> set[str]:
    """The mechanisms without which no program is run."""
    required = {"ordinary user", "no capabilities", "read-only root", "no network"}
    return required | {"seccomp", "no_new_privs"}


def _described(settings: ContainerSettings, server: ContainerServer) -> dict[str, str]:
    report = server.report
    found = {**report["facts"], **report["steps"]}
    described = {name: why or "present" for name, why in found.items()}
    described["cpu limit"] = "present" if settings.can.cpu else "the engine has no CPU quota"
    described["inode limit"] = "present" if settings.can.inodes else "the engine takes none"
    described["engine"] = settings.version
    described["runtime"] = settings.runtime or settings.default_runtime
    return described
