"""What every case of the tests came to."""

from collections.abc import Callable
from typing import Any

from .conversation import (  # not in the sandbox: there these texts stand before this one
    ProgramSession,
)
from .notation import (
    MalformedError,
)
from .proxies import (
    ProgramEnded,
    UndecidedComparisonError,
)
from .shorten import (
    MAX_TEXT,
    message_of,
    shorten,
)

MAX_FAILURES = 50


class CaseLog:
    """The cases of one check: how many passed and failed, and what failed how."""

    def __init__(self, conversation: ProgramSession, lines: list[str]) -> None:
        """`lines` are those of the tests."""
        self._conversation = conversation
        self._lines = lines
        self._pair: tuple[Any, Any] | None = None
        self.before_case: Callable[[], None] = conversation.before_asking
        """What has to be noted first."""
        self.failures: list[dict[str, Any]] = []
        self.asserted = 0
        self.passed = 0
        self.failed = 0

    def statement(self, risky: bool, asserts: bool) -> None:
        """Called before each statement of the tests."""
        self.asserted += asserts
        self._conversation.statement(risky)

    def compare(self, left: Any, right: Any) -> Any:
        """The `==` of an assert, whose two values a failure shows."""
        self._pair = (left, right)
        return left == right

    def case(self, first: int, last: int, error: BaseException | None, name: str = "") -> None:
        """Note how one case ended: the lines of the tests it stands on, or its name."""
        self.before_case()
        if error is None:
            self.passed += 1
        elif isinstance(error, (ProgramEnded, UndecidedComparisonError, MalformedError)):
            raise error
        else:
            if len(self.failures) < MAX_FAILURES:
                text = name or " ".join(line.strip() for line in self._lines[first - 1 : last])
                self.failures.append(self.failure(error) | {"test": text[:MAX_TEXT]})
            self.failed += 1
        self._pair, self._conversation.last = None, ()

    def failure(self, error: BaseException) -> dict[str, Any]:
        """What a failed case shows in the log."""
        asked = self._conversation
        asked.quiet = True
        try:
            return self._note(error, asked.last)
        finally:
            asked.quiet = False

    def _note(self, error: BaseException, last: tuple[Any, ...]) -> dict[str, Any]:
        note: dict[str, Any] = {"case": self.passed + self.failed, "error": type(error).__name__}
        note["message"] = message_of(error)
        note["from_program"] = getattr(error, "_from_program", None) is not None
        note["calls"] = self._conversation.calls
        if last:
            note["input"] = ", ".join(
                [shorten(value) for value in last[0]]
                + [f"{key}={shorten(value)}" for key, value in last[1].items()]
            )
        if len(last) == 3:
            note["got"] = shorten(last[2])
        if self._pair is not None and isinstance(error, AssertionError):
            left, right = self._pair
            if len(last) == 3 and right is last[2] and left is not right:
                left, right = right, left
            note["got"], note["expected"] = shorten(left), shorten(right)
        return note
