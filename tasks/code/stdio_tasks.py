"""Write a program that reads numbers or words from stdin and prints a result."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask, reply
from ..suite import Domain, Draft, GeneratedSuite
from ..verdict import Verdict
from .generating.functions import Function, branched, folded
from .generating.inputs import inputs_for
from .generating.running import reference_values
from .generating.specs import Chain, chain
from .verifier import verify_stdio

CASES = 5
_READERS = {
    "int": ("The input is one line with an integer x.", "x = int(input())"),
    "str": ("The input is one line with a string s, which may be empty.", "s = input()"),
    "ints": (
        "The input is one line with the integers xs, separated by spaces; it may be empty.",
        "xs = list(map(int, input().split()))",
    ),
    "strs": (
        "The input is one line with the words ws, separated by spaces; it may be empty.",
        "ws = input().split()",
    ),
}
_COUNTED = (
    "The first line of the input is n; n lines follow, each with one integer. Call them xs.",
    "xs = [int(input()) for _ in range(int(input()))]",
)


@dataclass(frozen=True, slots=True)
class _Task:
    words: str
    source: str
    function: str
    takes: str
    counted: bool


def _printed(gives: str, value: str) -> tuple[str, str]:
    """How a result of a type is printed: words and the statement."""
    if gives in ("ints", "strs"):
        return "Print the items of the result separated by spaces.", f"print(*{value})"
    return "Print the result.", f"print({value})"


def _two_numbers(rng: random.Random) -> _Task:
    noun, code = rng.choice(
        [
            ("their sum", "a + b"), ("a minus b", "a - b"), ("their product", "a * b"),
            ("the larger of them", "max(a, b)"), ("the smaller of them", "min(a, b)"),
            (f"a times {(k := rng.randint(2, 30))}, plus b", f"a * {k} + b"),
            (f"a plus b plus {(j := rng.randint(2, 99))}", f"a + b + {j}"),
            (f"the sum of a and b times {(m := rng.randint(2, 30))}", f"(a + b) * {m}"),
            (f"a minus b minus {(n := rng.randint(2, 99))}", f"a - b - {n}"),
        ]
    )  # fmt: skip
    words = f"The input is one line with two integers a and b. Print {noun}."
    source = f"a, b = map(int, input().split())\nprint({code})"
    function = f"def f(xs):\n    a, b = xs\n    return {code}"
    return _Task(words, source, function, "pair", False)


def _of_chain(made: Chain, counted: bool) -> _Task:
    reads, line = _COUNTED if counted else _READERS[made.takes]
    prints, statement = _printed(made.gives, made.expression)
    name = {"int": "x", "str": "s", "ints": "xs", "strs": "ws"}[made.takes]
    words = f"{reads} It takes {name}, {made.verbs}. {prints}"
    function = f"def f({name}):\n    return {made.expression}"
    return _Task(words, f"{line}\n{statement}", function, made.takes, counted)


def _of_function(function: Function, counted: bool) -> _Task:
    said = function.words.replace("Write a Python function ", "Define ", 1)
    source, takes = function.source, function.takes
    reads, line = _COUNTED if counted and takes == "ints" else _READERS[takes]
    name = {"int": "x", "str": "s", "ints": "xs", "strs": "ws"}[takes]
    words = f"{reads} {said} Print f({name}); print a list as its items separated by spaces."
    text = f"{source}\n\n{line}\nr = f({name})\nprint(*r) if isinstance(r, list) else print(r)"
    return _Task(words, text, source, takes, counted and takes == "ints")


def _draw_task(rng: random.Random, difficulty: int) -> _Task:
    counted = rng.random() < 0.5
    if difficulty == 1:
        return _two_numbers(rng)
    if difficulty == 2:
        takes = rng.choice(("int", "str", "ints"))
        return _of_chain(chain(rng, takes, 1, 30), counted and takes == "ints")
    if difficulty == 3:
        takes = rng.choice(("int", "str", "ints", "strs"))
        return _of_chain(chain(rng, takes, 3, 30), counted and takes == "ints")
    if difficulty == 4:
        return _of_function(branched(rng, 2, 30), counted)
    return _of_function(folded(rng, 4), counted)


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


class StdioTasks(GeneratedSuite):
    """Programs judged by what they print for hidden inputs.

    The dial: 1 is one sum, difference or product of two numbers; 2 one operation on a line; 3
    three operations, lists given by a count and lines among them; 4 a condition between two
    chains; 5 a loop with a running value and four rules.
    """

    name = "stdio_tasks"
    domain: ClassVar[Domain] = "code"
    difficulties = range(1, 6)
    default_sizes: ClassVar[Mapping[int, int]] = {1: 100}

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        while True:
            task = _draw_task(rng, difficulty)
            values = self._inputs(rng, task)
            results = reference_values(task.function, "f", [[value] for value in values])
            outputs = [_text(result) for result in results]
            if len(set(outputs)) > 2 and all("\n" not in text for text in outputs):
                break
        cases = [
            [_given(value, task), out + "\n"] for value, out in zip(values, outputs, strict=True)
        ]
        question = f"Write a Python program. {task.words}"
        prompt = ask(question, "the code")
        return Draft(prompt, task.source, {"cases": cases}, key=task.source)

    def _inputs(self, rng: random.Random, task: _Task) -> list[object]:
        if task.takes == "pair":
            return [[rng.randint(-50, 200), rng.randint(-50, 200)] for _ in range(CASES)]
        found = inputs_for(rng, task.takes, CASES + 7)
        if task.takes == "strs":
            found = [value for value in found if all(value)]
        return [found[0], *found[-(CASES - 1) :]]

    def gold(self, problem: Problem) -> str:
        return reply(problem.answer, _steps(problem.answer))

    def wrong(self, problem: Problem) -> str:
        """The reference with a full stop after its output."""
        return reply(f"{problem.answer}\nprint('.')")

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return reply(_draw_task(rng, problem.meta["difficulty"]).source)

    def check(self, problem: Problem, completion: str) -> Verdict:
        return verify_stdio(completion, [(given, out) for given, out in problem.meta["cases"]])


def _given(value: object, task: _Task) -> str:
    if task.counted and isinstance(value, list):
        return "\n".join(map(str, [len(value), *value])) + "\n"
    return _text(value) + "\n"


def _steps(source: str) -> list[str]:
    lines = source.split("\n")
    reads = next(line.strip() for line in lines if "input()" in line)
    return [f"read: {reads}", f"print: {lines[-1].strip()}"]


load = StdioTasks
