"""MATH: competition problems in five levels and seven subjects (arXiv:2103.03874)."""

from pathlib import Path
from typing import Any

from ..sources import data_folder, from_hub, read_json, require
from ._competition import SUBJECTS, Selection, competition_suite
from ._published import Located, PublishedSuite, check_choice, open_rows

NAME = "math"
SPLITS = ("train", "test")
HUB_ID = "EleutherAI/hendrycks_math"


def load(
    split: str = "test",
    data_dir: str | None = None,
    level: Selection = None,
    subject: Selection = None,
    path: str | None = None,
) -> PublishedSuite:
    """MATH from `math/<split>.jsonl` or the published tree `MATH/<split>/<subject>/*.json` of
    the data folder, from the hub, or any file `path` in MATH's format.

    `level` (1 to 5) and `subject` select; see `competition_suite`.
    """
    check_choice(NAME, "split", split, SPLITS)
    found = None if path else _tree(split, data_dir)
    if found is None:
        candidates = (f"math/{split}.jsonl", f"MATH/{split}.jsonl", f"math_{split}.jsonl")
        found = open_rows(NAME, candidates, data_dir, lambda: _hub_rows(split), path)
    return competition_suite(NAME, split, found, level, subject)


def _tree(split: str, data_dir: str | None) -> list[Located] | None:
    """The published layout, one JSON file a problem, in a fixed order; None if it is not here."""
    folder = data_folder(data_dir)
    root = folder / "MATH" / split if folder else None
    if root is None or not root.is_dir():
        return None
    found: list[Located] = []
    for file in sorted(root.glob("*/*.json"), key=_order):
        own = f"{split}/{file.parent.name}/{file.name}"
        record = require(read_json(file), ("problem", "solution"), str(file))
        found.append((str(file), {"unique_id": own, **record}))
    return found


def _order(file: Path) -> tuple[str, int, str]:
    return file.parent.name, int(file.stem) if file.stem.isdecimal() else -1, file.stem


def _hub_rows(split: str) -> list[dict[str, Any]]:
    configs = [subject.lower().replace("&", "and").replace(" ", "_") for subject in SUBJECTS]
    return [row for config in configs for row in from_hub(NAME, HUB_ID, split, config)]
