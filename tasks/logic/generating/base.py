"""The shape that generated logic suites share: extract, read strictly, judge."""

import math
import random
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from ...problem import Problem
from ...prompting import reply
from ...suite import Domain, GeneratedSuite
from ...text import final_answer
from ...verdict import Verdict, correct, wrong
from .answers import parse_assignment, parse_integer, tidy


def judged(
    completion: str, cap: int, fault: Callable[[str], str | None], in_parts: bool = False
) -> Verdict:
    """The verdict on the final answer of a completion; `fault` says what is wrong with it.

    An answer of more than `cap` characters is not read at all. Several joined boxes are a
    hedge, unless an answer may come `in_parts`: then `fault` gets them as one text.
    """
    found = final_answer(completion)
    if found.text is None:
        return wrong("truncated" if found.truncated else "no_answer", None, found.reason)
    if len(found.text) > cap:
        length = len(found.text)
        return wrong("incorrect", found.text[:200], f"an answer of {length} characters is none")
    if len(found.candidates) > 1 and not in_parts:
        return wrong("incorrect", found.text, "several answers are offered")
    reason = fault(tidy(found.text))
    if reason is None:
        return correct(found.text, "the answer is right")
    return wrong("incorrect", found.text, reason)


class LogicSuite(GeneratedSuite):
    """A generated suite whose answer `fault` judges; golds are worked by `steps`."""

    domain: ClassVar[Domain] = "logic"
    difficulties: ClassVar[range] = range(1, 11)
    answer_cap: ClassVar[int] = 4000
    """Longest answer, in characters, that is read at all."""

    @abstractmethod
    def fault(self, problem: Problem, answer: str) -> str | None:
        """What is wrong with a tidied answer, in one sentence; None when it is right."""

    @abstractmethod
    def steps(self, problem: Problem) -> list[str]:
        """The worked steps of the gold, one short true line each."""

    def check(self, problem: Problem, completion: str) -> Verdict:
        return judged(
            completion, self.answer_cap, lambda answer: self.fault(problem, answer), in_parts=True
        )

    def gold(self, problem: Problem) -> str | None:
        return reply(problem.answer, self.steps(problem))

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        return tidy(first).casefold() == tidy(second).casefold()


class ChoiceSuite(LogicSuite):
    """The answer is one of a few words that the prompt makes plain."""

    def options(self, problem: Problem) -> Sequence[str]:
        """Every legal answer; those in `meta["options"]` unless overridden."""
        options: Sequence[str] = problem.meta["options"]
        return options

    def fault(self, problem: Problem, answer: str) -> str | None:
        folded = answer.casefold()
        if folded not in {option.casefold() for option in self.options(problem)}:
            return "the answer is not one of the legal answers"
        if folded != problem.answer.casefold():
            return "another answer is right"
        return None

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return reply(rng.choice(list(self.options(problem))))

    def chance(self, problem: Problem) -> float | None:
        return 1 / len(self.options(problem))

    def wrong(self, problem: Problem) -> str | None:
        options = list(self.options(problem))
        return reply(options[(options.index(problem.answer) + 1) % len(options)])


class YesNoSuite(ChoiceSuite):
    """The answer is yes or no."""

    def options(self, problem: Problem) -> Sequence[str]:
        return ("yes", "no")


class EntailmentSuite(ChoiceSuite):
    """The answer is True, False or Unknown."""

    def options(self, problem: Problem) -> Sequence[str]:
        return ("True", "False", "Unknown")


class IntegerSuite(LogicSuite):
    """The answer is a whole number in `meta["range"]`, both ends legal."""

    def fault(self, problem: Problem, answer: str) -> str | None:
        value = parse_integer(answer)
        if value is None:
            return "the answer is not a whole number in ASCII digits"
        return None if value == int(problem.answer) else "another number is right"

    def guess(self, problem: Problem, rng: random.Random) -> str:
        low, high = problem.meta["range"]
        return reply(str(rng.randint(low, high)))

    def chance(self, problem: Problem) -> float | None:
        low, high = problem.meta["range"]
        return 1.0 / int(high - low + 1)

    def wrong(self, problem: Problem) -> str | None:
        return reply(str(int(problem.answer) + 1))


class KindsSuite(LogicSuite):
    """The answer gives each of `meta["names"]` one of the `kinds`, in order."""

    kinds: ClassVar[tuple[str, ...]]

    def fault(self, problem: Problem, answer: str) -> str | None:
        values = parse_assignment(answer, problem.meta["names"])
        if values is None:
            return "the answer does not give each person exactly one kind"
        for value in values:
            if value not in self.kinds:
                return f"{value[:40]!r} is none of {', '.join(self.kinds)}"
        for name, value, right in zip(
            problem.meta["names"], values, problem.answer.split(", "), strict=True
        ):
            if value != right:
                return f"{name} is not a {value}"
        return None

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return reply(", ".join(rng.choice(self.kinds) for _ in problem.meta["names"]))

    def chance(self, problem: Problem) -> float | None:
        return math.pow(len(self.kinds), -len(problem.meta["names"]))

    def wrong(self, problem: Problem) -> str | None:
        values = problem.answer.split(", ")
        values[-1] = self.kinds[(self.kinds.index(values[-1]) + 1) % len(self.kinds)]
        return reply(", ".join(values))
