"""`multiple_choice`: questions with options, from any JSON(L), CSV or Parquet file.

    load("multiple_choice", path="questions.jsonl", options_field="choices")

The options may be a list of texts ("A) red" or "red"), an object from letters to texts, columns
(A, B, ...; option1, option2, ...), lines of the question, or BIG-bench's `target_scores`. The
answer may be a letter, several letters (`BD`), an index or the text of an option. Passages with
several questions (AR-LSAT) and LogiQA's text blocks are read too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...sandbox.errors import UsageError
from ..sources import read_text
from ..suite import Suite
from .question_files.fields import question_text
from .question_files.options import (
    ListedOptions,
    letters,
    letters_together,
    options_of,
    right_letters,
)
from .question_files.rows import Located, pick, read_rows, resolve
from .question_files.suite import Item, QuestionSuite

ANSWERS = (
    "answer", "label", "correct", "answerKey", "answer_key", "target", "gold", "correct_option",
    "correct_answer", "correct_choice", "answer_idx", "answer_index", "cop", "solution", "output",
    "ground_truth",
)  # fmt: skip


def with_options(question: str, options: ListedOptions) -> str:
    """Return the question followed by one line per option, unless it shows them already."""
    if options.inline:
        return question
    marked = zip(letters(len(options.texts)), options.texts, strict=True)
    return "\n".join([question.strip(), *(f"({letter}) {text}" for letter, text in marked)])


def blocks(path: str) -> Iterator[Located]:
    """Read LogiQA's text files: blocks of letter, context, question and four options."""
    file = resolve("multiple_choice", path)
    for number, block in enumerate(read_text(file).replace("\r\n", "\n").strip().split("\n\n")):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        where = f"{file}: block {number}"
        if len(lines) < 5:
            raise UsageError(f"{where}: a letter, a context, a question and options expected")
        letter, context, question, *options = lines
        yield where, {"answer": letter, "context": context, "question": question,
                      "options": options}  # fmt: skip


def _answer(row: Mapping[str, Any], field: str | None, options: ListedOptions, where: str) -> Any:
    if field is None and options.scores is not None:
        return None
    usual = tuple(name for name in ANSWERS if not isinstance(row.get(name), dict))
    return pick(row, field, usual, where)


def first_of(answers: list[tuple[Any, ListedOptions]]) -> int:
    """Return 1 when the file counts its options from 1 (an index equals their number), else 0."""
    counted = [
        (int(answer), len(options.texts))
        for answer, options in answers
        if (isinstance(answer, int | float) and not isinstance(answer, bool))
        or (isinstance(answer, str) and answer.strip().isascii() and answer.strip().isdigit())
    ]  # fmt: skip
    from_one = all(1 <= index <= count for index, count in counted)
    return int(bool(counted) and from_one and any(index == count for index, count in counted))


def load(
    path: str | None = None,
    split: str = "test",
    question_field: str | None = None,
    options_field: str | None = None,
    answer_field: str | None = None,
    id_field: str | None = None,
    first_index: int | None = None,
    size: int | None = None,
) -> Suite:
    """Load the questions of `path`; fields that are not named are found by their usual names.

    `question_field` may name several fields in order, joined by `+`: `passage+question`.
    `first_index` is the number of the first option when answers are indices; None infers it from
    the file. Raises UsageError with file, line and field.
    """
    if first_index not in (None, 0, 1):
        raise UsageError(f"first_index {first_index!r} of 'multiple_choice': use 0 or 1")
    text_file = str(path or "").removesuffix(".gz").endswith(".txt")
    located = blocks(str(path)) if text_file else read_rows("multiple_choice", path)
    read = []
    for where, row in located:
        question = question_text(row, question_field, where)
        options = options_of(row, options_field, question, where)
        answer = _answer(row, answer_field, options, where)
        own = (str(pick(row, id_field, (), where)),) if id_field else ()
        read.append((where, question, options, answer, own))
    first = first_index
    if first is None:
        first = first_of([(answer, options) for _, _, options, answer, _ in read])
    from_zero = any(str(answer).strip() in ("0", "0.0") for _, _, _, answer, _ in read)
    items = []
    for where, question, options, answer, own in read:
        if from_zero and "0" not in options.labels:  # sol1 and sol2 with the labels 0 and 1
            options = replace(options, labels=letters(len(options.texts)))
        text = with_options(question, options)
        together = letters_together(answer, len(options.texts))
        if together is not None and answer not in options.texts:
            items.append(Item(text, together, "letters", options.texts, own))
            continue
        letter, *also = right_letters(answer, options, where, first)
        meta = {"also": also} if also else {}
        items.append(Item(text, letter, "choice", options.texts, own, meta))
    return QuestionSuite("multiple_choice", split, items, size)
