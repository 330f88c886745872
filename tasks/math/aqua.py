"""AQuA-RAT: algebra word problems with five options (Ling et al. 2017, arXiv:1705.04146)."""

import random
import re
from collections.abc import Mapping
from typing import Any

from ...sandbox.errors import UsageError
from ..problem import Problem
from ._published import PublishedRow, PublishedSuite, check_choice, hub, open_rows, text_of

NAME = "aqua"
SPLITS = ("test", "validation")
LINE = "Reason step by step, and put the letter of the right option within \\boxed{}."


class Aqua(PublishedSuite):
    """Multiple choice: the answer is a letter."""

    def guess(self, problem: Problem, rng: random.Random) -> str:
        return f"\\boxed{{{rng.choice(problem.meta['letters'])}}}"

    def chance(self, problem: Problem) -> float:
        return 1 / len(problem.meta["letters"])

    def wrong(self, problem: Problem) -> str:
        letters = problem.meta["letters"]
        return f"\\boxed{{{letters[(letters.index(problem.answer) + 1) % len(letters)]}}}"


def load(
    split: str = "test", data_dir: str | None = None, path: str | None = None
) -> PublishedSuite:
    """AQuA-RAT from `aqua_rat/<split>.jsonl` of the data folder, a file `path`, or the hub."""
    check_choice(NAME, "split", split, SPLITS)
    stem = "dev" if split == "validation" else split
    folders = ("aqua_rat", "aqua", "AQuA")
    candidates = [f"{folder}/{stem}.{end}" for folder in folders for end in ("jsonl", "json")]
    source = hub(NAME, "deepmind/aqua_rat", split, "raw")
    found = open_rows(NAME, candidates, data_dir, source, path)
    return Aqua(NAME, split, [_row(record, where) for where, record in found], LINE)


def _row(record: Mapping[str, Any], where: str) -> PublishedRow:
    question = text_of(record, ("question",), where)
    answer = text_of(record, ("correct",), where)
    options = record.get("options")
    if not isinstance(options, list) or not all(isinstance(each, str) for each in options):
        raise UsageError(f"{where}: field 'options' is not a list of texts")
    letters = [match[1] for each in options if (match := re.match(r"\s*\(?([A-Z])\)", each))]
    if len(letters) != len(options) or answer not in letters:
        raise UsageError(f"{where}: field 'correct' is {answer!r}, not one of the options' letters")
    shown = "\n".join(re.sub(r"^\s*\(?([A-Z])\)\s*", r"(\1) ", each) for each in options)
    meta = {"letters": letters, "rationale": str(record.get("rationale", ""))}
    return PublishedRow(f"{question}\n{shown}", answer, meta=meta)
