"""Probe a foreign checker: what it pays for without being right, by weakness."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ...tasks import Problem, Suite
from .answer_format import AnswerFormat
from .guard import CheckerDiedError, CheckerHungError, GuardedCall, GuardedChecker
from .mining import Mined
from .probes import Probe, Target, probes_for
from .program_search import search_programs, shortest_program
from .programs import PATCHING, cases_gold, program_probes
from .report import Finding, Hole, Kind, TaskReport, excerpt
from .search import search, shortest

PROBED = 2
"""Problems of a suite that are probed: those with the longest answers, which tell most."""
LONGEST_GOLD = 60
MEMORY_MB = 512.0
_STORED = 3
"""Findings of one weakness and problem that are stored."""
_SHOWN = 2_000


@dataclass(slots=True)
class _Accepted:
    """A probe that the checker paid for, and how."""

    probe: Probe
    target: Target
    problem: Problem
    seen: GuardedCall


class Prober:
    """Probes one checker on one suite, and adds what it finds to a report."""

    def __init__(
        self, suite: Suite, checker: GuardedChecker, mined: Mined, report: TaskReport
    ) -> None:
        self.suite = suite
        self.checker = checker
        self.mined = mined
        self.report = report
        self.files = frozenset(mined.files)
        self.accepted: list[_Accepted] = []
        self.failures: dict[tuple[Kind, str], list[str]] = {}

    def run(
        self, problems: list[Problem], answer_format: AnswerFormat, rng: random.Random, budget: int
    ) -> None:
        """Probe `problems`, search with `budget` completions each, and name the holes."""
        for problem in problems:
            target = self._target(problem, answer_format, rng)
            if target is None:
                continue
            for probe in probes_for(target, self.mined):
                self._try(problem, target, probe)
            observe = partial(self._observe_text, problem, target)
            for text, seen in search(observe, target, self.mined, rng, budget):
                self._note(problem, target, Probe("search", text), seen)
        self._rank()

    def run_programs(self, problems: list[Problem], rng: random.Random, budget: int) -> None:
        """Probe a checker of programs on the first problems that have cases, and search there."""
        usable = [problem for problem in problems if cases_gold(problem) is not None]
        for problem in usable[:PROBED]:
            target = Target(problem.prompt, cases_gold(problem) or "", "", "plain")
            for probe in program_probes(problem, self.mined):
                before = len(self.accepted)
                self._try(problem, target, probe)
                if len(self.accepted) > before and probe.kind in PATCHING:
                    self.checker.close()  # its process may be changed
            observe = partial(self._observe_text, problem, target)
            for text, seen in search_programs(observe, self.mined, rng, budget):
                self._note(problem, target, Probe("search", text), seen)
        self._rank()

    def _rank(self) -> None:
        self.report.holes = sorted(
            self._holes(), key=lambda hole: (-hole.cases, len(hole.example), hole.weakness)
        )

    def _target(
        self, problem: Problem, answer_format: AnswerFormat, rng: random.Random
    ) -> Target | None:
        """The problem with a wrong answer that shares nothing with the gold, or None."""
        for _ in range(50):
            other = self.suite[rng.randrange(len(self.suite))].answer
            apart = other and other not in problem.answer and problem.answer not in other
            if apart and not self.suite.same_answer(problem, problem.answer, other):
                return Target(problem.prompt, problem.answer, other, answer_format)
        return None

    def _try(self, problem: Problem, target: Target, probe: Probe) -> None:
        seen = self._observe(problem, target, probe)
        if seen is not None and seen.score is not None and seen.score > 0:
            self._note(problem, target, probe, seen)

    def _observe_text(self, problem: Problem, target: Target, text: str) -> GuardedCall | None:
        return self._observe(problem, target, Probe("search", text))

    def _observe(self, problem: Problem, target: Target, probe: Probe) -> GuardedCall | None:
        gold = target.gold if probe.gold is None else probe.gold
        self.report.checks += 1
        failed: tuple[Kind, str]
        try:
            seen = self.checker.observe(target.prompt, gold, probe.completion, self.files)
            if seen.megabytes <= MEMORY_MB:
                return seen
            failed = ("memory", f"took {seen.megabytes:.0f} MB")
        except CheckerHungError as error:
            seen, failed = None, ("hung", str(error))
        except CheckerDiedError as error:
            seen, failed = None, ("raised", str(error))
        if probe.gold is None:  # a gold that is no answer may be refused by raising
            self._failure(problem, target, probe, failed)
        return seen

    def _failure(
        self, problem: Problem, target: Target, probe: Probe, failed: tuple[Kind, str]
    ) -> None:
        kind, detail = failed
        known = self.failures.setdefault((kind, detail.partition(":")[0]), [])
        known.append(probe.completion)
        if len(known) <= _STORED:
            self._store(kind, problem, target, probe, detail, None)

    def _note(self, problem: Problem, target: Target, probe: Probe, seen: GuardedCall) -> None:
        """Keep a completion that scored, unless it is right by our own verdict."""
        if probe.gold is None and self._is_right(problem, probe.completion):
            return
        self.accepted.append(_Accepted(probe, target, problem, seen))
        same = [one for one in self.accepted if one.probe.kind == probe.kind]
        if len(same) <= _STORED:
            self._store(
                "false_positive", problem, target, probe, f"scored {seen.score}", seen.score
            )

    def _is_right(self, problem: Problem, completion: str) -> bool:
        """Whether our own verdict accepts it: that of the suite, or for math that on its value."""
        from ...tasks.math.verifier import verify_math

        if self.suite.verify(problem, completion).correct:
            return True
        return self.suite.domain == "math" and verify_math(problem.answer, completion).correct

    def _store(
        self, kind: Kind, problem: Problem, target: Target, probe: Probe, detail: str,
        score: float | None,
    ) -> None:  # fmt: skip
        gold = target.gold if probe.gold is None else probe.gold
        self.report.findings.append(
            Finding(kind, problem.id, probe.kind, excerpt(gold), excerpt(probe.completion), detail,
                    0.0, score)
        )  # fmt: skip

    def _holes(self) -> Iterator[Hole]:
        groups: dict[object, list[_Accepted]] = {}
        for one in self.accepted:  # without lines, by the kind of the probe
            groups.setdefault(one.seen.lines or one.probe.kind, []).append(one)
        for group in groups.values():
            first = min(group, key=lambda one: len(one.probe.completion))
            kinds = tuple(dict.fromkeys(one.probe.kind for one in group))
            yield Hole(
                weakness=kinds[0], kind="false_positive", cases=len(group),
                example=excerpt(self._minimised(first)), answer=first.target.gold,
                score=first.seen.score, others=kinds[1:],
            )  # fmt: skip
        for (kind, detail), texts in self.failures.items():
            yield Hole(
                f"{kind}: {detail}", kind, len(texts), excerpt(min(texts, key=len)), "", None
            )

    def _minimised(self, one: _Accepted) -> str:
        """The completion without what the checker does not need to pay for it."""
        gold = one.target.gold if one.probe.gold is None else one.probe.gold

        def still(text: str) -> bool:
            try:
                score = self.checker(one.target.prompt, gold, text)
            except (CheckerHungError, CheckerDiedError):
                return False
            paid = score is not None and score > 0
            return paid and (one.probe.gold is not None or not self._is_right(one.problem, text))

        text = one.probe.completion
        if len(text) > _SHOWN:
            return text
        return (
            shortest_program(text, still) if self.suite.domain == "code" else shortest(text, still)
        )


def telling(problems: list[Problem]) -> list[Problem]:
    """The problems whose answers tell most: the longest that are still short enough."""
    usable = [problem for problem in problems if 0 < len(problem.answer) <= LONGEST_GOLD]
    return sorted(usable, key=lambda problem: -len(problem.answer))[:PROBED]
