"""Check a thousand problems of every generated logic suite against the contract.

    python benchmarks/logic_contract.py [--size 1000] [--suites zebra,sudoku] [--parts contract]

For each suite: the gold must score 1 in every answer format, and empty, truncated, hedging, wrong,
candidate-listing and decorated completions 0; a second solver (z3, networkx, or a simulation that
reads the prompt: tests/tasks/logic/proofs.py) must find exactly one answer; and the `random`
backend must score what chance predicts, within the exact 99.9 % interval. Writes
results/benchmarks/logic_contract.json after each suite, so an interrupted run can be continued;
exits with code 1 if something fails.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from assay.harness.backends import load_model
from assay.harness.backends.contract import Request, Sampling
from assay.harness.evaluation import sample_seed
from assay.tasks import Problem, Suite, load
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "results" / "benchmarks" / "logic_contract.json"
LEVELS = (1, 4, 7, 10)
PROVED_LEVELS = (1, 3, 5, 7)
SHOWN = 5
"""Failures of a kind that are written out."""


def _proofs() -> ModuleType:
    """The second solvers, which live beside the tests."""
    path = ROOT / "tests" / "tasks" / "logic" / "proofs.py"
    spec = importlib.util.spec_from_file_location("logic_proofs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def payload(completion: str) -> str:
    """What stands in the answer tag."""
    return completion.rpartition("<answer>")[2].partition("</answer>")[0]


def right(problem: Problem, gold: str) -> dict[str, str]:
    """Completions that must score 1."""
    answer = problem.answer
    forms = {
        "gold": gold,
        "gold: bare tag": f"<answer>{answer}</answer>",
        "gold: padded tag": f"So.\n<answer>\n {answer}\n</answer>\n",
        "gold: sentence": f"Some thoughts.\nThe answer is {answer}.",
    }
    if problem.suite != "dyck":  # a box ends at a brace, and < > are not TeX
        forms["gold: box"] = f"Thus $\\boxed{{{answer}}}$."
    return forms


def never_right(problem: Problem, gold: str, other: str) -> dict[str, str]:
    """Completions that must score 0; `other` is a near miss of the right form."""
    answer, cut = problem.answer, gold.index("<answer>") + len("<answer>")
    listed = ", ".join(problem.meta.get("options", [])) or f"{other}, {answer}, {other}"
    return {
        "empty": "",
        "empty: blank": " \n\t ",
        "empty: tag": "<answer></answer>",
        "empty: box": "\\boxed{}",
        "empty: thinking": "<think>\nhm\n</think>\n",
        "truncated: half": gold[: len(gold) // 2],
        "truncated: in the tag": gold[:cut],
        "truncated: in the answer": gold[: cut + len(answer) // 2],
        "truncated: thinking": f"<think>\n<answer>{answer}</answer>",
        "hedge: or maybe": f"<answer>{answer} or maybe {other}</answer>",
        "hedge: either": f"<answer>either {other} or {answer}</answer>",
        "hedge: sentence": f"The answer is {answer} or maybe {other}.",
        "hedge: boxes": f"\\boxed{{{answer}}} or \\boxed{{{other}}}",
        "hedge: tags": f"<answer>{answer}</answer> or <answer>{other}</answer>",
        "hedge: retracted": f"<answer>{answer}</answer> Wait, no: <answer>{other}</answer>",
        "off by one": f"<answer>{other}</answer>",
        "off by one: sentence": f"The answer is {other}.",
        "list": f"<answer>{listed}</answer>",
        "list: both": f"<answer>{answer}, {other}</answer>",
        "list: both, turned": f"<answer>{other}; {answer}</answer>",
        "list: lines": f"<answer>{answer}\n{other}</answer>",
        "extra: after": f"<answer>{answer} and more</answer>",
        "extra: before": f"<answer>x{answer}</answer>",
        "extra: not": f"<answer>not {answer}</answer>",
        "extra: twice": f"<answer>{answer} {answer}</answer>",
        "extra: question": f"<answer>{problem.prompt.split(chr(10))[0]} {answer}</answer>",
        "echo": problem.prompt,
    }


def problems(name: str, size: int, levels: tuple[int, ...]) -> Iterator[tuple[Suite, Problem]]:
    """`size` problems, spread evenly over the levels."""
    for number, level in enumerate(levels):
        share = size * (number + 1) // len(levels) - size * number // len(levels)
        suite = load(name, difficulty=level, size=share)
        for problem in suite:
            yield suite, problem


def contract(name: str, size: int) -> dict[str, Any]:
    """How many completions of each kind scored what they must, and the first that did not."""
    checked: Counter[str] = Counter()
    failed: list[dict[str, Any]] = []
    slowest = 0.0
    for suite, problem in tqdm(problems(name, size, LEVELS), total=size, desc=name, leave=False):
        gold, near = suite.gold(problem), suite.wrong(problem)
        assert gold is not None
        assert near is not None
        cases = {kind: (text, 1.0) for kind, text in right(problem, gold).items()}
        wrong = never_right(problem, gold, payload(near))
        cases |= {kind: (text, 0.0) for kind, text in wrong.items()}
        for kind, (text, due) in cases.items():
            verdict = suite.verify(problem, text)
            checked[kind.partition(":")[0]] += 1
            slowest = max(slowest, verdict.seconds)
            if verdict.score != due or not verdict.reason:
                failed.append(
                    {"problem": problem.id, "kind": kind, "text": text[:300], "due": due,
                     "score": verdict.score, "reason": verdict.reason}
                )  # fmt: skip
    return {
        "problems": size,
        "completions": dict(checked),
        "wrongly scored": len(failed),
        "examples": failed[:SHOWN],
        "slowest verdict (s)": round(slowest, 4),
    }


def proved(prove: Callable[[Problem], None], name: str, size: int) -> dict[str, Any]:
    """How many answers the second solver confirmed as the only ones."""
    failed = []
    for _, problem in tqdm(
        problems(name, size, PROVED_LEVELS), total=size, desc=f"{name}: proofs", leave=False
    ):
        try:
            prove(problem)
        except AssertionError as error:
            failed.append({"problem": problem.id, "error": str(error)[:300]})
    return {
        "problems": size,
        "not confirmed": len(failed),
        "examples": failed[:SHOWN],
    }


def interval(chances: list[float], level: float = 0.999) -> tuple[int, int]:
    """The central interval of the number of hits (Poisson binomial, by convolution)."""
    masses = np.ones(1)
    for chance in chances:
        masses = np.convolve(masses, [1 - chance, chance])
    below = np.cumsum(masses)
    tail = (1 - level) / 2
    return int(np.searchsorted(below, tail)), int(np.searchsorted(below, 1 - tail))


def guessed(name: str, size: int) -> dict[str, Any]:
    """What the random backend scores, beside what chance predicts."""
    pairs = list(problems(name, size, (1, 2, 3, 4)))
    requests = [
        Request(suite, problem, 0, sample_seed(0, name, problem.id, 0)) for suite, problem in pairs
    ]
    hits, chances = 0, []
    model = load_model("random")
    for completion in model.generate(requests, Sampling()):
        suite, problem = completion.request.suite, completion.request.problem
        chance = suite.chance(problem)
        assert chance is not None
        chances.append(chance)
        hits += suite.verify(problem, completion.text).correct
    low, high = interval(chances)
    return {
        "problems": size, "hits": hits, "expected": round(sum(chances), 2),
        "99.9 % interval": [low, high], "within": low <= hits <= high,
    }  # fmt: skip


def version(package: str) -> str | None:
    """The installed version, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def report(suites: dict[str, Any]) -> dict[str, Any]:
    """The result file."""
    packages = ("assay", "python-sat", "z3-solver", "networkx", "numpy")
    completions = sum(sum(s["contract"]["completions"].values()) for s in suites.values())
    return {
        "command": "python benchmarks/logic_contract.py",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "python": platform.python_version(),
        "versions": {package: version(package) for package in packages},
        "levels": {"contract": LEVELS, "proofs": PROVED_LEVELS, "random": (1, 2, 3, 4)},
        "totals": {
            "suites": len(suites),
            "problems held to the contract": sum(
                s["contract"]["problems"] for s in suites.values()
            ),
            "completions": completions,
            "wrongly scored": sum(s["contract"]["wrongly scored"] for s in suites.values()),
            "proved a second time": sum(s["second solver"]["problems"] for s in suites.values()),
            "not confirmed": sum(s["second solver"]["not confirmed"] for s in suites.values()),
            "random outside its interval": sum(not s["random"]["within"] for s in suites.values()),
        },
        "suites": dict(sorted(suites.items())),
    }


def main() -> int:
    """Check every suite asked for and keep the other rows of an earlier run."""
    proofs = _proofs().PROOFS
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--suites", default=",".join(sorted(proofs)))
    parser.add_argument("--parts", default="contract,second solver,random")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    suites: dict[str, Any] = {}
    if options.parts != parser.get_default("parts") and not options.out.exists():
        parser.error(f"--parts renews an earlier run, and there is no {options.out}")
    if options.out.exists():
        suites = json.loads(options.out.read_text(encoding="utf-8"))["suites"]
    for name in options.suites.split(","):
        began = time.process_time()
        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "contract": lambda name=name: contract(name, options.size),
            "second solver": lambda name=name: proved(proofs[name], name, options.size),
            "random": lambda name=name: guessed(name, options.size),
        }
        found = {part: parts[part]() for part in options.parts.split(",")}
        suites[name] = suites.get(name, {}) | found
        if set(found) == set(parts):
            suites[name]["cpu seconds"] = round(time.process_time() - began, 1)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(report(suites), indent=1)
        options.out.write_text(text + "\n", encoding="utf-8")
        one = suites[name]
        print(
            f"{name}: {one['contract']['wrongly scored']} wrongly scored, "
            f"{one['second solver']['not confirmed']} not confirmed, random "
            f"{one['random']['hits']} of {one['random']['expected']} "
            f"{one['random']['99.9 % interval']}, {time.process_time() - began:.1f} s",
            flush=True,
        )
    totals = report(suites)["totals"]
    print(json.dumps(totals, indent=1))
    bad = ("wrongly scored", "not confirmed", "random outside its interval")
    return int(any(totals[key] for key in bad))


if __name__ == "__main__":
    sys.exit(main())
