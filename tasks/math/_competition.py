"""Files in MATH's format: problem, solution, answer, level and subject (arXiv:2103.03874)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...sandbox.errors import UsageError
from ._published import (
    Located,
    PublishedRow,
    PublishedSuite,
    bare_question,
    check_choice,
    file_ids,
    last_boxed,
    text_of,
)

SUBJECTS = (
    "Algebra",
    "Counting & Probability",
    "Geometry",
    "Intermediate Algebra",
    "Number Theory",
    "Prealgebra",
    "Precalculus",
)
LEVELS = ("1", "2", "3", "4", "5")
Selection = str | int | Sequence[str | int] | None


def competition_suite(
    name: str, split: str, found: Sequence[Located], level: Selection, subject: Selection
) -> PublishedSuite:
    """The suite of the records, of the chosen levels and subjects only.

    `level` is 5, "Level 5", "4,5" or a list; `subject` a name such as "algebra" or a list.
    Raises UsageError for a level or subject that MATH does not have.
    """
    levels = {_level(name, choice) for choice in _choices(level)}
    subjects = {_subject(name, choice) for choice in _choices(subject)}
    rows = []
    for index, (where, record) in enumerate(found):
        row = _row(record, where, index)
        if levels and row.meta["level"] not in levels:
            continue
        if subjects and _plain(row.meta["subject"]) not in subjects:
            continue
        rows.append(row)
    if not rows and found:
        raise UsageError(f"suite {name!r} split {split!r} has nothing of {level=} {subject=}")
    return PublishedSuite(name, split, rows)


def _choices(selection: Selection) -> list[str]:
    if selection is None:
        return []
    parts = [selection] if isinstance(selection, (str, int)) else list(selection)
    return [piece.strip() for part in parts for piece in str(part).split(",")]


def _level(name: str, choice: str) -> int:
    number = re.sub(r"(?i)^level\s*", "", choice)
    return int(check_choice(name, "level", number, LEVELS))


def _plain(subject: str) -> str:
    """A subject's name without case, spaces and the two spellings of "and"."""
    return re.sub(r"[^a-z]", "", subject.lower().replace("and", ""))


def _subject(name: str, choice: str) -> str:
    known = {_plain(subject): subject for subject in SUBJECTS}
    if _plain(choice) not in known:
        raise UsageError(f"subject {choice!r} of {name!r}: use one of {', '.join(SUBJECTS)}")
    return _plain(choice)


def _row(record: Mapping[str, Any], where: str, index: int) -> PublishedRow:
    question = bare_question(text_of(record, ("problem", "question"), where))
    solution = record.get("solution")
    boxed = last_boxed(solution) if isinstance(solution, str) else None
    if "answer" in record or boxed is None:
        answer = text_of(record, ("answer", "final_answer"), where)
    else:
        answer = boxed
    number = re.search(r"\d+", str(record.get("level", "")))
    meta = {
        "level": int(number[0]) if number else None,
        "subject": str(record.get("subject", record.get("type", ""))),
    }
    # The shipped solution is the gold where its last box is the answer, to the letter.
    gold = solution if boxed == answer else None
    return PublishedRow(question, answer, gold, file_ids(record, ("unique_id", "id")), meta)
