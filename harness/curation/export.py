"""Write the verdicts of a curation as rows that trainers read, beside a control.

`NAME-useful` holds the problems that are worth training on, `NAME-control` as many that were drawn
from all problems, so that a training run on each shows what the choice is worth. `NAME-all` holds
every problem with its verdict.
"""

import random
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ...tasks import Problem
from ..export import ROWS, write_rows
from ..results import write_json
from .estimates import CuratedItem
from .rule import VERDICTS
from .sampling import Curation


def write_curated(curation: Curation, kind: str, out: Path, seed: int = 0) -> list[Path]:
    """Write the three files in the format of a trainer, and `NAME.json`; returns the paths.

    Raises UsageError for an unknown format and a folder that cannot be written.
    """
    if kind not in ROWS:
        raise UsageError(f"--format {kind!r}: use one of {', '.join(ROWS)}")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
    suite = curation.suite
    name = f"{suite.name.replace(':', '-')}-{suite.split}"
    useful = [item for item in curation.items if item.verdict == "useful"]
    control = random.Random(f"control/{seed}").sample(curation.items, len(useful))
    parts = {"useful": useful, "control": control, "all": curation.items}
    ending = "parquet" if kind == "verl" else "jsonl"
    paths = []
    for part, items in parts.items():
        if not items:
            continue  # a Parquet file of no rows has no columns
        path = out / f"{name}-{part}.{ending}"
        write_rows(kind, _rows(curation, kind, items), path)
        paths.append(path)
    write_json(out / f"{name}.json", summary(curation))
    return [*paths, out / f"{name}.json"]


def summary(curation: Curation) -> dict[str, Any]:
    """The numbers of a curation: limits, verdicts, samples, and the rule's exact errors."""
    rule, items = curation.rule, curation.items
    most = rule.limits.most * len(items)
    return {
        "task": curation.suite.name,
        "split": curation.suite.split,
        "limits": asdict(rule.limits),
        "largest_probability_of_another_verdict": rule.worst(),
        "verdicts": {v: sum(item.verdict == v for item in items) for v in VERDICTS},
        "unjudged": curation.unjudged,
        "samples": curation.samples,
        "samples_of_all": most,
        "share_of_samples": curation.samples / most if most else None,
        "characteristic": [asdict(rule.characteristic(rate / 10)) for rate in range(11)],
        "run": curation.run.run_id,
    }


def _rows(curation: Curation, kind: str, items: Sequence[CuratedItem]) -> list[dict[str, Any]]:
    return [
        _row(curation, kind, curation.suite.find(item.problem), item, index)
        for index, item in enumerate(items)
    ]


def _row(
    curation: Curation, kind: str, problem: Problem, item: CuratedItem, index: int
) -> dict[str, Any]:
    row = ROWS[kind](curation.suite, problem, index)
    known = {
        "solve_rate": item.rate, "solve_rate_low": item.low, "solve_rate_high": item.high,
        "samples": item.samples, "verdict": item.verdict,
    }  # fmt: skip
    if kind == "verl":  # its columns are fixed; what else is known of a row is in extra_info
        row["extra_info"] = row["extra_info"] | known
        return row
    return row | known
