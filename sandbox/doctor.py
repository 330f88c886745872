"""Which isolation this machine offers, and whether a backend withstands attacks.

`probe()` says for each mechanism whether it is present, why not, and how to get it.
`self_check(backend)` runs hostile programs against any backend, with an observer outside.
"""

import contextlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .attacks import ATTACKS, Attack, fill
from .canaries import CanaryResult, canaries
from .defaults import LEVELS, open_sandbox
from .errors import UsageError
from .host_observer import HostObserver, descendants
from .landlock_attacks import LANDLOCK_ATTACKS
from .process.backend import mechanisms_of
from .remedies import remedy
from .types import Limits, Program, Sandbox

HOSTILE = Limits(
    cpu_seconds=0.5, wall_seconds=2.0, memory_mb=256, output_kb=256, files_mb=4, processes=8
)
_PATIENT = replace(HOSTILE, wall_seconds=60.0)  # a busy machine is no harm
_SPARE = 2  # the spare child and the init of its namespace
_CLEAN = "import os; print(sorted(os.listdir('.')), 6 * 7)"


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism of isolation: whether it is present, why not, and how to get it."""

    name: str
    present: bool
    why: str = ""
    mend: str = ""


def probe() -> list[Mechanism]:
    """The level that a sandbox gets here, each level, and each mechanism that they use."""
    levels = {level: _opens(level) for level in LEVELS}
    best = next((level for level, why in levels.items() if not why), "")
    name = "isolation level"
    found = [Mechanism(name, bool(best), best or "none", "" if best else remedy("landlock", ""))]
    if sys.platform == "linux":
        found += _probe_levels(levels)
    return [*found, *_probe_docker()]


def _opens(level: str) -> str:
    """Why the process sandbox does not prove itself at this level; "" if it does."""
    try:
        open_sandbox("process", level=level, workers=1, allow_unsafe=False).close()
    except UsageError as problem:
        return str(problem)
    return ""


def _probe_levels(levels: dict[str, str]) -> Iterator[Mechanism]:
    seen = {"user", "rlimits"}
    for level, why in levels.items():
        try:
            steps = mechanisms_of(level)
        except OSError as problem:
            yield Mechanism(f"level {level}", False, str(problem), remedy(level, str(problem)))
            continue
        missing = next((name for name, said in steps.items() if said != "present"), "")
        user = f"programs run as {steps['user']}"
        yield Mechanism(f"level {level}", not why, why or user, why and remedy(level, missing))
        for name, said in steps.items():
            if name not in seen:
                present = said == "present"
                mend = "" if present else remedy(level, name)
                yield Mechanism(name, present, "" if present else said, mend)
        seen |= set(steps)


def _probe_docker() -> Iterator[Mechanism]:
    try:
        from .docker import engine
    except ImportError as problem:
        yield Mechanism("docker", False, str(problem), 'pip install "assay[docker]"')
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
    mend = "" if runsc else "install gVisor's runsc and register it as a runtime of the engine"
    yield Mechanism("runsc", runsc, why, mend)


def self_check(
    backend: str | Sandbox = "auto",
    attacks: tuple[Attack, ...] | None = None,
    level: str | None = None,
) -> list[CanaryResult]:
    """Run every canary and attack against a backend, by name or already open.

    `level` is as for `open_sandbox`. At the level landlock there are attacks of its own.
    """
    with contextlib.ExitStack() as stack:
        if isinstance(backend, str):
            sandbox = stack.enter_context(open_sandbox(backend, level=level, workers=1))
        else:
            sandbox = backend
        observer = stack.enter_context(HostObserver())
        if attacks is None:
            attacks = ATTACKS + (LANDLOCK_ATTACKS if sandbox.isolation == "landlock" else ())
        return canaries(sandbox) + [run_attack(sandbox, one, observer) for one in attacks]


def run_attack(sandbox: Sandbox, attack: Attack, observer: HostObserver) -> CanaryResult:
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
    return CanaryResult(attack.name, attack.family, not found, "; ".join(found))


def _left_over(before: int) -> int:
    """Processes below us that were not there before, except for spare children."""
    deadline = time.monotonic() + 5
    while (more := len(descendants(os.getpid())) - before - _SPARE) > 0:
        if time.monotonic() > deadline:
            return more
        time.sleep(0.05)
    return 0
