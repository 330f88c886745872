"""Programs under repair: their values on inputs of the model's choice, and all their mutants."""

import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from ....sandbox.types import ChannelClosed
from ...acting import IllegalActionError
from ...arguments import Arguments
from ...code.generating.mutation import mutants
from ...code.generating.running import LIMITS, reference_values, same_value, verify_values
from ...code.judging.codec import Packer, no_foreign
from ...code.judging.notation import MalformedError, Tree
from ...code.judging.sandbox_registry import program_sandbox
from ...code.judging.session import BadProgramError, ProgramChannel
from ...code.judging.tree_compare import shown
from ...episode import Call, GeneratedEpisodes, World, tool
from ...problem import Problem
from ...verdict import Verdict, wrong

PROGRAM = {"type": "string", "maxLength": 100_000}
SUBMIT = tool(
    "submit", "Submit the whole corrected program, which defines f. This ends the task.",
    program=PROGRAM,
)  # fmt: skip


class RepairWorld(World):
    """The program that was submitted, if one was."""

    submitted: str | None = None

    def __init__(self, budget: int) -> None:
        self._budget = budget

    def act(self, name: str, arguments: Arguments) -> str:
        """Take the program, or make a move of the subclass."""
        if name == SUBMIT.name:
            if not arguments["program"].strip():
                raise IllegalActionError("The program is empty.")
            self.submitted, self.over = arguments["program"], True
            self.moves += 1
            return "The program is submitted."
        self._allow()
        said = self.look(arguments)
        self.moves += 1
        return f"{said}\nMoves left: {self._budget - self.moves}."

    def recalled(self, name: str) -> None:
        self._allow()
        self.moves += 1

    def _allow(self) -> None:
        if self.moves >= self._budget - 1:
            raise IllegalActionError("One move is left: submit a program.")

    def look(self, arguments: Arguments) -> str:
        """What the tool that runs programs gives. Raises IllegalActionError."""
        raise NotImplementedError


class Repair(GeneratedEpisodes):
    """A function with one mistake, and the hidden inputs that decide; levels of `bug_fixing`."""

    difficulties = range(1, 7)

    @property
    def runs_programs(self) -> bool:
        """The program under repair is run."""
        return True

    def outcome(self, problem: Problem, world: World) -> Verdict:
        assert isinstance(world, RepairWorld)
        if world.submitted is None:
            return wrong("no_answer", None, "no program was submitted")
        inputs = [[value] for value in problem.meta["inputs"]]
        return verify_values(world.submitted, "f", inputs, problem.answer)

    def random_call(self, problem: Problem, world: World, rng: random.Random) -> Call:
        """Submit the program with one random change."""
        return _submit(rng.choice(changed(problem.meta["broken"])))

    def chance(self, problem: Problem) -> float | None:
        """The share of changes that mend the program."""
        programs = changed(problem.meta["broken"])
        right = sum(_mended(problem, program) for program in programs)
        return right / len(programs)

    def greedy_call(self, problem: Problem, world: World) -> Call | None:
        """The first change after which the first visible input gives the right value."""
        programs = changed(problem.meta["broken"])
        first = [problem.meta["inputs"][0]]
        return _submit(next(
            (one for one in programs if _agrees(one, problem.answer, [first])), programs[0]
        ))  # fmt: skip


def _submit(program: str) -> Call:
    return Call(SUBMIT.name, {"program": program})


@cache
def changed(source: str) -> tuple[str, ...]:
    """This program, and every one that differs from it in one operator or number."""
    return (source, *(text for text, _, _ in mutants(source, random.Random(0), 10**6)))


def _mended(problem: Problem, program: str) -> bool:
    return _agrees(program, problem.answer, [[value] for value in problem.meta["inputs"]])


def _agrees(program: str, reference: str, inputs: Sequence[Sequence[Any]]) -> bool:
    """Whether one of our own programs gives the values of another."""
    due = reference_values(reference, "f", inputs)
    try:
        return all(map(same_value, reference_values(program, "f", inputs), due))
    except (ArithmeticError, TypeError, ValueError, IndexError, MemoryError):
        return False


def tried(source: str, inputs: Sequence[Any]) -> list[tuple[str, Tree | None]]:
    """What `f` of a program gives for each input, as text and as data; an exception by its name.

    Raises IllegalActionError for a program that does not load or ends, and RuntimeError for a
    failure of the sandbox, which is ours.
    """
    packed = [Packer(no_foreign).pack([value]) for value in inputs]
    channel = ProgramChannel(program_sandbox(), LIMITS)
    try:
        channel.load(source)
        reply = channel.ask(["many", "f", packed])
    except BadProgramError as error:
        raise IllegalActionError(f"{error.sentence}") from None
    except ChannelClosed as end:
        if end.outcome.status == "sandbox_error":
            raise RuntimeError(f"the sandbox failed: {end.outcome.reason}") from None
        raise IllegalActionError(f"The program was ended: {end.outcome.reason}.") from None
    except MalformedError:
        raise IllegalActionError("The program sent what cannot be read.") from None
    finally:
        channel.discard()
    answers = reply[1] if reply[0] == "many" and len(reply) == 2 else None
    if type(answers) is not list or len(answers) != len(inputs):
        raise IllegalActionError("The program sent what cannot be read.")
    return [_told(answer) for answer in answers]


def _told(answer: Any) -> tuple[str, Tree | None]:
    if type(answer) is not list or len(answer) < 2 or answer[0] not in ("v", "x"):
        return "nothing that can be read", None
    if answer[0] == "x":
        names = answer[1] if type(answer[1]) is list and answer[1] else ["an exception"]
        return f"{str(names[0]).rpartition('.')[2]}: {str(answer[2])[:200]}", None
    return shown(answer[1]), answer[1]
