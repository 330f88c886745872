"""`exact_answer`: any JSON(L)/CSV file of questions whose answer is one exact thing.

    load("exact_answer", path="puzzles.jsonl", kind="number")

`kind` says what an answer is (see `reading.judging`): text, exact, number, word, words, list,
set, brackets. Without one it is read off each answer.
"""

import re
from collections.abc import Mapping
from typing import Any

from ...sandbox.errors import UsageError
from ..suite import Suite
from .reading.judging import JUDGES, number, plain
from .reading.rows import pick, read_rows
from .reading.suite import Item, QuestionSuite

_BRACKETS = re.compile(r"[\s()\[\]{}<>]+")
_LEGAL_WORDS = (("yes", "no"), ("true", "false", "unknown"), ("valid", "invalid"))
KINDS = tuple(kind for kind in JUDGES if kind not in ("choice", "grid"))


def kind_of(answer: str) -> str:
    """What an answer looks like: a number, brackets, one of a few known words, or text."""
    if number(answer) is not None:
        return "number"
    if _BRACKETS.fullmatch(answer):
        return "brackets"
    if any(plain(answer) in words for words in _LEGAL_WORDS):
        return "word"
    return "text"


def item_of(row: Mapping[str, Any], question: str, answer: Any, kind: str | None, own: str) -> Item:
    """One question; several accepted answers may come as a list, the first is the gold."""
    answers = [str(a) for a in answer] if isinstance(answer, list) else [str(answer)]
    chosen = kind or kind_of(answers[0])
    if kind in ("list", "set", "words") and isinstance(answer, list):
        answers = [(" " if kind == "words" else ", ").join(answers)]
    meta = {"accepted": answers[1:]} if len(answers) > 1 else {}
    words = next((words for words in _LEGAL_WORDS if plain(answers[0]) in words), ())
    options = words if chosen == "word" else ()
    own_ids = (own,) if own else ()
    return Item(question, answers[0], chosen, options, own_ids, meta)


def load(
    path: str | None = None,
    split: str = "test",
    question_field: str | None = None,
    answer_field: str | None = None,
    id_field: str | None = None,
    kind: str | None = None,
    size: int | None = None,
) -> Suite:
    """The questions of `path`; without names the usual ones are looked for.

    Raises UsageError for an unknown kind, and naming file, line and field for a bad row.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"kind {kind!r} of 'exact_answer': use one of {', '.join(KINDS)}")
    items = []
    for where, row in read_rows("exact_answer", path, size):
        question = str(pick(row, question_field, ("question", "input", "prompt", "query"), where))
        answer = pick(row, answer_field, ("answer", "target", "gold", "label", "output"), where)
        if answer in (None, "", []):
            raise UsageError(f"{where}: the answer is empty")
        own = str(row[id_field]) if id_field else ""
        items.append(item_of(row, question, answer, kind, own))
    return QuestionSuite("exact_answer", split, items)
