"""Audit checkers with one planted hole each, and clean ones: how many holes are found.

    python benchmarks/audit_planted.py [--search 2000]

The checkers are those of tests/harness/planted.py (of answers) and planted_programs.py (of
programs). A hole is found when the audit reports what it was planted for; any finding on a clean
checker is a false alarm. Each is audited on one problem. Writes
results/benchmarks/audit_planted.json.
"""

import argparse
import json
import os
import platform
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from assay.harness.audit import TaskReport, adapt, audit_suite
from assay.harness.audit import run as audit_run
from assay.tasks import load

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results" / "benchmarks" / "audit_planted.json"
KINDS = {"raises": "raised", "hangs": "hung", "takes_memory": "memory"}
"""What holes are reported as that pay for nothing."""


def audited(checker: Any, name: str, answer_format: Any, programs: bool, search: int) -> TaskReport:
    """The audit of one checker on one problem."""
    suite = load("stdio_tasks", size=5) if programs else load("arithmetic", difficulty=3, size=40)
    return audit_suite(suite, adapt(checker, name), name, 1, 0, answer_format, search)


def part(module: str, programs: bool, search: int) -> dict[str, Any]:
    """What was found in the planted checkers of one kind."""
    planted = import_module(module)
    missed, alarms, checks, started = [], {}, 0, time.perf_counter()
    for group in (planted.HOLES, planted.CLEAN):
        for name, given in group.items():
            checker, answer_format = (given, "plain") if programs else given
            report = audited(checker, name, answer_format, programs, search)
            checks += report.checks
            kind: Any = KINDS.get(name, "false_positive")
            if group is planted.HOLES and not (report.count(kind) and report.holes):
                missed.append(name)
            elif group is planted.CLEAN and report.findings:
                alarms[name] = [[one.kind, one.case] for one in report.findings]
            print(name, report.checks, "checks,", len(report.holes), "holes", flush=True)
    return {
        "holes": len(planted.HOLES),
        "found": len(planted.HOLES) - len(missed),
        "missed": missed,
        "clean": len(planted.CLEAN),
        "clean with findings": alarms,
        "checks": checks,
        "seconds": round(time.perf_counter() - started, 1),
    }


def main() -> None:
    """Audit, print, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--search", type=int, default=audit_run.SEARCH)
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    sys.path.insert(0, str(ROOT / "tests" / "harness"))
    audit_run.HUNG_SECONDS = 10.0  # some checkers run every case to its own limit
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "search": given.search,
        "answers": part("planted", False, given.search),
        "programs": part("planted_programs", True, given.search),
    }
    print(json.dumps(result, indent=1))
    given.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
