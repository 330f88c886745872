"""Find the question, its context and the answer in a row."""

import ast
import json
from collections.abc import Mapping
from typing import Any

from ....sandbox.errors import UsageError
from .rows import folded, pick

QUESTIONS = (
    "question", "query", "problem", "instruction", "prompt", "input", "puzzle", "puzzles", "quiz",
    "statement", "conclusion", "hypothesis", "question_stem", "sentence", "ctx", "goal", "text",
    "messages",
)  # fmt: skip
CONTEXTS = (
    "context", "passage", "story", "theory", "premises", "premise", "facts", "article",
    "background", "rule_content", "puzzle", "text", "input",
)  # fmt: skip
ANSWERS = (
    "answer", "target", "gold", "label", "answerKey", "answer_key", "correct_answer",
    "expected_answer", "ground_truth", "final_answer", "solution_text", "solution", "output",
    "expected", "answers", "targets", "correct", "reference",
)  # fmt: skip


def question_text(row: Mapping[str, Any], question_field: str | None, where: str) -> str:
    """Return the question, with its context before it if the row has one.

    `question_field` may name several fields in order, joined by `+`: `passage+question`.
    Raises UsageError for a field that is missing.
    """
    names = declared_fields(row, question_field)
    if names and len(names) > 1:
        parts = [pick(row, name, (), where) for name in names]
    else:
        parts = list(_context_and_question(row, names[0] if names else None, where))
    return "\n".join(_as_text(part) for part in parts if part not in (None, "", []))


def declared_fields(row: Mapping[str, Any], declared: str | None) -> list[str]:
    """Split a declared name into fields: itself, or the fields that `+` joins."""
    if declared is None or declared in row:
        return [] if declared is None else [declared]
    return [name.strip() for name in str(declared).split("+")]


def _context_and_question(
    row: Mapping[str, Any], question_field: str | None, where: str
) -> tuple[Any, Any]:
    asked = question_field or _name(row, QUESTIONS)
    if question_field is None and {"question", "query"} <= {folded(name) for name in row}:
        asked = _name(row, ("query",))  # PrOntoQA calls the premises the question
    question = pick(row, asked, QUESTIONS, where)
    before = _name(row, ("question", *CONTEXTS) if asked == "query" else CONTEXTS, asked)
    return (row[before] if before else None), question


def _name(row: Mapping[str, Any], usual: tuple[str, ...], but: str | None = None) -> str | None:
    """Return the row's name for the first usual field that holds text or lines of text."""
    names = {folded(name): name for name in row}
    for name in usual:
        own = names.get(folded(name))
        if own is not None and own != but and _is_text(row[own]):
            return own
    return None


def _is_text(value: Any) -> bool:
    lines = value if isinstance(value, list) and value else [value]
    return all(isinstance(line, str) and line.strip() for line in lines)


def _as_text(value: Any) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def answer_of(row: Mapping[str, Any], field: str | None, where: str) -> Any:
    """Return the answer as the file states it. Raises UsageError when it is missing or empty."""
    answer = pick(row, field, ANSWERS, where)
    if isinstance(answer, Mapping):  # SQuAD and TriviaQA
        answer = next((answer[key] for key in ("text", "value", "answer") if key in answer), answer)
    if answer in (None, "", [], {}):
        raise UsageError(f"{where}: the answer is empty")
    return answer


def literal(value: Any) -> Any:
    """Parse a list or object that a table cell holds as text; return other values unchanged."""
    if not isinstance(value, str) or not value.strip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return value
