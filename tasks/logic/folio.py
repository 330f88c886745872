"""FOLIO (Han et al. 2022, arXiv:2209.00840): does the conclusion follow from the premises?

Reads the published JSON lines; `True`, `False` and `Unknown` (v0.0 also says `Uncertain`).
"""

from collections.abc import Mapping
from typing import Any

from ...sandbox.errors import UsageError
from ..sources import find_file, from_hub, read_jsonl, require
from ..suite import Suite
from .reading.suite import Item, QuestionSuite

HUB_ID = "yale-nlp/FOLIO"
FILES = {
    "train": ("folio/folio-train.jsonl", "folio-train.jsonl", "folio_v2_train.jsonl"),
    "validation": (
        "folio/folio-validation.jsonl",
        "folio-validation.jsonl",
        "folio_v2_validation.jsonl",
    ),
}
LABELS = {"true": "True", "false": "False", "unknown": "Unknown", "uncertain": "Unknown"}
SYNONYMS = {"uncertain": "unknown", "undetermined": "unknown"}


def item_of(row: Mapping[str, Any], where: str) -> Item:
    """One conclusion to judge. Raises UsageError for a label that is none."""
    require(row, ("premises", "conclusion", "label"), where)
    premises = row["premises"]
    lines = premises if isinstance(premises, list) else str(premises).split("\n")
    label = LABELS.get(str(row["label"]).strip().casefold())
    if label is None:
        raise UsageError(f"{where}: label {row['label']!r}: use True, False or Unknown")
    text = "\n".join(["Premises:", *(line.strip() for line in lines)])
    question = (
        f"{text}\nConclusion: {row['conclusion'].strip()}\n"
        "Judged by the premises alone, is the conclusion true, false or unknown?"
    )
    own = (str(row["example_id"]),) if "example_id" in row else ()
    return Item(question, label, "word", ("True", "False", "Unknown"), own, {"synonyms": SYNONYMS})


def load(split: str = "validation", data_dir: str | None = None, size: int | None = None) -> Suite:
    """A split of FOLIO. Raises UsageError for an unknown split, a missing or malformed file."""
    split = "validation" if split == "test" else split  # the test labels are not published
    if split not in FILES:
        raise UsageError(f"split {split!r} of 'folio': use one of {', '.join(FILES)}")
    path = find_file("folio", FILES[split], data_dir)
    if path is None:
        rows = enumerate(from_hub("folio", HUB_ID, split))
        located = [(f"{HUB_ID}: row {number}", row) for number, row in rows]
    else:
        numbered = enumerate(read_jsonl(path), start=1)
        located = [(f"{path}:{number}", dict(row)) for number, row in numbered]
    return QuestionSuite("folio", split, [item_of(row, where) for where, row in located][:size])
