"""Any JSON-lines file of questions and answers, verified as math."""

from ...sandbox.errors import UsageError
from ..sources import located_jsonl
from ._published import BOXED_LINE, PublishedRow, PublishedSuite, file_ids, given_file, text_of

NAME = "questions"


def load(
    path: str,
    split: str = "test",
    question_field: str = "question",
    answer_field: str = "answer",
    id_field: str | None = None,
    line: str = BOXED_LINE,
) -> PublishedSuite:
    """The questions of a file, one JSON object a line (plain or `.gz`).

    `id_field` names the file's own ids, which `find` then takes; `line` is the sentence that
    tells the answer format. Raises UsageError naming file, line and field.
    """
    rows = []
    for where, record in located_jsonl(given_file(NAME, path)):
        question = text_of(record, (question_field,), where)
        answer = text_of(record, (answer_field,), where)
        own: tuple[str, ...] = ()
        if id_field is not None:
            own = file_ids(record, (id_field,))
            if not own:
                raise UsageError(f"{where}: field {id_field!r} is missing or not a text or number")
        rows.append(PublishedRow(question, answer, None, own))
    return PublishedSuite(NAME, split, rows, line)
