"""Does the same check give the same verdict again: repeated, elsewhere in time, other hashes?"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem, load
from .checks import ProofRow, shown
from .programs import reference_of
from .subject import Subject

log = logging.getLogger(__name__)
REPEATS = 3
ZONES = ("Asia/Kolkata", "America/St_Johns")
ENVIRONMENTS: tuple[Mapping[str, str], ...] = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC"},
    {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Chatham"},
)
"""Fresh processes in which the reference answers are checked again."""
_MOVED = "import os, time\nos.environ['TZ'] = {zone!r}\ntime.tzset()\n\n"


def check_repeats(subject: Subject, problem: Problem) -> ProofRow | None:
    """The reference answer, checked again here; a program also with its clock in other zones."""
    gold = subject.gold(problem)
    if gold is None:
        return None
    first = subject.suite.verify(problem, gold).status
    tries = [("the same check again", gold)] * (REPEATS - 1)
    reference = reference_of(subject, problem)
    if reference is not None:
        tries += [
            (
                f"in the time zone {zone}",
                reference.completion(_MOVED.format(zone=zone) + reference.source),
            )
            for zone in ZONES
            if "__future__" not in reference.source
        ]
    for what, completion in tries:
        status = subject.suite.verify(problem, completion).status
        if status != first:
            return ProofRow("unsteady", problem.id, True, f"{what}: {status}, not {first}")
    return ProofRow("unsteady", problem.id, False)


def check_environments(subject: Subject, statuses: Mapping[str, str]) -> dict[str, str]:
    """Problem id -> what another process says, where it is not the status given here.

    Only for a suite that `load` gives by name: a fresh process loads it again.
    """
    if subject.suite.loaded_as is None or not statuses:
        return {}
    name, options = subject.suite.loaded_as
    found: dict[str, str] = {}
    for environment in ENVIRONMENTS:
        told = _in_process(name, options, list(statuses), environment)
        said = " ".join(f"{key}={value}" for key, value in environment.items())
        for problem, status in told.items():
            if status != statuses.get(problem) and problem not in found:
                found[problem] = f"with {said}: {status}, not {statuses.get(problem)}"
    return found


def _in_process(
    name: str, options: Mapping[str, Any], problems: Sequence[str], environment: Mapping[str, str]
) -> dict[str, str]:
    task = json.dumps({"name": name, "options": dict(options), "problems": list(problems)})
    ended = subprocess.run(
        [sys.executable, "-m", __name__], input=task, capture_output=True, text=True,
        env={**os.environ, **environment}, check=False,
    )  # fmt: skip
    if ended.returncode != 0:
        raise UsageError(
            f"checking {name} in another process failed: {shown(ended.stderr[-400:], 300)}"
        )
    told: dict[str, str] = json.loads(ended.stdout.strip().rpartition("\n")[2])
    return told


def main() -> None:
    """Check the reference answers that stdin names; print their statuses."""
    task = json.loads(sys.stdin.read())
    suite = load(task["name"], **task["options"])
    statuses = {}
    for problem_id in task["problems"]:
        problem = suite.find(problem_id)
        gold = suite.gold(problem)
        if gold is not None:
            statuses[problem_id] = suite.verify(problem, gold).status
    print(json.dumps(statuses))


if __name__ == "__main__":
    main()
