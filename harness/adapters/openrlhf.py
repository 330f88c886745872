"""Rewards for OpenRLHF: `--reward.remote_url reward.py`, or `POST /get_reward`. Contract of 0.11.

OpenRLHF calls `reward_func(queries, prompts, labels)` from a thread and expects a dict of
`rewards`, `scores` and `extra_logs`. A query is the prompt plus the response, with special tokens.
OpenRLHF loads the file by its path, outside of any package, so `reward.py` is this one line:

    from assay.harness.adapters.openrlhf import reward_func

or `reward_func = openrlhf_reward(on_checker_error="nan")` where the default does not suit.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import require
from ...tasks import Verdict
from ..checking import Engine, Job, engine_of
from ..rewards import CORRECTNESS_ONLY, RewardRules, reward
from . import inputs
from .checker_errors import CheckerErrors, Choice
from .ground_truth import row_job
from .messages import assistant_text


def response_of(query: str, prompt: str) -> str:
    """The response in a query: what follows the prompt, without special tokens at the end.

    A tokenizer may add or drop spaces between prompt and query, so white space is ignored when
    the prompt is not found as it stands. Raises UsageError when the query does not contain the
    prompt, because the response is then unknown.
    """
    at = inputs.text(query, "a query").find(inputs.text(prompt, "a prompt"))
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
    engine: str | Engine = "local",
) -> list[Verdict]:
    """One verdict per query, in order. Raises UsageError when the lists differ in length."""
    for name, given in (("queries", queries), ("prompts", prompts), ("labels", labels)):
        inputs.column(given, name)
    if not len(queries) == len(prompts) == len(labels):
        raise UsageError(
            f"{len(queries)} queries, {len(prompts)} prompts and {len(labels)} labels: "
            "the three lists must have one length"
        )
    rows = zip(queries, prompts, labels, strict=True)
    return engine_of(engine).map([job_of_row(place, *row) for place, row in enumerate(rows)])


def job_of_row(place: int, query: str, prompt: str, label: Any) -> Job:
    """The job of a row, whose place is for messages. Raises UsageError for one without a job."""
    source, truth, info = source_and_info(label)
    return row_job(source, response_of(query, prompt), truth, info, f"label {place}")


class OpenRlhfReward:
    """The reward as OpenRLHF calls it; can be pickled and shared between threads."""

    def __init__(
        self,
        on_checker_error: Choice,
        rules: RewardRules,
        engine: str | Engine = "local",
        log: str | Path | None = None,
    ) -> None:
        self.rules = rules
        self.engine = engine
        self.log = None if log is None else Path(log)
        self.errors = CheckerErrors(on_checker_error, rules.correctness + rules.format)

    def __call__(
        self, queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any], **kwargs: Any
    ) -> dict[str, Any]:
        """Tensors of shape (n,): `rewards`, `scores` in [0, 1], and what to log.

        Raises UsageError when the lists differ in length, and for a label that cannot be read.
        """
        torch = require("torch", "model")
        verdicts = verdicts_of(queries, prompts, labels, self.engine)
        rows = list(zip(verdicts, queries, prompts, strict=True))
        values = [reward(v, response_of(q, p), rules=self.rules) for v, q, p in rows]
        rewards = torch.tensor(
            self.errors.all_replaced(
                values,
                [(prompt, str(label)[:500]) for prompt, label in zip(prompts, labels, strict=True)],
                [source_and_info(label)[0] for label in labels],
                [verdict.reason for verdict in verdicts],
            )
        )
        failed = [float(verdict.score is None) for verdict in verdicts]
        answered = [float(v.status not in ("no_answer", "truncated")) for v in verdicts]
        if self.log is not None:
            texts = [response_of(query, prompt) for _, query, prompt in rows]
            columns = zip(prompts, texts, labels, rewards.tolist(), verdicts, strict=True)
            _append(self.log, [_logged(*row) for row in columns])
        logs = {"checker_error": torch.tensor(failed), "answered": torch.tensor(answered)}
        return {"rewards": rewards, "scores": rewards.clamp(0.0, 1.0), "extra_logs": logs}


def _logged(prompt: str, text: str, label: Any, score: float, verdict: Verdict) -> dict[str, Any]:
    """A line of the log that `assay health` reads; a failed check has no score there."""
    told = None if verdict.score is None else score
    return {"prompt": prompt, "output": text, "label": str(label), "status": verdict.status,
            "score": told}  # fmt: skip


def _append(log: Path, records: Sequence[Mapping[str, Any]]) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write("".join(f"{json.dumps(record)}\n" for record in records))


def openrlhf_reward(
    on_checker_error: Choice = "group_mean",
    rules: RewardRules = CORRECTNESS_ONLY,
    engine: str | Engine = "local",
    log: str | Path | None = None,
) -> OpenRlhfReward:
    """A `reward_func` with choices of its own.

    OpenRLHF cannot skip a single sample, so `on_checker_error` says what a `checker_error` (after
    one retry) is worth: "group_mean", "nan", 0.0, or "raise" (see `CheckerErrors`). `engine` is
    "local", "ray" or an open engine. Each sample is added to the file `log`, if there is one.
    """
    return OpenRlhfReward(on_checker_error, rules, engine, log)


_DEFAULT = openrlhf_reward()


def reward_func(
    queries: Sequence[str], prompts: Sequence[str], labels: Sequence[Any], **kwargs: Any
) -> dict[str, Any]:
    """The reward of `openrlhf_reward()`, under the name that OpenRLHF looks for in a file."""
    return _DEFAULT(queries, prompts, labels, **kwargs)
