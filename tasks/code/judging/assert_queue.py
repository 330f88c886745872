"""Asserts that wait, to be asked of the program together and noted in their order."""

import copy
import dataclasses
import itertools
import operator
from collections.abc import Callable
from typing import Any

from .batching import (  # not in the sandbox: there these texts stand before this one
    CONSTANT,
    LEFT,
    RIGHT,
    TRUE,
    Plan,
)
from .case_log import (
    CaseLog,
)
from .codec import (
    Packer,
    Unpacker,
)
from .conversation import (
    ProgramSession,
)
from .notation import (
    Tree,
)
from .proxies import (
    ProgramEnded,
)
from .shared_objects import (
    SharedObjects,
)

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

    def __init__(self, conversation: ProgramSession, log: CaseLog, plan: Plan) -> None:
        self._conversation = conversation
        self._log = log
        self._plan = plan
        self.waiting: list[Waiting] = []
        self.unsettled: BaseException | None = None

    def together(self, number: int, function: Any) -> None:
        """Asserts in a row, each of one call with literals or of a constant."""
        self._log.statement(False, False)
        name = self._conversation.values.name_of(function)
        if self._conversation.shares_objects():
            name = None
        for one in self.planned(number):
            self._log.asserted += 1
            if name is None:
                self.case_of(one, function)
            else:
                one.name = name
                self.waiting.append(one)
        self.settle()

    def planned(self, number: int) -> list[Waiting]:
        """The asserts of a run with their calls packed, once for all programs."""
        found = self._plan.packed.get(number)
        if found is None:
            found = self._plan.packed[number] = []
            for one in self._plan.runs[number]:
                # One packer for both parts of a call: they may hold the same list.
                packer = Packer(self._conversation.values.foreign)
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
        self._log.asserted += 1
        name = self._conversation.values.name_of(function)
        arguments = (*positional, *keywords.values())
        wanted: Any = None
        apart = not (self._conversation.tested or self._conversation.shares_objects())
        waits = name is not None and apart
        if waits and all(map(_constant, arguments)):
            wanted = expected()
            waits, wanted = _copied(wanted)
        else:
            waits = False
        if name is None or not waits:
            value = function(*positional, **keywords)
            if not self._log.compare(value, expected()):
                raise AssertionError(*[] if message is None else [message])
            self._log.case(first, last, None)
            return
        packer = Packer(self._conversation.values.foreign)
        call = [packer.pack(list(positional)), packer.pack(keywords)]
        self.waiting.append(Waiting(first, last, LEFT, message, wanted, call, name))
        size = sum(len(one) for one in positional if isinstance(one, (str, bytes, tuple)))
        if len(self.waiting) >= MOST_WAITING or size > LARGEST_WAITING:
            self.settle()

    def settle(self) -> None:
        """Ask what waits, and note each as a case.

        What ends the tests is raised again whenever they continue, so that they cannot catch it.
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
                self._conversation.calls += max(len(answers) - 1, 0)
                del waiting[: self.noted(window, answers)]
        except BaseException as error:
            self.unsettled = error
            raise

    def asked(self, name: str, calls: list[list[Tree]]) -> list[list[Any]]:
        """The replies to the first of these calls, or to several."""
        try:
            return self._conversation.answers(["g", name], calls)
        except ProgramEnded:
            if (
                self._conversation.alone or len(calls) == 1
            ):  # else it may be any of them that ended it
                positional, keywords = self._arguments(calls[0])[1:]
                self._conversation.last = (positional, keywords)
            raise

    def _arguments(self, call: list[Tree]) -> tuple[SharedObjects, Any, Any]:
        """New values of the arguments of a call, and the table in which they have numbers."""
        shared = SharedObjects()
        values = self._conversation.values
        unpacker = Unpacker(values.rebuild, shared, values.kinds)
        positional, keywords = map(unpacker.unpack, call)
        return shared, positional, keywords

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
                shared, positional, keywords = self._arguments(one.call)
                self._conversation.last = (positional, keywords)
                if answer is None:
                    value = function(*positional, **keywords)
                else:
                    value = self._conversation.taken(answer, shared)
                self._conversation.last = (positional, keywords, value)
            if one.wants in (LEFT, RIGHT):
                sides = (value, one.expected)
                good = self._log.compare(*(sides if one.wants == LEFT else sides[::-1]))
            else:
                good = value if one.wants in (TRUE, CONSTANT) else not value
            if not good:
                raise AssertionError(*[] if one.message is None else [one.message])
        except BaseException as error:
            self._log.case(one.first, one.last, error)
        else:
            self._log.case(one.first, one.last, None)


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
