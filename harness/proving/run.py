"""Prove one task: every check on every problem, stored as it goes."""

import hashlib
import os
import platform
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from ...sandbox.errors import UsageError
from ...tasks import Problem, Suite
from ..stopping import StoppedError
from .answers import check_deciders, check_gold, check_guess, check_wrong
from .checks import ProofRow
from .duplicates import check_duplicates
from .histories import History, check_histories
from .programs import check_assertions, check_mutants
from .prompts import check_leak, check_text
from .proof import Proof, figures, tallies
from .steadiness import check_environments, check_repeats
from .store import RowStore
from .subject import Subject
from .uniqueness import check_unique

SLOW_SECONDS = 10.0
MOST_COMPARED = 20_000
"""Problems whose prompts are compared with each other."""
PER_PROBLEM: tuple[Callable[[Subject, Problem], ProofRow | None], ...] = (
    check_gold, check_wrong, check_assertions, check_mutants, check_leak, check_text,
    check_deciders, check_unique, check_repeats, check_guess,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProofSettings:
    """How a task is proved."""

    problems: int = 1000
    """At most this many problems are checked; of a larger task, a sample."""
    seed: int = 0
    environments: bool = True
    """Whether the reference answers are also checked in fresh processes."""
    quiet: bool = False
    thresholds: Mapping[str, float] = field(default_factory=dict)


def prove(
    suite: Suite,
    settings: ProofSettings | None = None,
    *,
    store: Path | None = None,
    histories: Mapping[str, History] | None = None,
    other_sets: Mapping[str, Sequence[Problem]] | None = None,
) -> Proof:
    """Prove a suite. `store` is the file of rows, from which a stopped proof resumes.

    `other_sets` are problems of other splits and sets by name; `histories` come from
    `read_histories`. Raises StoppedError on Ctrl-C, with everything so far in the store.
    """
    settings = settings or ProofSettings()
    everything = [suite[index] for index in range(min(len(suite), MOST_COMPARED))]
    subject = Subject(suite, _sample(everything, settings), settings.seed)
    prompts = hashlib.sha256(
        "\0".join(p.prompt for p in subject.problems).encode("utf-8", "replace")
    )
    rows_of = RowStore(store, {"seed": settings.seed, "prompts": prompts.hexdigest()})
    errors: list[str] = []
    rows = _per_problem(subject, rows_of, settings, errors)
    whole = Subject(suite, everything, settings.seed)
    rows += check_duplicates(whole, other_sets or {})
    rows += check_histories(subject, histories or {})
    rows += _slow(rows)
    not_run: dict[str, str] = {}
    if settings.environments:
        rows = _elsewhere(subject, rows, not_run)
    rows = _one_a_check(rows)
    return Proof(
        task=suite.name,
        options=dict(suite.loaded_as[1]) if suite.loaded_as else {},
        domain=suite.domain,
        size=len(suite),
        problems=len(subject.problems),
        without_gold=sum(subject.golds.get(p.id, "") is None for p in subject.problems),
        tallies=tallies(rows, settings.thresholds),
        figures=figures(rows),
        not_run=not_run | _not_run(rows),
        errors=errors,
        versions={"assay": version("assay"), "python": platform.python_version()},
    )


def _sample(everything: Sequence[Problem], settings: ProofSettings) -> list[Problem]:
    if len(everything) <= settings.problems:
        return list(everything)
    rng = random.Random(f"sample/{settings.seed}")
    chosen = sorted(rng.sample(range(len(everything)), settings.problems))
    return [everything[index] for index in chosen]


def _per_problem(
    subject: Subject, store: RowStore, settings: ProofSettings, errors: list[str]
) -> list[ProofRow]:
    rows: dict[str, list[ProofRow]] = {}
    waiting = []
    for problem in subject.problems:
        known = store.known(problem)
        if known is None:
            waiting.append(problem)
        else:
            rows[problem.id] = known
            subject.golds[problem.id] = subject.suite.gold(problem)
    bar = tqdm(total=len(subject.problems), desc=f"prove {subject.name}", disable=settings.quiet)
    bar.update(len(rows))
    with bar, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        futures: dict[Future[list[ProofRow]], Problem] = {
            pool.submit(_rows_of, subject, problem, errors): problem for problem in waiting
        }
        try:
            for done in as_completed(futures):
                problem = futures[done]
                rows[problem.id] = done.result()
                store.keep(problem, rows[problem.id])
                bar.update()
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise StoppedError(
                f"stopped: {len(rows)} of {len(subject.problems)} problems of {subject.name} are "
                "stored; the same command resumes from there"
            ) from None
    return [row for problem in subject.problems for row in rows[problem.id]]


def _rows_of(subject: Subject, problem: Problem, errors: list[str]) -> list[ProofRow]:
    rows = []
    for check in PER_PROBLEM:
        try:
            row = check(subject, problem)
        except Exception as error:  # a fault of a check, or of the suite, is named on the card
            errors.append(
                f"{check.__name__} on {problem.id}: {type(error).__name__}: {error}"[:300]
            )
            continue
        if row is not None:
            rows.append(row)
    return rows


def _slow(rows: Sequence[ProofRow]) -> Iterator[ProofRow]:
    for row in rows:
        if row.check == "gold":
            seconds = row.figures["seconds"]
            slow = seconds > SLOW_SECONDS
            yield ProofRow("slow", row.problem, slow, f"took {seconds:.1f} s" if slow else "")


def _elsewhere(subject: Subject, rows: list[ProofRow], not_run: dict[str, str]) -> list[ProofRow]:
    """The rows, with what fresh processes say of the golds that verify here."""
    statuses = {row.problem: "correct" for row in rows if row.check == "gold" and not row.failed}
    try:
        changed = check_environments(subject, statuses)
    except UsageError as error:
        not_run["unsteady, in fresh processes"] = str(error)
        return rows
    return rows + [ProofRow("unsteady", problem, True, told) for problem, told in changed.items()]


def _one_a_check(rows: Sequence[ProofRow]) -> list[ProofRow]:
    """One row for each check and problem; a failed one wins."""
    found: dict[tuple[str, str], ProofRow] = {}
    for row in rows:
        key = row.check, row.problem
        if key not in found or (row.failed and not found[key].failed):
            found[key] = row
    return list(found.values())


def _not_run(rows: Sequence[ProofRow]) -> dict[str, str]:
    asked = {row.check for row in rows}
    reasons = {
        "gold": "the task gives no reference answers",
        "near_duplicates": 'datasketch is not installed: pip install "assay[prove]"',
        "across_splits": "no other split or set was given",
        "too_easy": "no stored run has 8 samples of a problem",
        "inverted": "fewer than 4 stored runs share a problem",
    }
    return {check: reason for check, reason in reasons.items() if check not in asked}
