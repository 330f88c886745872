"""Rewards for OpenRLHF: `--reward.remote_url reward.py`, or `POST /get_reward`. Contract of 0.11.

OpenRLHF calls `reward_func(queries, prompts, labels)` from a thread and expects a dict of
`rewards`, `scores` and `extra_logs`. A query is the prompt plus the response, with special tokens.
OpenRLHF loads the file by its path, outside of any package, so `reward.py` is this one line:

    from assay.harness.adapters.openrlhf import reward_func
"""

import json
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from ...tasks import Verdict
from ..lookup import Lookup
from ..rewards import reward
from .ground_truth import verify_row
from .messages import assistant_text

_LOOKUP = Lookup()


def response_of(query: str, prompt: str) -> str:
    """The response in a query: what follows the prompt, without special tokens at the end.

    A tokenizer may add or drop spaces between prompt and query, so white space is ignored when
    the prompt is not found as it stands. Raises UsageError when the query does not contain the
    prompt, because the response is then unknown.
    """
    at = query.find(prompt)
    end = at + len(prompt) if at >= 0 else _end_without_spaces(query, prompt)
    if end < 0:
        raise UsageError(f"the query does not contain its prompt: {query[:60]!r}")
    return assistant_text(query[end:], 1)


def _end_without_spaces(query: str, prompt: str) -> int:
    """Where the prompt ends in the query, ignoring white space, or -1."""
    places = [at for at, letter in enumerate(query) if not letter.isspace()]
    packed = "".join(prompt.split())
    start = "".join(query.split()).find(packed)
    return places[start + len(packed) - 1] + 1 if start >= 0 and packed else -1


def source_and_info(label: Any) -> tuple[str, Any, dict[str, Any]]:
    """(data source, ground truth, info) of a label.

    Our exported label is `{"task", "problem_id"}` as JSON; one with a `data_source` is read as a
    row of verl; any other is a math answer.
    """
    value = label
    if isinstance(label, str) and label.lstrip().startswith("{"):
        try:
            value = json.loads(label)
        except (ValueError, RecursionError):
            return "math", label, {"ability": "math"}
    if isinstance(value, dict) and (source := value.get("task") or value.get("data_source")):
        return str(source), value.get("ground_truth"), value
    return "math", value, {"ability": "math"}


def verdicts_of(
    queries: Sequence[str],
    prompts: Sequence[str],
    labels: Sequence[Any],
    lookup: Lookup = _LOOKUP,
) -> list[Verdict]:
    """One verdict per query, in order. Raises UsageError when the lists differ in length."""
    if not len(queries) == len(prompts) == len(labels):
        raise UsageError(
            f"{len(queries)} queries, {len(prompts)} prompts and {len(labels)} labels: "
            "the three lists must have one length"
        )
    rows = list(zip(queries, prompts, labels, strict=True))
    if len(rows) < 2:
        return [_verdict(lookup, 0, *row) for row in rows]
    with ThreadPoolExecutor(min(16, len(rows))) as pool:
        return list(pool.map(lambda place: _verdict(lookup, place, *rows[place]), range(len(rows))))


def _verdict(lookup: Lookup, row: int, query: str, prompt: str, label: Any) -> Verdict:
    source, truth, info = source_and_info(label)
    where = f"label {row}"
    return verify_row(lookup, source, response_of(query, prompt), truth, info, where)


def reward_func(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any], **kwargs: Any
) -> dict[str, Any]:
    """Tensors of shape (n,): `rewards`, `scores` in [0, 1], and what to log.

    A `checker_error` (after one retry) is NaN, never 0: OpenRLHF cannot skip a single sample, but
    its dynamic filtering drops a group whose mean is not a number.
    """
    torch = require("torch", "model")
    verdicts = verdicts_of(queries, prompts, labels)
    values = [reward(verdict) for verdict in verdicts]
    rewards = torch.tensor([math.nan if value is None else value for value in values])
    failed = torch.tensor([float(value is None) for value in values])
    answered = torch.tensor([float(v.status not in ("no_answer", "truncated")) for v in verdicts])
    return {
        "rewards": rewards,
        "scores": rewards.clamp(0.0, 1.0),
        "extra_logs": {"checker_error": failed, "answered": answered},
    }
