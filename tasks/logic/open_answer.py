"""`open_answer`: any JSON(L)/CSV file of questions with free answers of mathematical form.

    load("open_answer", path="questions.jsonl", question_field="question", answer_field="answer")

An answer is right when it is the gold as text, or equals it in value: numbers, fractions,
expressions, sets and tuples are compared by the math verifier.
"""

from ..math.verifier import verify_math
from ..problem import Problem
from ..suite import Suite
from ..verdict import Verdict
from .exact_answer import item_of
from .reading.rows import pick, read_rows
from .reading.suite import QuestionSuite


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
    items = []
    for where, row in read_rows("open_answer", path, size):
        question = str(pick(row, question_field, ("question", "input", "prompt", "query"), where))
        answer = pick(row, answer_field, ("answer", "target", "gold", "label", "output"), where)
        own = str(row[id_field]) if id_field else ""
        items.append(item_of(row, question, answer, "text", own))
    return OpenAnswers("open_answer", split, items)
