"""Eurus-2-RL-Data of PRIME, the coding part: cases as JSON text in the reward model's truth."""

from collections.abc import Mapping
from typing import Any

from ..problem import Problem
from ._stored import Record, limited, records
from .formats.fields import json_field, shape_error
from .formats.input_output import IMPORTS, InputOutputSuite, cases_of, problem_with_cases


def _is_code(row: Record) -> bool:
    return str(row.get("ability", "code")).lower() in ("code", "coding")


def _asked(prompt: Any, where: str) -> str:
    """The question of a list of chat messages, or of a text."""
    if isinstance(prompt, str):
        return prompt
    if isinstance(prompt, list):
        for message in reversed(prompt):
            if isinstance(message, Mapping) and message.get("role") == "user":
                return str(message.get("content", ""))
    raise shape_error(where, "prompt", "text or a list of messages with one of the user")


def _problem(row: Record, index: int) -> Problem:
    extra = row.get("extra_info")
    number = extra.get("index", index) if isinstance(extra, Mapping) else index
    where = f"prime_code {number}"
    model = row["reward_model"]
    if not isinstance(model, Mapping):
        raise shape_error(where, "reward_model", "an object with 'ground_truth'")
    cases = cases_of(json_field(model, "ground_truth", where), where, "reward_model.ground_truth")
    return problem_with_cases("prime_code", str(number), _asked(row["prompt"], where), "", cases)


def load(
    split: str = "train", data_dir: str | None = None, path: str | None = None
) -> InputOutputSuite:
    """Read the coding rows of Eurus-2-RL-Data, or rows of verl in its form. Raises UsageError."""
    limited("split", split, ["train", "validation"])
    rows = records(
        "prime_code", [f"prime_code/{split}.jsonl", "prime_code.jsonl"], ("prompt", "reward_model"),
        data_dir=data_dir, path=path, hub=("PRIME-RL/Eurus-2-RL-Data", split),
    )  # fmt: skip
    problems = [_problem(row, index) for index, row in enumerate(rows) if _is_code(row)]
    return InputOutputSuite("prime_code", problems, split, header=IMPORTS)
