"""A batch of rows: what is asked, the keys of its rows, and the file with its verdicts."""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..sandbox.errors import UsageError
from ..sandbox.extras import require
from ..tasks import Verdict
from .checking.jobs import ResolvedJob
from .evaluation.plan import TaskSpec

BATCH = 1024
"""Rows that are checked, and written, together."""
PART = "part-{}.parquet"
Verifying = Callable[[list[ResolvedJob]], list[Verdict]]


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What is scored, and where verdicts go."""

    spec: TaskSpec
    out: str
    id_field: str
    text_field: str

    def key(self, problem_id: str, text: str) -> str:
        """The key of a row: 32 hex digits."""
        about = json.dumps([self.spec.name, dict(self.spec.options), problem_id], sort_keys=True)
        body = about.encode() + b"\0" + text.encode("utf-8", "surrogatepass")
        return hashlib.sha256(body).hexdigest()[:32]


def checked_batch(
    plan: RowPlan, rows: Sequence[Mapping[str, Any]], done: set[str], verify: Verifying
) -> tuple[int, int, int]:
    """Check and write the rows that are not done; how many were checked, known, and failed.

    Adds their keys to `done`. Raises UsageError for an id that the task does not have.
    """
    suite = plan.spec.load()
    keys: list[str] = []
    ids: list[str] = []
    checks: list[ResolvedJob] = []
    known = 0
    for row in rows:
        if row.get("suite", suite.name) != suite.name:
            continue
        problem_id, text = str(row[plan.id_field]), row[plan.text_field]
        if not isinstance(text, str):
            raise UsageError(f"the completion of {problem_id!r} is {type(text).__name__}, not text")
        key = plan.key(problem_id, text)
        if key in done:
            known += 1
            continue
        done.add(key)
        keys.append(key)
        ids.append(problem_id)
        checks.append(ResolvedJob(text, suite, suite.find(problem_id)))
    if not checks:
        return 0, known, 0
    verdicts = verify(checks)
    rated = [one for one in zip(keys, ids, verdicts, strict=True) if one[2].score is not None]
    if rated:
        _write(Path(plan.out), rated)
    return len(rated), known, len(checks) - len(rated)


def _write(out: Path, rated: Sequence[tuple[str, str, Verdict]]) -> None:
    """Write a part. One of the same keys takes its place, as when a lost batch is made again."""
    arrow, parquet = require("pyarrow", "data"), require("pyarrow.parquet", "data")
    table = arrow.table(
        {
            "key": [key for key, _, _ in rated],
            "problem_id": [problem_id for _, problem_id, _ in rated],
            "status": [verdict.status for _, _, verdict in rated],
            "score": [float(verdict.score or 0.0) for _, _, verdict in rated],
            "extracted": [_utf8(verdict.extracted) for _, _, verdict in rated],
            "reason": [_utf8(verdict.reason) for _, _, verdict in rated],
        },
        schema=arrow.schema(
            [(name, arrow.string()) for name in ("key", "problem_id", "status")]
            + [("score", arrow.float64())]
            + [(name, arrow.string()) for name in ("extracted", "reason")]
        ),
    )
    name = hashlib.sha256("".join(key for key, _, _ in rated).encode()).hexdigest()[:24]
    half = out / f".{name}-{secrets.token_hex(4)}"
    try:
        parquet.write_table(table, half)
        os.replace(half, out / PART.format(name))
    except OSError as error:
        half.unlink(missing_ok=True)
        raise UsageError(f"{out} cannot be written: {error}") from error


def _utf8(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode()
