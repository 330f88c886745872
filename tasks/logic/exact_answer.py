"""`exact_answer`: questions with one exact answer each, from any JSON(L), CSV or Parquet file.

    load("exact_answer", path="puzzles.jsonl", kind="number")

`kind` is what an answer is (see `question_files.kinds`): text, exact, number, word, words, list,
set or brackets. Without it the answers decide, each for itself. Passages, several questions per
passage, `#### 42` and `[[42]]` are understood.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ...sandbox.errors import UsageError
from ..suite import Suite
from .question_files.fields import answer_of, literal, question_text
from .question_files.kinds import KINDS as _KINDS
from .question_files.kinds import unbracketed
from .question_files.options import within
from .question_files.rows import pick, read_rows
from .question_files.suite import Item, QuestionSuite
from .shapes.plain_text import key
from .shapes.text import number

_LETTER = re.compile(r"\(?[A-Z]\)?")
_BRACKETS = re.compile(r"[\s()\[\]{}<>]+")
_LEGAL_WORDS: tuple[tuple[str, ...], ...] = (
    ("yes", "no", "maybe"), ("true", "false", "unknown", "uncertain"), ("valid", "invalid"),
    ("entailment", "neutral", "contradiction"), ("entailed", "not entailed"),
    ("possible", "impossible"), ("consistent", "inconsistent"), ("correct", "incorrect"),
)  # fmt: skip
_PAIRED = {word for words in _LEGAL_WORDS for word in words[:2]}
KINDS = tuple(kind for kind in _KINDS if kind not in ("choice", "letters", "grid", "table"))
MOST_WORDS, OFTEN = 5, 4
"""A file with at most this many different answers, each this often on average, uses words."""


def kind_of(answer: str) -> str:
    """Classify an answer: a number, brackets, one of a few known words, or text."""
    if number(answer) is not None:
        return "number"
    if _BRACKETS.fullmatch(answer):
        return "brackets"
    if any(key(answer) in words for words in _LEGAL_WORDS):
        return "word"
    return "text"


def words_of(answers: Sequence[str]) -> tuple[str, ...]:
    """Return the closed set of words that all answers of a file come from, or ()."""
    known = Counter(key(answer) for answer in answers)
    for words in _LEGAL_WORDS:
        if set(known) <= set(words):
            first = [word for word in words if word in known or word in words[:2]]
            return tuple(first)
    if len(known) <= MOST_WORDS and len(answers) >= OFTEN * len(known) and len(known) > 1:
        return tuple(sorted(known))
    return ()


def item_of(
    question: str, answer: Any, kind: str | None, own: str, words: Sequence[str] = ()
) -> Item:
    """Make one question. A list of texts means several accepted answers; the first is the gold."""
    answers = [_clean(one) for one in answer] if isinstance(answer, list) else [_clean(answer)]
    listed = within(question) if kind is None and _LETTER.fullmatch(answers[0]) else None
    if listed is not None and answers[0].strip("()") in listed.labels:
        return Item(question, answers[0].strip("()"), "choice", listed.texts, (own,) if own else ())
    if kind is None and isinstance(answer, list) and not all(isinstance(a, str) for a in answer):
        kind = "list"  # texts are alternatives, numbers the items of one answer
    chosen = kind or kind_of(answers[0])
    if kind in ("list", "set", "words") and isinstance(answer, list):
        answers = [(" " if kind == "words" else ", ").join(answers)]
    if kind is None and chosen == "text" and words and key(answers[0]) in words:
        chosen = "word"
    if chosen == "word" and kind is None and not words and key(answers[0]) not in _PAIRED:
        chosen = "text"  # in a file of many kinds "unknown" may answer any question
    meta: dict[str, Any] = {"accepted": answers[1:]} if len(answers) > 1 else {}
    options: Sequence[str] = ()
    if chosen == "word":
        known = next((known for known in _LEGAL_WORDS if key(answers[0]) in known), ())
        options = words or known[:2]
    if isinstance(answer, bool):
        meta["synonyms"] = {"yes": "true", "no": "false"}
    return Item(question, answers[0], chosen, options, (own,) if own else (), meta)


def _clean(answer: Any) -> str:
    """The answer as text, without the marks of GSM8K and KOR-Bench."""
    text = str(answer).strip()
    if "####" in text:
        text = text.rpartition("####")[2].strip()
    return unbracketed(text)


def items_of(
    path: str | None, suite: str, kind: str | None, fields: Mapping[str, str | None]
) -> list[Item]:
    """Make every question of a file; `fields` are the declared names of question, answer and id."""
    read = []
    for where, row in read_rows(suite, path):
        question = question_text(row, fields["question"], where)
        answer = answer_of(row, fields["answer"], where)
        if isinstance(answer, str) and not answer.startswith("[["):
            listed = literal(answer)
            if isinstance(listed, list) and listed and not _BRACKETS.fullmatch(answer):
                answer = listed  # an empty list, or an object, as text is text
        if isinstance(answer, Mapping):
            raise UsageError(f"{where}: the answer is an object; grids have the reader grid")
        own = str(pick(row, fields["id"], (), where)) if fields["id"] else ""
        read.append((question, answer, own))
    firsts = [_clean(a[0] if isinstance(a, list) and a else a) for _, a, _ in read]
    words = words_of(firsts) if kind in (None, "word") else ()
    return [item_of(question, answer, kind, own, words) for question, answer, own in read]


def load(
    path: str | None = None,
    split: str = "test",
    question_field: str | None = None,
    answer_field: str | None = None,
    id_field: str | None = None,
    kind: str | None = None,
    size: int | None = None,
) -> Suite:
    """Load the questions of `path`; fields that are not named are found by their usual names.

    Raises UsageError for an unknown kind, and for a bad row with its file, line and field.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"kind {kind!r} of 'exact_answer': use one of {', '.join(KINDS)}")
    fields = {"question": question_field, "answer": answer_field, "id": id_field}
    return QuestionSuite("exact_answer", split, items_of(path, "exact_answer", kind, fields), size)
