"""What the suites read from published files share: reading, guessing, and their base class."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ...sandbox.errors import UsageError
from ..problem import Problem
from ..sources import find_file, from_hub, read_json, read_jsonl, require
from ..suite import Domain, StoredSuite
from ..verdict import Verdict
from .formats.calibration import Calibration

Record = Mapping[str, Any]

_GUESSES = (
    "None",
    "0",
    "1",
    "True",
    "False",
    "[]",
    "''",
    "args[0]",
    "len(args[0])",
    "sum(args[0])",
)


class CodeSuite(StoredSuite):
    """A suite of functions to write; `guess` returns a fixed value whatever it is given."""

    domain: ClassVar[Domain] = "code"
    gold_field: str = "canonical_solution"
    """The field of a row that holds the reference solution, for messages."""
    test_field: str = "test"
    """The field of a row that holds the tests, for messages."""

    def __init__(self, problems: Sequence[Problem], split: str) -> None:
        self.left_out: dict[str, int] = {}
        """How many problems of the file are not in the suite, by reason."""
        self.calibration = Calibration()
        super().__init__(problems, split)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        name = problem.meta["entry_point"]
        return fenced(f"def {name}(*args, **named):\n    return {rng.choice(_GUESSES)}\n")

    def verify(self, problem: Problem, completion: str) -> Verdict:
        verdict = super().verify(problem, completion)
        if verdict.status != "checker_error" or verdict.reason.startswith("Task "):
            return verdict
        reason = " ".join(verdict.reason.split())
        names_its_place = "field '" in reason or reason.startswith("the sandbox")
        place = "" if names_its_place else f", field {self.test_field!r}"
        return verdict.model_copy(update={"reason": f"Task {problem.id}{place}: {reason}"})

    def calibrated(
        self, problem: Problem, check: Callable[[str, float], Verdict], completion: str
    ) -> Verdict:
        """The verdict on a completion under limits, and with tests, that the reference passes."""
        gold = self.gold(problem)
        return self.calibration.verdict(problem.id, gold, check, completion, self.gold_field)

    def wrong(self, problem: Problem) -> str | None:
        name = problem.meta["entry_point"]
        return fenced(f"def {name}(*args, **named):\n    return '#'\n")


def fenced(code: str) -> str:
    """Code as a completion gives it."""
    return f"```python\n{code.rstrip()}\n```"


def records(
    suite: str,
    candidates: Sequence[str],
    fields: Sequence[str],
    *,
    data_dir: str | None,
    path: str | None,
    hub: tuple[str, ...] | None,
) -> Iterable[Record]:
    """The records of a benchmark: from `path`, from the data folder, or from the hub.

    `hub` is (dataset id, split), perhaps with a configuration. Raises UsageError when there is
    nothing to read.
    """
    file = Path(path).expanduser() if path else find_file(suite, candidates, data_dir)
    if file is not None:
        if not file.is_file():
            raise UsageError(f"task {suite!r}: path {path!r} is not a file")
        return list(_from_file(file, fields))
    if hub is None:
        raise UsageError(
            f"task {suite!r} is on no hub: give path= or a data folder with {candidates[0]}"
        )
    config = hub[2] if len(hub) > 2 else None
    return [require(row, fields, hub[0]) for row in from_hub(suite, hub[0], hub[1], config)]


def _from_file(file: Path, fields: Sequence[str]) -> Iterable[Record]:
    name = file.name.removesuffix(".gz")
    if not name.endswith(".json"):
        return read_jsonl(file, fields)
    data = read_json(file)
    if isinstance(data, dict):
        data = next((part for part in data.values() if isinstance(part, list)), [data])
    return [require(row, fields, f"{file}[{index}]") for index, row in enumerate(data)]


def limited(name: str, value: str, legal: Sequence[str]) -> str:
    """The value, if it is one of the legal ones. Raises UsageError."""
    if value not in legal:
        raise UsageError(f"{name} {value!r}: use one of {', '.join(legal)}")
    return value
