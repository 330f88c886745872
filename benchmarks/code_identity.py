"""Check with random object graphs that the judge sees what one interpreter sees.

    python benchmarks/code_identity.py --graphs 20000

Each graph contains lists, tuples, dictionaries, sets, deques, instances and dataclasses of the
tests, with aliases and cycles. A program changes it in place over several calls and returns parts
of it and new containers. Afterwards the structure of everything that the tests hold, including
identities, is compared with the structure after the same calls in one interpreter.
"""

import argparse
import sys
import time
import types
from typing import Any

from assay.tasks.code.verifier import verify_function

TOGETHER = 5
"""Graphs of one verdict: a conversation with the program shares at most 200 objects."""
PROGRAM = """
import random
from collections import deque

KEPT = []

def parts(value, found):
    if id(value) in found or isinstance(value, (int, str, float, type(None), bool)):
        return found
    if value == ():  # there is one
        return found
    found[id(value)] = value
    if isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, (list, tuple, deque)):
        inner = list(value)
    elif isinstance(value, set):
        inner = []
    else:
        inner = list(vars(value).values())
    for one in inner:
        parts(one, found)
    return found

def change(seed, *given):
    rng = random.Random(seed)
    reached = list(parts((*given, *KEPT), {}).values()) or [[]]
    if len(reached) > 60:
        KEPT.clear()
    for _ in range(rng.randint(1, 4)):
        one, other = rng.choice(reached), rng.choice(reached + [rng.randint(0, 9), [1], {"k": 2}])
        if isinstance(one, (list, deque)):
            if len(one) and rng.random() < 0.4:
                one.pop()
            else:
                one.append(other)
        elif isinstance(one, dict):
            one[rng.choice("abc")] = other
        elif isinstance(one, tuple):
            pass
        elif isinstance(one, set):
            one.symmetric_difference_update({rng.randint(0, 4)})
        else:
            setattr(one, rng.choice(("x", "y")), other)
    if rng.random() < 0.2:
        KEPT.append(rng.choice(reached))
    kind = rng.randint(0, 4)
    picked = [rng.choice(reached) for _ in range(2)]
    first, second = picked
    return [first, picked, {"r": first, "s": second}, (second, [first]), None][kind]
"""

TESTS = """
import random
from collections import deque
from dataclasses import dataclass

class O:
    def __init__(self, x=None, y=None):
        self.x = x
        self.y = y

@dataclass
class P:
    x: object
    y: object = 0

def graph(rng):
    made = [rng.randint(0, 9), "s"]
    for _ in range(rng.randint(2, 7)):
        some = [rng.choice(made) for _ in range(rng.randint(0, 3))]
        kind = rng.randint(0, 6)
        if kind == 0: made.append(some)
        elif kind == 1: made.append(dict(zip("abc", some)))
        elif kind == 2: made.append(O(*some[:2]))
        elif kind == 3: made.append(P(rng.choice(made), rng.choice(made)))
        elif kind == 4: made.append(deque(some))
        elif kind == 5: made.append({rng.randint(0, 4) for _ in some})
        else: made.append(tuple(some))
    for one in made:
        if rng.random() < 0.3:
            if isinstance(one, list): one.append(rng.choice(made))
            elif isinstance(one, O): one.y = rng.choice(made)
            elif isinstance(one, dict): one["z"] = rng.choice(made)
    return made

def form(value, numbers):
    if isinstance(value, (int, str, float, type(None))):
        return repr(value)
    if value == ():
        return "()"
    if id(value) in numbers:
        return "#%d" % numbers[id(value)][0]
    numbers[id(value)] = len(numbers), value
    name = type(value).__name__
    if isinstance(value, set):
        return name + repr(sorted(value))
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple, deque)):
        items = enumerate(value)
    else:
        items = sorted(vars(value).items())
    return name + "{" + ",".join("%s:%s" % (key, form(one, numbers)) for key, one in items) + "}"

def run(seed):
    rng = random.Random(seed)
    made = graph(rng)
    held = list(made)
    for step in range(rng.randint(1, 4)):
        given = [rng.choice(held) for _ in range(rng.randint(1, 3))]
        held.append(change(seed * 10 + step, *given))
        if rng.random() < 0.3:
            for one in held:
                if isinstance(one, list):
                    one.append(step)
                    break
    return form(held, {})
"""


def expected_forms(seeds: list[int]) -> list[str]:
    """The forms after plain execution, of the program and the tests in one interpreter."""
    space: dict[str, Any] = {"__name__": "plain"}
    sys.modules["plain"] = types.ModuleType("plain")  # dataclasses look up their module
    exec(PROGRAM + TESTS, space)
    return [str(space["run"](seed)) for seed in seeds]


def differing(seeds: list[int]) -> list[int]:
    """The seeds of graphs that look otherwise to the judge; all of them share one program."""
    wanted = expected_forms(seeds)
    rows = "\n".join(
        f"assert run({seed}) == {form!r}" for seed, form in zip(seeds, wanted, strict=True)
    )
    verdict = verify_function(f"```python\n{PROGRAM}\n```", TESTS + rows, "change")
    if verdict.correct:
        return []
    if verdict.status == "incorrect":
        return [seeds[one["case"]] for one in verdict.meta["failures"]]
    raise RuntimeError(f"seeds from {seeds[0]}: {verdict.status}: {verdict.reason}")


def main() -> int:
    """Run so many graphs; say how many differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--graphs", type=int, default=2_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1e9)
    options = parser.parse_args()
    started, bad, done = time.monotonic(), [], 0
    for start in range(options.start, options.start + options.graphs, TOGETHER):
        if time.monotonic() - started > options.seconds:
            break
        seeds = list(range(start, min(start + TOGETHER, options.start + options.graphs)))
        bad += differing(seeds)
        done += len(seeds)
    print(f"{done} graphs, {len(bad)} differ from plain execution {bad[:10]}")
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
