"""GSM8K: grade-school word problems (Cobbe et al. 2021, arXiv:2110.14168)."""

from ...sandbox.errors import UsageError
from ._published import (
    HASHES_LINE,
    PublishedRow,
    PublishedSuite,
    check_choice,
    file_ids,
    hub,
    open_rows,
    plain_integer,
    text_of,
)

NAME = "gsm8k"
SPLITS = ("train", "test")


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> PublishedSuite:
    """GSM8K from `gsm8k/<split>.jsonl` of the data folder, a file `path`, or the hub."""
    check_choice(NAME, "split", split, SPLITS)
    candidates = (
        f"gsm8k/{split}.jsonl",
        f"grade_school_math/data/{split}.jsonl",
        f"grade-school-math/grade_school_math/data/{split}.jsonl",
        f"gsm8k_{split}.jsonl",
    )
    found = open_rows(NAME, candidates, data_dir, hub(NAME, "openai/gsm8k", split, "main"), path)
    rows = []
    for where, record in found:
        solution = text_of(record, ("answer",), where)
        _, marker, answer = solution.rpartition("####")
        if not marker or not answer.strip():
            raise UsageError(f"{where}: field 'answer' has no final line '#### <number>'")
        question = text_of(record, ("question",), where)
        own = file_ids(record, ("id",))
        rows.append(PublishedRow(question, plain_integer(answer), solution, own))
    return PublishedSuite(NAME, split, rows, HASHES_LINE)
