"""Build the leaderboard: `leaderboard.json`, `LEADERBOARD.md`, `index.html` and its samples.

The page is one file. The samples of each run are stored next to it as scripts, which the page
loads on demand; this works from disk as well as from a server.
"""

import json
import math
import struct
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...sandbox.errors import UsageError
from ...sandbox.extras import packaged
from ..backends.contract import Price
from ..results import write_atomically, write_json
from .abilities import abilities_of
from .bundles import read_bundles
from .claims import PUBLISHED, price_on, published_claims, published_prices, read_claims
from .cost import read_prices
from .groups import BoardGroup, Entry, Task, entries_of, groups_of, task_labels, tasks_of
from .markdown import as_markdown
from .names import entry_names, sentence, settings_shown
from .rows import (
    Pricing,
    accuracy_of,
    macro_average,
    pair_rows,
    pair_tests,
    pricing_by,
    ranks,
    score_row,
    stored_price,
    stored_votes,
)
from .runs import Notice, RunData, outcome_counts, read_runs
from .samples import sample_path, write_samples
from .training import read_training

SCRIPTS = (
    "page.js", "table.js", "heat.js", "axes.js", "plots.js", "pairs.js", "abilities.js",
    "problems.js", "episodes.js", "samples.js", "compare.js", "save.js", "start.js",
)  # fmt: skip
LEVEL = 0.05
SURE = math.ceil(-1000 * math.log10(LEVEL))
MOST = 65_535
TEST_KEYS = ("difference", "low", "high")
CURVES = ("budget_curve", "pass_curve", "vote_curve")
UNSEEN = (*CURVES, "standard_error", "macro_error", "sat", "truncated")
"""What is in `leaderboard.json` and not in the rows of the page."""
Rows = dict[str, dict[str, Any]]


def build_leaderboard(
    out: Path, prices_file: Path | None = None, claims_file: Path | None = None
) -> dict[str, Any]:
    """Write the leaderboard of all runs under `out`; returns its data.

    `prices_file` is a table of prices, or `published` for the one that ships with assay;
    `claims_file` holds claims beside those that ship with assay. A run that cannot be read is
    named in the data's `notices`. Raises UsageError when no run can be shown, or nothing can be
    written.
    """
    with TemporaryDirectory() as unpacked:
        return _build(out, Path(unpacked), prices_file, claims_file)


def _build(
    out: Path, unpacked: Path, prices_file: Path | None, claims_file: Path | None
) -> dict[str, Any]:
    runs, notices = read_runs(out)
    bundled, more = read_bundles(out, unpacked, runs)
    runs = sorted([*runs, *bundled], key=lambda run: run.run_id)
    notices += more
    if not any(run.suites for run in runs):
        why = "".join(f"; {notice.run}: {notice.message}" for notice in notices)
        raise UsageError(
            f"there is no run with samples in {out / 'runs'}: run assay eval first{why}"
        )
    training, more = read_training(out)
    board = make_board(runs, [*notices, *more], _pricing(prices_file))
    # One entry can be compared with nothing, and its board needs no scipy.
    board |= abilities_of(runs if len(board["entries"]) > 1 else [])
    board["training"] = training
    board["claims"] = published_claims()
    if claims_file is not None:
        board["claims"] += read_claims(claims_file)
    levels = write_samples(runs, out)
    for entry in board["entries"]:
        entry["levels"] = _levels(entry, levels)
    write_json(out / "leaderboard.json", board)
    write_atomically(out / "LEADERBOARD.md", as_markdown(board).encode())
    write_atomically(out / "index.html", _page(board).encode())
    return board


def _pricing(prices_file: Path | None) -> Pricing:
    if prices_file is None:
        return stored_price
    if str(prices_file) != PUBLISHED:
        return pricing_by(read_prices(prices_file))
    dated = published_prices()

    def price(run: RunData) -> Price | None:
        started = str(run.manifest.get("started", ""))
        return price_on(dated, run.model, started) or stored_price(run)

    return price


def make_board(
    runs: Sequence[RunData], notices: Sequence[Notice], pricing: Pricing = stored_price
) -> dict[str, Any]:
    """The data of the leaderboard: runs, entries, and one board per comparable group."""
    tasks = tasks_of(runs)
    known = {task.id: task for sat in tasks.values() for task in sat.values()}
    shown = [run for run in runs if run.suites]
    entries = entries_of(shown, tasks)
    names = entry_names(entries)
    labels = task_labels(known.values())
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("assay"),
        "suites": _suites(runs),
        "tasks": [_task_entry(task, labels[task.id]) for task in _sorted(known.values(), labels)],
        "runs": [_run_entry(run, tasks[run.run_id]) for run in runs],
        "entries": [_entry(entry, names[entry.id]) for entry in entries],
        "groups": [_board(group, names, pricing) for group in groups_of(entries, known.values())],
        "notices": [
            {"run": one.run, "message": one.message, "shown": one.shown} for one in notices
        ],
    }


def _suites(runs: Sequence[RunData]) -> list[dict[str, str]]:
    domains = {suite: run.domains[suite] for run in runs for suite in run.suites}
    return [{"name": name, "domain": domain} for name, domain in sorted(domains.items())]


def _sorted(tasks: Any, labels: Mapping[str, str]) -> list[Task]:
    return sorted(tasks, key=lambda task: (task.domain, labels[task.id]))


def _task_entry(task: Task, label: str) -> dict[str, Any]:
    return {"id": task.id, "suite": task.suite, "domain": task.domain, "label": label,
            "settings": dict(task.settings)}  # fmt: skip


def _run_entry(run: RunData, tasks: Mapping[str, Task]) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "model": run.model,
        "revision": run.manifest["model"].get("revision"),
        "date": run.manifest.get("started", ""),
        "seed": run.config.get("seed"),
        "state": run.state,
        "done": run.done,
        "wanted": run.wanted,
        "reason": run.reason,
        "bundle": run.bundle,
        "outcomes": outcome_counts(run.suites.values()),
        "samples": {tasks[s].id: sample_path(run.run_id, s) for s in run.suites if s in tasks},
    }


def _entry(entry: Entry, name: str) -> dict[str, Any]:
    first = entry.runs[0]
    return {
        "id": entry.id,
        "model": first.model,
        "name": name,
        "runs": [run.run_id for run in entry.runs],
        "date": max(str(run.manifest.get("started", "")) for run in entry.runs),
        "state": "finished" if entry.finished else "unfinished",
        "done": sum(run.done for run in entry.runs),
        "wanted": sum(run.wanted or run.done for run in entry.runs),
        "settings": settings_shown(entry),
        "tasks": sorted(entry.tasks),
    }


def _board(group: BoardGroup, names: Mapping[str, str], pricing: Pricing) -> dict[str, Any]:
    tests = pair_tests(group)
    places = ranks(group, tests)
    rows: Rows = {}
    for entry in group.members:
        row = _row(group, entry, pricing, core=True)
        if row is not None:
            rows[entry.id] = row | {"rank": places[entry.id]}
    return {
        "id": group.id,
        "label": group.label,
        "scope": group.scope,
        "tasks": [task.id for task in group.tasks],
        "core": sum(map(len, group.core.values())),
        "sentence": sentence(rows, names),
        "members": [entry.id for entry in group.members],
        "rows": rows,
        "below": [
            {"entry": entry.id, "reason": reason,
             "row": _row(group, entry, pricing, core=False)}
            for entry, reason in group.below
        ],
        "pairs": pair_rows(tests),
    }  # fmt: skip


def _row(group: BoardGroup, entry: Entry, pricing: Pricing, core: bool) -> dict[str, Any] | None:
    """The metrics of an entry, those of each pooled run, and the average over tasks."""
    price = pricing(entry.runs[0])
    row = score_row(group.problems(entry, core), stored_votes(entry, group, core), price)
    if row is None:
        return None
    row["sat"] = sum(len(entry.problems(task.id)) for task in group.tasks if task.id in entry.tasks)
    if len(entry.runs) > 1:
        alone = [Entry(run.run_id, [run], entry.tasks) for run in entry.runs]
        row["runs"] = {one.id: accuracy_of(group.problems(one, core)) for one in alone}
    if core and len(group.tasks) > 1:
        parts = [BoardGroup(task.id, "task", [task], core=group.core) for task in group.tasks]
        row |= macro_average([accuracy_of(part.problems(entry, core)) for part in parts])
    return row


def _levels(entry: Mapping[str, Any], levels: Mapping[str, Any]) -> dict[str, Any]:
    """suite -> level of difficulty -> [correct, samples], summed over the entry's runs."""
    found: dict[str, dict[str, list[int]]] = {}
    for run in entry["runs"]:
        for suite, by_level in levels.get(run, {}).items():
            for level, (correct, samples) in by_level.items():
                counts = found.setdefault(suite, {}).setdefault(level, [0, 0])
                counts[0] += correct
                counts[1] += samples
    return found


def _page(board: dict[str, Any]) -> str:
    page = _asset("page.html")
    # A `<` could end the script element; written as \u003c the JSON is the same.
    data = json.dumps(_compact(board), ensure_ascii=True, separators=(",", ":"))
    data = data.replace("<", "\\u003c")
    parts = {
        "css": _asset("page.css"),
        "js": "".join(_asset(name) for name in SCRIPTS),
        "data": data,
    }
    for name, text in parts.items():
        page = page.replace("{{" + name + "}}", text, 1)
    return page


def _asset(name: str) -> str:
    """A file of the page's design."""
    return packaged("assay.harness.leaderboard", f"assets/{name}").read_text(encoding="utf-8")


def _compact(board: dict[str, Any]) -> dict[str, Any]:
    """The data of the page: rounded numbers; what only one board or task needs is text.

    The page reads such a text when it shows the board: `pairs` holds the tests of the pairs of
    `members` in the order (0, 1), (0, 2), ..., (1, 2), ...; `curves` maps an entry to its curves.
    """
    groups = []
    for group in board["groups"]:
        curves = {
            key: [[_rounded(point, 4) for point in row[name]] for name in CURVES]
            for key, row in group["rows"].items()
        }
        rows = {
            key: _rounded({name: row[name] for name in row if name not in UNSEEN})
            for key, row in group["rows"].items()
        }
        parts = {"pairs": _packed(group["pairs"].values()), "curves": _text(curves), "rows": rows}
        groups.append(group | parts)
    problems = {task: _text(_rounded(some, 3)) for task, some in board["problems"].items()}
    return board | {"groups": groups, "problems": problems}


def _packed(tests: Iterable[Mapping[str, Any]]) -> str:
    """Ten bytes a test, in base64: the difference and its interval in hundredths of a point, and
    -1000 log10 of p and of Holm's p."""
    return b64encode(
        b"".join(
            struct.pack(
                "<3h2H",
                # An interval of a few problems may reach beyond what a difference can be.
                *(round(10_000 * min(1.0, max(-1.0, test[key]))) for key in TEST_KEYS),
                _thousandths(test["p_value"]),
                _thousandths(test["p_holm"]),
            )
            for test in tests
        )
    ).decode()


def _thousandths(p: float) -> int:
    """-1000 log10(p), on the same side of the level as p: ranks depend on it."""
    found = min(MOST, round(-1000 * math.log10(max(p, 1e-300))))
    return max(found, SURE) if p < LEVEL else min(found, SURE - 1)


def _text(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


def _rounded(value: Any, digits: int = 5) -> Any:
    """The same data, rounded to this many significant digits."""
    if isinstance(value, float):
        short = float(f"{value:.{digits}g}")
        return int(short) if short.is_integer() and abs(short) < 1e15 else short
    if isinstance(value, dict):
        return {key: _rounded(one, digits) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one, digits) for one in value]
    return value
