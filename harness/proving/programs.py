"""Do the tests of a code problem ask anything, and which wrong programs pass them?"""

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...tasks import Problem
from .checks import ProofRow, shown
from .differences import Difference, differences
from .inputs import Arguments, examples_in, variations
from .mutation import Mutant, constants, mutants, stubs
from .subject import Subject

MUTANTS = 40
INPUTS = 60
"""More inputs that a surviving program is run on."""
UNSEEN = 12
"""Mutants that are tried where no example shows which differ from the reference."""
DIFFERING = 3
"""Mutants tried although they differ from the reference on an input that the tests show."""
ENDLESS = 2
"""Mutants that may run into the time limit before the rest is left out."""
_BLOCK = re.compile(r"```(?:python|py)?\n(.*?)```", re.DOTALL)
_TAGS = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference program, and the completion that gives it."""

    gold: str
    source: str
    name: str
    """Its entry point; empty for a program that reads its input."""

    def completion(self, program: str) -> str:
        """Another program, given as the reference is."""
        return self.gold.replace(self.source, f"{program}\n", 1)


def reference_of(subject: Subject, problem: Problem) -> Reference | None:
    """The Python reference of a code problem; None where there is none."""
    gold = subject.gold(problem) if subject.suite.domain == "code" else None
    if gold is None:
        return None
    found = _BLOCK.search(gold) or _TAGS.search(gold)
    source = found[1] if found else problem.answer
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not source.strip() or all(isinstance(one, ast.Expr) for one in body):
        return None
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    name = str(problem.meta.get("entry_point") or (functions[-1] if functions else ""))
    return Reference(gold, source, name if name in functions else "")


def check_assertions(subject: Subject, problem: Problem) -> ProofRow | None:
    """Whether programs that do not look at their input fail the tests."""
    reference = reference_of(subject, problem)
    if reference is None or not reference.name:
        return None
    programs = stubs(reference.source, reference.name)
    own = subject.suite.verify(problem, reference.gold)
    asked_nothing = 0 in (own.meta.get("calls"), own.meta.get("cases"))
    if own.status == "checker_error" and asked_nothing:
        return ProofRow("no_assertion", problem.id, True, shown(own.reason))
    if not programs or not own.correct:
        return None
    passed = [
        what
        for what, program in programs
        if subject.suite.verify(problem, reference.completion(program)).correct
    ]
    failed = len(passed) == len(programs)
    detail = f"passes: a program that {', one that '.join(passed)}" if failed else ""
    return ProofRow("no_assertion", problem.id, failed, detail)


def check_mutants(subject: Subject, problem: Problem) -> ProofRow | None:
    """Whether a program that is proved wrong passes the tests.

    Wrong is proved by an input like those of the tests on which it differs from the reference, or
    by giving one value whatever it is given. A program that passes and never differs may be the
    same function, and is only counted.
    """
    reference = reference_of(subject, problem)
    if reference is None or not subject.suite.verify(problem, reference.gold).correct:
        return None
    rng = random.Random(f"{subject.seed}/{problem.id}")
    made = mutants(reference.source, reference.name, rng, MUTANTS)
    examples = examples_of(problem, reference) if reference.name else []
    tried, fixed = _worth_trying(reference, made, examples)
    passed = _passing(subject, problem, reference, tried)
    constant = _passing(subject, problem, reference, fixed)
    if not made:
        return None
    proof = _proved_wrong(reference, passed, examples, rng)
    figures: dict[str, float] = {
        "mutants": len(made) + len(fixed), "tried": len(tried) + len(fixed),
        "passed": len(passed) + len(constant), "proved_wrong": len(proof) + len(constant),
    }  # fmt: skip
    if constant:
        told = shown(f"passes: {constant[0][0]}, whatever it is given", 320)
        return ProofRow("weak_tests", problem.id, True, told, figures=figures | {"differs": 1.0})
    if not proof:
        return ProofRow("weak_tests", problem.id, False, figures=figures)
    worst, what = max(proof, key=lambda pair: pair[0].differing / pair[0].asked)
    figures["differs"] = worst.differing / worst.asked
    return ProofRow(
        "weak_tests", problem.id, True, _told(worst, what, reference.name), figures=figures
    )


def _proved_wrong(
    reference: Reference, passed: list[Mutant], examples: list[Arguments], rng: random.Random
) -> list[tuple[Difference, str]]:
    """The mutants that differ from the reference on inputs like the examples."""
    if not passed or not examples:
        return []
    inputs = [*examples, *variations(examples, rng, INPUTS)]
    programs = [program for _, program in passed]
    found = differences(reference.source, reference.name, programs, inputs).differences
    return [
        (difference, what)
        for difference, (what, _) in zip(found, passed, strict=False)
        if difference.differing
    ]


def _worth_trying(
    reference: Reference, made: list[Mutant], examples: list[Arguments]
) -> tuple[list[Mutant], list[Mutant]]:
    """The mutants that are tried, and programs that only give the value of one example.

    Tried are those that give what the reference gives on every example, and a few others: the
    tests look at their own inputs, so that nearly all others would fail them.
    """
    if not examples:
        return made[:UNSEEN], []
    programs = [program for _, program in made]
    found = differences(reference.source, reference.name, programs, examples)
    fixed = constants(reference.source, reference.name, found.values)
    if not found.differences:
        return made[:UNSEEN], fixed
    pairs = [
        (one, seen) for one, seen in zip(made, found.differences, strict=True) if not seen.endless
    ]
    alike = [one for one, seen in pairs if not seen.differing]
    return [*alike, *[one for one, seen in pairs if seen.differing][:DIFFERING]], fixed


def _passing(
    subject: Subject, problem: Problem, reference: Reference, made: list[Mutant]
) -> list[Mutant]:
    """The mutants that the tests accept; no more are tried after a few that did not end."""
    passed, endless = [], 0
    for what, program in made:
        verdict = subject.suite.verify(problem, reference.completion(program))
        endless += verdict.status == "timeout"
        if verdict.correct:
            passed.append((what, program))
        if endless >= ENDLESS:
            break
    return passed


def _told(worst: Difference, what: str, name: str) -> str:
    arguments = worst.arguments.removesuffix(",)").removesuffix(")").removeprefix("(")
    return shown(
        f"passes: {shown(what, 80)}; {name}({shown(arguments, 80)}) is {shown(worst.right, 40)}, "
        f"it gives {shown(worst.given, 40)}",
        320,
    )


def examples_of(problem: Problem, reference: Reference) -> list[Arguments]:
    """The inputs that the tests and the prompt of a problem show."""
    found = examples_in(_texts(problem), (reference.name, "candidate"))
    inputs = problem.meta.get("inputs")
    if isinstance(inputs, list):
        found += [(value,) for value in inputs]
    return found


def _texts(problem: Problem) -> Iterator[str]:
    for line in problem.prompt.split("\n"):
        if line.strip().startswith((">>>", "assert")):
            yield line.strip().removeprefix(">>>").strip()
    yield from _in(problem.meta)


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip().replace("\r\n", "\n")
    elif isinstance(value, dict):
        for one in value.values():
            yield from _in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _in(one)
