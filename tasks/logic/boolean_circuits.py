"""Boolean circuit evaluation: what does the last gate give?"""

import random
from typing import ClassVar

from ..problem import Problem
from ..prompting import ask
from ..suite import Draft
from .generating.base import ChoiceSuite

INPUTS = (2, 3, 3, 4, 4, 5, 6, 7, 8, 10)
LETTERS = "abcdefhijklmnopqrstuvwxyz"
"""Names of inputs; g1, g2, ... are the gates."""
GATES = (2, 3, 4, 6, 8, 11, 14, 18, 24, 32)
NAND_FROM = 4
"""From this level on: nand and nor too, and the gates are listed in random order."""

Gate = tuple[str, str, list[str]]


def apply(op: str, values: list[int]) -> int:
    """The output bit of one gate."""
    if op == "not":
        return 1 - values[0]
    first, second = values
    if op in ("and", "nand"):
        return (first & second) ^ (op == "nand")
    if op in ("or", "nor"):
        return (first | second) ^ (op == "nor")
    return first ^ second


def text_of(gate: Gate) -> str:
    """`g2 = a and g1`."""
    name, op, operands = gate
    body = f"not {operands[0]}" if op == "not" else f"{operands[0]} {op} {operands[1]}"
    return f"{name} = {body}"


class BooleanCircuits(ChoiceSuite):
    """Evaluate a circuit of 2 gates (level 1) to 32 gates (level 10); every gate affects the
    output.

    Difficulty: more gates and inputs; from level 4 nand and nor occur and the gates are listed
    in random order.
    """

    name = "boolean_circuits"
    difficulties: ClassVar[range] = range(1, 11)

    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        inputs = sorted(rng.sample(LETTERS, INPUTS[difficulty - 1]))
        wanted = rng.randrange(2)
        while True:
            gates = _circuit(rng, inputs, difficulty)
            values = {name: rng.randrange(2) for name in inputs}
            known = dict(values)
            for name, op, operands in gates:
                known[name] = apply(op, [known[operand] for operand in operands])
            if known[gates[-1][0]] == wanted:
                break
        listed = rng.sample(gates, len(gates)) if difficulty >= NAND_FROM else gates
        facts = ", ".join(f"{name}={value}" for name, value in values.items())
        question = f"{facts}. {'; '.join(text_of(g) for g in listed)}. What is {gates[-1][0]}?"
        meta = {"inputs": values, "gates": gates, "options": ["0", "1"]}
        return Draft(ask(question, "0 or 1"), str(wanted), meta)

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        last = problem.meta["gates"][-1][0]
        what = (last, f"the value of {last}", f"the output of {last}", "the output", "the value")
        verbs = ("outputs", "gives", "evaluates to", "has the value")
        says = tuple(f"{last} {verb} {{}}" for verb in verbs)
        return (*(f"{one} is {{}}" for one in what), *says)

    def steps(self, problem: Problem) -> list[str]:
        known: dict[str, int] = dict(problem.meta["inputs"])
        lines = []
        for name, op, operands in problem.meta["gates"]:
            bits = [known[operand] for operand in operands]
            known[name] = apply(op, bits)
            put_in = text_of((name, op, [str(bit) for bit in bits]))
            lines.append(f"{text_of((name, op, operands))}: {put_in} = {known[name]}")
        return lines


def _circuit(rng: random.Random, inputs: list[str], difficulty: int) -> list[Gate]:
    """Gates in an order in which each has its operands; all lead to the last one."""
    ops = ("and", "or", "xor") + (("nand", "nor") if difficulty >= NAND_FROM else ())
    count = GATES[difficulty - 1]
    unused, known = list(inputs), list(inputs)
    gates: list[Gate] = []
    for number in range(1, count + 1):
        left = count - number + 1
        first = unused.pop(rng.randrange(len(unused)))
        if len(unused) >= left:
            op, second = rng.choice(ops), unused.pop(rng.randrange(len(unused)))
        elif rng.random() < 0.25:
            op, second = "not", ""
        else:
            op, second = rng.choice(ops), rng.choice([name for name in known if name != first])
            if second in unused:
                unused.remove(second)
        name = f"g{number}"
        gates.append((name, op, [first, second] if second else [first]))
        unused.append(name)
        known.append(name)
    return gates


load = BooleanCircuits
