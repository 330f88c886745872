"""What isolation is here, and the proof that a backend keeps its word.

`probe()` says, per mechanism, present or absent, why, and how to get it. `self_check(backend)`
runs the same hostile programs against any backend, with an observer outside.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .attacks import ATTACKS, Attack, fill
from .errors import UsageError
from .types import Limits, Outcome, Program, Sandbox
from .witness import Witness, descendants

HOSTILE = Limits(
    cpu_seconds=0.5, wall_seconds=2.0, memory_mb=256, output_kb=256, files_mb=4, processes=8
)
_PATIENT = replace(HOSTILE, wall_seconds=60.0)  # a busy machine is no harm
_STOCK = 2  # the next program's process and the first one of its namespace
_CLEAN = "import os; print(sorted(os.listdir('.')), 6 * 7)"

_MENDS = {
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
    "docker": "install an engine (apt-get install docker.io) and start it, or set DOCKER_HOST",
    "runsc": "install gVisor's runsc and register it as a runtime of the engine",
}


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One wall: whether it stands here, why not, and how to get it."""

    name: str
    present: bool
    why: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One attack, or one canary, and whether the backend withstood it."""

    name: str
    family: str
    passed: bool
    said: str = ""


def probe() -> list[Mechanism]:
    """Every mechanism that a backend can use, tried for real."""
    return [*_probe_process(), *_probe_docker()]


def _probe_process() -> Iterator[Mechanism]:
    from .process.backend import ProcessSandbox

    try:
        with ProcessSandbox(workers=1, allow_unsafe=True) as box:
            steps = dict(box.isolation)
    except UsageError as problem:
        yield Mechanism("process backend", False, str(problem), "see the reason")
        return
    user = steps.pop("user")
    yield Mechanism("process backend", True, f"programs run as {user}")
    for name, why in steps.items():
        present = why == "present"
        yield Mechanism(name, present, "" if present else why, "" if present else _mend(name))


def _probe_docker() -> Iterator[Mechanism]:
    try:
        from .docker import engine
    except ImportError as problem:
        yield Mechanism("docker", False, str(problem), "pip install docker")
        return
    try:
        version, runtimes = engine.describe()
    except UsageError as problem:
        yield Mechanism("docker", False, str(problem), _mend("docker"))
        return
    yield Mechanism("docker", True, f"engine {version}")
    runsc = "runsc" in runtimes
    why = "" if runsc else "the engine does not know the runtime"
    if not runsc and shutil.which("runsc"):
        why += ", though runsc is installed"
    yield Mechanism("runsc", runsc, why, "" if runsc else _mend("runsc"))


def _mend(name: str) -> str:
    return _MENDS.get(name, "see the reason")


def canaries(box: Sandbox) -> list[Check]:
    """The quick proof, at every start, that limits are enforced: memory, fork, network, files."""
    tries: tuple[tuple[str, str, Callable[[Outcome], bool]], ...] = (
        ("memory", "x = bytearray(1 << 28); print('HARM')", lambda o: o.status == "memory"),
        ("fork", "import os; os.fork(); print('HARM')", lambda o: o.status == "nonzero_exit"),
        (
            "network",
            "import socket; socket.create_connection(('127.0.0.1', 9), 1); print('HARM')",
            lambda o: o.status == "nonzero_exit" and "refused" not in o.stderr,
        ),
        ("files", "open('/etc/passwd'); print('HARM')", lambda o: o.status == "nonzero_exit"),
        ("plain", "print(6 * 7)", lambda o: o.stdout == "42\n"),
    )
    limits = Limits(cpu_seconds=2, wall_seconds=20, memory_mb=64)
    checks = []
    for name, source, holds in tries:
        outcome = box.run(Program(source), limits)
        passed = holds(outcome) and "HARM" not in outcome.stdout
        said = "" if passed else f"{outcome.status}: {outcome.reason} {outcome.stderr[-200:]}"
        checks.append(Check(name, "canary", passed, said.strip()))
    return checks


def self_check(
    backend: str | Sandbox = "auto", attacks: tuple[Attack, ...] = ATTACKS
) -> list[Check]:
    """Run the contract suite against a backend, by name or already open."""
    from .defaults import open_sandbox

    with contextlib.ExitStack() as stack:
        if isinstance(backend, str):
            box = stack.enter_context(open_sandbox(backend, workers=1))
        else:
            box = backend
        witness = stack.enter_context(Witness())
        return canaries(box) + [withstand(box, attack, witness) for attack in attacks]


def withstand(box: Sandbox, attack: Attack, witness: Witness) -> Check:
    """Run one attack, look at the world, and see that the next run is untouched."""
    before = len(descendants(os.getpid()))
    outcome = box.run(Program(fill(attack, witness.facts())), HOSTILE)
    found = witness.complaints(outcome.stdout + outcome.stderr)
    if left := _left_over(before):
        found.append(f"{left} processes were left")
    if "HARM" in outcome.stdout:
        found.append("it reports success: " + outcome.stdout.strip()[:200])
    if "NameError" in outcome.stderr or "SyntaxError" in outcome.stderr:
        found.append(f"the attack itself is broken: {outcome.stderr[-200:]}")
    if outcome.status == "sandbox_error":
        found.append(outcome.reason)
    after = box.run(Program(_CLEAN), _PATIENT)
    if after.stdout != "[] 42\n":
        found.append(f"the next run was harmed: {after.status} {after.stdout!r} {after.reason}")
    return Check(attack.name, attack.family, not found, "; ".join(found))


def _left_over(before: int) -> int:
    """Processes below us that were not there before, but for what a server keeps in stock."""
    deadline = time.monotonic() + 5
    while (more := len(descendants(os.getpid())) - before - _STOCK) > 0:
        if time.monotonic() > deadline:
            return more
        time.sleep(0.05)
    return 0
