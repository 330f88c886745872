"""Prompts that occur twice: the same, or nearly, inside a split, between splits and sets.

Nearly the same is a Jaccard similarity of at least 0.6 between the runs of three words that are
not the task's own phrases, with the same numbers. MinHash (datasketch) names the pairs to compare.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from ...tasks import Problem
from .checks import ProofRow, shown
from .subject import Subject, is_drawing

SIMILAR = 0.6
CANDIDATE = 0.4
"""Estimated similarity from which a pair is compared exactly."""
PERMUTATIONS = 128
RUN = 3
_WORD = re.compile(r"\w+|[^\w\s]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
FEWEST_RUNS = 6
"""Runs of words that a prompt of its own must have to be compared."""


@dataclass(frozen=True, slots=True)
class PromptText:
    """One prompt for the comparison."""

    problem: str
    words: str
    answer: str
    numbers: tuple[str, ...]
    runs: frozenset[str]


def check_duplicates(
    subject: Subject, other_sets: Mapping[str, Sequence[Problem]]
) -> list[ProofRow]:
    """Rows of the three checks for every problem; `other_sets` are splits and sets by name."""
    texts = _texts(subject, subject.problems, None)
    strange = [
        (f"{name}: {problem.id}", text)
        for name, problems in other_sets.items()
        for problem, text in zip(problems, _texts(subject, problems, texts), strict=True)
    ]
    within = _pairs([(text.problem, text) for text in texts], [])
    rows = []
    first_of: dict[str, PromptText] = {}
    for text in texts:
        earlier = first_of.setdefault(text.words, text)
        rows.append(_exact(text, earlier))
    if within is not None:
        rows += _near(texts, within)
    if strange:
        between = _pairs([(text.problem, text) for text in texts], strange)
        rows += _across(texts, strange, between or {})
    return rows


def _texts(
    subject: Subject, problems: Sequence[Problem], known: "list[PromptText] | None"
) -> list[PromptText]:
    words = [_words(subject.own_text(problem).lower()) for problem in problems]
    runs = [{" ".join(one[i : i + RUN]) for i in range(len(one) - RUN + 1)} for one in words]
    seen = Counter(run for each in runs for run in each)
    common = {run for run, count in seen.items() if count > max(3, 0.02 * len(problems))}
    return [
        PromptText(
            problem.id, " ".join(one), problem.answer,
            tuple(sorted(_NUMBER.findall(" ".join(one)))),
            frozenset(each - common),
        )
        for problem, one, each in zip(problems, words, runs, strict=True)
    ]  # fmt: skip


def _words(text: str) -> list[str]:
    """The words and marks of a text. A line of marks alone is a drawing: its spaces count."""
    found: list[str] = []
    for line in text.split("\n"):
        found += [line.rstrip()] if is_drawing(line) else _WORD.findall(line)
    return found


def _exact(text: PromptText, earlier: PromptText) -> ProofRow:
    if earlier is text or not text.words:
        return ProofRow("duplicates", text.problem, False)
    same = earlier.answer.strip() == text.answer.strip()
    detail = f"the prompt of {earlier.problem}"
    if not same:
        detail += (
            f", with another answer: {shown(text.answer, 40)}, not {shown(earlier.answer, 40)}"
        )
    return ProofRow("duplicates", text.problem, True, detail, (earlier.problem,))


def _near(texts: Sequence[PromptText], pairs: Mapping[str, str]) -> Iterator[ProofRow]:
    for text in texts:
        other = pairs.get(text.problem)
        failed = other is not None
        detail = f"nearly the prompt of {other}" if other is not None else ""
        yield ProofRow("near_duplicates", text.problem, failed, detail, (other,) if other else ())


def _across(
    texts: Sequence[PromptText], strange: Sequence[tuple[str, PromptText]], pairs: Mapping[str, str]
) -> Iterator[ProofRow]:
    known = {text.words: name for name, text in reversed(strange) if text.words}
    for text in texts:
        exact, near = known.get(text.words), pairs.get(text.problem)
        other = exact or near
        detail = "" if other is None else f"{'' if exact else 'nearly '}the prompt of {other}"
        yield ProofRow(
            "across_splits", text.problem, other is not None, detail, (other,) if other else ()
        )


def _pairs(
    texts: Sequence[tuple[str, PromptText]], others: Sequence[tuple[str, PromptText]]
) -> dict[str, str] | None:
    """Each text's most similar earlier one, or one of `others`; None without datasketch."""
    index, sketch = _index()
    if index is None or sketch is None:
        return None
    by_name, found = dict([*texts, *others]), {}
    if others:
        for name, text in others:
            _insert(index, name, text, sketch)
    for name, text in texts:
        if len(text.runs) < FEWEST_RUNS:
            continue
        drawn = sketch(text.runs)
        similar = [
            (similarity, other)
            for other in index.query(drawn)
            if (similarity := _similarity(text, by_name[other])) >= SIMILAR
        ]
        if similar:
            found[name] = max(similar)[1]
        if not others:
            index.insert(name, drawn)
    return found


def _insert(
    index: Any, name: str, text: PromptText, sketch: Callable[[Iterable[str]], Any]
) -> None:
    if len(text.runs) >= FEWEST_RUNS and name not in index:
        index.insert(name, sketch(text.runs))


def _similarity(one: PromptText, two: PromptText) -> float:
    if one.words == two.words or one.numbers != two.numbers:
        return 0.0  # the same prompt is another check's; other numbers are another problem
    return len(one.runs & two.runs) / len(one.runs | two.runs)


def _index() -> tuple[Any, Callable[[Iterable[str]], Any] | None]:
    try:
        datasketch = require("datasketch", "prove")
    except UsageError:  # the extra is not installed: the card says what was not run
        return None, None

    def sketch(runs: Iterable[str]) -> Any:
        made = datasketch.MinHash(num_perm=PERMUTATIONS, seed=1)
        made.update_batch([run.encode("utf-8", "replace") for run in sorted(runs)])
        return made

    return datasketch.MinHashLSH(threshold=CANDIDATE, num_perm=PERMUTATIONS), sketch
