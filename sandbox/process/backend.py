"""The `process` backend: fork-servers of this machine, one program at a time each."""

import os
import sys
from dataclasses import dataclass
from typing import cast

from ..errors import UsageError
from ..forkserver import client
from ..forkserver.program_run import ProgramRun
from ..forkserver.protocol import RunRequest, ServerGoneError
from ..interpreter_survey import import_folders, survey
from ..pool import PooledSandbox
from ..types import Isolation, Level
from .cgroups import CgroupUnavailableError, ControlGroup

FILE_WALL = {"namespaces": ["minimal root"], "landlock": ["landlock"]}
"""By level, what keeps programs from the caller's files; no program ever runs without it."""
_FIXES = {
    "user namespace": "allow user namespaces",
    "landlock": "run a kernel with Landlock (5.13 or later)",
    "seccomp": "run a kernel with CONFIG_SECCOMP_FILTER on x86_64 or aarch64",
}


@dataclass(frozen=True, slots=True)
class ProcessOptions:
    """How the servers of a ProcessSandbox are started.

    `level`: "namespaces" or "landlock". `allow_unsafe`: require only what keeps programs from the
    caller's files. `landlock_abi`: use no newer version of Landlock than this, as an old kernel.
    `spare_seconds`: how long a child that was made ready waits for its program.
    """

    level: str = "namespaces"
    allow_unsafe: bool = False
    machine_code: bool = True
    landlock_abi: int | None = None
    spare_seconds: float = 1.0

    def required(self) -> list[str] | None:
        """The mechanisms without which a server refuses to start; None for all of its level."""
        return FILE_WALL[self.level] if self.allow_unsafe else None


class LocalServer:
    """A fork-server of this machine with the cgroup it lives in."""

    def __init__(
        self, preload: tuple[str, ...], options: ProcessOptions, required: list[str] | None
    ) -> None:
        self.preload = preload
        settings = {
            "rootfs": survey(preload), "site": import_folders() if preload else [],
            "preload": list(preload), "level": options.level, "folders": _folders(),
            "required": required,
            "machine_code": options.machine_code, "landlock_abi": options.landlock_abi,
            "spare_seconds": options.spare_seconds,
        }  # fmt: skip
        self.cgroup_why = ""
        self._group: ControlGroup | None = None
        try:
            self._group = ControlGroup()
        except CgroupUnavailableError as problem:
            self.cgroup_why = problem.strerror or str(problem)
        try:
            self._server = client.ForkServerClient(
                settings, self._group.add if self._group else None
            )
        except BaseException:
            self._remove_group()
            raise
        self.report = self._server.report
        self.pid = self._server.pid

    def prepare(self, request: RunRequest) -> None:
        """Set the cgroup to the limits of this run."""
        if self._group is not None:
            limits = request.limits
            try:
                whole = limits["memory_mb"] + limits["files_mb"]
                self._group.allow(whole, int(limits["processes"]))
            except OSError as problem:
                raise ServerGoneError(f"cgroup: {problem}") from problem

    def start(self, request: RunRequest, channel: bool) -> ProgramRun:
        """Start a program."""
        return self._server.start(request, channel)

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed for memory in this cgroup since the last call."""
        return self._group is not None and self._group.killed()

    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._server.alive()

    def forget(self) -> None:
        """Close our descriptors, in a forked copy of the harness."""
        if self._group is not None:
            self._group.forget()
            self._group = None
        self._server.forget()

    def close(self) -> None:
        """End the server and remove its cgroup."""
        self._server.close()
        self._remove_group()

    def _remove_group(self) -> None:
        if self._group is not None:
            self._group.remove()


class ProcessSandbox(PooledSandbox):
    """Runs programs in forked processes of this machine; needs no daemon."""

    name = "process"

    def __init__(self, workers: int | None = None, options: ProcessOptions | None = None) -> None:
        """Raises UsageError, with the remedy, where the level does not stand."""
        if sys.platform != "linux":
            raise UsageError(f"the process sandbox needs Linux, not {sys.platform}: use docker")
        super().__init__(workers)
        self._options = options or ProcessOptions()
        try:
            first = self._start_server(())
        except ServerGoneError as problem:
            raise UsageError(f"the process sandbox does not start: {problem}") from problem
        missing = bool(first.report["missing"])
        level = "unsafe" if missing else self._options.level
        self.isolation = Isolation(cast(Level, level), _described(first))
        self._idle[()] = [first]

    def _start_server(self, preload: tuple[str, ...]) -> LocalServer:
        options = self._options
        server = LocalServer(preload, options, options.required())
        missing = server.report["missing"]
        assert isinstance(missing, list)
        if options.allow_unsafe:
            missing = [name for name in missing if name in FILE_WALL[options.level]]
        if missing:
            steps = server.report["steps"]
            server.close()
            assert isinstance(steps, dict)
            name = str(missing[0])
            fix = f"{_FIXES[name]}, or see" if name in _FIXES else "see"
            raise UsageError(
                f"the level {options.level} lacks {name} ({steps[name]}): {fix} `assay doctor`"
            )
        return server


def mechanisms_of(level: str) -> dict[str, str]:
    """Each mechanism of a level -> "present", or why it is missing. Runs no program.

    Raises ServerGoneError where no server starts.
    """
    server = LocalServer((), ProcessOptions(level), required=[])
    try:
        return _described(server)
    finally:
        server.close()


def _folders() -> list[str]:
    """Where a program's folder may be made, the caller's choice first."""
    chosen = os.environ.get("TMPDIR", "")
    return [*([chosen] if chosen else []), "/tmp", "/var/tmp", "/dev/shm"]


def _described(server: LocalServer) -> dict[str, str]:
    steps = server.report["steps"]
    assert isinstance(steps, dict)
    described = {name: why or "present" for name, why in steps.items()}
    described["cgroup"] = server.cgroup_why or "present"
    described["rlimits"] = "present"
    described["user"] = str(server.report["user"])
    return described
