"""Opening a backend by name, and the shared one that verifiers use by default."""

import atexit
import os
import threading
from dataclasses import dataclass
from typing import cast

from .canaries import FILES, canaries
from .errors import UsageError
from .extras import needs
from .process.backend import ProcessOptions, ProcessSandbox
from .types import Isolation, Level, Sandbox

BACKENDS = ("process", "docker", "auto")
LEVELS = ("namespaces", "landlock")
"""The levels of isolation, the strongest first."""
_ENGINE_SOCKET = "/var/run/docker.sock"
_YES, _NO = ("1", "true", "yes"), ("0", "false", "no")
_lock = threading.Lock()
_shared: Sandbox | None = None
_fault: tuple[tuple[str | None, ...], UsageError] | None = None
"""Why the shared sandbox does not open, and the settings with which it does not."""


def open_sandbox(
    name: str = "auto",
    *,
    level: str | None = None,
    allow_unsafe: bool | None = None,
    workers: int | None = None,
    runtime: str | None = None,
    check: bool = True,
    machine_code: bool | None = None,
) -> Sandbox:
    """Open a backend: "process", "docker", or "auto" for the strongest that proves itself here.

    `level`: the isolation to insist on, "namespaces" or "landlock" (default: the strongest that
    works; `isolation` says which, and why it is not a stronger one). `workers`: how many programs
    compute at a time (default: one per CPU). `runtime`: a container runtime for docker ("runsc"
    for gVisor). `allow_unsafe`: accept less isolation, which `isolation` then describes (default:
    ASSAY_ALLOW_UNSAFE); the caller's files are out of reach all the same. `check`: prove at the
    start that limits are enforced. `machine_code`: let the process that forks programs run its few
    system calls as machine code; without it each run costs more, and nothing else changes
    (default: ASSAY_MACHINE_CODE, else true). Raises UsageError, with the remedy, if the backend
    cannot work here.
    """
    if name not in BACKENDS:
        raise UsageError(f"sandbox {name!r} is unknown: choose one of {', '.join(BACKENDS)}")
    if level is not None and level not in LEVELS:
        raise UsageError(f"level {level!r} is unknown: choose one of {', '.join(LEVELS)}")
    if runtime is not None and name == "process":
        raise UsageError(f"runtime={runtime!r} is for docker: leave it out")
    if allow_unsafe is None:
        allow_unsafe = unsafe_allowed()
    if machine_code is None:
        machine_code = _switch("ASSAY_MACHINE_CODE", True)
    options = _Options(workers, runtime, machine_code, check)
    ways = _ways(name, level, runtime)
    if not ways:
        raise UsageError(f"the {name} sandbox has no level {level!r}: use the process sandbox")
    return _strongest(ways, options, allow_unsafe)


@dataclass(frozen=True, slots=True)
class _Options:
    workers: int | None
    runtime: str | None
    machine_code: bool
    check: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to run programs: a backend at a level."""

    backend: str
    level: str

    @property
    def label(self) -> str:
        return self.level if self.backend == "process" else self.backend


_ALL_WAYS = (
    _Way("process", "namespaces"),
    _Way("docker", "namespaces"),
    _Way("process", "landlock"),
)
"""From the strongest to the weakest."""


def _ways(name: str, level: str | None, runtime: str | None) -> list[_Way]:
    backends = ("docker",) if runtime is not None else ("process", "docker")
    return [
        way
        for way in _ALL_WAYS
        if name in ("auto", way.backend) and level in (None, way.level) and way.backend in backends
    ]


def unsafe_allowed() -> bool:
    """Whether the environment accepts less isolation: ASSAY_ALLOW_UNSAFE=1.

    Raises UsageError for a value that is neither yes nor no.
    """
    return _switch("ASSAY_ALLOW_UNSAFE", False)


def _switch(variable: str, default: bool) -> bool:
    """The value of an environment variable that is yes or no. Raises UsageError."""
    said = os.environ.get(variable, "").strip().lower()
    if said not in ("", *_YES, *_NO):
        raise UsageError(f"{variable}={said!r} is neither yes nor no: give 1 or 0")
    return said in _YES if said else default


def _open(way: _Way, options: _Options, allow_unsafe: bool) -> Sandbox:
    if way.backend == "process":
        chosen = ProcessOptions(way.level, allow_unsafe, options.machine_code)
        return ProcessSandbox(options.workers, chosen)
    if not os.environ.get("DOCKER_HOST") and not os.path.exists(_ENGINE_SOCKET):
        raise UsageError(
            f"no container engine listens at {_ENGINE_SOCKET}: install one, or set DOCKER_HOST"
        )
    with needs("docker"):  # the client library is imported only when used
        from .docker.backend import DockerSandbox
    return DockerSandbox(options.workers, options.runtime, machine_code=options.machine_code)


def _proved(sandbox: Sandbox, allow_unsafe: bool) -> Sandbox:
    """Refuse a backend that does not enforce its limits, whatever it was configured to do."""
    failed = [check for check in canaries(sandbox) if not check.passed]
    refused = [check for check in failed if not allow_unsafe or check.name == FILES]
    if refused:
        sandbox.close()
        raise UsageError(
            f"the {sandbox.name} sandbox does not enforce {refused[0].name} ({refused[0].said}): "
            "see `assay doctor`"
        )
    if failed:
        broken = {f"canary {check.name}": check.said for check in failed}
        sandbox.isolation = Isolation("unsafe", {**sandbox.isolation.mechanisms, **broken})
    return sandbox


def _strongest(ways: list[_Way], options: _Options, allow_unsafe: bool) -> Sandbox:
    """The first way that proves itself; less than it promises only if that was allowed."""
    reasons: dict[str, str] = {}
    weakest_last = [way for way in reversed(ways) if way.backend == "process"]
    tries = [(way, False) for way in ways]
    tries += [(way, True) for way in weakest_last if allow_unsafe]
    for way, unsafe in tries:
        try:
            sandbox = _open(way, options, unsafe)
            if options.check:
                sandbox = _proved(sandbox, unsafe)
        except UsageError as problem:
            reasons.setdefault(way.label, str(problem))
            continue
        found = sandbox.isolation
        sandbox.isolation = Isolation(cast(Level, str(found)), found.mechanisms, reasons)
        return sandbox
    if len(reasons) == 1:
        raise UsageError(next(iter(reasons.values())))
    raise UsageError(
        "no sandbox works here: " + "; ".join(f"{label}: {why}" for label, why in reasons.items())
    )


def default_sandbox(workers: int | None = None) -> Sandbox:
    """The sandbox that this process shares, opened at the first use and closed at exit.

    `workers` programs compute at a time; only the first call decides. ASSAY_SANDBOX names the
    backend (default "auto") and ASSAY_SANDBOX_LEVEL the level; ASSAY_ALLOW_UNSAFE and
    ASSAY_MACHINE_CODE apply as in `open_sandbox`. Raises UsageError, with the remedy, if nothing
    works here; that is remembered, and not tried again as long as these variables stay.
    """
    global _shared, _fault
    with _lock:
        if _shared is not None:
            return _shared
        settings = tuple(os.environ.get(name) for name in _VARIABLES)
        if _fault is not None and _fault[0] == settings:
            raise UsageError(str(_fault[1]))
        name, level = settings[0] or "auto", settings[1] or None
        try:
            _shared = open_sandbox(name, level=level, workers=workers)
        except UsageError as problem:
            _fault = (settings, problem)
            raise
        return _shared


_VARIABLES = (
    "ASSAY_SANDBOX", "ASSAY_SANDBOX_LEVEL", "ASSAY_ALLOW_UNSAFE", "ASSAY_MACHINE_CODE",
    "DOCKER_HOST",
)  # fmt: skip


def isolation_in_use() -> dict[str, object]:
    """How the shared sandbox is isolated, for the record of a run.

    `backend`: its name; `level`: "namespaces", "landlock" or "unsafe"; `unsafe`: whether less
    isolation was accepted; `mechanisms`: each one -> "present", or why it is missing; `reasons`:
    each stronger way -> why it does not work. Opens the shared sandbox if it is not open yet.
    """
    sandbox = default_sandbox()
    return {
        "backend": sandbox.name,
        "level": str(sandbox.isolation),
        "unsafe": unsafe_allowed(),
        "mechanisms": dict(sandbox.isolation.mechanisms),
        "reasons": dict(sandbox.isolation.reasons),
    }


def _close_shared() -> None:
    global _shared
    if _shared is not None:
        _shared.close()
        _shared = None


def _renew_lock() -> None:
    global _lock
    _lock = threading.Lock()


atexit.register(_close_shared)
os.register_at_fork(after_in_child=_renew_lock)
