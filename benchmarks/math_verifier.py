"""Compare the math verifier with other graders: accuracy by kind, and verdicts per second.

    python benchmarks/math_verifier.py [--cases N]

One process on one core; the graders take turns on every 20 cases, so that a busy machine slows all
equally, and each runs as warm as it does in use. Speed is verdicts per second of processor time,
including workers; wall time is also recorded. `--cases` draws that many at random, the same ones
each time. The peers are math-verify, TRL's reward, and the graders of lm-eval and prm800k; one that
does not accept a plainly right answer here is listed under `not_run` with the reason, and gets no
score.
Writes results/benchmarks/math_verifier.json.
"""

import argparse
import contextlib
import io
import json
import logging
import os
import platform
import random
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from assay.tasks.math.comparing.algebra_stage import POOL
from assay.tasks.math.verifier import verify_math
from peers import find_peers, versions

_ROOT = Path(__file__).resolve().parents[1]
_CASES = _ROOT / "tests" / "tasks" / "math_verifier"
TURN = 20
"""Cases that a grader judges before the next one has its turn."""
Grader = Callable[[str, str], bool]
COLD = "import time; t = time.process_time(); from assay.tasks.math.verifier import verify_math; "
COLD += "verify_math('1/2', '\\\\boxed{0.5}'); print(time.process_time() - t)"


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


def prm800k_grader() -> Grader:
    """The grader of openai/prm800k, from a checkout named by PRM800K."""
    if "PRM800K" not in os.environ:
        raise ImportError("PRM800K names no checkout of openai/prm800k")
    sys.path.insert(0, str(Path(os.environ["PRM800K"]) / "prm800k"))
    from grading import grader

    def grade(gold: str, completion: str) -> bool:
        _, mark, rest = completion.rpartition("\\boxed{")
        answer = rest.rstrip("$. \n").removesuffix("}") if mark else completion
        return bool(grader.grade_answer(answer, gold))

    return grade


PEERS: dict[str, Callable[[], Grader]] = {
    "math-verify": math_verify_grader,
    "trl accuracy_reward": trl_grader,
    "lm-eval hendrycks": lm_eval_grader,
    "prm800k": prm800k_grader,
}


def accepts_a_right_answer(grade: Grader) -> bool:
    """The probe: a grader that refuses this cannot work here."""
    return grade("3", "The answer is $\\boxed{3}$.")


def graders() -> tuple[dict[str, Grader], dict[str, str]]:
    """Ours and the peers that work here, and why each of the others does not."""
    found, not_run = find_peers(PEERS, accepts_a_right_answer)
    return {"assay": ours} | found, not_run


def load_cases(name: str) -> list[dict]:
    """The labelled cases that nobody contests; an answer is offered in a box."""
    lines = (_CASES / f"{name}.jsonl").read_text("utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if not case.get("contested")]
    for case in cases:
        answer = case.get("answer", "")
        boxable = answer.count("{") == answer.count("}") and not answer.endswith("\\")
        case.setdefault("completion", f"\\boxed{{{answer}}}" if boxable else answer)
    return cases


def processor() -> float:
    """Seconds of processor time of this process and of its children, living or ended."""
    spent = time.process_time()
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent += ended.ru_utime + ended.ru_stime
    for worker in POOL._idle:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{worker.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            # Of the worker, and of the forks of it that ended.
            spent += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return spent


def attempt(grade: Grader, gold: str, completion: str) -> tuple[bool | None, float]:
    """(verdict, wall seconds); None when the grader raised."""
    started = time.perf_counter()
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            verdict: bool | None = grade(gold, completion)
    except Exception:  # a peer may raise on an input; that input is counted as wrong
        verdict = None
    return verdict, time.perf_counter() - started


def accuracy(cases: list[dict], names: dict[str, Grader]) -> dict:
    """Per grader: right, false positives, verdicts per second, and right by kind."""
    kinds: dict[str, dict[str, list[int]]] = {name: defaultdict(lambda: [0, 0]) for name in names}
    seconds = dict.fromkeys(names, 0.0)
    spent = dict.fromkeys(names, 0.0)
    positives = dict.fromkeys(names, 0)
    for start in range(0, len(cases), TURN):
        turn = cases[start : start + TURN]
        for name, grade in names.items():
            before = processor()
            tried = [attempt(grade, case["gold"], case["completion"]) for case in turn]
            spent[name] += processor() - before
            for case, (verdict, took) in zip(turn, tried, strict=True):
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
            "verdicts_per_second": round(len(cases) / spent[name], 1),
            "verdicts_per_wall_second": round(len(cases) / seconds[name], 1),
            "by_kind": {kind: f"{a}/{b}" for kind, (a, b) in sorted(kinds[name].items())},
        }
    return result


FIRST_TRY = {
    "completions": "293 of 293 right, 0 false positives",
    "public suites": "290 of 291 right, 0 false positives",
    "exploits": "284 of 287 right, 3 false positives",
    "more completions": "255 of 257 right, 1 false positive",
}
"""What ours came to on each blind set before anything was mended for it."""


def blind(names: dict[str, Grader]) -> dict:
    """Accuracy on sets labelled from the policy alone by someone who never saw the verifier."""
    cases, found = load_cases("blind"), {}
    for part in dict.fromkeys(case["set"] for case in cases):
        chosen = [case for case in cases if case["set"] == part]
        found[part] = {
            name: f"{one['right_percent']}% of {len(chosen)}, "
            f"{one['false_positives']} false positives"
            for name, one in accuracy(chosen, names).items()
        }
    return found


def hostile() -> dict:
    """The slowest verdict on answers made to hang a checker, over several golds."""
    names: dict = {}
    exec((_CASES / "hostile.py").read_text("utf-8"), names)
    slowest, count, late, most = (0.0, ""), 0, 0, 0.0
    for gold in names["GOLDS"]:
        for name, answer in names["HOSTILE"].items():
            for completion in (answer, f"\\boxed{{{answer}}}"):
                before = processor()
                _, took = attempt(ours, gold, completion)
                most = max(most, processor() - before)
                count, late = count + 1, late + (took > 2)
                slowest = max(slowest, (took, f"{name} against {gold}"))
    return {
        "most_processor_s": round(most, 3),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "inputs": count,
        "later_than_2_s": late,
        "slowest_s": round(slowest[0], 3),
        "slowest": slowest[1],
    }


def cold_start() -> float:
    """Median processor seconds from `import` to the first verdict in a new interpreter."""
    runs = []
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True)
        runs.append(float(done.stdout))
    return round(sorted(runs)[2], 3)


def main() -> None:
    """Measure, print, write."""
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=None)
    wanted = parser.parse_args().cases
    names, not_run = graders()
    cases = load_cases("cases")
    available = len(cases)
    if wanted is not None:
        cases = random.Random(4).sample(cases, min(wanted, available))
    for name, grade in names.items():
        # Warm: imports, and our worker, which this pair has to wait for.
        attempt(grade, "\\ln x<0", "\\boxed{0<x<1}")
        print(f"{name}: ready")
    result = {
        "machine": f"{platform.machine()}, python {platform.python_version()}",
        "versions": versions(("math-verify", "trl", "lm_eval", "sympy", "python-flint")),
        "not_run": not_run,
        "cases": len(cases),
        "cases_available": available,
        "load_of_the_machine": round(os.getloadavg()[0], 1),
        "graders": accuracy(cases, names),
        "blind": {"first_try": FIRST_TRY, **blind(names)},
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
