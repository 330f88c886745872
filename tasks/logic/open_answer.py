"""`open_answer`: any file of questions with free answers of mathematical form.

    load("open_answer", path="questions.jsonl", question_field="question", answer_field="answer")

An answer is right when it is the gold as text, or equals it in value: numbers, fractions,
expressions, sets and tuples are compared by the math verifier.
"""

from ..math.verifier import verify_math
from ..problem import Problem
from ..suite import Suite
from ..verdict import Verdict
from .exact_answer import items_of
from .question_files.suite import QuestionSuite


class OpenAnswers(QuestionSuite):
    """Text first, then equality of values."""

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
    """The questions of `path`; without names the usual ones are looked for.

    Raises UsageError naming file, line and field for a bad row.
    """
    fields = {"question": question_field, "answer": answer_field, "id": id_field}
    return OpenAnswers("open_answer", split, items_of(path, "open_answer", "text", fields), size)
