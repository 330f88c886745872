"""Benchmarks of question and answer that no data folder here carries: read from the hub, or
from JSON-lines files with the fields that public harnesses use.
"""

from collections.abc import Callable, Sequence
from typing import Any

from ._published import (
    PublishedRow,
    PublishedSuite,
    bare_question,
    check_choice,
    file_ids,
    last_boxed,
    open_rows,
    text_of,
)


def open_suite(
    name: str,
    candidates: Sequence[str],
    source: Callable[[], list[dict[str, Any]]],
    split: str,
    data_dir: str | None,
    path: str | None,
) -> PublishedSuite:
    """The suite of the records found; the answer may stand in the solution's last box."""
    check_choice(name, "split", split, ("test",))
    rows = []
    for where, record in open_rows(name, candidates, data_dir, source, path):
        question = bare_question(text_of(record, ("problem", "question"), where))
        solution = record.get("solution")
        boxed = last_boxed(solution) if isinstance(solution, str) else None
        if boxed and not {"answer", "final_answer"} & set(record):
            answer = boxed
        else:
            answer = text_of(record, ("answer", "final_answer"), where)
        rows.append(PublishedRow(question, answer.strip("$"), None, file_ids(record, ("id",))))
    return PublishedSuite(name, split, rows)
