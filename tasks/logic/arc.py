"""ARC-AGI-1 and -2 (Chollet 2019, arXiv:1911.01547): find the rule behind pairs of grids.

Reads JSON lines with an id, the published folder of one JSON file a task, or one JSON file of
id to task. Each test pair of a task is a problem of its own.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ..sources import data_folder, from_hub, read_json, read_jsonl, require
from ..suite import Suite
from .grid import as_grid
from .reading.suite import Item, QuestionSuite

HUB_ID = "dataartist/arc-agi"
SPLITS = ("training", "evaluation")
PLACES = ("arc_agi_1", "arc_agi_2", "arc", "data", ".")
RULE = (
    "Each output grid follows from its input grid by one rule. Find the rule from the examples "
    "and give the output for the last input."
)


def items_of(task_id: str, task: Mapping[str, Any], where: str) -> Iterator[Item]:
    """The test pairs of one task. Raises UsageError naming the field that is missing."""
    require(task, ("train", "test"), where)
    shown = [RULE]
    for pair in task["train"]:
        require(pair, ("input", "output"), where)
        shown += [f"Input: {_compact(pair['input'])}", f"Output: {_compact(pair['output'])}"]
    for number, pair in enumerate(task["test"]):
        require(pair, ("input", "output"), where)
        question = "\n".join([*shown, f"Input: {_compact(pair['input'])}"])
        own = (f"{task_id}/{number}", task_id) if len(task["test"]) == 1 else (
            f"{task_id}/{number}",
        )  # fmt: skip
        yield Item(question, as_grid(pair["output"], where), "grid", (), own, {"task": task_id})


def _compact(grid: Any) -> str:
    return json.dumps(grid, separators=(",", ":"))


def _tasks(path: Path) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    if path.is_dir():
        for file in sorted(path.glob("*.json")):
            yield file.stem, require(read_json(file), (), str(file)), str(file)
    elif path.name.removesuffix(".gz").endswith(".jsonl"):
        for number, row in enumerate(read_jsonl(path, ("id",)), start=1):
            yield str(row["id"]), row, f"{path}:{number}"
    else:
        value = require(read_json(path), (), str(path))
        tasks = {path.stem: value} if "train" in value and "test" in value else value
        for task_id, task in tasks.items():
            where = f"{path}: task {task_id}"
            yield str(task_id), require(task, (), where), where


def _path(split: str, data_dir: str | None) -> Path | None:
    folder = data_folder(data_dir)
    if folder is None:
        return None
    for place in PLACES:
        for name in (split, f"{split}.jsonl", f"{split}.jsonl.gz", f"{split}.json"):
            path = folder / place / name
            if path.is_file() or (path.is_dir() and any(path.glob("*.json"))):
                return path
    raise UsageError(f"task 'arc': no {split} or {split}.jsonl in {folder}/{{{','.join(PLACES)}}}")


def load(
    split: str = "evaluation",
    data_dir: str | None = None,
    path: str | None = None,
    size: int | None = None,
) -> Suite:
    """A split, or the file or folder at `path`. Raises UsageError."""
    split = {"train": "training", "test": "evaluation"}.get(split, split)
    if split not in SPLITS:
        raise UsageError(f"split {split!r} of 'arc': use one of {', '.join(SPLITS)}")
    place = Path(path).expanduser() if path else _path(split, data_dir)
    if place is not None and not place.exists():
        raise UsageError(f"task 'arc': there is no file or folder {path!r}")
    if place is None:
        rows = from_hub("arc", HUB_ID, split)
        tasks = [(str(row.get("id", n)), row, f"{HUB_ID}: row {n}") for n, row in enumerate(rows)]
    else:
        tasks = [(task_id, dict(task), where) for task_id, task, where in _tasks(place)]
    items = [item for task in tasks for item in items_of(*task)]
    return QuestionSuite("arc", split, items[:size])
