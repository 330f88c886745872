"""Fuzz the math verifier with random answers: none may raise, hang, or pass by luck.

    python benchmarks/math_fuzz.py [--start N] [--count N] [--seconds S] [--seed N]

Input number N of a seed is the same on every machine: expressions made from the grammar (every
command, bracket and function, at every place, closed or not), some with changed bytes. Each is
one of three tests: two unrelated answers; an answer and a changed copy; an answer and the same plus
a small number, which must never be correct. `--start` continues where an earlier run of the seed
ended; the totals of consecutive runs are added up.
Writes results/benchmarks/math_fuzz.json.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from assay.tasks.math.grammar.lexer import FUNCTIONS, GREEK, OTHER_NAMES
from assay.tasks.math.verifier import verify_math

OUT = Path(__file__).resolve().parents[1] / "results" / "benchmarks" / "math_fuzz.json"
LIMIT = 2.0
"""Seconds within which every verdict must come."""
KEPT = 20
_LETTERS = [*"abcdefghijklmnopqrstuvwxyzABCDEFGHKLMNPQRSTUVWXYZ", *(f"\\{one}" for one in GREEK)]
_CALLS = [*(f"\\{one}" for one in sorted(FUNCTIONS | OTHER_NAMES.keys()))]
_BINARY = ["+", "-", "*", "/", "^", "_", "!", "%", "'", ",", ";", ":", "=", "<", ">", "|", "||"]
_BINARY += [
    "\\cdot ",
    "\\times ",
    "\\div ",
    "\\pm ",
    "\\mp ",
    "\\le ",
    "\\ge ",
    "\\ne ",
    "\\approx ",
]
_BINARY += ["\\cup ", "\\cap ", "\\setminus ", "\\in ", "\\to ", "\\circ ", " or ", " and ", " "]
_BINARY += ["\\pmod ", "\\bmod ", "\\choose ", "\\\\", "&", "\\ldots ", "...", "\\mid ", "\\equiv "]
_OPENING = ["(", "[", "{", "\\{", "|", "\\lfloor ", "\\lceil ", "\\langle ", "\\left(", "]", "\\|"]
_CLOSING = [")", "]", "}", "\\}", "|", "\\rfloor ", "\\rceil ", "\\rangle ", "\\right)", "[", "\\|"]
_WORDS = [
    "cm",
    "meters",
    "dollars",
    "\\text{ kg}",
    "\\text{or}",
    "percent",
    "\\%",
    "hours",
    "mod 7",
]
_WORDS += [
    "\\mathbb{R}",
    "\\mathrm{m/s^2}",
    "degrees",
    "^\\circ",
    "\\text{ miles per hour}",
    "dozen",
]
_ENDINGS = ["\\end{pmatrix}", "\\end{array}", "\\right.", "}", "$", "\\]", "", "\\", "^", "_", "{"]


class Generator:
    """Expressions from the grammar, by one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def expression(self, depth: int) -> str:
        """One expression; broken somewhere, sometimes."""
        chance = self._chance
        if depth <= 0 or chance.random() < 0.15:
            return self._leaf()
        made = chance.choice(
            (
                *(self._joined, self._joined, self._fraction, self._call, self._bracketed),
                *(self._power, self._power, self._list, self._matrix, self._repeat),
                *(self._measured, self._root),
            )
        )(depth - 1)
        return made if chance.random() > 0.02 else made + chance.choice(_ENDINGS)

    def _leaf(self) -> str:
        chance = self._chance
        kind = chance.random()
        if kind < 0.5:
            return str(chance.choice((0, 1, 2, 3, chance.randrange(100), chance.randrange(10**6))))
        if kind < 0.6:
            return f"{chance.randrange(100)}.{chance.randrange(1000)}"
        if kind < 0.85:
            return chance.choice(_LETTERS) + " "
        if kind < 0.9:
            return chance.choice(("\\pi ", "\\infty ", "e", "i", "\\emptyset ", "\\hbar "))
        rare = ("1,000", "0.\\overline{3}", "3\\frac12", "1.5e3", "101_2", "\\sqrt2", "f(0)", "-1")
        return chance.choice(rare)

    def _joined(self, depth: int) -> str:
        chance = self._chance
        between = chance.choice(("+", "-", "*", " ", "/", "=")) if chance.random() < 0.7 else ""
        return self.expression(depth) + (between or chance.choice(_BINARY)) + self.expression(depth)

    def _fraction(self, depth: int) -> str:
        name = self._chance.choice(("\\frac", "\\frac", "\\dfrac", "\\binom", "\\tfrac"))
        return f"{name}{{{self.expression(depth)}}}{{{self.expression(depth)}}}"

    def _call(self, depth: int) -> str:
        chance = self._chance
        name = chance.choice(_CALLS)
        if chance.random() < 0.2:
            name += chance.choice(("^2", "^{-1}", "_2", "_{10}"))
        inner = self.expression(depth)
        several = name in ("\\max", "\\min", "\\gcd", "\\lcm", "\\binom")
        inner += "," + self.expression(depth) if several else ""
        return f"{name}({inner})" if chance.random() < 0.7 or several else f"{name} {inner}"

    def _bracketed(self, depth: int) -> str:
        chance = self._chance
        place = chance.randrange(len(_OPENING))
        close = chance.choice(_CLOSING) if chance.random() < 0.1 else _CLOSING[place]
        inner = self.expression(depth)
        if chance.random() < 0.3:
            inner += "," + self.expression(depth)
        return _OPENING[place] + inner + ("" if chance.random() < 0.03 else close)

    def _power(self, depth: int) -> str:
        mark = self._chance.choice(("^", "^", "^", "_"))
        return f"{{{self.expression(depth)}}}{mark}{{{self.expression(depth)}}}"

    def _root(self, depth: int) -> str:
        degree = f"[{self.expression(0)}]" if self._chance.random() < 0.3 else ""
        return f"\\sqrt{degree}{{{self.expression(depth)}}}"

    def _list(self, depth: int) -> str:
        between = self._chance.choice((",", ", ", ";", " or ", " and ", "\\text{ and }"))
        return between.join(self.expression(depth) for _ in range(self._chance.randrange(2, 5)))

    def _matrix(self, depth: int) -> str:
        chance = self._chance
        name = chance.choice(("pmatrix", "bmatrix", "vmatrix", "array", "cases", "matrix"))
        width = chance.randrange(1, 4)
        rows = ["&".join(self._leaf() for _ in range(width)) for _ in range(chance.randrange(1, 4))]
        columns = "{cc}" if name == "array" else ""
        return f"\\begin{{{name}}}{columns}" + "\\\\".join(rows) + f"\\end{{{name}}}"

    def _repeat(self, depth: int) -> str:
        name, index = self._chance.choice(("sum", "prod")), self._chance.choice("kinj")
        return f"\\{name}_{{{index}=1}}^{{{self.expression(0)}}} {self.expression(depth)}"

    def _measured(self, depth: int) -> str:
        return f"{self.expression(depth)} {self._chance.choice(_WORDS)}"

    def mutated(self, text: str) -> str:
        """The text with a few characters changed, lost, doubled or moved."""
        chance = self._chance
        for _ in range(chance.randrange(1, 4)):
            place = chance.randrange(len(text) + 1)
            kind = chance.randrange(4)
            if kind == 0:
                text = text[:place] + text[place + chance.randrange(1, 4) :]
            elif kind == 1:
                text = text[:place] + chr(chance.randrange(1, 0x250)) + text[place:]
            elif kind == 2:
                text = text[:place] + chance.choice(_OPENING + _CLOSING + _BINARY) + text[place:]
            else:
                other = chance.randrange(len(text) + 1)
                text = text[:place] + text[min(place, other) : max(place, other)] + text[place:]
        return text


def case(seed: int, number: int) -> tuple[str, str, str]:
    """(test, gold, answer) of one input."""
    chance = random.Random(f"{seed}/{number}")
    make = Generator(chance)
    gold = make.expression(chance.randrange(1, 5))
    kind = chance.randrange(4)
    if kind == 0:
        return "unrelated", gold, make.mutated(make.expression(chance.randrange(1, 5)))
    if kind == 1:
        return "near", gold, f"({gold})+10^{{-{chance.choice((3, 30, 60))}}}"
    if kind == 2:
        return "mutated", gold, make.mutated(gold)
    return "unrelated", gold, make.expression(chance.randrange(1, 5))


def run(seed: int, start: int, count: int, seconds: float) -> dict[str, Any]:
    """Judge inputs from `start` on; the totals, and what went wrong."""
    faults: list[list[Any]] = []
    lucky: list[list[Any]] = []
    late: list[list[Any]] = []
    statuses: Counter[str] = Counter()
    began, slowest, number = time.monotonic(), 0.0, start
    while number < start + count and time.monotonic() - began < seconds:
        test, gold, answer = case(seed, number)
        before = time.perf_counter()
        verdict = verify_math(gold, f"\\boxed{{{answer}}}")
        took = time.perf_counter() - before
        slowest = max(slowest, took)
        statuses[verdict.status] += 1
        if verdict.status == "checker_error" and "gold answer is empty" not in verdict.reason:
            faults.append([number, gold, answer, verdict.reason])
        if test == "near" and verdict.correct:
            lucky.append([number, gold, answer, verdict.reason])
        if took > LIMIT:
            late.append([number, gold, answer, round(took, 2)])
        number += 1
    return {
        "inputs": number - start,
        "next": number,
        "seconds": round(time.monotonic() - began, 1),
        "statuses": dict(statuses),
        "faults": faults,
        "correct_though_a_number_was_added": lucky,
        "later_than_2_s": late,
        "slowest_s": round(slowest, 3),
    }


def added(before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """The totals of two runs that follow on each other."""
    lists = ("faults", "correct_though_a_number_was_added", "later_than_2_s")
    return {
        **now,
        "inputs": before["inputs"] + now["inputs"],
        "seconds": round(before["seconds"] + now["seconds"], 1),
        "statuses": dict(Counter(before["statuses"]) + Counter(now["statuses"])),
        "slowest_s": max(before["slowest_s"], now["slowest_s"]),
        **{name: (before[name] + now[name])[:KEPT] for name in lists},
    }


def main() -> None:
    """Run, print what went wrong, write the totals."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args()
    found = run(options.seed, options.start, options.count, options.seconds)
    report = {
        "machine": f"{platform.machine()}, python {platform.python_version()}",
        "versions": {one: importlib.metadata.version(one) for one in ("python-flint", "sympy")},
        "seed": options.seed,
        "load_of_the_machine": round(os.getloadavg()[0], 1),
        **found,
    }
    if options.start and OUT.exists():
        before = json.loads(OUT.read_text("utf-8"))
        if before["seed"] == options.seed and before["next"] == options.start:
            report = added(before, report)
    if not options.no_write:
        OUT.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(report, indent=1, ensure_ascii=False))
    sys.exit(bool(found["faults"] or found["correct_though_a_number_was_added"]))


if __name__ == "__main__":
    main()
