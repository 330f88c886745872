"""HumanEval-Infilling: fill the gap between a prompt and a suffix (Bavarian et al. 2022)."""

from collections.abc import Mapping
from typing import Any

from ..problem import Problem
from ..verdict import Verdict, wrong
from ._stored import CodeSuite, fenced, limited, records
from .extraction.code_blocks import code_blocks
from .extraction.reply_text import reply_text
from .extraction.syntax import defines
from .formats.calibration import scaled
from .verifier import FUNCTION_LIMITS, verify_function

FIELDS = ("task_id", "prompt", "suffix", "canonical_solution", "test", "entry_point")

_ASK = "Write what is missing at <gap>, and nothing else.\n\n"


class Infilling(CodeSuite):
    """The reply is the missing part as it is, or the whole function in a block."""

    name = "humaneval_infilling"

    def gold(self, problem: Problem) -> str:
        return problem.answer

    def check(self, problem: Problem, completion: str) -> Verdict:
        def within(text: str, factor: float) -> Verdict:
            return _check(problem.meta, text, factor)

        return self.calibrated(problem, within, completion)


def _check(meta: Mapping[str, Any], completion: str, factor: float) -> Verdict:
    reply, reason = reply_text(completion)
    if reply is None:
        return wrong("truncated", None, f"No program to run: {reason}.")
    blocks = code_blocks(reply)
    as_it_is = completion if completion.strip() == reply.strip() else reply
    middle = blocks[-1].text if blocks and blocks[-1].closed else as_it_is
    if not middle.strip() and not meta["blank"]:
        return wrong("no_answer", None, "No program to run: the completion is empty.")
    joined = _joined(meta, middle)
    whole = defines(middle, meta["entry_point"]) or not defines(joined, meta["entry_point"])
    text = completion if whole else fenced(joined)
    limits = scaled(FUNCTION_LIMITS, factor)
    return verify_function(text, meta["test"], meta["entry_point"], limits=limits)


def _joined(meta: Mapping[str, Any], middle: str) -> str:
    """The program with the gap filled, which may be of whole lines or within one.

    A block has a line end that the gap need not have, and a reply may lack one that it needs: the
    first form that defines the function counts.
    """
    prompt, suffix, bare = str(meta["prompt"]), str(meta["suffix"]), middle.removesuffix("\n")
    forms = [bare + "\n", middle, bare] if prompt.endswith("\n") else [middle, bare, bare + "\n"]
    texts = [prompt + form + suffix for form in forms]
    return next((text for text in texts if defines(text, meta["entry_point"])), texts[0])


def load(split: str = "test", data_dir: str | None = None, path: str | None = None) -> Infilling:
    """Read HumanEval-Infilling, any of its three files. Raises UsageError."""
    limited("split", split, ["test"])
    rows = records(
        "humaneval_infilling",
        ["humaneval_infilling/HumanEval-SingleLineInfilling.jsonl", "humaneval_infilling.jsonl"],
        FIELDS, data_dir=data_dir, path=path, 
        hub=("loubnabnl/humaneval_infilling", split, "HumanEval-SingleLineInfilling"),
    )  # fmt: skip
    problems = [
        Problem(
            str(row["task_id"]), "humaneval_infilling",
            _ASK + f"{row['prompt']}<gap>{row['suffix']}",
            row["canonical_solution"],
            {key: row[key] for key in ("entry_point", "test", "prompt", "suffix")}
            | {"blank": not row["canonical_solution"].strip()},
        )
        for row in rows
    ]  # fmt: skip
    return Infilling(problems, split)
