"""Audit our checkers and published rewards with the cases of `assay audit`.

    python benchmarks/audit_peers.py [--problems 2] [--gym 2] [--data-dir DATA]

Peers: TRL's `accuracy_reward`, and math-verify as in its README, both on the packaged math suites
with answers in boxes; and reasoning-gym's `score_answer` of every dataset, on entries of that
dataset, after its own `extract_answer`. A peer that does not accept a plainly right answer is
printed as not run, with the reason, and its part of the results stays unchanged. Each check of a
peer runs in a process that is killed after 30 s. Writes results/audit: a JSON file with every
finding, and a table.
"""

import argparse
import json
import platform
import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from assay.harness.audit import TaskReport, adapt, audit_suite
from assay.harness.audit.signatures import Checker
from assay.sandbox.errors import UsageError
from assay.tasks import Problem, load, names
from assay.tasks.registry import options_of
from assay.tasks.suite import StoredSuite
from assay.tasks.verdict import Verdict, checker_error
from peers import find_peers, versions

OUT = Path(__file__).resolve().parents[1] / "results" / "audit"
MATH = (
    "arithmetic", "fractions", "percentages", "linear_equations", "quadratic_equations",
    "polynomials", "derivatives", "integrals", "probability", "number_theory", "sequences",
    "geometry",
)  # fmt: skip


GYM = "reasoning-gym score_answer"
CHECKERS = ("assay", "TRL accuracy_reward", "math-verify", GYM)


class GymSuite(StoredSuite):
    """Entries of a reasoning-gym dataset; the gold is its answer in tags."""

    domain = "logic"

    def __init__(self, name: str, dataset: Any) -> None:
        self.name = name
        self.entries = {entry["question"]: entry for entry in dataset}
        problems = [
            Problem(f"{name}-{number}", name, question, str(entry["answer"]), {})
            for number, (question, entry) in enumerate(self.entries.items())
        ]
        super().__init__(problems, "test")

    def gold(self, problem: Problem) -> str | None:
        return f"<answer>{problem.answer}</answer>"

    def check(self, problem: Problem, completion: str) -> Verdict:
        return checker_error("reasoning-gym scores its own entries")

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return ""


def ours(problems: int, data_dir: str | None) -> list[TaskReport]:
    """Our own checkers on every suite that can be had."""
    reports = []
    for name in names():
        options = {"data_dir": data_dir} if data_dir and "data_dir" in options_of(name) else {}
        try:
            suite = load(name, **options)
        except UsageError as error:
            print(f"  {name} is left out: {error}")
            continue
        reports.append(_said(audit_suite(suite, problems=problems)))
    return reports


def trl_checker() -> Checker:
    """TRL's accuracy_reward, as GRPOTrainer calls it, for a batch of one."""
    from trl.rewards import accuracy_reward

    return adapt(accuracy_reward, "trl accuracy_reward")


def math_verify_checker() -> Checker:
    """`verify(parse(gold), parse(answer))`, from math-verify's README."""
    from math_verify import parse, verify

    def check(prompt: str, answer: str, completion: str) -> float:
        return float(verify(parse(answer), parse(completion)))

    return check


def accepts_a_right_answer(checker: Checker) -> bool:
    """The probe of a math reward: one that refuses this cannot work here."""
    return checker("What is 1 + 2?", "3", "The answer is $\\boxed{3}$.") == 1.0


def on_math(name: str, checker: Checker, problems: int) -> list[TaskReport]:
    """A math reward on the packaged math suites, answers in boxes."""
    return [
        _said(audit_suite(load(task), checker, name, problems, answer_format="boxed"))
        for task in MATH
    ]


def gym_checker(suite: GymSuite, dataset: Any) -> Checker:
    """`score_answer` of a dataset on what its `extract_answer` finds."""
    from reasoning_gym.utils import extract_answer

    def check(prompt: str, answer: str, completion: str) -> float:
        return float(dataset.score_answer(extract_answer(completion), suite.entries[prompt]))

    return check


def reasoning_gym_module() -> Any:
    """The package itself."""
    import reasoning_gym

    return reasoning_gym


def gym(module: Any, problems: int) -> list[TaskReport]:
    """Every dataset of reasoning-gym with its own score_answer."""
    from reasoning_gym.factory import DATASETS

    reports = []
    for name in sorted(DATASETS):
        try:
            dataset = module.create_dataset(name, seed=0, size=max(8, problems))
            suite = GymSuite(name, dataset)
        except Exception as error:  # datasets that need an option or another package
            print(f"  {name} is left out: {type(error).__name__}: {error}"[:200])
            continue
        checker = gym_checker(suite, dataset)
        report = audit_suite(suite, checker, "reasoning-gym score_answer", problems)
        reports.append(_said(report))
    return reports


def _said(report: TaskReport) -> TaskReport:
    print(f"  {report.task}: {len(report.findings)} of {report.checks}", flush=True)
    return report


def summary(reports: list[TaskReport]) -> dict[str, Any]:
    """What was found by one checker over all its tasks."""
    findings = [finding for report in reports for finding in report.findings]
    positives = [f for f in findings if f.kind == "false_positive"]
    full = [f for f in positives if (f.score or 0) >= 1]
    return {
        "tasks": len(reports),
        "checks": sum(report.checks for report in reports),
        "full credit for a wrong answer": len(full),
        "part credit for a wrong answer": len(positives) - len(full),
        "gold refused": sum(f.kind == "false_negative" for f in findings),
        "raised": sum(f.kind == "raised" for f in findings),
        "no verdict": sum(f.kind == "no_verdict" for f in findings),
        "slow or hung": sum(f.kind in ("slow", "hung") for f in findings),
        "slowest s": round(max((report.slowest for report in reports), default=0.0), 2),
        "most frequent": Counter(f.case for f in positives).most_common(6),
    }


def write(name: str, reports: list[TaskReport], versions: dict[str, str], out: Path) -> None:
    """Put one checker's part into results/audit/findings.json and renew README.md."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "findings.json"
    data = json.loads(path.read_text("utf-8")) if path.exists() else {"summary": {}, "reports": {}}
    data["about"] = {"machine": platform.machine(), "versions": versions}
    data["summary"][name] = summary(reports)
    data["reports"][name] = [report.as_json() for report in reports]
    path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    (out / "README.md").write_text(page(data, out / "notes.md"), "utf-8")


def page(data: dict[str, Any], notes: Path) -> str:
    """The table, what was found most, the notes."""
    rows = {name: data["summary"][name] for name in CHECKERS if name in data["summary"]}
    columns = [key for key in next(iter(rows.values())) if key != "most frequent"]
    lines = ["# Audits", "", "Made by `benchmarks/audit_peers.py`; every finding with its input "
             "is in `findings.json`.", "", "| checker | " + " | ".join(columns) + " |",
             "|" + "---|" * (len(columns) + 1)]  # fmt: skip
    for name, row in rows.items():
        lines.append(f"| {name} | " + " | ".join(str(row[key]) for key in columns) + " |")
    for name, row in rows.items():
        if row["most frequent"]:
            lines += ["", f"Most frequent false positives of {name}:", ""]
            lines += [f"- {case}: {count}" for case, count in row["most frequent"]]
    versions = data["about"]["versions"]
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines += ["", f"Versions: {listed}.", ""]
    if notes.exists():
        lines += [notes.read_text("utf-8").strip(), ""]
    return "\n".join(lines)


def scores_its_own_answer(module: Any) -> bool:
    """The probe of reasoning-gym: it accepts the answer of its own entry."""
    dataset = module.create_dataset("chain_sum", seed=0, size=1)
    return bool(dataset.score_answer(dataset[0]["answer"], dataset[0]) == 1.0)


REWARDS: dict[str, Callable[[], Checker]] = {
    "TRL accuracy_reward": trl_checker,
    "math-verify": math_verify_checker,
}


def main() -> None:
    """Audit, print, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--problems", type=int, default=2)
    options.add_argument("--gym", type=int, default=2)
    options.add_argument("--data-dir", default=None)
    options.add_argument("--checkers", default=",".join(CHECKERS), help="the others are kept")
    options.add_argument("--out", type=Path, default=OUT)
    given = options.parse_args()
    wanted = given.checkers.split(",")
    rewards, _ = find_peers(
        {n: m for n, m in REWARDS.items() if n in wanted}, accepts_a_right_answer
    )
    gyms, _ = find_peers(
        {GYM: reasoning_gym_module} if GYM in wanted else {}, scores_its_own_answer
    )
    runs: dict[str, Callable[[], list[TaskReport]]] = {}
    if "assay" in wanted:
        runs["assay"] = lambda: ours(given.problems, given.data_dir)
    for name, checker in rewards.items():
        runs[name] = partial(on_math, name, checker, given.problems)
    if GYM in gyms:
        runs[GYM] = lambda: gym(gyms[GYM], given.gym)
    found = versions(("assay", "trl", "math-verify", "reasoning-gym"))
    for name, run in runs.items():
        print(name)
        write(name, run(), {"python": platform.python_version()} | found, given.out)


if __name__ == "__main__":
    main()
