"""Accuracy by kind and verdicts per second of the math verifier beside other graders.

    python benchmarks/math_verifier.py

One process and one core; the graders take turns on every case, so that a busy machine slows all
alike. math-verify and TRL are compared when installed; lm-eval's Hendrycks grader when
`lm_eval` can be imported. Writes results/benchmarks/math_verifier.json.
"""

import contextlib
import importlib.metadata
import io
import json
import logging
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from assay.tasks.math.verifier import verify_math

_ROOT = Path(__file__).resolve().parents[1]
_CASES = _ROOT / "tests" / "tasks" / "math_verifier"
Grader = Callable[[str, str], bool]
COLD = "import time; t = time.perf_counter(); from assay.tasks.math.verifier import verify_math; "
COLD += "verify_math('1/2', '\\\\boxed{0.5}'); print(time.perf_counter() - t)"


def ours(gold: str, completion: str) -> bool:
    """The verifier of this project; no case comes twice, but golds come in groups."""
    return verify_math(gold, completion).correct


def math_verify_grader() -> Grader:
    """math-verify as its authors advise: LaTeX and plain extraction, boxes first."""
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse, verify

    logging.getLogger("math_verify").setLevel(logging.CRITICAL)
    gold_targets = [LatexExtractionConfig(), ExprExtractionConfig()]
    targets = [LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig()]

    def grade(gold: str, completion: str) -> bool:
        parsed = parse(f"${gold}$", gold_targets) or parse(gold, gold_targets)
        return bool(verify(parsed, parse(completion, targets)))

    return grade


def trl_grader() -> Grader:
    """TRL's accuracy_reward, called as its trainer does."""
    from trl.rewards import accuracy_reward

    def grade(gold: str, completion: str) -> bool:
        message = [{"role": "assistant", "content": completion}]
        return accuracy_reward([message], [f"${gold}$"])[0] == 1.0

    return grade


def lm_eval_grader() -> Grader:
    """The string grader of lm-eval's Hendrycks MATH task."""
    from lm_eval.tasks.hendrycks_math import utils

    def grade(gold: str, completion: str) -> bool:
        boxed = utils.last_boxed_only_string(completion)
        answer = utils.remove_boxed(boxed) if boxed else completion
        return bool(utils.is_equiv(gold, answer))

    return grade


def graders() -> dict[str, Grader]:
    """The graders that are installed."""
    found: dict[str, Grader] = {"assay": ours}
    for name, make in (
        ("math-verify", math_verify_grader),
        ("trl accuracy_reward", trl_grader),
        ("lm-eval hendrycks", lm_eval_grader),
    ):
        try:
            found[name] = make()
        except ImportError as error:
            print(f"{name} is left out: {error}")
    return found


def load_cases() -> list[dict]:
    """The labelled cases; an answer is offered in a box."""
    lines = (_CASES / "cases.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    for case in cases:
        case.setdefault("completion", f"\\boxed{{{case.get('answer')}}}")
    return cases


def attempt(grade: Grader, gold: str, completion: str) -> tuple[bool | None, float]:
    """(verdict, seconds); None when the grader raised."""
    started = time.perf_counter()
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            verdict: bool | None = grade(gold, completion)
    except Exception:  # a grader of others may raise anything; it is counted as wrong
        verdict = None
    return verdict, time.perf_counter() - started


def accuracy(cases: list[dict], names: dict[str, Grader]) -> dict:
    """Per grader: right, false positives, verdicts per second, and right by kind."""
    kinds: dict[str, dict[str, list[int]]] = {name: defaultdict(lambda: [0, 0]) for name in names}
    seconds = dict.fromkeys(names, 0.0)
    positives = dict.fromkeys(names, 0)
    for case in cases:
        for name, grade in names.items():
            verdict, took = attempt(grade, case["gold"], case["completion"])
            seconds[name] += took
            kinds[name][case["kind"]][0] += verdict == case["equal"]
            kinds[name][case["kind"]][1] += 1
            positives[name] += bool(verdict) and not case["equal"]
    result = {}
    for name in names:
        right = sum(one[0] for one in kinds[name].values())
        result[name] = {
            "right_percent": round(100 * right / len(cases), 2),
            "false_positives": positives[name],
            "verdicts_per_second": round(len(cases) / seconds[name], 1),
            "by_kind": {kind: f"{a}/{b}" for kind, (a, b) in sorted(kinds[name].items())},
        }
    return result


def hostile() -> dict:
    """The slowest verdict on answers made to hang a checker, over several golds."""
    names: dict = {}
    exec((_CASES / "hostile.py").read_text("utf-8"), names)
    slowest, count, late = (0.0, ""), 0, 0
    for gold in names["GOLDS"]:
        for name, answer in names["HOSTILE"].items():
            for completion in (answer, f"\\boxed{{{answer}}}"):
                _, took = attempt(ours, gold, completion)
                count, late = count + 1, late + (took > 2)
                slowest = max(slowest, (took, f"{name} against {gold}"))
    return {
        "inputs": count,
        "later_than_2_s": late,
        "slowest_s": round(slowest[0], 3),
        "slowest": slowest[1],
    }


def cold_start() -> float:
    """Median seconds from `import` to the first verdict in a new interpreter."""
    runs = []
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True)
        runs.append(float(done.stdout))
    return round(sorted(runs)[2], 3)


def main() -> None:
    """Measure, print, write."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    names = graders()
    cases = load_cases()
    for name, grade in names.items():
        attempt(grade, "-1<x<1", "\\boxed{x^2<1}")  # warm: imports, and our worker
        print(f"{name}: ready")
    versions = {}
    for package in ("math-verify", "trl", "lm_eval", "sympy", "mpmath"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    result = {
        "machine": f"{platform.machine()}, python {platform.python_version()}",
        "versions": versions,
        "cases": len(cases),
        "graders": accuracy(cases, names),
        "hostile": hostile(),
        "cold_start_s": cold_start(),
    }
    speeds = {name: one["verdicts_per_second"] for name, one in result["graders"].items()}
    result["speed_ratio"] = {
        name: round(speeds["assay"] / speed, 1) for name, speed in speeds.items()
    }
    out = _ROOT / "results" / "benchmarks" / "math_verifier.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
