"""Opening a backend by name, and the shared one that verifiers use by default."""

import atexit
import os
import threading
from dataclasses import dataclass

from .canaries import canaries
from .errors import UsageError
from .extras import needs
from .process.backend import ProcessSandbox
from .types import Sandbox

BACKENDS = ("process", "docker", "auto")
_YES, _NO = ("1", "true", "yes"), ("0", "false", "no")
_lock = threading.Lock()
_shared: Sandbox | None = None


def open_sandbox(
    name: str = "auto",
    *,
    allow_unsafe: bool | None = None,
    workers: int | None = None,
    runtime: str | None = None,
    check: bool = True,
    machine_code: bool | None = None,
) -> Sandbox:
    """Open a backend: "process", "docker", or "auto" for the strongest that works here.

    `workers`: how many programs compute at a time (default: one per CPU). `runtime`: a container
    runtime for docker ("runsc" for gVisor). `allow_unsafe`: accept less isolation, which
    `isolation` then describes (default: ASSAY_ALLOW_UNSAFE). `check`: prove at the start that
    limits are enforced. `machine_code`: let the process that forks programs run its few system
    calls as machine code; without it each run costs more, and nothing else changes (default:
    ASSAY_MACHINE_CODE, else true). Raises UsageError, with the remedy, if the backend cannot work
    here.
    """
    if name not in BACKENDS:
        raise UsageError(f"sandbox {name!r} is unknown: choose one of {', '.join(BACKENDS)}")
    if allow_unsafe is None:
        allow_unsafe = unsafe_allowed()
    if machine_code is None:
        machine_code = _switch("ASSAY_MACHINE_CODE", True)
    options = _Options(workers, runtime, machine_code)
    if name == "auto":
        return _strongest(options, allow_unsafe, check)
    sandbox = _open(name, options, allow_unsafe)
    return _proved(sandbox, allow_unsafe) if check else sandbox


@dataclass(frozen=True, slots=True)
class _Options:
    workers: int | None
    runtime: str | None
    machine_code: bool


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


def _open(name: str, options: _Options, allow_unsafe: bool) -> Sandbox:
    if name == "process":
        if options.runtime is not None:
            raise UsageError(f"runtime={options.runtime!r} is for docker: leave it out")
        return ProcessSandbox(options.workers, allow_unsafe, options.machine_code)
    with needs("docker"):  # the client library is imported only when used
        from .docker.backend import DockerSandbox
    return DockerSandbox(options.workers, options.runtime, machine_code=options.machine_code)


def _proved(sandbox: Sandbox, allow_unsafe: bool) -> Sandbox:
    """Refuse a backend that does not enforce its limits, whatever it was configured to do."""
    failed = [check for check in canaries(sandbox) if not check.passed]
    if failed and not allow_unsafe:
        sandbox.close()
        raise UsageError(
            f"the {sandbox.name} sandbox does not enforce {failed[0].name} ({failed[0].said}): "
            "see `assay doctor`, or accept less with --allow-unsafe"
        )
    if failed:
        broken = {f"canary {check.name}": check.said for check in failed}
        sandbox.isolation = {**sandbox.isolation, **broken}
    return sandbox


def _strongest(options: _Options, allow_unsafe: bool, check: bool) -> Sandbox:
    """`process` if fully isolated, else `docker`; less only if that was allowed."""
    reasons = []
    order = ("docker",) if options.runtime is not None else ("process", "docker")
    for name in order:
        try:
            sandbox = _open(name, options, False)
            return _proved(sandbox, False) if check else sandbox
        except UsageError as problem:
            reasons.append(str(problem))
    if allow_unsafe and options.runtime is None:
        return _open("process", options, True)
    raise UsageError("no sandbox works here: " + "; ".join(reasons))


def default_sandbox(workers: int | None = None) -> Sandbox:
    """The sandbox that this process shares, opened at the first use and closed at exit.

    `workers` programs compute at a time; only the first call decides. ASSAY_SANDBOX names the
    backend (default "auto"); ASSAY_ALLOW_UNSAFE and ASSAY_MACHINE_CODE apply as in
    `open_sandbox`. Raises UsageError, with the remedy, if nothing works here.
    """
    global _shared
    with _lock:
        if _shared is None:
            _shared = open_sandbox(os.environ.get("ASSAY_SANDBOX", "auto"), workers=workers)
        return _shared


def isolation_in_use() -> dict[str, object]:
    """How the shared sandbox is isolated, for the record of a run.

    `backend`: its name; `unsafe`: whether less isolation was accepted; `mechanisms`: each one ->
    "present", or why it is missing. Opens the shared sandbox if it is not open yet.
    """
    sandbox = default_sandbox()
    return {
        "backend": sandbox.name,
        "unsafe": unsafe_allowed(),
        "mechanisms": dict(sandbox.isolation),
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
