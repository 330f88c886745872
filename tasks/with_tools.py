"""Any suite of one answer, sat with tools: `load("gsm8k", tools="python")`.

The problems and their checker are those of the suite. The model may run code before it submits
an answer, once; a message without a call is its answer too.
"""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, overload

from ..sandbox.errors import UsageError
from .acting import Call, EpisodeLimits, IllegalActionError, Tool, World
from .arguments import Arguments
from .episode import EpisodeSuite
from .interpreter import PYTHON, Interpreter
from .problem import Problem
from .suite import Suite
from .verdict import Verdict, wrong

TOOLS = ("python",)
SUBMIT = Tool(
    "submit",
    "Submit the final answer, in the form that the task asks for. This ends the task.",
    {
        "type": "object", "required": ["answer"], "additionalProperties": False,
        "properties": {"answer": {"type": "string", "maxLength": 200_000}},
    },
)  # fmt: skip


class AnswerWorld(World):
    """An interpreter, and the answer once it is submitted."""

    def __init__(self, *, free_text: bool = True) -> None:
        self.tools = [PYTHON, SUBMIT]
        self.answer: str | None = None
        self._free_text = free_text
        self._interpreter = Interpreter()

    def act(self, name: str, arguments: Arguments) -> str:
        """Run code, or take the answer."""
        if name == SUBMIT.name:
            return self._take(arguments["answer"])
        return self._interpreter.run(arguments["code"])

    def say(self, text: str) -> str:
        """A message without a call is the answer."""
        if not self._free_text or not text.strip():
            return super().say(text)
        return self._take(text)

    def close(self) -> None:
        self._interpreter.close()

    def _take(self, answer: str) -> str:
        if not answer.strip():
            raise IllegalActionError("The answer is empty.")
        self.answer, self.over = answer, True
        self.moves += 1
        return "The answer is submitted."


class ToolSuite(EpisodeSuite):
    """The problems of a suite, with tools."""

    def __init__(self, base: Suite, tools: str) -> None:
        """Raises UsageError for tools that are not there, and a suite that has its own."""
        if tools not in TOOLS:
            raise UsageError(f"tools {tools!r}: use {', '.join(TOOLS)}")
        if isinstance(base, EpisodeSuite):
            raise UsageError(f"task {base.name!r} has tools of its own: leave tools={tools!r} out")
        self.base = base
        self.name = f"{base.name}+{tools}"
        self.split = base.split
        self.__dict__["domain"] = base.domain

    @property
    def runs_programs(self) -> bool:
        """The interpreter runs programs, whatever the suite does."""
        return True

    def __len__(self) -> int:
        return len(self.base)

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> list[Problem]: ...
    def __getitem__(self, index: int | slice) -> Problem | list[Problem]:
        found = self.base[index]
        return self._own(found) if isinstance(found, Problem) else list(map(self._own, found))

    def find(self, problem_id: str) -> Problem:
        return self._own(self.base.find(problem_id))

    def world(self, problem: Problem, seed: int) -> AnswerWorld:
        return AnswerWorld()

    def limits(self, problem: Problem) -> EpisodeLimits:
        return EpisodeLimits(turns=30, calls=60)

    def outcome(self, problem: Problem, world: World) -> Verdict:
        assert isinstance(world, AnswerWorld)
        if world.answer is None:
            return wrong("no_answer", None, "no answer was submitted")
        return self.base.verify(replace(problem, suite=self.base.name), world.answer)

    def solve(self, problem: Problem, seed: int = 0) -> list[Call]:
        """The gold, submitted; nothing where the benchmark has none."""
        gold = self.base.gold(problem)
        return [] if gold is None else [_submit(gold)]

    def gold(self, problem: Problem) -> str | None:
        return None if self.base.gold(problem) is None else super().gold(problem)

    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        return _submit(self.base.guess(problem, rng))

    def chance(self, problem: Problem) -> float | None:
        return self.base.chance(problem)

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        return self.base.same_answer(problem, first, second)

    def _own(self, problem: Problem) -> Problem:
        return replace(problem, suite=self.name)


def _submit(answer: str) -> Call:
    arguments: Mapping[str, Any] = {"answer": answer}
    return Call(SUBMIT.name, arguments)
