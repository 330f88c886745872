"""Which isolation this machine offers, and whether a backend withstands attacks.

`probe()` says for each mechanism whether it is present, why not, and how to get it.
`self_check(backend)` runs hostile programs against any backend, with an observer outside.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .attacks import ATTACKS, Attack, fill
from .canaries import Check, canaries
from .defaults import open_sandbox
from .errors import UsageError
from .host_observer import HostObserver, descendants
from .process.backend import ProcessOptions, ProcessSandbox
from .types import Limits, Program, Sandbox

HOSTILE = Limits(
    cpu_seconds=0.5, wall_seconds=2.0, memory_mb=256, output_kb=256, files_mb=4, processes=8
)
_PATIENT = replace(HOSTILE, wall_seconds=60.0)  # a busy machine is no harm
_SPARE = 2  # the spare child and the init of its namespace
_CLEAN = "import os; print(sorted(os.listdir('.')), 6 * 7)"

_FIXES = {
    "user namespace": "sysctl -w user.max_user_namespaces=15000; on Ubuntu also "
    "kernel.apparmor_restrict_unprivileged_userns=0",
    "mount namespace": "run outside of a container that forbids namespaces, or use docker",
    "minimal root": "follows from the mount namespace",
    "pid namespace": "follows from the user namespace",
    "net namespace": "follows from the user namespace",
    "seccomp": "a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64",
    "landlock": "kernel 5.13 or later with landlock among the boot parameter lsm=",
    "cgroup": "run as root, or give the user a delegated group (systemd-run --user --scope "
    "-p Delegate=yes)",
    "runsc": "install gVisor's runsc and register it as a runtime of the engine",
}


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism of isolation: whether it is present, why not, and how to get it."""

    name: str
    present: bool
    why: str = ""
    mend: str = ""


def probe() -> list[Mechanism]:
    """Try every mechanism that a backend can use."""
    return [*_probe_process(), *_probe_docker()]


def _probe_process() -> Iterator[Mechanism]:
    try:
        with ProcessSandbox(1, ProcessOptions(allow_unsafe=True)) as sandbox:
            steps = dict(sandbox.isolation.mechanisms)
    except UsageError as problem:
        yield Mechanism("process backend", False, str(problem), "see the reason")
        return
    user = steps.pop("user")
    yield Mechanism("process backend", True, f"programs run as {user}")
    for name, why in steps.items():
        present = why == "present"
        yield Mechanism(name, present, "" if present else why, "" if present else _fix(name))


def _probe_docker() -> Iterator[Mechanism]:
    try:
        from .docker import engine
    except ImportError as problem:
        yield Mechanism("docker", False, str(problem), "pip install docker")
        return
    try:
        version, runtimes = engine.describe()
    except UsageError as problem:
        why = str(problem).removesuffix(f": {engine.FIX}")
        yield Mechanism("docker", False, why, engine.FIX)
        return
    yield Mechanism("docker", True, f"engine {version}")
    runsc = "runsc" in runtimes
    why = "" if runsc else "the engine does not know the runtime"
    if not runsc and shutil.which("runsc"):
        why += ", though runsc is installed"
    yield Mechanism("runsc", runsc, why, "" if runsc else _fix("runsc"))


def _fix(name: str) -> str:
    return _FIXES.get(name, "see the reason")


def self_check(
    backend: str | Sandbox = "auto", attacks: tuple[Attack, ...] = ATTACKS
) -> list[Check]:
    """Run every canary and attack against a backend, by name or already open."""
    with contextlib.ExitStack() as stack:
        if isinstance(backend, str):
            sandbox = stack.enter_context(open_sandbox(backend, workers=1))
        else:
            sandbox = backend
        observer = stack.enter_context(HostObserver())
        return canaries(sandbox) + [run_attack(sandbox, one, observer) for one in attacks]


def run_attack(sandbox: Sandbox, attack: Attack, observer: HostObserver) -> Check:
    """Run one attack, check the host, and check that the next run is unaffected."""
    before = len(descendants(os.getpid()))
    outcome = sandbox.run(Program(fill(attack, observer.facts())), HOSTILE)
    found = observer.violations(outcome.stdout + outcome.stderr)
    if left := _left_over(before):
        found.append(f"{left} processes were left behind")
    if "HARM" in outcome.stdout:
        found.append("it reports success: " + outcome.stdout.strip()[:200])
    if "NameError" in outcome.stderr or "SyntaxError" in outcome.stderr:
        found.append(f"the attack itself is broken: {outcome.stderr[-200:]}")
    if outcome.status == "sandbox_error":
        found.append(outcome.reason)
    after = sandbox.run(Program(_CLEAN), _PATIENT)
    if after.stdout != "[] 42\n":
        found.append(f"the next run was harmed: {after.status} {after.stdout!r} {after.reason}")
    return Check(attack.name, attack.family, not found, "; ".join(found))


def _left_over(before: int) -> int:
    """Processes below us that were not there before, except for spare children."""
    deadline = time.monotonic() + 5
    while (more := len(descendants(os.getpid())) - before - _SPARE) > 0:
        if time.monotonic() > deadline:
            return more
        time.sleep(0.05)
    return 0
