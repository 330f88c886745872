"""Answers: the reference must verify, wrong ones must not, and two deciders must agree."""

import random
import re
from collections.abc import Iterator

from ...tasks import Problem
from ...tasks.math.verifier import verify_math
from .checks import ProofRow, shown
from .deciders import different, value_of
from .subject import Subject

FOREIGN = 3
"""Answers of other problems that are tried on each problem."""
_NUMBER = re.compile(r"(?<![\d.])\d{1,12}(?![\d.])")
_STEP = re.compile(r"<<([-+*/().\d ]{1,60})=(-?[\d.]{1,20})>>")
ROUNDED = 0.011
"""A worked step may be rounded to the second place."""


def check_gold(subject: Subject, problem: Problem) -> ProofRow | None:
    """Whether the reference answer verifies; None where the task has none."""
    gold = subject.gold(problem)
    if gold is None:
        return None
    verdict = subject.suite.verify(problem, gold)
    detail = "" if verdict.correct else f"{verdict.status}: {shown(verdict.reason)}"
    figures = {"seconds": verdict.seconds}
    return ProofRow("gold", problem.id, not verdict.correct, detail, figures=figures)


def check_wrong(subject: Subject, problem: Problem) -> ProofRow | None:
    """Whether answers that are known to be wrong are refused."""
    tried = 0
    for name, completion in _wrong_answers(subject, problem):
        tried += 1
        verdict = subject.suite.verify(problem, completion)
        if verdict.correct or (verdict.score or 0) > 0:
            detail = f"{name}: {shown(completion)} scores {verdict.score:g}"
            return ProofRow("wrong_answers", problem.id, True, detail, figures={"tried": tried})
    return ProofRow("wrong_answers", problem.id, False, figures={"tried": tried}) if tried else None


def _wrong_answers(subject: Subject, problem: Problem) -> Iterator[tuple[str, str]]:
    """Completions that are wrong by construction, each with what it is."""
    suite = subject.suite
    yield "an empty answer", ""
    near = suite.wrong(problem)
    if near is not None and _surely_wrong(subject, problem, near):
        yield "a near miss", near
    if suite.domain == "math":
        for name, answer in near_misses(problem.answer):
            yield name, f"\\boxed{{{answer}}}"
        rng = random.Random(f"{subject.seed}/{problem.id}")
        for _ in range(FOREIGN):
            other = rng.choice(subject.problems)
            if different(problem.answer, other.answer):
                yield f"the answer of {other.id}", f"\\boxed{{{other.answer}}}"


def _surely_wrong(subject: Subject, problem: Problem, completion: str) -> bool:
    """A near miss of a math gold that has the gold's value, such as 1 for 1/1, is not wrong."""
    if subject.suite.domain != "math":
        return True
    boxed = re.search(r"\\boxed\{(.*)\}|#### (.*)|<answer>(.*)</answer>", completion, re.DOTALL)
    inside = next((part for part in boxed.groups() if part is not None), "") if boxed else ""
    return different(problem.answer, inside) is not False


def near_misses(gold: str) -> Iterator[tuple[str, str]]:
    """The gold off by one and with the other sign, where the second decider proves them wrong."""
    changed = {
        "off by one, above": _NUMBER.sub(lambda found: str(int(found[0]) + 1), gold, count=1),
        "off by one, below": _NUMBER.sub(lambda found: str(abs(int(found[0]) - 1)), gold, count=1),
        "other sign": gold[1:] if gold.startswith("-") else f"-{gold}",
    }
    for name, answer in changed.items():
        if different(gold, answer):
            yield name, answer


def check_deciders(subject: Subject, problem: Problem) -> ProofRow | None:
    """Whether a second decider agrees with the verifier on the value of a math gold.

    Asked: the gold equals itself; numbers that the second decider proves different are refused;
    a worked solution with marked steps computes what it says.
    """
    if subject.suite.domain != "math":
        return None
    fault = _worked(subject.gold(problem) or "") or _judged(problem.answer)
    if value_of(problem.answer) is None and not fault:
        return None
    return ProofRow("deciders_differ", problem.id, bool(fault), fault)


def _judged(gold: str) -> str:
    if value_of(gold) is None:
        return ""
    if not verify_math(gold, f"\\boxed{{{gold}}}").correct:
        return f"the gold {shown(gold)} does not equal itself"
    for name, answer in near_misses(gold):
        if verify_math(gold, f"\\boxed{{{answer}}}").correct:
            return f"{name}: {answer} is taken for {shown(gold)}"
    return ""


def _worked(solution: str) -> str:
    """The first marked step of a solution, as in GSM8K, whose result is not what it computes."""
    for expression, result in _STEP.findall(solution):
        computed, stated = value_of(expression.replace("//", "/")), value_of(result)
        if computed is None or stated is None:
            continue
        gap = abs(float(str(_float(computed))) - float(str(_float(stated))))
        if gap > ROUNDED * max(1.0, abs(_float(stated))):
            return f"a step of the solution is wrong: {expression.strip()} is not {result}"
    return ""


def _float(value: object) -> float:
    numerator = getattr(value, "p", None)
    if numerator is not None:
        return int(numerator) / int(value.q)  # type: ignore[attr-defined]
    return float(value)  # type: ignore[arg-type]


def check_guess(subject: Subject, problem: Problem) -> ProofRow | None:
    """How often a blind guess is right, where the suite knows it."""
    chance = subject.suite.chance(problem)
    if chance is None:
        return None
    failed = chance >= 0.5
    detail = f"a guess is right with probability {chance:.2f}" if failed else ""
    return ProofRow("guessable", problem.id, failed, detail, figures={"chance": chance})
