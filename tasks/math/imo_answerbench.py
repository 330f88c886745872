"""IMO-AnswerBench: 400 olympiad problems with short answers (arXiv:2511.01846)."""

from collections.abc import Mapping
from typing import Any

from ..sources import find_file, from_hub, located_csv
from ._published import (
    Located,
    PublishedRow,
    PublishedSuite,
    check_choice,
    file_ids,
    given_file,
    text_of,
)

NAME = "imo_answerbench"
HUB_ID = "OpenEvals/IMO-AnswerBench"
FIELDS = ("Problem ID", "Problem", "Short Answer")
CANDIDATES = (
    "imo_answerbench/answerbench_v2.csv",
    "imobench/answerbench_v2.csv",
    "answerbench_v2.csv",
    "imobench/answerbench.csv",
)


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> PublishedSuite:
    """IMO-AnswerBench from the published CSV of the data folder, a file `path`, or the hub."""
    check_choice(NAME, "split", split, ("test",))
    rows = []
    for where, record in _records(data_dir, path):
        question = text_of(record, ("Problem",), where)
        answer = _undressed(text_of(record, ("Short Answer",), where))
        meta = {key.lower(): record.get(key, "") for key in ("Category", "Subcategory", "Source")}
        rows.append(PublishedRow(question, answer, None, file_ids(record, ("Problem ID",)), meta))
    return PublishedSuite(NAME, split, rows)


def _records(data_dir: str | None, path: str | None) -> list[Located]:
    file = given_file(NAME, path) if path else find_file(NAME, CANDIDATES, data_dir)
    if file is None:
        rows = from_hub(NAME, HUB_ID, "train")
        return [(f"hub row {i}", record) for i, record in enumerate(rows)]
    return [(where, _mended(record)) for where, record in located_csv(file, FIELDS)]


def _mended(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row as it was meant: one published row lacks the quote that closes its problem, so its
    answer stands at the end of the problem and every later column one place to the left.
    """
    question, comma, answer = record["Problem"].rpartition("\n,")
    if "Source" in record or not comma:
        return record
    shifted = {
        "Category": record["Short Answer"],
        "Subcategory": record.get("Category", ""),
        "Source": record.get("Subcategory", ""),
    }
    own = record["Problem ID"]
    return {"Problem ID": own, "Problem": question, "Short Answer": answer.strip('"'), **shifted}


def _undressed(answer: str) -> str:
    """The answer without the dollar signs and full stop around the whole of it.

    A last dollar sign that the file forgot is put back.
    """
    text = answer.strip().removesuffix(".").strip()
    text += "$" * (text.count("$") % 2)
    if len(text) > 2 and text[0] == text[-1] == "$" and "$" not in text[1:-1]:
        return text[1:-1].strip()
    return text
