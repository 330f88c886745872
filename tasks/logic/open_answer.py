"""`open_answer`: questions with free answers of mathematical form, from any file.

    load("open_answer", path="questions.jsonl", question_field="question", answer_field="answer")

An answer is right when it equals the gold as text or in value. The math verifier compares values:
numbers, fractions, expressions, sets and tuples.
"""

from ..math.verifier import verify_math
from ..problem import Problem
from ..suite import Suite
from ..verdict import Verdict
from .exact_answer import items_of
from .question_files.suite import QuestionSuite


class OpenAnswers(QuestionSuite):
    """Questions whose answers are compared as text first, then by value."""

    def check(self, problem: Problem, completion: str) -> Verdict:
        verdict = super().check(problem, completion)
        if verdict.status != "incorrect":
            return verdict
        by_value = verify_math(problem.answer, completion)
        return by_value if by_value.correct else verdict


def load(
    path: str | None = None,
    split: str = "test",
    question_field: str | None = None,
    answer_field: str | None = None,
    id_field: str | None = None,
    size: int | None = None,
) -> Suite:
    """Load the questions of `path`; fields that are not named are found by their usual names.

    Raises UsageError for a bad row with its file, line and field.
    """
    fields = {"question": question_field, "answer": answer_field, "id": id_field}
    return OpenAnswers("open_answer", split, items_of(path, "open_answer", "text", fields), size)
