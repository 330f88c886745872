"""Check a trainer's dataset before training: which of its rows can be verified.

A row is readable when its adapter finds what is correct in it. Its own answer verifies when the
verdict on that answer, given as a completion, is correct: the suite's gold for a row of ours, the
boxed ground truth for a math row. The ground truth of a program says nothing about its text.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from ...sandbox.errors import UsageError
from ..export import read_rows
from ..lookup import Lookup
from .frameworks import framework
from .golds import Listed, accepted_answers, type_name
from .ground_truth import kind_of, row_check, task_of
from .openrlhf import source_and_info

Outcome = Literal["verifies", "fails", "no_own_answer", "unreadable"]
OUTCOMES: tuple[Outcome, ...] = ("verifies", "fails", "no_own_answer", "unreadable")
Row = Mapping[str, Any]
Source = tuple[str, Any, Mapping[str, Any]]
"""What an adapter takes from a row: data source, ground truth, info."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row whose reward cannot be right, and why."""

    row: int
    outcome: Outcome
    reason: str


@dataclass(slots=True)
class DryRun:
    """What a training run would find in a dataset."""

    framework: str
    rows: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    types: dict[str, int] = field(default_factory=dict)
    """Rows by the type of their ground truth."""
    several: int = 0
    """Rows whose ground truth lists several answers."""
    faults: list[RowFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def readable(self) -> int:
        """Rows that can be verified."""
        return self.rows - self.counts["unreadable"]

    def as_json(self) -> dict[str, Any]:
        """As plain data, for `--json`."""
        return asdict(self) | {"readable": self.readable}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a framework's dataset keeps what is correct."""

    columns: tuple[str, ...]
    source_of: Callable[[Row], Source]
    place: str


def check_rewards(
    path: Path,
    name: str,
    column: str | None = None,
    listed: Listed = "any",
    first: int | None = None,
) -> DryRun:
    """Check the rows of a Parquet or JSON lines file for the framework `name`.

    `column` is the column of answers (TRL: `solution`, OpenRLHF: `label`). Raises UsageError for
    an unknown framework, a file that cannot be read, no rows, and a missing column.
    """
    known = framework(name)
    rows = read_rows(path)
    if not rows:
        raise UsageError(f"{path}: there is no row in it")
    columns = list(dict.fromkeys(str(key) for row in rows for key in row))
    layout = _layout(name, column, columns)
    for needed in layout.columns:
        if needed not in columns:
            raise UsageError(
                f"{path}: a dataset for {name} needs the column {needed!r}; it has "
                f"{', '.join(columns)}"
            )
    report = DryRun(name)
    lookup, types = Lookup(episodes=False), Counter[str]()
    for index, row in enumerate(rows[:first]):
        _check_row(report, types, lookup, layout, index, row, listed)
    report.types = dict(types.most_common())
    report.notes = _notes(report, known.note(), layout, listed)
    return report


def _check_row(
    report: DryRun,
    types: "Counter[str]",
    lookup: Lookup,
    layout: Layout,
    index: int,
    row: Row,
    listed: Listed,
) -> None:
    report.rows += 1
    try:
        source, truth, info = layout.source_of(row)
        if info.get("problem_id") is None:
            types[type_name(truth)] += 1
        where = f"row {index}, {layout.place}"
        several, own = _own_verdict(lookup, source, truth, info, where, listed)
        report.several += several
    except UsageError as refused:
        report.counts["unreadable"] += 1
        report.faults.append(RowFault(index, "unreadable", str(refused)))
        return
    outcome: Outcome = "no_own_answer"
    if own is not None:
        outcome = "verifies" if own == "" else "fails"
    report.counts[outcome] += 1
    if own:
        report.faults.append(RowFault(index, outcome, own))


def _own_verdict(
    lookup: Lookup, source: str, truth: Any, info: Row, where: str, listed: Listed
) -> tuple[bool, str | None]:
    """(whether several answers are listed, what is wrong with the row's own answer).

    "" where the own answer verifies, None where the row has none.
    """
    check = row_check(lookup, source, truth, info, where, listed)
    task = task_of(source)
    if task is not None and info.get("problem_id") is not None:
        suite, problem = lookup.by_id(task, str(info["problem_id"]))
        gold = suite.gold(problem)
        return False, None if gold is None else _fault(check, [gold])
    if kind_of(source, info) == "code":
        return False, None
    answers = accepted_answers(truth, where, listed)
    boxed = [answer if "\\boxed" in answer else f"\\boxed{{{answer}}}" for answer in answers]
    return len(answers) > 1, _fault(check, boxed)


def _fault(check: Callable[[str], Any], completions: Sequence[str]) -> str:
    for completion in completions:
        verdict = check(completion)
        if not verdict.correct:
            return f"its own answer {completion[-60:]!r} is {verdict.status}: {verdict.reason}"
    return ""


def _layout(name: str, column: str | None, columns: Sequence[str]) -> Layout:
    if name == "verl":
        return Layout(("data_source", "reward_model"), _verl_source, "reward_model.ground_truth")
    if name == "openrlhf":
        label = column or "label"
        return Layout(
            ("prompt", label), lambda row: source_and_info(row.get(label)), f"column {label!r}"
        )
    if column is None and {"task", "problem_id"} <= set(columns):
        return Layout(("prompt", "task", "problem_id"), _ours, "column 'problem_id'")
    answer = column or "solution"
    return Layout(("prompt", answer), partial(_math, answer), f"column {answer!r}")


def _ours(row: Row) -> Source:
    task = str(row.get("task") or "")
    if task_of(task) is None:
        raise UsageError(f"column 'task': {task!r} is no task of assay")
    return task, None, row


def _math(column: str, row: Row) -> Source:
    return "math", row.get(column), {"ability": "math"}


def _verl_source(row: Row) -> Source:
    model, info = row.get("reward_model"), row.get("extra_info")
    if not isinstance(model, Mapping) or "ground_truth" not in model:
        raise UsageError(
            f"column 'reward_model' of type {type_name(model)} has no ground_truth: pass "
            '{"style": "rule", "ground_truth": ...}'
        )
    return str(row.get("data_source")), model["ground_truth"], dict(info or {})


def _notes(report: DryRun, version: str, layout: Layout, listed: Listed) -> list[str]:
    found = [version] if version else []
    if len(report.types) > 1:
        mixed = ", ".join(f"{name} in {count}" for name, count in report.types.items())
        found.append(f"{layout.place} mixes types: {mixed} rows")
    if report.several:
        meaning = "any of them is right" if listed == "any" else "all of them are the answer"
        found.append(f"{report.several} rows list several answers, which are read as: {meaning}")
    return found


def lines(report: DryRun, shown: int) -> Iterator[str]:
    """The report for people; of each reason the first rows, `shown` reasons at most."""
    counts = report.counts
    yield f"{report.rows} rows for {report.framework}: {report.readable} can be verified"
    yield f"  own answer verifies      {counts['verifies']}"
    yield f"  own answer fails         {counts['fails']}"
    yield f"  no own answer to try     {counts['no_own_answer']}"
    yield f"  cannot be read           {counts['unreadable']}"
    for note in report.notes:
        yield f"note: {note}"
    for fault in report.faults[:shown]:
        lead = "" if fault.reason.startswith(f"row {fault.row},") else f"row {fault.row}: "
        yield f"{lead}{fault.reason}"
    if len(report.faults) > shown:
        yield f"... and {len(report.faults) - shown} more rows; --json gives all"
