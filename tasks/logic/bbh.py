"""BIG-Bench Hard (Suzgun et al. 2022, arXiv:2210.09261): 27 tasks.

`bbh` loads every task, `bbh:navigate` one of them. The published file of a task is
`{"canary": ..., "examples": [{"input", "target"}, ...]}`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...sandbox.errors import UsageError
from ..sources import data_folder, from_hub, require
from ..suite import Suite
from .exact_answer import kind_of, words_of
from .question_files.options import answer_letter, within
from .question_files.rows import read_rows
from .question_files.suite import Item, QuestionSuite
from .shapes.plain_text import key

TASKS = (
    "boolean_expressions", "causal_judgement", "date_understanding", "disambiguation_qa",
    "dyck_languages", "formal_fallacies", "geometric_shapes", "hyperbaton",
    "logical_deduction_five_objects", "logical_deduction_seven_objects",
    "logical_deduction_three_objects", "movie_recommendation", "multistep_arithmetic_two",
    "navigate", "object_counting", "penguins_in_a_table", "reasoning_about_colored_objects",
    "ruin_names", "salient_translation_error_detection", "snarks", "sports_understanding",
    "temporal_sequences", "tracking_shuffled_objects_five_objects",
    "tracking_shuffled_objects_seven_objects", "tracking_shuffled_objects_three_objects",
    "web_of_lies", "word_sorting",
)  # fmt: skip
HUB_ID = "lukaemon/bbh"
VARIANTS = TASKS
_LETTERED = re.compile(r"^\(([A-Z])\) ?(.*)$", re.MULTILINE)
_DASHED = re.compile(r"^- (.+?)\s*$", re.MULTILINE)
_LETTER_TARGET = re.compile(r"\(?[A-Z]\)?")


def options_in(text: str) -> tuple[list[str], bool]:
    """Return the options listed after "Options:", and whether they have letters."""
    _, found, tail = text.rpartition("Options:")
    lettered = _LETTERED.findall(tail) if found else []
    if lettered and [letter for letter, _ in lettered] == [
        chr(ord("A") + i) for i in range(len(lettered))
    ]:
        return [option.strip() for _, option in lettered], True
    return (_DASHED.findall(tail) if found else []), False


def item_of(text: str, target: str, known: Sequence[str], own: tuple[str, ...]) -> Item:
    """Make one question. `known` is the closed set of words that the targets come from, or ()."""
    target = target.strip()
    options, lettered = options_in(text)
    if lettered:
        texts = [key(option) for option in options]
        if _LETTER_TARGET.fullmatch(target) or key(target) in texts:
            return Item(text, answer_letter(target, options, text[:40]), "choice", options, own)
        return Item(text, target, "text", (), own)
    listed = within(text) if _LETTER_TARGET.fullmatch(target) else None
    if listed is not None and target.strip("()") in listed.labels:
        return Item(text, target.strip("()"), "choice", listed.texts, own)
    if options and key(target) in {key(option) for option in options}:
        return Item(text, target, "word", options, own)
    kind = kind_of(target)
    if kind == "brackets":
        return Item(text, target, kind, (), own, {"opened": text.rpartition("Input:")[2].strip()})
    if kind == "text" and len(target.split()) > 1:
        return Item(text, target, "words", (), own)
    if kind in ("word", "text") and key(target) in known:
        return Item(text, target, "word", known, own)
    return Item(text, target, kind, (), own)


def _examples(task: str, data_dir: str | None) -> list[tuple[str, Mapping[str, Any]]] | None:
    """Return (place, example) pairs of one task; None when the data folder lacks its file."""
    folder = data_folder(data_dir)
    if folder is None:
        rows = from_hub("bbh", HUB_ID, "test", task)
        return [(f"{HUB_ID}/{task}: row {number}", row) for number, row in enumerate(rows)]
    for place in ("bbh", "BIG-Bench-Hard/bbh", "."):
        for name in (f"{task}.json", f"{task}.json.gz", f"{task}.jsonl"):
            if (folder / place / name).is_file():
                return read_examples(folder / place / name)
    return None


def read_examples(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """Read the examples of a file in BBH's format. Raises UsageError with the place."""
    return [
        (where, require(dict(row), ("input", "target"), where))
        for where, row in read_rows("bbh", str(path))
    ]


def items_of(task: str, examples: list[tuple[str, Mapping[str, Any]]]) -> list[Item]:
    """Make a question of every example of one task."""
    known = words_of([str(example["target"]) for _, example in examples])
    return [
        _of_task(item_of(str(e["input"]), str(e["target"]), known, (f"{task}/{number}",)), task)
        for number, (_, e) in enumerate(examples)
    ]


def _of_task(item: Item, task: str) -> Item:
    """The item with the name of its task, so that samples can take from every task."""
    return replace(item, meta={**item.meta, "task": task})


def load(
    split: str = "test",
    data_dir: str | None = None,
    variant: str | None = None,
    path: str | None = None,
    size: int | None = None,
) -> Suite:
    """Load one task (`variant`), every task in the data folder, or the file at `path`.

    Raises UsageError for an unknown split or task, and when there is no file.
    """
    if split != "test":
        raise UsageError(f"split {split!r} of 'bbh': use test")
    if path is not None:
        return QuestionSuite(
            "bbh", split, items_of(Path(path).stem, read_examples(Path(path))), size
        )
    if variant is not None and variant not in TASKS:
        raise UsageError(f"task 'bbh:{variant}': use one of {', '.join(TASKS)}")
    items: list[Item] = []
    for task in [variant] if variant else TASKS:
        examples = _examples(task, data_dir)
        if examples is not None:
            items += items_of(task, examples)
        elif variant:
            raise UsageError(
                f"task 'bbh:{variant}': {variant}.json is not in {data_folder(data_dir)}"
            )
    return QuestionSuite(f"bbh:{variant}" if variant else "bbh", split, items, size)
