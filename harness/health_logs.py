"""Read rollouts from the logs of trainers: verl, our OpenRLHF reward, and our own runs.

One JSON object a line. verl writes `{"input", "output", "gts", "score", "step", ...}` into
`trainer.rollout_data_dir`; `openrlhf_reward(log=...)` writes `{"prompt", "output", "score",
"status", ...}`; a run of `assay eval` or `assay score` writes samples.jsonl.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from ..sandbox.errors import UsageError
from ..tasks.sources import read_jsonl
from .adapters.golds import accepted_answers
from .checking import Job, engine_of
from .drift import SHARE, sampled
from .health import LoggedSample

Row = Mapping[str, Any]
Strict = Literal["none", "math"]
STRICT: tuple[Strict, ...] = ("none", "math")
"""The strict verdict that a log is compared with: none, or that of the math verifier."""
TEXTS = ("output", "completion", "response", "text")
REWARDS = ("score", "reward")
GOLDS = ("gts", "label", "gold", "answer", "ground_truth")


def read_rollouts(path: Path, strict: Strict = "none", share: float = SHARE) -> list[LoggedSample]:
    """The rollouts of a log, or of all `*.jsonl` of a folder, in the order of their steps.

    With `strict="math"` the answers of a sampled `share` of them are verified again. A row's own
    `strict` is kept where it has one: the log of `assay train grpo` does.
    Raises UsageError for a file without rollouts, and for a row without a text or a reward.
    """
    if not 0 < share <= 1:
        raise UsageError(f"--share {share}: use more than 0, and at most 1")
    rows = list(_rows(path))
    if not rows:
        raise UsageError(f"{path}: there is no rollout in it")
    found = [_rollout(row, where) for where, row in rows]
    if strict == "none":
        return found
    chosen = [place for place, one in enumerate(found) if sampled(str(place), one.text, share)]
    jobs = []
    for place in chosen:
        where, row = rows[place]
        gold = _field(row, GOLDS, where, "ground truth")
        jobs.append(Job(completion=found[place].text, answers=tuple(accepted_answers(gold, where))))
    for place, verdict in zip(chosen, engine_of("local").map(jobs), strict=True):
        found[place] = replace(found[place], strict=verdict.score)
    return found


def _rows(path: Path) -> Iterator[tuple[str, Row]]:
    files = sorted(path.glob("*.jsonl"), key=_step_of) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"{path}: there is no .jsonl file in this folder")
    for file in files:
        if not file.is_file():
            raise UsageError(f"log {str(file)!r}: there is no such file")
        for number, row in enumerate(read_jsonl(file), 1):
            yield f"{file}:{number}", row


def _step_of(file: Path) -> tuple[int, str]:
    return (int(file.stem) if file.stem.isdigit() else 0), file.name


def _rollout(row: Row, where: str) -> LoggedSample:
    verdict = row.get("verdict")
    if isinstance(verdict, Mapping):  # a run of ours
        return LoggedSample(
            verdict.get("score"), str(row.get("completion", "")), verdict.get("status"),
            row.get("suite") or row.get("task"), str(row.get("problem_id") or row.get("id")),
        )  # fmt: skip
    _field(row, REWARDS, where, "reward")
    reward = _number(row, next(name for name in REWARDS if name in row), where)
    group = row.get("input", row.get("prompt"))
    suite = row.get("data_source") or row.get("task") or row.get("suite")
    tokens, step = row.get("tokens"), row.get("step")
    return LoggedSample(
        reward, str(_field(row, TEXTS, where, "text")), row.get("status"),
        None if suite is None else str(suite), None if group is None else str(group),
        _number(row, "strict", where), tokens if isinstance(tokens, int) else None,
        step if isinstance(step, int) else None,
    )  # fmt: skip


def _number(row: Row, name: str, where: str) -> float | None:
    value = row.get(name)
    if isinstance(value, bool | str) or not isinstance(value, int | float | None):
        raise UsageError(f"{where}: the {name} {value!r} is no number")
    return value


def _field(row: Row, names: tuple[str, ...], where: str, what: str) -> Any:
    for name in names:
        if name in row:
            return row[name]
    raise UsageError(
        f"{where}: no {what}: one of {', '.join(names)} is needed; it has {', '.join(row)}"
    )
