"""Suites: ordered collections of problems that verify completions.

`Suite` is the contract. `StoredSuite` holds the problems of a file. `GeneratedSuite` draws
problems from an endless stream: the draw of any number is a function of (name, split, difficulty,
seed, number) alone, so a problem is found by its id. The suite is the stream without repeats.
"""

import hashlib
import os
import random
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, overload

from ..sandbox.errors import UsageError
from ..sandbox.extras import needs
from .attempts import Attempt
from .distinct import DistinctDraws
from .problem import Problem
from .verdict import Verdict, checker_error

if TYPE_CHECKING:
    from datasets import Dataset

Domain = Literal["math", "code", "logic", "episodes"]
DISTINCT = 100_000
"""So many problems of a generated suite differ from each other; later ones may come again."""


class VerdictEngine(Protocol):
    """What verifies pairs for a suite elsewhere than in threads of this process."""

    def verify(
        self, suite: "Suite", problems: Sequence[Problem], completions: Sequence[str]
    ) -> list[Verdict]: ...


class Suite(ABC, Sequence[Problem]):
    """Problems of one benchmark with their checker.

    A subclass sets `name` and `domain`, and implements `gold`, `check` and `guess`. The sequence
    methods come from one of the two bases below.
    """

    name: str
    domain: ClassVar[Domain]
    split: str
    loaded_as: tuple[str, dict[str, Any]] | None = None
    """The name and options with which `load` gives this suite; None for one made by hand."""

    @property
    def runs_programs(self) -> bool:
        """Whether a check runs programs in the sandbox."""
        return self.domain == "code"

    @abstractmethod
    def gold(self, problem: Problem) -> str | None:
        """Return a completion that must verify as correct; None when the benchmark has none."""

    @abstractmethod
    def check(self, problem: Problem, completion: str) -> Verdict:
        """Judge a completion. May raise: `verify` turns an exception into a `checker_error`."""

    @abstractmethod
    def guess(self, problem: Problem, rng: random.Random) -> str:
        """Return a completion in the right format whose answer is drawn without the gold."""

    @abstractmethod
    def find(self, problem_id: str) -> Problem:
        """Return the problem with this id. Raises UsageError when there is none."""

    def chance(self, problem: Problem) -> float | None:
        """Return the probability that `guess` is correct; None when no closed form is known."""
        return None

    def wrong(self, problem: Problem) -> str | None:
        """Return a completion in the right format with a plausible wrong answer, or None."""
        return None

    def attempts(self, problem: Problem, rng: random.Random) -> Iterator[Attempt]:
        """Yield different answers to try, with their checks, drawn without looking at the gold.

        None at all where answers of this suite cannot be checked by the one who answers.
        """
        return iter(())

    def try_answer(self, problem: Problem, answer: str) -> Attempt | None:
        """Return the check of an answer; None for text that is no answer of the right form."""
        return None

    def same_answer(self, problem: Problem, first: str, second: str) -> bool:
        """Return whether two extracted answers are equal (for majority voting)."""
        return first.strip() == second.strip()

    def verify(self, problem: Problem, completion: str) -> Verdict:
        """Verify one completion. Never raises for model output; safe to call from any thread."""
        started = time.perf_counter()
        try:
            if not isinstance(completion, str):
                raise TypeError(f"a completion is text, not {type(completion).__name__}")
            verdict = self.check(problem, completion)
        except Exception as error:  # our failure is data (checker_error), never the model's 0
            verdict = checker_error(
                f"the checker of {self.name} failed on problem {problem.id}: "
                f"{type(error).__name__}: {error}"
            )
        return verdict.model_copy(update={"seconds": time.perf_counter() - started})

    def verify_many(
        self,
        problems: Sequence[Problem],
        completions: Sequence[str],
        workers: int | None = None,
        engine: "VerdictEngine | None" = None,
    ) -> list[Verdict]:
        """Verify pairs in parallel and return the verdicts in the order of the pairs.

        In threads of this process, or by an `engine` (`harness.checking.open_engine`), which has
        worker processes, a store of verdicts, or a cluster. Raises ValueError when the two
        lengths differ.
        """
        if len(problems) != len(completions):
            raise ValueError(f"{len(problems)} problems but {len(completions)} completions")
        if engine is not None:
            return engine.verify(self, problems, completions)
        if not problems:
            return []
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            return list(pool.map(self.verify, problems, completions))

    def to_dataset(self) -> "Dataset":
        """Return the suite as a `datasets.Dataset` with task, problem_id, prompt and answer.

        `harness.adapters.trl.trl_reward` reads these columns.
        """
        with needs("data"):
            from datasets import Dataset
        rows = [
            {"task": self.name, "problem_id": p.id, "prompt": p.prompt, "answer": p.answer}
            for p in self
        ]
        return Dataset.from_list(rows)

    def fingerprint(self) -> str:
        """Return a sha256 over all ids, prompts and answers: equal suites have equal hashes."""
        digest = hashlib.sha256()
        for problem in self:
            for text in (problem.id, problem.prompt, problem.answer):
                digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
        return digest.hexdigest()


class StoredSuite(Suite):
    """A suite whose problems are all in memory, read from a file."""

    def __init__(self, problems: Sequence[Problem], split: str) -> None:
        self.split = split
        self._problems = list(problems)
        self._by_id: dict[str, Problem] = {}
        if not self._problems:
            raise UsageError(f"suite {self.name!r} split {split!r} has no problems")
        for problem in self._problems:
            if problem.id in self._by_id:
                raise UsageError(f"suite {self.name!r} has the id {problem.id!r} twice")
            self._by_id[problem.id] = problem

    def __len__(self) -> int:
        return len(self._problems)

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> list[Problem]: ...
    def __getitem__(self, index: int | slice) -> Problem | list[Problem]:
        return self._problems[index]

    def find(self, problem_id: str) -> Problem:
        if problem_id not in self._by_id:
            raise UsageError(
                f"suite {self.name!r} split {self.split!r} has no problem {problem_id!r}; "
                f"its ids look like {self._problems[0].id!r}"
            )
        return self._by_id[problem_id]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a generator draws: a problem without an id, not yet assigned to a split."""

    prompt: str
    answer: str
    meta: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    """Identifies the problem and decides its split; None means the prompt does."""


class GeneratedSuite(Suite):
    """An endless suite: the stream of draws for (name, split, difficulty, seed), without repeats.

    The first 100,000 problems of a suite differ from each other (`DISTINCT`). The number in a
    problem's id is that of its draw, so numbers are missing where a draw repeated an earlier one.
    The splits never share a problem: the hash of a problem's key assigns it to one split,
    whatever the seed.
    """

    difficulties: ClassVar[range]
    """The difficulties allowed; the class docstring says what they change."""
    default_difficulty: ClassVar[int] = 1
    default_size: ClassVar[int] = 200
    default_sizes: ClassVar[Mapping[int, int]] = {}
    """The default size of each difficulty that has few different problems."""
    splits: ClassVar[tuple[str, ...]] = ("train", "test")
    max_draws: ClassVar[int] = 1000

    def __init__(
        self,
        split: str = "test",
        seed: int = 0,
        size: int | None = None,
        difficulty: int | None = None,
    ) -> None:
        """Raises UsageError for a split, seed, size or difficulty that is not allowed."""
        if split not in self.splits:
            raise UsageError(f"split {split!r} of {self.name!r}: use {' or '.join(self.splits)}")
        known = difficulty is None or isinstance(difficulty, int)
        if not known or difficulty not in (None, *self.difficulties):
            raise UsageError(
                f"difficulty {difficulty!r} of {self.name!r}: use "
                f"{self.difficulties.start} to {self.difficulties.stop - 1}"
            )
        if size is not None and (not isinstance(size, int) or size < 1):
            raise UsageError(f"size {size!r} of {self.name!r}: use a whole number of at least 1")
        if not isinstance(seed, int):
            raise UsageError(f"seed {seed!r} of {self.name!r}: use a whole number")
        self.split = split
        self.seed = seed
        self.difficulty = self.default_difficulty if difficulty is None else difficulty
        usual = self.default_sizes.get(self.difficulty, self.default_size)
        self.size = usual if size is None else size
        self._distinct = DistinctDraws(self._drawn_here)

    @abstractmethod
    def draw(self, rng: random.Random, difficulty: int) -> Draft:
        """Draw one problem; all randomness must come from `rng`."""

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> list[Problem]: ...
    def __getitem__(self, index: int | slice) -> Problem | list[Problem]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.size))]
        if not -self.size <= index < self.size:
            raise IndexError(index)
        return self._at(index % self.size)

    def _at(self, position: int) -> Problem:
        if position >= DISTINCT:
            return self.drawn(position)
        found = self._distinct.at(position)
        if found is None:
            raise UsageError(
                f"suite {self.name!r} has only {len(self._distinct)} different problems of "
                f"difficulty {self.difficulty} in split {self.split!r} with seed {self.seed}, not "
                f"{self.size}: ask for a smaller size or another difficulty"
            )
        number, draft = found
        return self._problem(draft, self.split, self.difficulty, self.seed, number)

    def drawn(self, number: int) -> Problem:
        """The problem of this number in the endless stream, in which problems may come again."""
        return self._make(self.split, self.difficulty, self.seed, number)

    def _drawn_here(self, number: int) -> Draft:
        return self._draw_number(self.split, self.difficulty, self.seed, number)

    def __iter__(self) -> Iterator[Problem]:
        return (self[i] for i in range(self.size))

    def find(self, problem_id: str) -> Problem:
        pattern = re.escape(self.name) + r"-([a-z]+)-d(\d{1,4})-s(-?\d{1,20})-(\d{1,12})"
        match = re.fullmatch(pattern, problem_id)
        if match is None or match[1] not in self.splits or int(match[2]) not in self.difficulties:
            raise UsageError(
                f"suite {self.name!r} has no problem {problem_id!r}; its ids look like "
                f"'{self.name}-{self.split}-d{self.difficulty}-s{self.seed}-0'"
            )
        return self._make(match[1], int(match[2]), int(match[3]), int(match[4]))

    def _make(self, split: str, difficulty: int, seed: int, number: int) -> Problem:
        draft = self._draw_number(split, difficulty, seed, number)
        return self._problem(draft, split, difficulty, seed, number)

    def _problem(
        self, draft: Draft, split: str, difficulty: int, seed: int, number: int
    ) -> Problem:
        problem_id = f"{self.name}-{split}-d{difficulty}-s{seed}-{number}"
        meta = {"difficulty": difficulty} | draft.meta
        return Problem(problem_id, self.name, draft.prompt, draft.answer, meta)

    def _draw_number(self, split: str, difficulty: int, seed: int, number: int) -> Draft:
        # Seeding Random with text hashes it with sha512: the same on every platform and
        # under every PYTHONHASHSEED.
        rng = random.Random(f"{self.name}/{split}/{difficulty}/{seed}/{number}")
        for _ in range(self.max_draws):
            draft = self.draw(rng, difficulty)
            if self._split_of(draft) == split:
                return draft
        raise RuntimeError(
            f"{self.name} drew no problem of split {split} in {self.max_draws} tries"
        )

    def _split_of(self, draft: Draft) -> str:
        key = draft.prompt if draft.key is None else draft.key
        bucket = hashlib.sha256(f"{self.name}\0{key}".encode()).digest()[0]
        return self.splits[bucket % len(self.splits)]
