"""bAbI (Weston et al. 2015, arXiv:1502.05698): questions about short stories.

`babi` loads every task in the folder, `babi:qa1` one of them. A line is `N text`, or
`N question<TAB>answer<TAB>supporting lines`; N restarts at 1 with each story. `path` is one such
file, or a table with a passage, a question and an answer per row.
"""

import re
from dataclasses import replace
from pathlib import Path

from ...sandbox.errors import UsageError
from ..sources import data_folder, from_hub, read_text
from ..suite import Suite
from .question_files.fields import answer_of, question_text
from .question_files.rows import read_rows, resolve
from .question_files.suite import Item, QuestionSuite

VARIANTS = tuple(f"qa{number}" for number in range(1, 21))

HUB_ID = "facebook/babi_qa"
FOLDERS = ("babi", "tasks_1-20_v1-2/en", "tasks_1-20_v1-2/en-10k", "en", ".")
_LINE = re.compile(r"(\d{1,6}) (.*)")
_PATH = re.compile(r"[nsew](?:,[nsew])*")


def stories(path: Path) -> list[tuple[str, str, str]]:
    """Return (story so far, question, answer) per question. Raises UsageError with the line."""
    found: list[tuple[str, str, str]] = []
    story: list[str] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.rstrip("\r"))
        if match is None:
            raise UsageError(f"{path}:{number}: a line must begin with its number and a space")
        if match[1] == "1":
            story = []
        text, tab, rest = match[2].partition("\t")
        if tab:
            found.append(("\n".join(story), text.strip(), rest.split("\t")[0].strip()))
        else:
            story.append(text.strip())
    return found


def item_of(story: str, question: str, answer: str, own: str) -> Item:
    """Make one question; its answer is a path, a set, one of a few words, or free text."""
    text = f"{story}\n{question}".strip()
    if _PATH.fullmatch(answer):
        text += " (the first letters of the directions in order)"
        return Item(text, answer, "list", (), (own,))
    if "," in answer:
        return Item(text, answer, "set", (), (own,))
    if answer in ("yes", "no", "maybe"):
        return Item(text, answer, "word", ("yes", "no", "maybe"), (own,))
    return Item(text, answer, "text", (), (own,))


def load(
    split: str = "test",
    data_dir: str | None = None,
    variant: str | None = None,
    path: str | None = None,
    size: int | None = None,
) -> Suite:
    """Load one task (`variant`, such as `qa1`), every task in the folder, or the file at `path`.

    Raises UsageError.
    """
    if split not in ("train", "test"):
        raise UsageError(f"split {split!r} of 'babi': use train or test")
    if variant is not None and not re.fullmatch(r"qa([1-9]|1\d|20)", variant):
        raise UsageError(f"task 'babi:{variant}': use babi:qa1 to babi:qa20")
    items = []
    tasks = _tasks(split, data_dir, variant) if path is None else [_file(path)]
    for name, rows in tasks:
        for number, (story, question, answer) in enumerate(rows):
            item = item_of(story, question, answer, f"{name}/{number}")
            items.append(replace(item, meta={**item.meta, "task": name}))
    return QuestionSuite(f"babi:{variant}" if variant else "babi", split, items, size)


def _tasks(
    split: str, data_dir: str | None, variant: str | None
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    folder = data_folder(data_dir)
    if folder is None:
        return _hub_tasks(split, variant)
    wanted = f"{variant or 'qa*'}_*{split}.txt*"
    for place in FOLDERS:
        paths = sorted((folder / place).glob(wanted), key=_task_number)
        if paths:
            return [(path.name.split("_")[0], stories(path)) for path in paths]
    raise UsageError(f"task 'babi': no file {wanted} in {folder} (looked in {', '.join(FOLDERS)})")


def _file(path: str) -> tuple[str, list[tuple[str, str, str]]]:
    file = resolve("babi", path)
    if file.name.removesuffix(".gz").endswith(".txt"):
        return file.name.split("_")[0].split(".")[0], stories(file)
    rows = [
        ("", question_text(row, None, where), str(answer_of(row, None, where)).strip())
        for where, row in read_rows("babi", path)
    ]
    return file.name.split(".")[0], rows


def _task_number(path: Path) -> int:
    return int(re.sub(r"\D", "", path.name.split("_")[0]) or 0)


def _hub_tasks(split: str, variant: str | None) -> list[tuple[str, list[tuple[str, str, str]]]]:
    tasks = []
    for name in [variant] if variant else [f"qa{number}" for number in range(1, 21)]:
        rows = []
        for row in from_hub("babi", HUB_ID, split, f"en-{name}"):
            story: list[str] = []
            lines = row["story"]
            for kind, text, answer in zip(
                lines["type"], lines["text"], lines["answer"], strict=True
            ):
                if kind == 1:
                    rows.append(("\n".join(story), text.strip(), answer.strip()))
                else:
                    story.append(text.strip())
        tasks.append((name, rows))
    return tasks
