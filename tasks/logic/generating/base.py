"""Base classes of generated logic suites: a shape reads the answer, and rules judge it."""

import math
import random
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from ...problem import Problem
from ...prompting import reply
from ...suite import Domain, GeneratedSuite
from ...verdict import Verdict
from ..shapes import LogicShape, verdict_on
from ..shapes.assignment import Assignment
from ..shapes.choice import Choice, YesNo


class LogicSuite(GeneratedSuite):
    """A generated suite: `shape` reads an answer, `fault` judges it, `steps` explain the gold."""

    domain: ClassVar[Domain] = "logic"
    difficulties: ClassVar[range] = range(1, 11)

    @abstractmethod
    def shape(self, problem: Problem) -> LogicShape:
        """Return the shape of the answers to this problem."""

    @abstractmethod
    def steps(self, problem: Problem) -> list[str]:
        """Return the steps that lead to the gold, one short true line each."""

    def fault(self, problem: Problem, value: Any) -> str | None:
        """Say in one sentence what is wrong with a value; None when it is right."""
        return None if value == self.shape(problem).read(problem.answer) else "it is another one"

    def check(self, problem: Problem, completion: str) -> Verdict:
        return verdict_on(completion, self.shape(problem), lambda v: self.fault(problem, v))

    def gold(self, problem: Problem) -> str | None:
        return reply(problem.answer, self.steps(problem))

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        value = self.shape(problem).read(first)
        same = value is not None and value == self.shape(problem).read(second)
        return same or first.strip() == second.strip()


class ChoiceSuite(LogicSuite):
    """The answer is one of a few words that the prompt names."""

    noun: ClassVar[str] = "answer"
    """What an answer is: a state, an object, a name."""

    def options(self, problem: Problem) -> Sequence[str]:
        """Return every legal answer: `meta["options"]` unless overridden."""
        options: Sequence[str] = problem.meta["options"]
        return options

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        """Return sentences that answer the question, with `{}` for the answer."""
        return ()

    def shape(self, problem: Problem) -> LogicShape:
        return Choice(tuple(self.options(problem)), self.noun, self.sentences(problem))

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

    @abstractmethod
    def meaning(self, problem: Problem) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return sentences that mean yes, and sentences that mean no."""

    def shape(self, problem: Problem) -> LogicShape:
        return YesNo(*self.meaning(problem))


class EntailmentSuite(ChoiceSuite):
    """The answer is True, False or Unknown."""

    noun: ClassVar[str] = "conclusion"

    def options(self, problem: Problem) -> Sequence[str]:
        return ("True", "False", "Unknown")

    def sentences(self, problem: Problem) -> tuple[str, ...]:
        return ("the conclusion is {}", "the statement is {}", "the truth value is {}")


class KindsSuite(LogicSuite):
    """The answer assigns one of `kinds` to each of `meta["names"]`, in order."""

    kinds: ClassVar[tuple[str, ...]]

    def shape(self, problem: Problem) -> LogicShape:
        nouns = frozenset(("person", "people", "islander", "kind", "type", "role", "identity"))
        return Assignment(tuple(problem.meta["names"]), self.kinds, nouns)

    def fault(self, problem: Problem, value: Any) -> str | None:
        due = problem.answer.split(", ")
        for name, kind, right in zip(problem.meta["names"], value, due, strict=True):
            if kind != right:
                return f"{name} is not a {kind}"
        return None

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return reply(", ".join(rng.choice(self.kinds) for _ in problem.meta["names"]))

    def chance(self, problem: Problem) -> float | None:
        return math.pow(len(self.kinds), -len(problem.meta["names"]))

    def wrong(self, problem: Problem) -> str | None:
        values = problem.answer.split(", ")
        values[-1] = self.kinds[(self.kinds.index(values[-1]) + 1) % len(self.kinds)]
        return reply(", ".join(values))
