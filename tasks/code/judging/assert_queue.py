"""Asserts that wait, to be asked of the program together and noted in their order."""

import copy
import dataclasses
import itertools
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .batching import (
    CONSTANT,
    LEFT,
    RIGHT,
    TRUE,
)
from .codec import (
    Packer,
    Tree,
    Unpacker,
)
from .proxies import (
    ProgramEnded,
)

if TYPE_CHECKING:
    from .judge_side import Judge

MOST_WAITING = 64
LARGEST_WAITING = 65_536
"""Characters or items of one call's arguments, more than which are not kept waiting."""


@dataclasses.dataclass(slots=True)
class Waiting:
    """An assert that waits to be asked: its lines, what it wants, and the call."""

    first: int
    last: int
    wants: str
    message: Any
    expected: Any
    call: list[Tree] | None
    name: str = ""


class Queue:
    """The asserts of one check that wait."""

    def __init__(self, judge: "Judge") -> None:
        self.judge = judge
        self.waiting: list[Waiting] = []
        self.unsettled: BaseException | None = None

    def together(self, number: int, function: Any) -> None:
        """Asserts in a row, each of one call with literals or of a constant."""
        self.judge.statement(False, False)
        name = self.judge.name_of(function)
        for one in self.planned(number):
            self.judge.asserted += 1
            if name is None:
                self.case_of(one, function)
            else:
                one.name = name
                self.waiting.append(one)
        self.settle()

    def planned(self, number: int) -> list[Waiting]:
        """The asserts of a run with their calls packed, once for all programs."""
        found = self.judge.plan.packed.get(number)
        if found is None:
            found = self.judge.plan.packed[number] = []
            for one in self.judge.plan.runs[number]:
                # One packer for both parts of a call: they may hold the same list.
                packer = Packer(self.judge.foreign)
                call = None if one.call is None else [packer.pack(part) for part in one.call]
                found.append(
                    Waiting(one.first, one.last, one.wants, one.message, one.expected, call)
                )
        return found

    def later(
        self, first: int, last: int, message: Any,
        function: Any, positional: Any, keywords: Any, expected: Callable[[], Any],
    ) -> None:  # fmt: skip
        """An assert of a loop: it waits for those of the next rounds where its values are plain."""
        self.judge.asserted += 1
        name = self.judge.name_of(function)
        arguments = (*positional, *keywords.values())
        wanted: Any = None
        waits = name is not None and not self.judge.opens_objects
        if waits and all(map(_constant, arguments)):
            wanted = expected()
            waits, wanted = _copied(wanted)
        else:
            waits = False
        if name is None or not waits:
            value = function(*positional, **keywords)
            if not self.judge.compare(value, expected()):
                raise AssertionError(*[] if message is None else [message])
            self.judge.case(first, last, None)
            return
        packer = Packer(self.judge.foreign)
        call = [packer.pack(list(positional)), packer.pack(keywords)]
        self.waiting.append(Waiting(first, last, LEFT, message, wanted, call, name))
        size = sum(len(one) for one in positional if isinstance(one, (str, bytes, tuple)))
        if len(self.waiting) >= MOST_WAITING or size > LARGEST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Ask what waits, and note each as a case.

        What ends the tests is raised again whenever they go on, lest they catch it.
        """
        if self.unsettled is not None:
            raise self.unsettled
        waiting, self.waiting = self.waiting, []
        try:
            while waiting:
                name, alike = next(itertools.groupby(waiting, operator.attrgetter("name")))
                window = list(itertools.islice(alike, MOST_WAITING))
                calls = [one.call for one in window if one.call is not None]
                answers = self.asked(name, calls) if calls else []
                self.judge.calls += max(len(answers) - 1, 0)
                del waiting[: self.noted(window, answers)]
        except BaseException as error:
            self.unsettled = error
            raise

    def asked(self, name: str, calls: list[list[Tree]]) -> list[list[Any]]:
        """The replies to the first of these calls, or to several."""
        try:
            return self.judge.answers(["g", name], calls)
        except ProgramEnded:
            if self.judge.alone or len(calls) == 1:  # else it may be any of them that ended it
                positional, keywords = map(Unpacker(self.judge.rebuild).unpack, calls[0])
                self.judge.last = (positional, keywords)
            raise

    def noted(self, window: list[Waiting], answers: list[list[Any]]) -> int:
        """Note asserts as cases until one has no answer yet; gives how many."""
        left = iter(answers)
        for number, one in enumerate(window):
            answer = None if one.call is None else next(left, None)
            if one.call is not None and answer is None:
                return number
            self.case_of(one, answer=answer)
        return len(window)

    def case_of(self, one: Waiting, function: Any = None, answer: list[Any] | None = None) -> None:
        """Note how an assert ends, from the program's answer or a call of a function."""
        try:
            value = one.expected
            if one.call is not None:
                unpacker = Unpacker(self.judge.rebuild)
                positional, keywords = map(unpacker.unpack, one.call)
                self.judge.last = (positional, keywords)
                if answer is None:
                    value = function(*positional, **keywords)
                else:
                    value = self.judge.taken(answer, unpacker.containers)
                self.judge.last = (positional, keywords, value)
            if one.wants in (LEFT, RIGHT):
                sides = (value, one.expected)
                good = self.judge.compare(*(sides if one.wants == LEFT else sides[::-1]))
            else:
                good = value if one.wants in (TRUE, CONSTANT) else not value
            if not good:
                raise AssertionError(*[] if one.message is None else [one.message])
        except BaseException as error:
            self.judge.case(one.first, one.last, error)
        else:
            self.judge.case(one.first, one.last, None)


def _constant(value: Any) -> bool:
    """Whether neither the tests nor the program could change a value."""
    if type(value) is tuple:
        return all(map(_constant, value))
    return type(value) in (int, float, str, bytes, bool, complex, type(None))


def _copied(value: Any) -> tuple[bool, Any]:
    """A value as it is now, whatever the tests do to it later, if it can be had."""
    if _constant(value):
        return True, value
    try:
        return True, copy.deepcopy(value)
    except Exception:  # what cannot be copied does not wait
        return False, None
