"""`multiple_choice`: any JSON(L)/CSV file of questions with options; the user declares the fields.

    load("multiple_choice", path="questions.jsonl", options_field="choices")

The options may be a list of texts ("A) red" or "red"), an object of letter to text, or
BIG-bench's `target_scores`; the answer a letter, an index, or the text of an option.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...sandbox.errors import UsageError
from ..suite import Suite
from .reading.judging import plain
from .reading.rows import pick, read_rows
from .reading.suite import Item, QuestionSuite

_LABEL = re.compile(r"\s*[(\[]?([A-Z])[)\].:]\s*", re.IGNORECASE)


def option_texts(options: Any, where: str) -> list[str]:
    """The texts of the options in order, without their letters. Raises UsageError."""
    if isinstance(options, Mapping):
        if isinstance(options.get("text"), list):  # ARC and OpenBookQA: {"text": [], "label": []}
            options = options["text"]
        elif all(isinstance(value, int | float) for value in options.values()):
            options = list(options)  # BIG-bench: {text: score}
        else:
            options = [options[key] for key in sorted(options)]
    if not isinstance(options, Sequence) or isinstance(options, str) or len(options) < 2:
        raise UsageError(f"{where}: the options must be a list of at least 2 texts")
    if len(options) > 26:
        raise UsageError(f"{where}: {len(options)} options; at most 26 have letters")
    if isinstance(options[0], Mapping):
        options = [option.get("text", option.get("content", "")) for option in options]
    texts = [str(option) for option in options]
    labels = [_LABEL.match(text) for text in texts]
    lettered = [label[1].upper() if label else "" for label in labels]
    if lettered == [chr(ord("A") + i) for i in range(len(texts))]:
        texts = [_LABEL.sub("", text, count=1) for text in texts]
    return [text.strip() for text in texts]


def answer_letter(answer: Any, options: Sequence[str], where: str, first: int = 0) -> str:
    """The letter of the right option from a letter, an index or its text. Raises UsageError."""
    legal = [chr(ord("A") + i) for i in range(len(options))]
    if isinstance(answer, Mapping):  # BIG-bench target_scores
        best = max(answer, key=lambda text: answer[text])
        answer = list(answer).index(best)
    if isinstance(answer, int) and not isinstance(answer, bool):
        if 0 <= answer - first < len(options):
            return legal[answer - first]
        raise UsageError(f"{where}: answer {answer} is no index of {len(options)} options")
    text = str(answer).strip()
    label = re.fullmatch(r"[(\[]?([A-Za-z])[)\].:]?", text)
    if label and label[1].upper() in legal:
        return label[1].upper()
    matches = [i for i, option in enumerate(options) if plain(option) == plain(text)]
    if matches:
        return legal[matches[0]]
    if text.isdigit() and 0 <= int(text) - first < len(options):
        return legal[int(text) - first]
    raise UsageError(f"{where}: answer {text!r} is none of the {len(options)} options")


def with_options(question: str, options: Sequence[str]) -> str:
    """The question followed by one line an option."""
    lines = [f"({chr(ord('A') + i)}) {option}" for i, option in enumerate(options)]
    return "\n".join([question.strip(), *lines])


def load(
    path: str | None = None,
    split: str = "test",
    question_field: str | None = None,
    options_field: str | None = None,
    answer_field: str | None = None,
    context_field: str | None = None,
    id_field: str | None = None,
    first_index: int = 0,
    size: int | None = None,
) -> Suite:
    """The questions of `path`; without names the usual ones are looked for.

    `context_field` is put before the question; `first_index` is what the file calls its first
    option when answers are numbers. Raises UsageError naming file, line and field.
    """
    items = []
    for where, row in read_rows("multiple_choice", path, size):
        question = str(pick(row, question_field, ("question", "input", "query", "prompt"), where))
        context = pick(row, context_field, ("context", "passage"), where, required=False)
        raw = pick(row, options_field, ("options", "choices", "target_scores", "endings"), where)
        options = option_texts(raw, where)
        usual = ("answer", "label", "correct", "answerKey", "target", "gold")
        given = raw if "target_scores" in row and answer_field is None else None
        answer = given if given is not None else pick(row, answer_field, usual, where)
        letter = answer_letter(answer, options, where, first_index)
        if isinstance(context, list):
            context = "\n".join(map(str, context))
        text = f"{context}\n{question}" if context else question
        own = (str(row[id_field]),) if id_field else ()
        items.append(Item(with_options(text, options), letter, "choice", options, own))
    return QuestionSuite("multiple_choice", split, items)
