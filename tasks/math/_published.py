"""What the suites of published math benchmarks share: reading, ids, golds and guesses."""

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from ...sandbox.errors import UsageError
from ..problem import Problem
from ..sources import find_file, from_hub, located_jsonl
from ..suite import Domain, StoredSuite
from ..verdict import Verdict
from .generating.base import near_miss
from .verifier import EXACT, Rules, equivalent, verify_math

BOXED_LINE = "Reason step by step, and put the final answer within \\boxed{}."
HASHES_LINE = "Reason step by step, and end with a line of the form: #### <final answer>"
_SUFFIX = re.compile(
    r"\s*(?:Please reason|Let's think|Reason) step by step,? and put (?:your|the) final answer "
    r"within \\boxed\{\}\.?\s*$"
)


def _rules(problem: Problem) -> Rules:
    """The rules of a problem: where it asks for a percentage, a gold of 25 counts percents."""
    asked = "percent" in problem.prompt.casefold() and "%" not in problem.answer
    return _PERCENTS if asked else EXACT


_PERCENTS = Rules(percent_is_number=True)
_WHOLE = re.compile(r"-?\d{1,12}")

Located = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One problem as a file states it. `own_ids` are the names that the file has for it."""

    question: str
    answer: str
    gold: str | None = None
    own_ids: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)


class PublishedSuite(StoredSuite):
    """A published benchmark, verified by `verify_math`.

    Ids are `<suite>-<split>-<row>`; `find` also takes the row number and the file's own ids
    where they are unambiguous.
    """

    domain: ClassVar[Domain] = "math"

    def __init__(
        self,
        name: str,
        split: str,
        rows: Iterable[PublishedRow],
        line: str = BOXED_LINE,
        plausible: range = range(101),
    ) -> None:
        """`line` tells the model the answer format; guesses are drawn from `plausible`."""
        self.name = name
        self._plausible = plausible
        self._form = "#### {}" if "####" in line else "\\boxed{{{}}}"
        self._golds: list[str | None] = []
        self._own: dict[str, str] = {}
        problems = []
        for index, row in enumerate(rows):
            problem_id = f"{name.replace(':', '-')}-{split}-{index}"
            prompt = f"{row.question.strip()}\n{line}"
            problems.append(
                Problem(problem_id, name, prompt, row.answer, {"row": index, **row.meta})
            )
            self._golds.append(row.gold)
            for own in row.own_ids:
                if self._own.setdefault(own, problem_id) != problem_id:
                    raise UsageError(f"suite {name!r} split {split!r} has the id {own!r} twice")
        super().__init__(problems, split)

    @classmethod
    def given(cls, name: str) -> "GivenProblems":
        """A suite of this name for problems given whole; it reads no file."""
        return GivenProblems(name)

    def gold(self, problem: Problem) -> str:
        return self._golds[problem.meta["row"]] or self._form.format(problem.answer)

    def check(self, problem: Problem, completion: str) -> Verdict:
        return verify_math(problem.answer, completion, rules=_rules(problem))

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        return equivalent(first, second)

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return self._form.format(rng.choice(self._plausible))

    def chance(self, problem: Problem) -> float | None:
        if not _WHOLE.fullmatch(problem.answer):
            return None
        return 1 / len(self._plausible) if int(problem.answer) in self._plausible else 0.0

    def wrong(self, problem: Problem) -> str:
        return self._form.format(near_miss(problem.answer))

    def find(self, problem_id: str) -> Problem:
        asked = str(problem_id)
        found = {self._own[asked]} if asked in self._own else set()
        if re.fullmatch(r"\d{1,9}", asked) and int(asked) < len(self):
            found.add(self[int(asked)].id)
        if len(found) > 1:
            raise UsageError(
                f"suite {self.name!r}: {asked!r} is both a row number and an id of the file; "
                f"use an id like {self[0].id!r}"
            )
        return super().find(found.pop() if found else asked)


class GivenProblems(PublishedSuite):
    """A published suite without problems of its own, which verifies problems given whole."""

    def __init__(self, name: str) -> None:
        self.name, self.split = name, "given"
        self._problems, self._by_id, self._golds, self._own = [], {}, [], {}
        self._plausible, self._form = range(101), "\\boxed{{{}}}"

    def gold(self, problem: Problem) -> str:
        return self._form.format(problem.answer)


def check_choice(suite: str, what: str, value: str, legal: Sequence[str]) -> str:
    """The value, if it is one of the legal ones. Raises UsageError that lists them."""
    if value not in legal:
        raise UsageError(f"{what} {value!r} of {suite!r}: use one of {', '.join(legal)}")
    return value


def open_rows(
    suite: str,
    candidates: Sequence[str],
    data_dir: str | None,
    hub: Callable[[], list[dict[str, Any]]],
    path: str | None = None,
) -> list[Located]:
    """The records of a suite with their places: from `path`, the data folder, or the hub.

    Raises UsageError when there is no such file or it is malformed.
    """
    file = given_file(suite, path) if path else find_file(suite, candidates, data_dir)
    if file is None:
        return [(f"hub row {i}", record) for i, record in enumerate(hub())]
    return list(located_jsonl(file))


def given_file(suite: str, path: str) -> Path:
    """The file named by the option `path`. Raises UsageError when it is not a file."""
    file = Path(path).expanduser()
    if not file.is_file():
        raise UsageError(f"path {path!r} of {suite!r} is not a file")
    return file


def hub(suite: str, hub_id: str, split: str, config: str | None = None) -> Callable[[], Any]:
    """A reader of one hub data set, for `open_rows`."""
    return lambda: from_hub(suite, hub_id, split, config)


def text_of(record: Mapping[str, Any], names: Sequence[str], where: str) -> str:
    """The text of the first field there is. Raises UsageError when there is none or it is empty."""
    for name in names:
        if name in record:
            value = _text(record[name])
            if value is None or not value.strip():
                raise UsageError(
                    f"{where}: field {name!r} is {record[name]!r}, not a text or number"
                )
            return value.strip()
    wanted = " or ".join(repr(name) for name in names)
    has = ", ".join(map(str, record)) or "none"
    raise UsageError(f"{where}: field {wanted} is missing; its fields: {has}")


def _text(value: object) -> str | None:
    """A text or number as text; a list as its parts. None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, list) and value:
        parts = [_text(part) for part in value]
        return None if None in parts else ", ".join(part for part in parts if part)
    return str(value) if isinstance(value, int) else None


def bare_question(text: str) -> str:
    """The question without an answer-format line that its file already put there."""
    return _SUFFIX.sub("", text).strip()


def plain_integer(text: str) -> str:
    """`1,200` as `1200` and `025` as `25`; other text as it is."""
    digits = text.replace(",", "").strip()
    return str(int(digits)) if _WHOLE.fullmatch(digits) else text.strip()


def last_boxed(solution: str) -> str | None:
    """The content of the last complete `\\boxed{}` (or `\\boxed 7`) of a written solution."""
    start = max(solution.rfind("\\boxed"), solution.rfind("\\fbox"))
    if start < 0:
        return None
    rest = solution[start:].partition("box")[2].removeprefix("ed")
    if not rest.startswith("{"):
        bare = re.match(r"\s*([^\s$]+)", rest)
        return bare[1] if bare else None
    depth = 0
    for index, character in enumerate(rest):
        escaped = index > 0 and rest[index - 1] == "\\"
        depth += 0 if escaped else {"{": 1, "}": -1}.get(character, 0)
        if depth == 0:
            return rest[1:index].strip()
    return None


def file_ids(record: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """The record's own ids, as text."""
    return tuple(str(record[name]) for name in names if isinstance(record.get(name), (str, int)))
