"""Run a reference and programs that passed its tests on more inputs, and find where they differ.

All of it runs in one sandboxed program: the reference and its mutants are the task's own code.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ...sandbox.defaults import default_sandbox
from ...sandbox.types import Limits, Program
from .inputs import Arguments

LIMITS = Limits(cpu_seconds=20.0, wall_seconds=120.0, memory_mb=1024, output_kb=1024)
_RUNNER = """
import contextlib, copy, io, json, math, signal, sys

class OutOfTime(BaseException):
    pass

def stop(number, frame):
    raise OutOfTime

signal.signal(signal.SIGVTALRM, stop)

def made(source, name):
    space = {"__name__": "program"}
    try:
        exec(compile(source, "<program>", "exec"), space)
    except BaseException:
        return None
    found = space.get(name)
    return found if callable(found) else None

def called(function, arguments):
    given = copy.deepcopy(arguments)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.25)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return "value", function(*given), given
    except OutOfTime:
        return "time", None, None
    except BaseException as error:
        return "raised", type(error).__name__, None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)

PLAIN = (int, float, complex, str, bytes, bool, type(None), list, tuple, set, frozenset, dict)

def plain(value):
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value) in PLAIN and all(map(plain, value))
    if isinstance(value, dict):
        return all(map(plain, value)) and all(map(plain, value.values()))
    return type(value) in PLAIN

def same(one, two):
    if isinstance(one, float) or isinstance(two, float):
        try:
            close = math.isclose(one, two, rel_tol=1e-6, abs_tol=1e-6)
            return close or (one != one and two != two)
        except TypeError:
            return False
    if isinstance(one, (list, tuple)) and type(one) is type(two):
        return len(one) == len(two) and all(map(same, one, two))
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(same(one[key], two[key]) for key in one)
    return one == two

def main():
    task = json.loads(sys.stdin.read())
    inputs = [eval(text, {"__builtins__": {"set": set, "frozenset": frozenset}})
              for text in task["inputs"]]
    reference = made(task["reference"], task["name"])
    asked = []
    for arguments in inputs if reference else ():
        first, second = called(reference, arguments), called(reference, arguments)
        steady = first[0] == second[0] == "value" and plain(first[1])
        if steady and first[1] is not None and same(first[1], second[1]):
            asked.append((arguments, first[1]))
    found = []
    for source in task["programs"]:
        function = made(source, task["name"])
        differing, endless, example = 0, False, None
        for arguments, value in asked if function else ():
            kind, given, _ = called(function, arguments)
            if kind == "time":
                endless = True
                break
            if kind == "value" and same(value, given):
                continue
            differing += 1
            if example is None:
                example = [repr(arguments)[:200], repr(value)[:120],
                           (repr(given) if kind == "value" else "raises " + given)[:120]]
        found.append([differing, endless, example])
    values = list(dict.fromkeys(repr(value) for _, value in asked))
    told = {"asked": len(asked), "found": found, "values": [v for v in values if len(v) < 300][:3]}
    print(json.dumps(told))

main()
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a program that passed the tests differs from the reference."""

    asked: int
    """Inputs on which the reference gives a steady plain value."""
    differing: int
    endless: bool = False
    """Whether it did not end in time on one of them; the inputs after that are not tried."""
    arguments: str = ""
    right: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """What the programs gave, beside the reference."""

    differences: list[Difference]
    """One for each program; none when the sandbox could not run them to the end."""
    values: list[str]
    """The different values of the reference on the inputs, as literals, a few at most."""


def differences(
    reference: str, name: str, programs: Sequence[str], inputs: Sequence[Arguments]
) -> Compared:
    """For each program, on how many of the inputs it differs from the reference."""
    task = {
        "reference": reference, "name": name, "programs": list(programs),
        "inputs": [repr(one) for one in inputs],
    }  # fmt: skip
    outcome = default_sandbox().run(Program(_RUNNER, stdin=json.dumps(task)), LIMITS)
    if outcome.status != "ok":
        return Compared([], [])
    try:
        told = json.loads(outcome.stdout.strip().rpartition("\n")[2])
    except ValueError:
        return Compared([], [])
    found = [
        Difference(told["asked"], differing, endless, *(example or ("", "", "")))
        for differing, endless, example in told["found"]
    ]
    return Compared(found, told["values"])
