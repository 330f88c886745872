"""The `process` backend: fork-servers in their own namespaces, one program at a time each."""

import functools
import json
import subprocess
import sys
from pathlib import Path

from ..errors import UsageError
from ..forkserver import client
from ..forkserver.client import Request, Running, ServerGoneError
from ..pool import PooledSandbox
from .cgroups import CgroupUnavailableError, Group

_MENDS = (
    ("user namespace", "allow user namespaces (sysctl user.max_user_namespaces, or on Ubuntu "
     "kernel.apparmor_restrict_unprivileged_userns=0)"),
    ("mount namespace", "run where namespaces are allowed, or use the docker backend"),
    ("seccomp", "run a kernel with CONFIG_SECCOMP_FILTER on x86_64 or aarch64"),
)  # fmt: skip


class LocalServer:
    """A fork-server of this machine with the cgroup it lives in."""

    def __init__(self, preload: tuple[str, ...], allow_unsafe: bool) -> None:
        self.preload = preload
        settings = {**_settings(preload), "allow_unsafe": allow_unsafe}
        self.cgroup_why = ""
        self._group: Group | None = None
        try:
            self._group = Group()
        except CgroupUnavailableError as problem:
            self.cgroup_why = problem.strerror or str(problem)
        try:
            self._server = client.Server(settings, self._group.add if self._group else None)
        except BaseException:
            self._remove_group()
            raise
        self.report = self._server.report
        self.pid = self._server.pid

    def prepare(self, request: Request) -> None:
        """Set the cgroup to the limits of this run."""
        if self._group is not None:
            limits = request.limits
            try:
                whole = limits["memory_mb"] + limits["files_mb"]
                self._group.allow(whole, int(limits["processes"]))
            except OSError as problem:
                raise ServerGoneError(f"cgroup: {problem}") from problem

    def start(self, request: Request, channel: bool) -> Running:
        """Start a program."""
        return self._server.start(request, channel)

    def out_of_memory(self) -> bool:
        """Whether the memory killer struck in this server's cgroup."""
        return self._group is not None and self._group.killed()

    def alive(self) -> bool:
        """Whether the server still waits."""
        return self._server.alive()

    def forget(self) -> None:
        """In a forked copy of the harness."""
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
    """Programs in fresh namespaces behind seccomp, no daemon needed."""

    name = "process"

    def __init__(self, workers: int | None = None, allow_unsafe: bool = False) -> None:
        if sys.platform != "linux":
            raise UsageError(f"the process sandbox needs Linux, not {sys.platform}: use docker")
        super().__init__(workers)
        self._allow_unsafe = allow_unsafe
        try:
            first = self._start_server(())
        except ServerGoneError as problem:
            raise UsageError(f"the process sandbox does not start: {problem}") from problem
        self.isolation = _described(first)
        self._idle[()] = [first]

    def _start_server(self, preload: tuple[str, ...]) -> LocalServer:
        server = LocalServer(preload, self._allow_unsafe)
        missing = server.report["missing"]
        assert isinstance(missing, list)
        if missing and not self._allow_unsafe:
            steps = server.report["steps"]
            server.close()
            assert isinstance(steps, dict)
            name = str(missing[0])
            mend = dict(_MENDS).get(name, "use the docker backend")
            raise UsageError(
                f"the process sandbox lacks {name} ({steps[name]}): {mend}, "
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


@functools.lru_cache(maxsize=16)
def _settings(preload: tuple[str, ...]) -> dict[str, object]:
    """What a server with these libraries must see; asked of a throw-away interpreter, once."""
    for name in preload:
        if not all(part.isidentifier() for part in name.split(".")):
            raise UsageError(f"preload {name!r} is not a module name")
    site = [p for p in sys.path if "site-packages" in p or "dist-packages" in p] if preload else []
    code = (
        "import sys, json; sys.path.append(sys.argv[1]); sys.path += json.loads(sys.argv[2]); "
        "from forkserver import rootfs; print(json.dumps(rootfs.survey(tuple(sys.argv[3:]))))"
    )
    folder = str(Path(client.__file__).resolve().parents[1])
    interpreter = getattr(sys, "_base_executable", None) or sys.executable
    command = [interpreter, "-S", "-s", "-P", "-B", "-c", code, folder, json.dumps(site), *preload]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=client.ENVIRONMENT, cwd="/"
    )
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        wanted = ", ".join(preload) or "the standard library"
        raise UsageError(f"{wanted} cannot be preloaded: {last[0]}; install it or leave it out")
    return {"rootfs": json.loads(done.stdout), "site": site, "preload": list(preload)}
