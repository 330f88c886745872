"""FOLIO (Han et al. 2022, arXiv:2209.00840): does the conclusion follow from the premises?

Reads the published JSON Lines, and other files with the same fields (`path`). The labels are
`True`, `False` and `Unknown` (`Uncertain` in v0.0). Use `multiple_choice` for lettered options.
"""

from collections.abc import Mapping
from typing import Any

from ...sandbox.errors import UsageError
from ..sources import find_file, from_hub
from ..suite import Suite
from .question_files.fields import literal
from .question_files.rows import Located, pick, read_rows
from .question_files.suite import Item, QuestionSuite

HUB_ID = "yale-nlp/FOLIO"
FILES = {
    "train": ("folio/folio-train.jsonl", "folio-train.jsonl", "folio_v2_train.jsonl"),
    "validation": (
        "folio/folio-validation.jsonl",
        "folio-validation.jsonl",
        "folio_v2_validation.jsonl",
    ),
}
LABELS = {
    "true": "True", "false": "False", "unknown": "Unknown", "uncertain": "Unknown",
    "entailment": "True", "contradiction": "False", "neutral": "Unknown", "undetermined": "Unknown",
    "yes": "True", "no": "False",
}  # fmt: skip
SYNONYMS = {"uncertain": "unknown", "undetermined": "unknown"}


def item_of(row: Mapping[str, Any], where: str) -> Item:
    """Make one question. Raises UsageError for an unknown label."""
    premises = literal(pick(row, None, ("premises", "premise", "context", "theory"), where))
    conclusion = str(pick(row, None, ("conclusion", "hypothesis", "question"), where))
    given = pick(row, None, ("label", "answer"), where)
    lines = premises if isinstance(premises, list) else str(premises).split("\n")
    label = LABELS.get(str(given).strip().casefold())
    if label is None:
        raise UsageError(f"{where}: label {given!r}: use True, False or Unknown")
    text = "\n".join(["Premises:", *(str(line).strip() for line in lines)])
    question = (
        f"{text}\nConclusion: {conclusion.strip()}\n"
        "Judged by the premises alone, is the conclusion true, false or unknown?"
    )
    own = (str(row["example_id"]),) if "example_id" in row else ()
    return Item(question, label, "word", ("True", "False", "Unknown"), own, {"synonyms": SYNONYMS})


def _located(split: str, data_dir: str | None, path: str | None) -> list[Located]:
    file = find_file("folio", FILES[split], data_dir) if path is None else path
    if file is not None:
        return list(read_rows("folio", str(file)))
    rows = from_hub("folio", HUB_ID, split)
    return [(f"{HUB_ID}: row {number}", row) for number, row in enumerate(rows)]


def load(
    split: str = "validation",
    data_dir: str | None = None,
    path: str | None = None,
    size: int | None = None,
) -> Suite:
    """Load a split of FOLIO, or the file at `path`. Raises UsageError with split, file or row."""
    split = "validation" if split == "test" else split  # the test labels are not published
    if split not in FILES:
        raise UsageError(f"split {split!r} of 'folio': use one of {', '.join(FILES)}")
    items = [item_of(row, where) for where, row in _located(split, data_dir, path)]
    return QuestionSuite("folio", split, items, size)
