"""Which field of a row is the question, what stands before it, and which is the answer."""

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


def question_text(
    row: Mapping[str, Any], question_field: str | None, context_field: str | None, where: str
) -> str:
    """The question, after its context where the row has one. Raises UsageError."""
    asked = question_field or _name(row, QUESTIONS)
    if question_field is None and {"question", "query"} <= {folded(name) for name in row}:
        asked = _name(row, ("query",))  # PrOntoQA calls the premises the question
    question = pick(row, asked, QUESTIONS, where)
    context = None
    if context_field is not None:
        context = pick(row, context_field, (), where)
    else:
        before = _name(row, ("question", *CONTEXTS) if asked == "query" else CONTEXTS, asked)
        context = row[before] if before else None
    parts = [_as_text(part) for part in (context, question) if part not in (None, "", [])]
    return "\n".join(parts)


def _name(row: Mapping[str, Any], usual: tuple[str, ...], but: str | None = None) -> str | None:
    """The row's own name of the first usual field that is filled with text or lines of it."""
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
    """The answer as the file states it. Raises UsageError when it is missing or empty."""
    answer = pick(row, field, ANSWERS, where)
    if isinstance(answer, Mapping):  # SQuAD and TriviaQA
        answer = next((answer[key] for key in ("text", "value", "answer") if key in answer), answer)
    if answer in (None, "", [], {}):
        raise UsageError(f"{where}: the answer is empty")
    return answer


def literal(value: Any) -> Any:
    """A list or object that a table's cell holds as text, else the value as it is."""
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
