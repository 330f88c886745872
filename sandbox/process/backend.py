"""The `process` backend: fork-servers in their own namespaces, one program at a time each."""

import sys

from ..errors import UsageError
from ..forkserver import client
from ..forkserver.program_run import ProgramRun
from ..forkserver.protocol import RunRequest, ServerGoneError
from ..interpreter_survey import import_folders, survey
from ..pool import PooledSandbox
from .cgroups import CgroupUnavailableError, ControlGroup

_FIXES = (
    ("user namespace", "allow user namespaces (sysctl user.max_user_namespaces, or on Ubuntu "
     "kernel.apparmor_restrict_unprivileged_userns=0)"),
    ("mount namespace", "run where namespaces are allowed, or use the docker backend"),
    ("seccomp", "run a kernel with CONFIG_SECCOMP_FILTER on x86_64 or aarch64"),
)  # fmt: skip


class LocalServer:
    """A fork-server of this machine with the cgroup it lives in."""

    def __init__(self, preload: tuple[str, ...], allow_unsafe: bool, machine_code: bool) -> None:
        self.preload = preload
        settings = {
            "rootfs": survey(preload), "site": import_folders() if preload else [],
            "preload": list(preload), "allow_unsafe": allow_unsafe, "machine_code": machine_code,
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
    """Runs programs in fresh namespaces behind seccomp; needs no daemon."""

    name = "process"

    def __init__(
        self, workers: int | None = None, allow_unsafe: bool = False, machine_code: bool = True
    ) -> None:
        if sys.platform != "linux":
            raise UsageError(f"the process sandbox needs Linux, not {sys.platform}: use docker")
        super().__init__(workers)
        self._allow_unsafe = allow_unsafe
        self._machine_code = machine_code
        try:
            first = self._start_server(())
        except ServerGoneError as problem:
            raise UsageError(f"the process sandbox does not start: {problem}") from problem
        self.isolation = _described(first)
        self._idle[()] = [first]

    def _start_server(self, preload: tuple[str, ...]) -> LocalServer:
        server = LocalServer(preload, self._allow_unsafe, self._machine_code)
        missing = server.report["missing"]
        assert isinstance(missing, list)
        if missing and not self._allow_unsafe:
            steps = server.report["steps"]
            server.close()
            assert isinstance(steps, dict)
            name = str(missing[0])
            fix = dict(_FIXES).get(name, "use the docker backend")
            raise UsageError(
                f"the process sandbox lacks {name} ({steps[name]}): {fix}, "
                "or accept less with --allow-unsafe"
            )
        return server


def _described(server: LocalServer) -> dict[str, str]:
    steps = server.report["steps"]
    assert isinstance(steps, dict)
    described = {name: why or "present" for name, why in steps.items()}
    described["cgroup"] = server.cgroup_why or "present"
    described["rlimits"] = "present"
    described["user"] = str(server.report["user"])
    return described
