"""The American Invitational Mathematics Examination: answers are whole numbers 0 to 999."""

from collections.abc import Sequence

from ...sandbox.errors import UsageError
from ._published import (
    PublishedRow,
    PublishedSuite,
    bare_question,
    check_choice,
    file_ids,
    hub,
    open_rows,
    plain_integer,
    text_of,
)

ANSWERS = range(1000)


def aime_suite(
    name: str,
    hub_source: tuple[str, str],
    candidates: Sequence[str],
    split: str,
    data_dir: str | None,
    path: str | None,
) -> PublishedSuite:
    """One year's problems; `hub_source` is the hub id and its split.

    Reads both published formats: `prompt` with the answer line in it and an int answer, or
    `problem`/`question` with a text answer that may be zero-padded.
    """
    check_choice(name, "split", split, ("test",))
    found = open_rows(name, candidates, data_dir, hub(name, *hub_source), path)
    rows = []
    for where, record in found:
        question = bare_question(text_of(record, ("problem", "question", "prompt"), where))
        answer = plain_integer(text_of(record, ("answer",), where))
        if not answer.isdecimal() or int(answer) not in ANSWERS:
            raise UsageError(f"{where}: field 'answer' is {answer!r}, not a whole number 0 to 999")
        rows.append(PublishedRow(question, answer, None, file_ids(record, ("id", "ID"))))
    return PublishedSuite(name, split, rows, plausible=ANSWERS)
