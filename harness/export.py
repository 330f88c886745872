"""Write suites as the dataset files of other trainers: `assay export {trl,verl,jsonl}`."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..sandbox.errors import UsageError
from ..sandbox.extras import require
from ..tasks import Problem, Suite
from ..tasks.sources import read_jsonl

Row = dict[str, Any]


def trl_row(suite: Suite, problem: Problem, index: int) -> Row:
    """A row for TRL's GRPOTrainer: a conversational prompt, and the columns of the reward."""
    return {
        "prompt": [{"role": "user", "content": problem.prompt}],
        "task": suite.name,
        "problem_id": problem.id,
        "answer": problem.answer,
    }


def verl_row(suite: Suite, problem: Problem, index: int) -> Row:
    """A row for verl: its five columns, the problem's id in extra_info."""
    return {
        "data_source": f"assay/{suite.name}",
        "prompt": [{"role": "user", "content": problem.prompt}],
        "ability": suite.domain,
        "reward_model": {"style": "rule", "ground_truth": problem.answer},
        "extra_info": {"split": suite.split, "index": index, "problem_id": problem.id},
    }


def jsonl_row(suite: Suite, problem: Problem, index: int) -> Row:
    """A plain row with all fields; OpenRLHF reads `prompt` and `label`."""
    return {
        "task": suite.name,
        "id": problem.id,
        "prompt": problem.prompt,
        "answer": problem.answer,
        "label": json.dumps({"task": suite.name, "problem_id": problem.id}),
        "meta": dict(problem.meta),
    }


ROWS: dict[str, Callable[[Suite, Problem, int], Row]] = {
    "trl": trl_row,
    "verl": verl_row,
    "jsonl": jsonl_row,
}


def export(kind: str, suites: list[Suite], out: Path) -> list[Path]:
    """Write one file per suite into `out`: Parquet for verl, else JSON lines; returns the paths.

    A file appears whole or not at all. Raises UsageError for an unknown kind, a bad folder, and
    without datasets, which verl's format needs.
    """
    if kind not in ROWS:
        raise UsageError(
            f"unknown export {kind!r}: use one of {', '.join(ROWS)} with --tasks, "
            "or lm-eval with --run"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from error
    return [_write(kind, suite, out) for suite in suites]


def _write(kind: str, suite: Suite, out: Path) -> Path:
    stem = f"{suite.name.replace(':', '-')}-{suite.split}"
    path = out / f"{stem}.{'parquet' if kind == 'verl' else 'jsonl'}"
    write_rows(kind, (ROWS[kind](suite, one, index) for index, one in enumerate(suite)), path)
    return path


def write_rows(kind: str, rows: Iterable[Row], path: Path) -> None:
    """Write rows to a file that appears whole or not at all; Parquet for verl.

    Raises UsageError where it cannot be written.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        if kind == "verl":
            _write_parquet(rows, partial)
        else:
            _write_jsonl(rows, partial)
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


def read_rows(path: Path) -> list[Any]:
    """The rows of a Parquet or JSON-lines file. Raises UsageError for one that cannot be read."""
    if not path.is_file():
        raise UsageError(f"dataset {str(path)!r}: there is no such file")
    if path.suffix == ".parquet":
        parquet = require("pyarrow.parquet", "data")
        try:
            return list(parquet.read_table(path).to_pylist())
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: cannot be read as Parquet: {error}") from error
    if path.suffix in (".jsonl", ".json") or path.name.endswith(".jsonl.gz"):
        return list(read_jsonl(path))
    raise UsageError(f"dataset {str(path)!r}: pass a .parquet or a .jsonl file")


def _write_jsonl(rows: Iterable[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_parquet(rows: Iterable[Row], path: Path) -> None:
    require("datasets", "data").Dataset.from_list(list(rows)).to_parquet(str(path))
