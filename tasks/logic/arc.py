"""ARC-AGI-1 and -2 (Chollet 2019, arXiv:1911.01547): find the rule behind pairs of grids.

Reads JSON Lines with an id, the published folder with one JSON file per task, one JSON file that
maps ids to tasks, or Kaggle's pair `..._challenges.json` and `..._solutions.json`. `arc:1` and
`arc:2` select a set where both are present. Each test pair of a task is a separate problem.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ..sources import data_folder, from_hub, read_json, read_jsonl, require
from ..suite import Suite
from .grid import as_grid
from .question_files.suite import Item, QuestionSuite

VARIANTS = ("1", "2")

HUB_IDS = {"1": "dataartist/arc-agi", "2": "arc-agi-community/arc-agi-2"}
SPLITS = ("training", "evaluation")
PLACES = {
    "1": ("arc_agi_1", "ARC-AGI/data", "ARC-AGI-1/data", "arc-agi-1"),
    "2": ("arc_agi_2", "ARC-AGI-2/data", "arc-agi-2"),
}
"""Folders of the two sets; without a variant the folders below are searched too."""
ANYWHERE = ("arc", "data", ".")
RULE = (
    "Each output grid follows from its input grid by one rule. Find the rule from the examples "
    "and give the output for the last input."
)


def items_of(task_id: str, task: Mapping[str, Any], where: str) -> Iterator[Item]:
    """The test pairs of one task. Raises UsageError naming the field that is missing."""
    if "fewshots" in task and "question" in task:  # as a copy of the second set names them
        task = {"train": task["fewshots"], "test": task["question"]}
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
        tasks = _with_solutions(path, tasks)
        for task_id, task in tasks.items():
            where = f"{path}: task {task_id}"
            yield str(task_id), require(task, (), where), where


def _with_solutions(path: Path, tasks: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tasks, with the outputs of Kaggle's solutions file in their test pairs."""
    if "challenges" not in path.name:
        return tasks
    beside = path.with_name(path.name.replace("challenges", "solutions"))
    if not beside.is_file():
        raise UsageError(
            f"{path}: {beside.name}, which holds the answers, must be in the same folder"
        )
    outputs = require(read_json(beside), tuple(tasks), str(beside))
    joined = {}
    for task_id, task in tasks.items():
        pairs = require(task, ("train", "test"), f"{path}: task {task_id}")["test"]
        if len(pairs) != len(outputs[task_id]):
            raise UsageError(f"{beside}: task {task_id} must have one output for each test input")
        tests = [{**pair, "output": out} for pair, out in zip(pairs, outputs[task_id], strict=True)]
        joined[task_id] = {**task, "test": tests}
    return joined


def _path(split: str, data_dir: str | None, variant: str | None) -> Path | None:
    folder = data_folder(data_dir)
    if folder is None:
        return None
    places = PLACES[variant] if variant else (*PLACES["1"], *PLACES["2"], *ANYWHERE)
    names = [
        split, f"{split}.jsonl", f"{split}.jsonl.gz", f"arc-agi_{split}_challenges.json",
        f"{split}.json",
    ]  # fmt: skip
    for place in places:
        for name in names:
            path = folder / place / name
            if path.is_file() or (path.is_dir() and any(path.glob("*.json"))):
                return path
    raise UsageError(
        f"task 'arc': none of {', '.join(names)} is in {folder}/{{{','.join(places)}}}"
    )


def load(
    split: str = "evaluation",
    data_dir: str | None = None,
    variant: str | None = None,
    path: str | None = None,
    size: int | None = None,
) -> Suite:
    """Load a split of one or both sets, or the file or folder at `path`. Raises UsageError."""
    split = {"train": "training", "test": "evaluation"}.get(split, split)
    if split not in SPLITS:
        raise UsageError(f"split {split!r} of 'arc': use one of {', '.join(SPLITS)}")
    if variant not in (None, *PLACES):
        raise UsageError(f"task 'arc:{variant}': use arc:1 or arc:2")
    place = Path(path).expanduser() if path else _path(split, data_dir, variant)
    if place is not None and not place.exists():
        raise UsageError(f"task 'arc': there is no file or folder {path!r}")
    if place is None:
        hub_id = HUB_IDS[variant or "1"]
        hub_split = {"training": "train", "evaluation": "test"}[split] if variant == "2" else split
        rows = from_hub("arc", hub_id, hub_split)
        tasks = [(str(row.get("id", n)), row, f"{hub_id}: row {n}") for n, row in enumerate(rows)]
    else:
        tasks = [(task_id, dict(task), where) for task_id, task, where in _tasks(place)]
    items = [item for task in tasks for item in items_of(*task)]
    return QuestionSuite(f"arc:{variant}" if variant else "arc", split, items, size)
