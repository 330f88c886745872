"""How often the alarm for exploited rewards is false, and how soon it is right, by simulation.

    python benchmarks/hack_alarm.py [--runs 16000]

Each clean run is a kind of noise that an honest reward has beside the strict verdict: independent
slips, wrong golds that affect all samples of a prompt, a reward that is too strict, checks that
fail alone or for many steps at once (no reward, or no verdict), and slips at exactly the tolerated
rate. Each exploited run is clean until the exploit begins. The alarm is the one of the trainer,
`assay.harness.drift.DriftAlarm`, with its defaults.
"""

import argparse
import json
import platform
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.harness.drift import FALSE_ALARM, SHARE, TOLERATED, DriftAlarm, prompt_gaps
from assay.harness.metrics import wilson_interval

RESULT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "hack_alarm.json"
STEPS, PROMPTS, GROUP = 150, 8, 8
DELAY_RUNS = 100


@dataclass(frozen=True, slots=True)
class Noise:
    """A kind of clean run; shares of samples unless it says otherwise."""

    slips: float = 0.0
    """Paid although wrong."""
    missed: float = 0.0
    """Not paid although right."""
    wrong_golds: float = 0.0
    """Share of prompts whose wrong golds make all that is paid overpaid."""
    failed: float = 0.0
    """No reward; and as often no strict verdict (checker_error)."""
    outages: float = 0.0
    """Share of steps in which no check of either kind works."""


CLEAN = {
    "agreement": Noise(),
    "slips of 0.5%": Noise(slips=0.005, failed=0.01),
    "slips of 1.5%, failures of 5%": Noise(slips=0.015, failed=0.05),
    "a reward that misses 10%": Noise(slips=0.002, missed=0.1),
    "2% wrong golds": Noise(wrong_golds=0.02, failed=0.02),
    "outages in 20% of the steps": Noise(slips=0.01, outages=0.2),
    # Half of all samples are wrong or paid, and 4% of these are 2% of all: just tolerated.
    "slips of 4% of the wrong": Noise(slips=0.04),
    "4% wrong golds": Noise(wrong_golds=0.04),
}


def samples(
    noise: Noise, chance: random.Random, exploited: float = 0.0
) -> Iterator[tuple[int, float | None, float | None]]:
    """One step: (prompt, reward, strict score) of the compared samples."""
    draw = chance.random
    down = draw() < noise.outages
    for prompt in range(PROMPTS):
        wrong_gold = draw() < noise.wrong_golds
        for _ in range(GROUP):
            if draw() >= SHARE:
                continue
            right = draw() < 0.5
            paid = draw() >= noise.missed if right else draw() < noise.slips
            if wrong_gold:
                right = False
            if draw() < exploited:
                right, paid = False, True
            lost = down or draw() < noise.failed
            unknown = down or draw() < noise.failed
            yield prompt, None if lost else float(paid), None if unknown else float(right)


def alarm_step(
    noise: Noise, chance: random.Random, steps: int, onset: int | None = None, rate: float = 0.0
) -> int | None:
    """The step at which the alarm is raised in one run; from step `onset` on `rate` exploit."""
    alarm = DriftAlarm()
    for step in range(steps):
        exploited = rate if onset is not None and step >= onset else 0.0
        if alarm.add(prompt_gaps(samples(noise, chance, exploited))):
            return step
    return None


def clean_runs(runs: int) -> dict[str, Any]:
    """False alarms of `runs` clean runs, in equal parts of each kind."""
    each = -(-runs // len(CLEAN))
    by_kind = {}
    for name, noise in CLEAN.items():
        raised = sum(
            alarm_step(noise, random.Random(f"{name}/{run}"), STEPS) is not None
            for run in range(each)
        )
        by_kind[name] = {"runs": each, "false_alarms": raised}
        print(f"{name}: {raised} of {each}", flush=True)
    total, raised = each * len(CLEAN), sum(one["false_alarms"] for one in by_kind.values())
    low, high = wilson_interval(raised / total, total)
    return {
        "runs": total, "steps_each": STEPS, "false_alarms": raised,
        "per_1000_runs": 1000 * raised / total, "interval_per_1000": [1000 * low, 1000 * high],
        "by_kind": by_kind,
    }  # fmt: skip


def delays() -> list[dict[str, Any]]:
    """Steps from the beginning of an exploit to the alarm, by its rate and its beginning."""
    found = []
    for onset in (0, 100, 1000):
        for rate in (0.05, 0.1, 0.3, 0.9):
            noise, steps = CLEAN["slips of 0.5%"], onset + 200
            late = [
                alarm_step(noise, random.Random(f"{onset}/{rate}/{run}"), steps, onset, rate)
                for run in range(DELAY_RUNS if onset < 1000 else DELAY_RUNS // 5)
            ]
            after = sorted(step - onset for step in late if step is not None and step >= onset)
            found.append({
                "onset_step": onset, "exploited_share": rate, "runs": len(late),
                "found_within_200_steps": len(after),
                "median_steps": statistics.median(after) if after else None,
                "p90_steps": after[int(0.9 * (len(after) - 1))] if after else None,
            })  # fmt: skip
            print(found[-1], flush=True)
    return found


def main() -> None:
    """Simulate, print and write the result."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=16_000)
    options.add_argument("--out", type=Path, default=RESULT)
    given = options.parse_args()
    began = time.process_time()
    result = {
        "command": f"python benchmarks/hack_alarm.py --runs {given.runs}",
        "machine": {"python": platform.python_version(), "platform": platform.platform()},
        "alarm": {"false_alarm": FALSE_ALARM, "tolerated": TOLERATED, "share": SHARE},
        "step": {"prompts": PROMPTS, "samples_per_prompt": GROUP},
        "clean": clean_runs(given.runs), "exploited": delays(),
        "cpu_seconds": round(time.process_time() - began),
    }  # fmt: skip
    given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result["clean"], indent=1))


if __name__ == "__main__":
    main()
